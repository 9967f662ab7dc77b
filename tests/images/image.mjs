// Builds stages of a Dockerfile in folders instead of layers.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT, copyContext, stages, tellApart } from './context.mjs';

const run = promisify(execFile);
/** A folder of one name, so that the compiler's checks are of use to the next run. */
const WORK = path.join(ROOT, 'target/images');
/** Steps name paths of the container that lie outside the folder they work in by these. */
const OUTSIDE = /(?<=[\s=]|^)\/(out|data)\b/g;

/** A Dockerfile whose stages are built as they are asked for. */
export class Image {
  #stages;
  #folder;
  #built = new Map();

  constructor(dockerfile) {
    this.#stages = stages(dockerfile);
    this.#folder = path.join(WORK, dockerfile.replaceAll('/', '-'));
    rmSync(this.#folder, { recursive: true, force: true });
    this.context = path.join(this.#folder, 'context');
    copyContext(this.context);
    tellApart(this.context);
  }

  /** The root folder of a stage, built. */
  stage(name) {
    if (!this.#built.has(name)) {
      this.#built.set(name, this.#build(name));
    }
    return this.#built.get(name);
  }

  async #build(name) {
    const stage = this.#stages.get(name);
    const root = path.join(this.#folder, name);
    mkdirSync(root, { recursive: true });
    if (stage.from !== undefined) {
      cpSync(await this.stage(stage.from), root, { recursive: true });
    }
    for (const { run: command, copy, folder } of stage.steps) {
      const inside = path.join(root, folder);
      mkdirSync(inside, { recursive: true });
      if (command !== undefined) {
        await this.#run(command.replaceAll(OUTSIDE, `${root}$&`), inside);
      } else {
        const from = copy.from === undefined ? this.context : await this.stage(copy.from);
        copyInto(from, copy.sources, path.resolve('/', folder, copy.to), root, copy.to.endsWith('/') || copy.to === '.');
      }
    }
    return root;
  }

  async #run(command, folder) {
    const tools = path.join(import.meta.dirname, 'tools');
    const env = { ...process.env, PATH: `${tools}:${process.env.PATH}`, REPOSITORY: ROOT };
    try {
      await run('bash', ['-euo', 'pipefail', '-c', command], { cwd: folder, env, maxBuffer: 1 << 26 });
    } catch (error) {
      throw new Error(`RUN ${command}\n${error.stdout}\n${error.stderr}`, { cause: error });
    }
  }
}

/** COPY: what a folder holds goes into the target, a file goes to it or, where it is a folder, into it. */
function copyInto(from, sources, to, root, toFolder) {
  const found = sources.flatMap((source) => {
    const at = path.join(from, source);
    return at.includes('*') ? matches(at) : [at];
  });
  if (found.length === 0) {
    throw new Error(`COPY ${sources.join(' ')}: nothing there`);
  }
  for (const source of found) {
    const target = path.join(root, to);
    if (statSync(source).isDirectory()) {
      cpSync(source, target, { recursive: true });
    } else {
      const file = toFolder ? path.join(target, path.basename(source)) : target;
      mkdirSync(path.dirname(file), { recursive: true });
      cpSync(source, file);
    }
  }
}

function matches(pattern) {
  const [folder, end] = [path.dirname(pattern), path.basename(pattern).replace('*', '')];
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => path.join(folder, name)) : [];
}
