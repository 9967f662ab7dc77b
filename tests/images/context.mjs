// What a Dockerfile's build sees, and the steps it takes.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ignore from '@balena/dockerignore';
import { DockerfileParser } from 'dockerfile-ast';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** Copies what .dockerignore lets into the context, of the files that are committed or could be. */
export function copyContext(to) {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, maxBuffer: 1 << 26 }).toString().split('\0');
  const allowed = ignore().add(readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')).createFilter();
  for (const file of files.filter((file) => file !== '' && allowed(file) && existsSync(path.join(ROOT, file)))) {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    cpSync(path.join(ROOT, file), path.join(to, file));
  }
}

/** Gives a checkout a version of its own: cargo tells crates of two checkouts that share a target folder apart by no more. */
export function tellApart(checkout) {
  const manifest = path.join(checkout, 'Cargo.toml');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace(/^version = "(.*)"$/m, 'version = "$1-image"'));
  execFileSync('cargo', ['update', '--quiet', '--offline', '--workspace'], { cwd: checkout });
}

/**
 * The stages of a Dockerfile by name, each with the stage it starts from, if it is one, and its steps with the folder they
 * are taken in.
 * @returns {Map<string, {from?: string, folder: string, steps: {run?: string, folder: string, copy?: {from?: string, sources: string[], to: string}}[]}>}
 */
export function stages(dockerfile) {
  const parsed = DockerfileParser.parse(readFileSync(path.join(ROOT, dockerfile), 'utf8'));
  const known = new Map();
  let stage;
  for (const instruction of parsed.getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    const flags = Object.fromEntries((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()]));
    switch (instruction.getKeyword()) {
      case 'FROM': {
        const before = known.get(words[0]);
        stage = { from: before && words[0], folder: before?.folder ?? '/', steps: [] };
        known.set(instruction.getBuildStage() ?? `stage ${known.size}`, stage);
        break;
      }
      case 'WORKDIR':
        stage.folder = words[0];
        break;
      case 'RUN':
        stage.steps.push({ run: instruction.getArgumentsContent().replaceAll(/\\\n/g, ' ').replaceAll(/^\s*#.*$/gm, ''), folder: stage.folder });
        break;
      case 'COPY':
        stage.steps.push({ copy: { from: flags.from, sources: words.slice(0, -1), to: words.at(-1) }, folder: stage.folder });
        break;
      default:
    }
  }
  return known;
}
