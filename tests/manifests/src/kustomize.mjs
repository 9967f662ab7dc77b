// What kustomize makes of the folders in the repository.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FETCHED, ROOT, YAML_FILES, parseYaml, run, yaml } from './repo.mjs';

const KUSTOMIZATION = /(^|\/)kustomization\.ya?ml$/;

/** Every folder that kustomize can render; components are rendered as part of those that use them. */
export const FOLDERS = YAML_FILES.filter((file) => KUSTOMIZATION.test(file) && yaml(file)[0]?.kind !== 'Component').map((file) => path.dirname(file));

/** Files that kustomizations, components among them, take objects or patches from. */
export const TAKEN = new Set(
  YAML_FILES.filter((file) => KUSTOMIZATION.test(file)).flatMap((file) => {
    const { resources = [], patches = [], configurations = [], transformers = [], generators = [], replacements = [] } = yaml(file)[0];
    const named = [...resources, ...configurations, ...transformers, ...generators, ...[...patches, ...replacements].map((entry) => entry.path)];
    return [file, ...named.filter((name) => name !== undefined).map((name) => path.posix.join(path.posix.dirname(file), name))];
  }),
);

const rendered = new Map();

/**
 * The objects of a folder, rendered once.
 * @returns {Promise<object[]>}
 */
export function render(folder) {
  if (!rendered.has(folder)) {
    rendered.set(folder, kustomize(folder));
  }
  return rendered.get(folder);
}

/**
 * The objects of a folder as a component changes them.
 * @returns {Promise<object[]>}
 */
export async function renderWith(component, folder) {
  // kustomize takes relative paths alone, from where the folder really is.
  const place = await realpath(await mkdtemp(path.join(FETCHED, 'kustomization-')));
  try {
    const from = (name) => path.relative(place, path.join(ROOT, name));
    await writeFile(path.join(place, 'kustomization.yaml'), JSON.stringify({ resources: [from(folder)], components: [from(component)] }));
    return await kustomize(place);
  } finally {
    await rm(place, { recursive: true });
  }
}

async function kustomize(folder) {
  const { stdout } = await run('kubectl', ['kustomize', folder], { cwd: ROOT, maxBuffer: 1 << 27 });
  const { documents, problems } = parseYaml(stdout, folder);
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  return documents;
}

/** How a person finds an object. */
export function nameOf(object) {
  const { namespace, name, generateName } = object.metadata ?? {};
  return `${object.kind} ${namespace == null ? '' : `${namespace}/`}${name ?? generateName}`;
}
