// Selectors select something: a slip in a label would leave a policy, a budget or a monitor without effect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, loadEnvironments, ofKind } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';
import { selectable, selects } from '../src/pods.mjs';
import { servicesOf } from '../src/services.mjs';

const environments = await loadEnvironments();

const byLabels = (matchLabels) => matchLabels && { matchLabels };

/** How an object says which pods of its namespace it is about. */
const SELECTORS = {
  AuthorizationPolicy: ({ spec }) => spec?.selector,
  DaemonSet: ({ spec }) => spec.selector,
  Deployment: ({ spec }) => spec.selector,
  EnvoyFilter: ({ spec }) => byLabels(spec.workloadSelector?.labels),
  Gateway: ({ spec }) => byLabels(spec.selector),
  NetworkPolicy: ({ spec }) => spec.podSelector,
  PodDisruptionBudget: ({ spec }) => spec.selector,
  RequestAuthentication: ({ spec }) => spec.selector,
  Service: ({ spec }) => byLabels(spec.selector),
  Sidecar: ({ spec }) => byLabels(spec.workloadSelector?.labels),
  StatefulSet: ({ spec }) => spec.selector,
  Telemetry: ({ spec }) => spec.selector,
};

const isIn = (namespaces) => (object) => namespaces.includes(object.namespace ?? object.metadata.namespace);
const selected = (selector, pods) => pods.filter(({ labels }) => selects(selector, labels));
const idle = (object, selector) => `${nameOf(object)}: nothing is ${JSON.stringify(selector)}`;

function idleSelectors(environment) {
  const pods = selectable(environment);
  return ofKind(environment, ...Object.keys(SELECTORS))
    .map((object) => ({ object, selector: SELECTORS[object.kind](object) }))
    .filter(({ object, selector }) => selector && selected(selector, pods.filter(isIn([object.metadata.namespace]))).length === 0)
    .map(({ object, selector }) => idle(object, selector));
}

/** Ports of Services that pods behind them do not have. */
function deadPorts(environment) {
  return ofKind(environment, 'Service').flatMap((service) => {
    const behind = selected(SELECTORS.Service(service), selectable(environment).filter(isIn([service.metadata.namespace])));
    const targets = service.spec.ports.map(({ port, targetPort }) => targetPort ?? port);
    const has = (pod, target) => pod.ports.some(({ name, number }) => name === target || number === target);
    return behind.flatMap((pod) => targets.filter((target) => !has(pod, target)).map((target) => `${nameOf(service)}: ${pod.owner} has no port ${target}`));
  });
}

/** A monitor's selector, and one for each value that it lists: a misspelled one of three would go unwatched. */
function listed(selector) {
  const lists = (selector.matchExpressions ?? []).filter(({ operator }) => operator === 'In');
  return [selector, ...lists.flatMap(({ key, values }) => values.map((value) => ({ matchLabels: { [key]: value } })))];
}

function idleMonitors(environment) {
  const services = servicesOf(environment).map((service) => ({ ...service, labels: service.metadata.labels }));
  return ofKind(environment, 'PodMonitor', 'ServiceMonitor').flatMap((monitor) => {
    const { namespaceSelector, selector, endpoints = [] } = monitor.spec;
    const candidates = (monitor.kind === 'PodMonitor' ? selectable(environment) : services).filter(isIn(namespaceSelector?.matchNames ?? [monitor.metadata.namespace]));
    const ports = selected(selector, candidates).flatMap((service) => (service.spec?.ports ?? []).map(({ name }) => name));
    return [
      ...listed(selector).filter((each) => selected(each, candidates).length === 0).map((each) => idle(monitor, each)),
      ...endpoints.filter(({ port }) => !ports.includes(port)).map(({ port }) => `${nameOf(monitor)}: no port ${port}`),
    ];
  });
}

for (const environment of environments) {
  test(`${environment.name}: every selector selects pods`, () => none(idleSelectors(environment)));
  test(`${environment.name}: pods have the ports of their Services`, () => none(deadPorts(environment)));
  test(`${environment.name}: every monitor has something to watch`, () => none(idleMonitors(environment)));
}

/** Whom a NetworkPolicy lets in or out to, of these pods. */
function peersOf({ metadata, spec }, pods) {
  const rules = [...(spec.ingress ?? []).map(({ from }) => from), ...(spec.egress ?? []).map(({ to }) => to)];
  const near = (where, pod) => (where ? selects(where, { 'kubernetes.io/metadata.name': pod.namespace }) : pod.namespace === metadata.namespace);
  const peers = rules.flatMap((peers) => peers ?? []).filter((peer) => peer.ipBlock === undefined);
  return peers.map((peer) => ({ peer, found: selected(peer.podSelector, pods.filter((pod) => near(peer.namespaceSelector, pod))) }));
}

// One base is for all of them, so what it lets through need not be in each: no backups on a laptop.
test('every peer of a NetworkPolicy is a pod of some environment', () => {
  const pods = environments.flatMap(selectable);
  const policies = environments.flatMap((environment) => ofKind(environment, 'NetworkPolicy'));
  none(policies.flatMap((policy) => peersOf(policy, pods).filter(({ found }) => found.length === 0).map(({ peer }) => idle(policy, peer))));
});

test('what selects nothing is named', () => {
  const [environment] = environments;
  const relabelled = changed(environment, 'Deployment', 'bridge', ({ spec }) => (spec.template.metadata.labels.app = 'brigde'));
  for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
    assert.match(idleSelectors(relabelled).join('\n'), new RegExp(`${kind} mcommerce-adapters/bridge: nothing is`));
  }
  assert.match(deadPorts(changed(environment, 'Service', 'bridge', ({ spec }) => (spec.ports[0].targetPort = 'htpp'))).join(), /bridge has no port htpp/);
  assert.match(idleMonitors(changed(environment, 'Service', 'loki', ({ metadata }) => (metadata.labels = {}))).join(), /monitoring: nothing is .*loki/);
  assert.match(idleMonitors(changed(environment, 'Service', 'bridge', ({ spec }) => (spec.ports[0].name = 'htpp'))).join(), /bridge: no port http/);
});
