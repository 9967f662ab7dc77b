// What objects refer to by name, and what there is under those names.
import { find, ofKind } from './environments.mjs';
import { nameOf } from './kustomize.mjs';
import { podsOf } from './pods.mjs';

/**
 * @typedef {object} Reference
 * @property {string} owner who refers to it, as a person finds it
 * @property {string} kind
 * @property {string} namespace
 * @property {string} name
 * @property {string[]} keys of a ConfigMap or Secret that the owner asks for by name
 */

/**
 * Secrets of the local cluster that k8s/cluster-up makes, of what `mcommerce env` prints: no manifest does. Which keys those of
 * functions have it reads from the very manifests that are tested here.
 */
const MADE_BY_CLUSTER_UP = [
  /^mcommerce\/([a-z-]+-secrets|public-values|keda-rabbitmq)$/,
  /^mcommerce-adapters\/bridge-(backends|tokens)$/,
  /^mcommerce-data\/(mongodb|rabbitmq-definitions)$/,
];

/** The keys of a Secret that others make of an object here; `undefined` if none does. */
function keysOfSecret(environment, namespace, name) {
  const near = (kind) => ofKind(environment, kind).filter((object) => object.metadata.namespace === namespace);
  if (near('Certificate').some(({ spec }) => spec.secretName === name)) return ['tls.crt', 'tls.key', 'ca.crt'];
  const fetched = near('ExternalSecret').find(({ metadata, spec }) => (spec.target?.name ?? metadata.name) === name);
  const templated = fetched?.spec.target?.template?.data;
  return templated ? Object.keys(templated) : fetched?.spec.data.map(({ secretKey }) => secretKey);
}

/** What a reference asks for that is not there. */
export function missing(environment, { owner, kind, namespace, name, keys }) {
  const what = `${kind} ${namespace}/${name}`;
  const own = find(environment, kind, namespace, name);
  const isByHand = environment.name === 'local' && MADE_BY_CLUSTER_UP.some((made) => made.test(`${namespace}/${name}`));
  if (kind === 'Secret' && isByHand) return [];
  const known = own ? Object.keys({ ...own.data, ...own.binaryData }) : kind === 'Secret' ? keysOfSecret(environment, namespace, name) : undefined;
  if (known === undefined) return [`${owner}: nothing makes ${what}`];
  return keys.filter((key) => !known.includes(key)).map((key) => `${owner}: ${what} has no ${key}`);
}

/** References of a pod, each as `[kind, name, keys]`. */
function ofPod(pod) {
  const of = (kind, found, name, keys) => found.filter((ref) => ref !== undefined).map((ref) => [kind, name(ref), keys(ref)]);
  const values = pod.containers.flatMap((container) => container.env ?? []).map(({ valueFrom }) => valueFrom ?? {});
  const whole = pod.containers.flatMap((container) => container.envFrom ?? []);
  const sources = pod.volumes.flatMap((volume) => [volume, ...(volume.projected?.sources ?? [])]);
  const items = (source) => (source.items ?? []).map(({ key }) => key);
  return [
    ...of('ConfigMap', values.map((value) => value.configMapKeyRef), (ref) => ref.name, (ref) => [ref.key]),
    ...of('Secret', values.map((value) => value.secretKeyRef), (ref) => ref.name, (ref) => [ref.key]),
    ...of('ConfigMap', whole.map((all) => all.configMapRef), (ref) => ref.name, () => []),
    ...of('Secret', whole.map((all) => all.secretRef), (ref) => ref.name, () => []),
    ...of('ConfigMap', sources.map((source) => source.configMap), (source) => source.name, items),
    ...of('Secret', sources.map((source) => source.secret), (source) => source.secretName ?? source.name, items),
    ...of('PersistentVolumeClaim', sources.map((source) => source.persistentVolumeClaim), (claim) => claim.claimName, () => []),
    ...of('Secret', pod.pullSecrets, (secret) => secret.name, () => ['.dockerconfigjson']),
    ...of('ServiceAccount', [pod.serviceAccount], (account) => account, () => []),
  ];
}

/** References of objects other than pods, by kind. */
const OF_KIND = {
  SpinApp: ({ spec }) => [['SpinAppExecutor', spec.executor, []]],
  StatefulSet: ({ spec }) => [['Service', spec.serviceName, []]],
  ScaledObject: ({ spec }) => spec.triggers.filter((trigger) => trigger.authenticationRef).map((trigger) => ['TriggerAuthentication', trigger.authenticationRef.name, []]),
  TriggerAuthentication: ({ spec }) => (spec.secretTargetRef ?? []).map(({ name, key }) => ['Secret', name, [key]]),
  AlertmanagerConfig: ({ spec }) => namedKeys(spec.receivers).map(({ name, key }) => ['Secret', name, [key]]),
  Gateway: ({ spec }) => (spec.servers ?? []).filter(({ tls }) => tls?.credentialName).map(({ tls }) => ['Secret', tls.credentialName, ['tls.crt', 'tls.key']]),
};

/** Of a receiver's many fields that can come from a Secret, those that do. */
function namedKeys(value) {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.name === 'string' && typeof value.key === 'string' ? [value] : [];
  return [...own, ...Object.values(value).flatMap(namedKeys)];
}

/** @returns {Reference[]} */
export function referencesOf(environment) {
  const owned = (owner, namespace, found) => found.map(([kind, name, keys]) => ({ owner, kind, namespace, name, keys }));
  return [
    ...podsOf(environment).flatMap((pod) => owned(pod.owner, pod.namespace, ofPod(pod))),
    ...ofKind(environment, ...Object.keys(OF_KIND)).flatMap((object) => owned(nameOf(object), object.metadata.namespace, OF_KIND[object.kind](object))),
  ];
}
