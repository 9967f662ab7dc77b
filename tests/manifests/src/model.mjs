// All that the consistency checks look at, as plain data: what spin.toml and the bridge's configuration say, what the
// functions' sources do, and what each environment would be given. Tests take single entries out of it and check that the
// loss is noticed, so nothing here is looked up again on disk.
import { FOLDERS, render, renderWith } from './kustomize.mjs';
import { FILES, json, text, toml } from './repo.mjs';
import { accessesOf } from './sources.mjs';

/**
 * @typedef {object} Component
 * @property {string} domain the folder under functions/ that holds it
 * @property {string[]} routes
 * @property {Record<string, string>} variables templates, by the component's own names
 * @property {string[]} hosts allowed_outbound_hosts, with templates
 *
 * @typedef {object} Environment
 * @property {string} name
 * @property {boolean} ambient whether the mesh is without sidecars
 * @property {string[]} madeByHand Secrets that no manifest makes, as namespace/name
 * @property {object[]} objects
 *
 * @typedef {object} Model
 * @property {{variables: Record<string, {required?: boolean, secret?: boolean, default?: string}>, components: Record<string, Component>}} spin
 * @property {Record<string, Record<string, string[]>>} grants
 * @property {Record<string, object>} subscriptions
 * @property {Record<string, object>} schedules
 * @property {Record<string, object>} collections
 * @property {Record<string, Record<string, {keyed: boolean}>>} openapi operations by path and method; keyed: repeated safely by its Idempotency-Key
 * @property {string[]} makefile FUNCTIONS of the Makefile
 * @property {Record<string, {access: Record<string, string[]>, emits: string[], variables: string[]}>} sources what functions do, see sources.mjs
 * @property {string[]} runbooks
 * @property {object[]} delivery what ArgoCD is told
 * @property {string[]} folders kustomizations
 * @property {Record<string, object[]>} rendered what each folder renders to
 * @property {Environment[]} environments
 */

const BRIDGE = 'adapters/bridge/config';

/** The names in `{{ templates }}` of a text. */
export const templated = (text) => [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name);

function spinApplication() {
  const manifest = toml('spin.toml');
  const domains = domainsOfFunctions();
  const components = Object.entries(manifest.component).map(([name, component]) => [
    name,
    {
      domain: domains[name],
      routes: manifest.trigger.http.filter((trigger) => trigger.component === name).map((trigger) => trigger.route),
      variables: component.variables ?? {},
      hosts: component.allowed_outbound_hosts ?? [],
    },
  ]);
  return { variables: manifest.variables, components: Object.fromEntries(components) };
}

/** The domain of each function: functions/<domain>/<function>. */
function domainsOfFunctions() {
  const crates = FILES.map((file) => file.match(/^functions\/([\w-]+)\/([\w-]+)\/Cargo\.toml$/)).filter((match) => match !== null);
  return Object.fromEntries(crates.filter(([, , name]) => name !== 'model').map(([, domain, name]) => [name, domain]));
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options']);

function openapiPaths() {
  const { paths } = json('docs/api/openapi.json');
  const operations = (item) => Object.entries(item).filter(([key]) => METHODS.has(key));
  const keyed = (operation) => (operation.parameters ?? []).some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key');
  return Object.fromEntries(
    Object.entries(paths).map(([route, item]) => [route, Object.fromEntries(operations(item).map(([method, operation]) => [method.toUpperCase(), { keyed: keyed(operation) }]))]),
  );
}

function makefileFunctions() {
  const [, list] = text('Makefile').replaceAll('\\\n', ' ').match(/^FUNCTIONS\s*:?=(.*)$/m);
  return list.trim().split(/\s+/);
}

const OVERLAY = /^k8s\/spinkube\/overlays\/([\w-]+)$/;
const MESH = 'istio/overlays';

const AMBIENT_NAMESPACES = 'istio/ambient/namespaces';
const LOCAL_SECRETS = 'k8s/cluster-up';

/**
 * An environment is an overlay of k8s/spinkube with its mesh and observability. The mesh overlay `ambient` is production's,
 * with the namespaces changed as its component says.
 */
async function environments() {
  const clusters = FOLDERS.map((folder) => folder.match(OVERLAY)?.[1]).filter((name) => name !== undefined);
  const all = (cluster, mesh) => [`k8s/spinkube/overlays/${cluster}`, `${MESH}/${mesh}`, `k8s/observability/overlays/${cluster}`].filter((folder) => FOLDERS.includes(folder));
  const objectsOf = async (folders) => (await Promise.all(folders.map(render))).flat();
  const data = (cluster) => `k8s/spinkube/overlays/${cluster}/data`;
  const ordinary = clusters.map(async (name) => ({
    name,
    ambient: false,
    madeByHand: name === 'local' ? secretsOf(text(LOCAL_SECRETS)) : [],
    objects: unique(await objectsOf([data(name), ...all(name, name)])),
  }));
  const ambient = async () => ({
    name: 'ambient',
    ambient: true,
    madeByHand: [],
    objects: unique([...(await renderWith(AMBIENT_NAMESPACES, data('production'))), ...(await objectsOf(all('production', 'ambient')))]),
  });
  return Promise.all([...ordinary, ...(FOLDERS.includes(`${MESH}/ambient`) ? [ambient()] : [])]);
}

/** Secrets that the script behind `make cluster` makes, as namespace/name; it takes their keys from the manifests. */
function secretsOf(script) {
  const [, domains] = script.match(/^readonly domains=\((.*)\)$/m);
  const [, others] = script.match(/^ *for name in ([\w -]+) "\$\{domains\[@\]\/%\/-secrets\}"; do$/m);
  const literal = [...script.matchAll(/^ *secret ([\w-]+) ([\w-]+)$/gm)].map(([, namespace, name]) => `${namespace}/${name}`);
  return [...literal, ...domains.split(' ').map((domain) => `mcommerce/${domain}-secrets`), ...others.trim().split(' ').map((name) => `mcommerce/${name}`)];
}

/** Of objects that several folders render, such as namespaces, the first. */
function unique(objects) {
  const seen = new Map();
  for (const object of objects) {
    const { namespace = '', name } = object.metadata;
    const key = `${object.apiVersion} ${object.kind} ${namespace}/${name}`;
    if (!seen.has(key)) {
      seen.set(key, object);
    }
  }
  return [...seen.values()];
}

/** @returns {Promise<Model>} */
export async function loadModel() {
  const spin = spinApplication();
  return {
    spin,
    grants: toml(`${BRIDGE}/grants.toml`),
    subscriptions: toml(`${BRIDGE}/subscriptions.toml`),
    schedules: toml(`${BRIDGE}/schedules.toml`),
    collections: toml(`${BRIDGE}/collections.toml`),
    openapi: openapiPaths(),
    makefile: makefileFunctions(),
    sources: accessesOf(spin.components),
    runbooks: FILES.filter((file) => /^docs\/runbooks\/.*\.md$/.test(file) && !file.endsWith('/README.md')),
    delivery: await render('argocd'),
    folders: FOLDERS,
    // One that does not render is a failure of its own.
    rendered: Object.fromEntries(await Promise.all(FOLDERS.map(async (folder) => [folder, await render(folder).catch(() => undefined)]))),
    environments: await environments(),
  };
}
