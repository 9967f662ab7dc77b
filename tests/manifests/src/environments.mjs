// What each environment's clusters are given: the overlays of shop, data, mesh and observability, together.
import { FOLDERS, nameOf, render, renderWith } from './kustomize.mjs';

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {object[]} objects
 */

const shopOf = (cluster) => `k8s/spinkube/overlays/${cluster}`;
const dataOf = (cluster) => `k8s/spinkube/overlays/${cluster}/data`;
const meshOf = (cluster) => `istio/overlays/${cluster}`;
const observabilityOf = (cluster) => `k8s/observability/overlays/${cluster}`;

const renderAll = async (...folders) => (await Promise.all(folders.map(render))).flat();

/** Folders have some objects in common, such as Namespaces; the first stands for all. */
function unique(objects) {
  const byName = new Map();
  for (const object of objects) {
    const name = `${object.apiVersion} ${nameOf(object)}`;
    if (!byName.has(name)) byName.set(name, object);
  }
  return [...byName.values()];
}

async function ordinary(name) {
  return { name, objects: unique(await renderAll(dataOf(name), shopOf(name), meshOf(name), observabilityOf(name))) };
}

/** Production without sidecars: another mesh, and namespaces that say so. */
async function ambient() {
  const data = await renderWith('istio/ambient/namespaces', dataOf('production'));
  const others = await renderAll(shopOf('production'), meshOf('ambient'), observabilityOf('production'));
  return { name: 'ambient', objects: unique([...data, ...others]) };
}

/** @returns {Promise<Environment[]>} */
export function loadEnvironments() {
  const clusters = FOLDERS.map((folder) => folder.split('/').at(-1)).filter((name) => FOLDERS.includes(shopOf(name)));
  return Promise.all([...[...new Set(clusters)].map(ordinary), ambient()]);
}

/** The objects of some kinds. @param {Environment} environment */
export const ofKind = (environment, ...kinds) => environment.objects.filter((object) => kinds.includes(object.kind));

export const find = (environment, kind, namespace, name) =>
  ofKind(environment, kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);

/** A copy of an environment in which `change` was done to one object. */
export function changed(environment, kind, name, change) {
  const objects = structuredClone(environment.objects);
  change(objects.find((object) => object.kind === kind && object.metadata.name === name));
  return { ...environment, objects };
}

/** An environment without one of its objects. */
export const without = (environment, kind, name) => ({
  ...environment,
  objects: environment.objects.filter((object) => object.kind !== kind || object.metadata.name !== name),
});
