// The repository as it is on disk: its files, read once, and what can't be parsed said with file and line.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Where what is fetched at test time lies; see `run`. */
export const FETCHED = path.join(ROOT, 'target/manifests');
/** Schemas that lie beside the checkout on some machines. */
export const SHARED_SCHEMAS = path.join(ROOT, '../shared/schemas/crd');
/** With it, what can't run is a failure and not left out. */
export const IN_CI = process.env.CI === 'true';

export const run = promisify(execFile);

/** Files that are committed or could be: nothing that .gitignore names. */
export const FILES = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, maxBuffer: 1 << 26 })
  .toString()
  .split('\0')
  .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));

export const exists = (file) => existsSync(path.join(ROOT, file));
export const text = (file) => readFileSync(path.join(ROOT, file), 'utf8');
export const json = (file) => JSON.parse(text(file));

// GitLab's; its value is a path into the file.
const REFERENCE = { tag: '!reference', collection: 'seq', resolve: (sequence) => sequence.toJSON() };

/**
 * The documents of a YAML text. Duplicate keys, unknown tags and everything else a strict parser minds are errors.
 * @returns {{documents: unknown[], problems: string[]}}
 */
export function parseYaml(source, name = 'YAML') {
  const documents = parseAllDocuments(source, { uniqueKeys: true, strict: true, version: '1.2', customTags: [REFERENCE], merge: true });
  const problems = documents.flatMap((document) => [...document.errors, ...document.warnings]).map((error) => `${name}: ${error.message}`);
  if (problems.length > 0) {
    return { documents: [], problems };
  }
  return { documents: documents.map((document) => document.toJS({ maxAliasCount: 1000 })).filter((document) => document != null), problems };
}

/** The documents of a YAML file that must be right. */
export function yaml(file) {
  const { documents, problems } = parseYaml(text(file), file);
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  return documents;
}

export const YAML_FILES = FILES.filter((file) => /\.ya?ml$/.test(file));
