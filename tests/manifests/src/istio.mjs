// What Istio would do with a request: which route it takes, and who may make it.
import { of, podsOf, selects } from './cluster.mjs';

export const TRUST_DOMAIN = 'cluster.local';
const full = (name, namespace) => (name.includes('.') || name.startsWith('*') ? name : `${name}.${namespace}.svc.cluster.local`);

function matchesText(match, value) {
  if (match === undefined) return true;
  if (value === undefined) return false;
  if (match.exact !== undefined) return value === match.exact;
  if (match.prefix !== undefined) return value.startsWith(match.prefix);
  return compiled(match.regex).test(value);
}

const expressions = new Map();

/** RE2 matches the whole text; (?i) is written as JavaScript's flag. */
function compiled(regex) {
  if (!expressions.has(regex)) {
    const [, insensitive, pattern] = regex.match(/^(\(\?i\))?([^]*)$/);
    expressions.set(regex, new RegExp(`^(?:${pattern})$`, insensitive === undefined ? '' : 'i'));
  }
  return expressions.get(regex);
}

function matchesUri(match, uri, ignoreCase) {
  if (match === undefined || !ignoreCase) return matchesText(match, uri);
  return matchesText(Object.fromEntries(Object.entries(match).map(([key, text]) => [key, text.toLowerCase()])), uri.toLowerCase());
}

const matches = (condition, request) =>
  matchesUri(condition.uri, request.path, condition.ignoreUriCase) &&
  matchesText(condition.method, request.method) &&
  Object.entries(condition.headers ?? {}).every(([name, match]) => matchesText(match, request.headers?.[name])) &&
  Object.entries(condition.withoutHeaders ?? {}).every(([name, match]) => !matchesText(match, request.headers?.[name])) &&
  (condition.port === undefined || condition.port === request.port);

const isLastCondition = (condition) =>
  Object.keys(condition).every((key) => key === 'uri' || key === 'name') && (condition.uri === undefined || condition.uri.prefix === '/' || condition.uri.regex === '.*' || condition.uri.regex === '*');

/** Istio moves these behind all others of a host. */
const isLastResort = (rule) => (rule.match ?? [{}]).some(isLastCondition);

/** Whether a rule takes a request by a condition that not every request meets. */
export const isSpecific = (rule, request) => (rule.match ?? []).some((condition) => !isLastCondition(condition) && matches(condition, request));

export const gatewaysOf = (virtualService) => virtualService.spec.gateways ?? ['mesh'];

/** Rules for a host at a gateway ("mesh", or namespace/name), in the order given by `order`. */
function rulesFor(environment, gateway, host, order) {
  const services = of(environment, 'VirtualService')
    .filter((candidate) => gatewaysOf(candidate).some((name) => (name === 'mesh' || name.includes('/') ? name : `${candidate.metadata.namespace}/${name}`) === gateway))
    .filter((candidate) => (candidate.spec.hosts ?? []).some((name) => full(name, candidate.metadata.namespace) === host))
    .sort(order);
  const rules = services.flatMap((candidate) => (candidate.spec.http ?? []).map((rule) => ({ rule, virtualService: candidate })));
  return [...rules.filter(({ rule }) => !isLastResort(rule)), ...rules.filter(({ rule }) => isLastResort(rule))];
}

const tables = new WeakMap();

/** rulesFor, worked out once for an environment. */
function table(environment, gateway, host, order) {
  if (!tables.has(environment)) tables.set(environment, new Map());
  const known = tables.get(environment);
  const key = `${gateway} ${host} ${order.name}`;
  if (!known.has(key)) known.set(key, rulesFor(environment, gateway, host, order));
  return known.get(key);
}

const byName = (a, b) => (a.metadata.name < b.metadata.name ? -1 : 1);
const byNameBackwards = (a, b) => byName(b, a);

/** The rule a request takes, or undefined; a problem if that depends on which VirtualService was made first. */
export function routed(environment, gateway, host, request) {
  const first = (order) => table(environment, gateway, host, order).find(({ rule }) => rule.match === undefined || rule.match.some((condition) => matches(condition, request)));
  const taken = first(byName);
  const other = first(byNameBackwards);
  return { ...taken, ambiguous: taken?.rule !== other?.rule };
}

/** Where a rule leads: host, subset and weight of each destination. */
export const destinations = ({ rule, virtualService }) =>
  (rule.route ?? []).map(({ destination, weight }) => ({ ...destination, host: full(destination.host, virtualService.metadata.namespace), weight: weight ?? (rule.route.length === 1 ? 100 : 0) }));

/** The host names that the outside reaches, with the gateway that serves them. */
export function publicHosts(environment) {
  return of(environment, 'Gateway')
    .filter((gateway) => gateway.apiVersion.startsWith('networking.istio.io/'))
    .flatMap((gateway) => [...new Set((gateway.spec.servers ?? []).flatMap((server) => server.hosts))].map((host) => ({ gateway: `${gateway.metadata.namespace}/${gateway.metadata.name}`, host: host.split('/').at(-1) })));
}

/** Pods of a destination: the service's, and of those the subset's. */
export function podsOfDestination(environment, { host, subset }) {
  const [name, namespace] = host.split('.');
  const service = of(environment, 'Service').find((candidate) => candidate.metadata.name === name && candidate.metadata.namespace === namespace);
  if (service === undefined) return [];
  const rule = of(environment, 'DestinationRule').find((candidate) => full(candidate.spec.host, candidate.metadata.namespace) === host);
  const labels = subset === undefined ? {} : rule?.spec.subsets?.find((candidate) => candidate.name === subset)?.labels;
  if (labels === undefined) return [];
  return podsOf(environment).filter((pod) => pod.namespace === namespace && selects({ matchLabels: { ...service.spec.selector, ...labels } }, pod.labels));
}

function matchesPattern(pattern, value) {
  if (pattern.includes('{')) {
    const parts = pattern.split(/(\{\*\*?\})/).map((part) => ({ '{*}': '[^/]+', '{**}': '.*' })[part] ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return compiled(parts.join('')).test(value);
  }
  if (pattern === '*') return value !== '';
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
  return pattern === value;
}

const within = (patterns, value) => patterns === undefined || (value !== undefined && patterns.some((pattern) => matchesPattern(pattern, value)));
const outside = (patterns, value) => patterns === undefined || value === undefined || !patterns.some((pattern) => matchesPattern(pattern, value));

function matchesSource(source, { principal }) {
  const namespace = principal?.split('/')[2];
  const serviceAccount = principal === undefined ? undefined : `${namespace}/${principal.split('/')[4]}`;
  return (
    within(source.principals, principal) && outside(source.notPrincipals, principal) &&
    within(source.namespaces, namespace) && outside(source.notNamespaces, namespace) &&
    within(source.serviceAccounts, serviceAccount)
  );
}

const matchesOperation = (operation, { path, method, port }) =>
  within(operation.paths, path) && outside(operation.notPaths, path) &&
  within(operation.methods, method) && outside(operation.notMethods, method) &&
  within(operation.ports, String(port)) && outside(operation.notPorts, String(port));

const matchesRule = (rule, request) =>
  (rule.from === undefined || rule.from.some(({ source }) => matchesSource(source, request))) &&
  (rule.to === undefined || rule.to.some(({ operation }) => matchesOperation(operation, request)));

export const principal = (namespace, serviceAccount) => `${TRUST_DOMAIN}/ns/${namespace}/sa/${serviceAccount}`;

const ROOT_NAMESPACE = 'istio-system';

/** Whether policies that select a workload, or a service's waypoint, let a request through. */
function passes(policies, request) {
  const ruled = (policy) => (policy.spec?.rules ?? []).some((rule) => matchesRule(rule, request));
  const action = (policy) => policy.spec?.action ?? 'ALLOW';
  if (policies.some((policy) => action(policy) === 'DENY' && ruled(policy))) return false;
  const allowing = policies.filter((policy) => action(policy) === 'ALLOW');
  return allowing.length === 0 || allowing.some(ruled);
}

const targets = (policy) => policy.spec?.targetRefs ?? (policy.spec?.targetRef === undefined ? [] : [policy.spec.targetRef]);

/**
 * Whether a request reaches a pod. In an ambient mesh it passes the waypoint of the service first, if that has one, and
 * arrives with the waypoint's identity, as a connection of which paths and methods are unknown.
 * @param {{principal?: string, method: string, path: string, port: number}} request
 */
export function allowed(environment, pod, request, service) {
  const policies = of(environment, 'AuthorizationPolicy').filter((policy) => [pod.namespace, ROOT_NAMESPACE].includes(policy.metadata.namespace));
  const onWorkload = policies.filter((policy) => targets(policy).length === 0 && selects(policy.spec?.selector, pod.labels));
  if (!environment.ambient || pod.namespace === 'istio-ingress') {
    return passes(onWorkload, request);
  }
  // ztunnel knows identities and ports alone; a gateway goes past the waypoint.
  const waypoint = service === undefined ? undefined : waypointOf(environment, pod.namespace, service);
  if (waypoint === undefined || request.principal === principal('istio-ingress', 'istio-ingress')) {
    return passes(onWorkload, { ...request, path: undefined, method: undefined });
  }
  const named = (reference) =>
    (reference.kind === 'Gateway' && reference.name === waypoint.metadata.name) || (reference.kind === 'Service' && reference.name === service?.metadata.name) || reference.kind === 'GatewayClass';
  const onWaypoint = policies.filter((policy) => targets(policy).some(named));
  const arriving = { principal: principal(pod.namespace, waypoint.metadata.name), port: request.port, path: undefined, method: undefined };
  return passes(onWaypoint, request) && passes(onWorkload, arriving);
}

export function waypointOf(environment, namespace, service) {
  const labels = { ...of(environment, 'Namespace').find((object) => object.metadata.name === namespace)?.metadata.labels, ...service?.metadata.labels };
  return of(environment, 'Gateway').find((gateway) => gateway.spec.gatewayClassName === 'istio-waypoint' && gateway.metadata.namespace === namespace && gateway.metadata.name === labels['istio.io/use-waypoint']);
}

/** What a pod's proxy may call: entries namespace/host, or undefined if everything that is known. */
export function sidecarOf(environment, pod) {
  const all = of(environment, 'Sidecar');
  const own = all.filter((sidecar) => sidecar.metadata.namespace === pod.namespace);
  return (
    own.find((sidecar) => sidecar.spec.workloadSelector !== undefined && selects({ matchLabels: sidecar.spec.workloadSelector.labels }, pod.labels)) ??
    own.find((sidecar) => sidecar.spec.workloadSelector === undefined) ??
    all.find((sidecar) => sidecar.metadata.namespace === ROOT_NAMESPACE && sidecar.spec.workloadSelector === undefined)
  );
}

/** Whether an entry of a Sidecar's egress covers a host in a namespace. */
export function covers(entry, pod, namespace, host) {
  const [where, name] = entry.split('/');
  const there = where === '*' || where === namespace || (where === '.' && namespace === pod.namespace);
  return there && (name === '*' || name === host || (name.startsWith('*.') && host.endsWith(name.slice(1))));
}
