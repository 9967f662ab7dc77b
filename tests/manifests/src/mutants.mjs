// Models with one entry taken out. Each loss must be noticed by some check.
import { nameOf } from './kustomize.mjs';

/** @typedef {{what: string, model: import('./model.mjs').Model, environment?: import('./model.mjs').Environment}} Mutant */

/** A copy of a value without what is at a path; a list that becomes empty goes as well. */
function without(value, [key, ...rest]) {
  if (rest.length > 0) {
    const inner = without(value[key], rest);
    return Array.isArray(value) ? value.with(key, inner) : { ...value, [key]: inner };
  }
  if (Array.isArray(value)) {
    return value.toSpliced(key, 1);
  }
  const { [key]: _, ...others } = value;
  return others;
}

/** Paths of all entries of the lists and maps that patterns like `spec.http.*.match.*` name. */
function paths(value, pattern) {
  const [key, ...rest] = pattern;
  if (value === undefined || value === null) return [];
  const keys = key === '*' ? Object.keys(value).map((name) => (Array.isArray(value) ? Number(name) : name)) : key in value ? [key] : [];
  return keys.flatMap((name) => (rest.length === 0 ? [[name]] : paths(value[name], rest).map((path) => [name, ...path])));
}

/** What is taken out of objects, by kind; the shop's own objects, in all namespaces. */
const ENTRIES = {
  SpinApp: ['spec.components.*', 'spec.variables.*', 'spec.podLabels.*', 'spec.serviceAccountName', 'spec.checks.*', 'spec.enableAutoscaling'],
  VirtualService: ['spec.http.*', 'spec.http.*.match.*', 'spec.http.*.route', 'spec.http.*.route.*', 'spec.http.*.timeout', 'spec.http.*.retries', 'spec.hosts.*'],
  AuthorizationPolicy: ['spec.rules.*', 'spec.rules.*.from', 'spec.rules.*.from.*.source.principals.*', 'spec.rules.*.to', 'spec.rules.*.to.*.operation.*', 'spec.rules.*.to.*.operation.paths.*', 'spec.rules.*.to.*.operation.methods.*', 'spec.selector'],
  Sidecar: ['spec.egress.*.hosts.*'],
  DestinationRule: ['spec.subsets.*'],
  Gateway: ['spec.servers', 'spec.servers.*', 'spec.servers.*.hosts.*', 'spec.servers.*.tls'],
  NetworkPolicy: ['spec.ingress.*', 'spec.egress.*'],
  ExternalSecret: ['spec.data.*'],
  Deployment: ['spec.template.spec.containers.*.env.*', 'spec.template.spec.containers.*.envFrom.*', 'spec.template.spec.containers.*.ports.*', 'spec.template.spec.serviceAccountName'],
  Service: ['spec.ports.*', 'spec.selector'],
};

/** Objects whose loss as a whole must be noticed. */
const WHOLE = new Set(['SpinApp', 'SpinAppExecutor', 'Service', 'ServiceAccount', 'Deployment', 'StatefulSet', 'RabbitmqCluster', 'VirtualService', 'DestinationRule', 'AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication', 'Gateway', 'ExternalSecret', 'Namespace', 'ScaledObject', 'HorizontalPodAutoscaler', 'TriggerAuthentication', 'NetworkPolicy', 'PrometheusRule', 'Prometheus', 'ServiceEntry']);

/** Losses after which everything is as before, by what is lost, each with the reason. */
export const HARMLESS = {
  'grants.validate-token': 'it is granted nothing, said or not',
};

const PRODUCTION = 'production';

const at = (value, path) => path.reduce((inner, key) => inner?.[key], value);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Of production every entry is taken out; of the others what production does not have, or has otherwise.
 * @returns {Generator<Mutant>}
 */
export function* mutantsOfEnvironment(model, environment) {
  const production = model.environments.find(({ name }) => name === PRODUCTION);
  const known = new Map(environment === production ? [] : production?.objects.map((object) => [nameOf(object), object]));
  for (const [index, object] of environment.objects.entries()) {
    const name = nameOf(object);
    const there = known.get(name);
    if (same(object, there)) continue;
    const replaced = (objects) => ({ ...environment, objects });
    if (WHOLE.has(object.kind)) {
      yield { what: name, model, environment: replaced(environment.objects.toSpliced(index, 1)) };
    }
    if (!['mcommerce', 'mcommerce-adapters', 'istio-ingress'].includes(object.metadata.namespace)) continue;
    for (const pattern of ENTRIES[object.kind] ?? []) {
      for (const path of paths(object, pattern.split('.'))) {
        const what = `${name}: ${path.join('.')}`;
        if (what in HARMLESS || (there !== undefined && same(at(object, path), at(there, path)))) continue;
        yield { what, model, environment: replaced(environment.objects.with(index, without(object, path))) };
      }
    }
  }
}

const OF_MODEL = [
  'grants.*', 'grants.*.*', 'grants.*.*.*',
  'subscriptions.*', 'subscriptions.*.*', 'subscriptions.*.events.*',
  'schedules.*', 'collections.*',
  'openapi.*', 'makefile.*', 'runbooks.*',
  'spin.components.*', 'spin.components.*.routes.*', 'spin.components.*.hosts.*', 'spin.components.*.variables.*', 'spin.variables.*',
];

/** @returns {Generator<Mutant>} */
export function* mutantsOfModel(model) {
  for (const pattern of OF_MODEL) {
    for (const path of paths(model, pattern.split('.'))) {
      if (!(path.join('.') in HARMLESS)) yield { what: path.join('.'), model: without(model, path) };
    }
  }
}
