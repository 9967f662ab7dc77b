// The repository's parts held against each other. Every check is a function of a model alone that returns problems; the
// tests want none of the real model, and at least one of each model with something taken out.
import { FOREIGN, HBONE, KUBERNETES, WORLD, deploymentsOf, find, foreignPods, of, podsBehind, podsOf, provided, referencesOf, secretsOfReceivers, selects, serviceOf, servicesOf, targetPort } from './cluster.mjs';
import { allowed, covers, destinations, gatewaysOf, isSpecific, podsOfDestination, principal, publicHosts, routed, sidecarOf, waypointOf } from './istio.mjs';
import { nameOf } from './kustomize.mjs';
import { templated } from './model.mjs';
import { connects, deniesByDefault } from './network.mjs';
import { metricsOf, queriesOf, rulesOf } from './queries.mjs';

const FUNCTIONS = 'mcommerce';
const ADAPTERS = 'mcommerce-adapters';
const DATA = 'mcommerce-data';
const INGRESS = principal('istio-ingress', 'istio-ingress');
const OBSERVER = principal('mcommerce-observability', 'prometheus');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** What required variables of other domains are set to, for Spin starts with none missing. */
const WITHHELD = 'withheld';
/** Health is what the first instance asked says. */
const ASKED_ONCE = new Set(['/health']);

const isHidden = (route) => /^\/(internal|events)(\/|$)/.test(route);
const sameSet = (a, b) => a.length === b.length && new Set(a).size === a.length && a.every((item) => b.includes(item));
const minus = (a, b) => a.filter((item) => !b.includes(item));
const appsOf = (environment) => of(environment, 'SpinApp');
const isCanary = (app) => app.spec.podLabels?.['mcommerce.dev/track'] === 'canary';
const tokenVariable = (fn) => `token_${fn.replaceAll('-', '_')}`;
const tokenEnvironment = (fn) => `MCOMMERCE_TOKEN_${fn.toUpperCase().replaceAll('-', '_')}`;
const grantsSomething = (grants) => Object.keys(grants ?? {}).length > 0;
const seconds = (period) => {
  const [, number, unit] = period.match(/^([\d.]+)(ms|s|m|h)$/);
  return Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit];
};

/** Variables that a component's own variables and outbound hosts are made of. */
const neededBy = (component) => [...new Set([...Object.values(component.variables), ...component.hosts].flatMap(templated))];

/** Paths that a route of spin.toml serves. */
function pathsOf(route) {
  if (route === '/...') return ['/', '/products/blue-mug', '/assets/index-1a2b.js', '/api-docs', '/healthy'];
  const path = route.replaceAll(/:\w+/g, '0190a7e0-7b3c-7d2e-9a41-5f0c2b6d8e11');
  return path.endsWith('/...') ? [path.replace('...', '0190a7e0-7b3c-7d2e-9a41-5f0c2b6d8e11/due')] : [path, `${path}/`];
}

/** A path beside that of a route without parameters, which only too wide a rule matches as well. */
const besides = (path) => `${path.replace(/\/$/, '')}-and-more`;
const isExact = (route) => !route.includes(':') && !route.endsWith('...');
const openapiOf = (model, route) => model.openapi[Object.keys(model.openapi).find((path) => path.replaceAll(/\{\w+\}/g, ':') === route.replaceAll(/:\w+/g, ':'))] ?? {};

// --- configuration of Spin and the bridge

export function configurationAgrees(model) {
  const { spin, grants, subscriptions, schedules, collections, sources } = model;
  const functions = Object.keys(spin.components);
  const problems = [];
  const say = (problem) => problems.push(problem);
  for (const fn of minus(Object.keys(grants), functions)) say(`grants.toml: no component ${fn}`);
  for (const [fn, component] of Object.entries(spin.components)) {
    if (component.domain === undefined) say(`${fn}: no folder functions/*/${fn}`);
    if (component.routes.length === 0) say(`${fn}: no route`);
    const { emit = [], blobs: _, ...access } = grants[fn] ?? {};
    const used = sources[fn] ?? { access: {}, emits: [], variables: [] };
    if (!(fn in grants) && component.hosts.some((host) => host.includes('bridge_url'))) say(`grants.toml: nothing said of ${fn}`);
    for (const collection of new Set([...Object.keys(access), ...Object.keys(used.access)])) {
      const [granted, needed] = [access[collection] ?? [], used.access[collection] ?? []];
      for (const verb of minus(needed, granted)) say(`grants.toml: ${fn} does ${verb} ${collection} and may not`);
      for (const verb of minus(granted, needed)) say(`grants.toml: ${fn} may ${verb} ${collection} and does not`);
      if (!(collection in collections)) say(`collections.toml: no ${collection}, which ${fn} is granted`);
    }
    for (const name of minus(used.variables, Object.keys(component.variables))) say(`spin.toml: ${fn} reads ${name} and is not given it`);
    for (const name of minus(Object.keys(component.variables), used.variables)) say(`spin.toml: ${fn} is given ${name} and does not read it`);
    for (const kind of minus(used.emits, emit)) say(`grants.toml: ${fn} emits ${kind} and may not`);
    for (const kind of minus(emit, used.emits)) say(`grants.toml: ${fn} may emit ${kind} and does not`);
    const token = `{{ ${tokenVariable(fn)} }}`;
    const shows = component.variables.bridge_token === token;
    if (grantsSomething(grants[fn]) && !shows) say(`spin.toml: ${fn} has grants and no bridge_token = "${token}"`);
    if (grantsSomething(grants[fn]) && !component.hosts.includes('{{ bridge_url }}')) say(`spin.toml: ${fn} has grants and may not call bridge_url`);
    if (shows && component.variables.bridge_url !== '{{ bridge_url }}') say(`spin.toml: ${fn} has a bridge_token and no bridge_url`);
    for (const variable of minus(neededBy(component), Object.keys(spin.variables))) say(`spin.toml: ${fn} needs ${variable}, which is not declared`);
  }
  const needed = Object.values(spin.components).flatMap(neededBy);
  for (const variable of minus(Object.keys(spin.variables), needed)) say(`spin.toml: nobody needs ${variable}`);
  for (const collection of Object.keys(collections)) {
    if (!Object.values(sources).some(({ access }) => collection in access)) say(`collections.toml: nobody uses ${collection}`);
    if (!Object.values(spin.components).some((component) => component.domain === collections[collection].owner)) say(`collections.toml: ${collection} is owned by no domain`);
  }
  const emitted = [...Object.values(grants).flatMap((grant) => grant.emit ?? []), ...Object.values(schedules).map((schedule) => schedule.emit)];
  const consumed = Object.values(subscriptions).flatMap((subscription) => subscription.events ?? []);
  for (const [name, subscription] of Object.entries(subscriptions)) {
    const fn = subscription.function ?? name;
    if (!(fn in spin.components)) say(`subscriptions.toml: ${name}: no component ${fn}`);
    else if (!spin.components[fn].routes.includes(subscription.path)) say(`subscriptions.toml: ${name}: ${fn} does not serve ${subscription.path}`);
    for (const kind of minus(subscription.events ?? [], emitted)) say(`subscriptions.toml: ${name}: nobody emits ${kind}`);
    if (!(subscription.events?.length > 0)) say(`subscriptions.toml: ${name}: no events`);
    for (const key of ['attempts', 'first_delay', 'longest_delay', 'timeout', 'concurrency']) if (subscription[key] === undefined) say(`subscriptions.toml: ${name}: no ${key}`);
  }
  for (const [fn, { routes }] of Object.entries(spin.components)) {
    for (const route of routes.filter((candidate) => candidate.startsWith('/events/'))) {
      if (!Object.values(subscriptions).some((subscription) => subscription.path === route)) say(`subscriptions.toml: nothing is delivered to ${route} of ${fn}`);
    }
  }
  for (const [name, { emit }] of Object.entries(schedules)) if (!consumed.includes(emit)) say(`schedules.toml: nobody consumes what ${name} emits`);
  return problems;
}

export function makefileBuildsEachComponent(model) {
  const functions = Object.keys(model.spin.components);
  return sameSet(model.makefile, functions) ? [] : [`Makefile: FUNCTIONS is ${model.makefile.join(' ')}; components are ${functions.join(' ')}`];
}

export function openapiDescribesEachPublicRoute(model) {
  const generic = (path) => path.replaceAll(/\{\w+\}|:\w+/g, ':');
  const described = Object.keys(model.openapi).map(generic);
  const served = Object.values(model.spin.components).flatMap((component) => component.routes).filter((route) => !isHidden(route) && !route.endsWith('...')).map(generic);
  return [...minus(described, served).map((path) => `openapi.json: nothing serves ${path}`), ...minus(served, described).map((path) => `openapi.json: nothing said of ${path}`)];
}

// --- functions in the cluster

export function eachComponentIsDeployedOnce(model, environment) {
  const problems = [];
  // Both, so that an app moves from one to the other by its one line.
  for (const name of ['spin', 'shim']) if (find(environment, 'SpinAppExecutor', FUNCTIONS, name) === undefined) problems.push(`no executor ${name}`);
  const stable = appsOf(environment).filter((app) => !isCanary(app));
  for (const [fn, { domain }] of Object.entries(model.spin.components)) {
    const apps = stable.filter((app) => (app.spec.components ?? []).includes(fn)).map((app) => app.metadata.name);
    if (!sameSet(apps, [domain])) problems.push(`${fn} of ${domain} is deployed by ${apps.join(', ') || 'nobody'}`);
  }
  const canaries = appsOf(environment).filter(isCanary).length;
  if (canaries !== 0 && canaries !== stable.length) problems.push(`${canaries} canaries of ${stable.length} domains`);
  for (const app of appsOf(environment)) {
    const { name, namespace } = app.metadata;
    const { spec } = app;
    for (const fn of minus(spec.components ?? [], Object.keys(model.spin.components))) problems.push(`${nameOf(app)}: no component ${fn}`);
    if (namespace !== FUNCTIONS) problems.push(`${nameOf(app)} is not in ${FUNCTIONS}`);
    if (isCanary(app)) {
      const twin = find(environment, 'SpinApp', namespace, name.replace(/-canary$/, ''));
      if (twin === undefined || !sameSet(twin.spec.components, spec.components ?? [])) problems.push(`${nameOf(app)}: not the components of its stable twin`);
    }
    const domain = name.replace(/-canary$/, '');
    const track = isCanary(app) ? 'canary' : 'stable';
    const labels = { 'app.kubernetes.io/part-of': 'mcommerce', 'mcommerce.dev/domain': domain, 'mcommerce.dev/track': track, app: domain, version: track };
    for (const [label, value] of Object.entries(labels)) if (spec.podLabels?.[label] !== value) problems.push(`${nameOf(app)}: label ${label} is not ${value}`);
    if (spec.serviceAccountName !== domain) problems.push(`${nameOf(app)}: runs as ${spec.serviceAccountName}`);
    if (find(environment, 'SpinAppExecutor', namespace, spec.executor) === undefined) problems.push(`${nameOf(app)}: no executor ${spec.executor}`);
    if (spec.checks?.readiness === undefined || spec.checks?.liveness === undefined) problems.push(`${nameOf(app)}: not both probes`);
    if (spec.resources?.requests === undefined || spec.resources?.limits?.memory === undefined) problems.push(`${nameOf(app)}: resources are unbounded`);
  }
  return problems;
}

export function eachVariableIsGivenToWhoNeedsIt(model, environment) {
  const problems = [];
  const { components, variables } = model.spin;
  for (const app of appsOf(environment)) {
    const say = (problem) => problems.push(`${nameOf(app)}: ${problem}`);
    const given = app.spec.variables ?? [];
    const needed = [...new Set((app.spec.components ?? []).flatMap((fn) => neededBy(components[fn] ?? { variables: {}, hosts: [] })))];
    const required = Object.keys(variables).filter((name) => variables[name].required);
    for (const name of minus(needed, given.map((variable) => variable.name))) say(`${name} is not given`);
    for (const name of minus(required, given.map((variable) => variable.name))) say(`${name} is required by the application and not given`);
    for (const [index, { name, value, valueFrom }] of given.entries()) {
      if (given.findIndex((other) => other.name === name) !== index) say(`${name} is given twice`);
      if (!needed.includes(name)) {
        if (!(required.includes(name) && value === WITHHELD)) say(`${name} is given and needed by none of its components`);
      } else if (variables[name]?.secret) {
        const reference = valueFrom?.secretKeyRef;
        if (reference === undefined) say(`${name} is secret and not from a Secret`);
        else if (reference.key !== name || reference.name !== `${app.metadata.name.replace(/-canary$/, '')}-secrets`) say(`${name} is from ${reference.name}, ${reference.key}`);
      } else if (valueFrom === undefined) {
        say(`${name} is a literal`);
      } else if ((valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef)?.key !== name) {
        say(`${name} is from another key`);
      }
    }
  }
  return problems;
}

export function whatPodsReferToExists(model, environment) {
  const problems = [];
  for (const pod of podsOf(environment)) {
    const say = (problem) => problems.push(`${pod.owner}: ${problem}`);
    // Operators make these pods' accounts with them.
    const made = ['RabbitmqCluster', 'Gateway'].includes(pod.object.kind);
    if (!made && pod.serviceAccount !== 'default' && find(environment, 'ServiceAccount', pod.namespace, pod.serviceAccount) === undefined) say(`no ServiceAccount ${pod.serviceAccount}`);
    for (const { kind, name, keys, optional } of referencesOf(pod)) {
      const source = provided(environment, kind, pod.namespace, name);
      if (source === undefined) {
        if (!optional) say(`nobody provides ${kind} ${name}`);
      } else if (source.keys !== undefined) {
        for (const key of keys.filter((candidate) => !source.keys.has(candidate))) say(`${source.by} has no ${key}`);
      }
    }
    const claims = (pod.object.spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name);
    for (const container of pod.containers) {
      for (const { name } of container.volumeMounts ?? []) if (!claims.includes(name) && !pod.volumes.some((volume) => volume.name === name)) say(`no volume ${name}`);
    }
    for (const { persistentVolumeClaim } of pod.volumes) {
      if (persistentVolumeClaim && find(environment, 'PersistentVolumeClaim', pod.namespace, persistentVolumeClaim.claimName) === undefined) say(`no PersistentVolumeClaim ${persistentVolumeClaim.claimName}`);
    }
  }
  for (const { name, keys, namespace } of secretsOfReceivers(environment)) {
    const source = provided(environment, 'Secret', namespace, name);
    for (const key of keys) if (source === undefined || (source.keys !== undefined && !source.keys.has(key))) problems.push(`AlertmanagerConfig: nobody provides ${key} of ${name}`);
  }
  for (const authentication of of(environment, 'TriggerAuthentication')) {
    for (const { name, key } of authentication.spec.secretTargetRef ?? []) {
      const source = provided(environment, 'Secret', authentication.metadata.namespace, name);
      if (source === undefined || (source.keys !== undefined && !source.keys.has(key))) problems.push(`${nameOf(authentication)}: nobody provides ${key} of ${name}`);
    }
  }
  return problems;
}

/** What the shop itself is told; nothing in these is left over. */
export function whatIsProvidedIsUsed(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const uses = pods.flatMap((pod) => referencesOf(pod).map((reference) => ({ ...reference, namespace: pod.namespace })));
  for (const object of of(environment, 'ConfigMap', 'Secret', 'ExternalSecret')) {
    const { namespace } = object.metadata;
    if (namespace !== FUNCTIONS && namespace !== ADAPTERS) continue;
    const kind = object.kind === 'ConfigMap' ? 'ConfigMap' : 'Secret';
    const name = object.kind === 'ExternalSecret' ? (object.spec.target?.name ?? object.metadata.name) : object.metadata.name;
    const used = uses.filter((use) => use.kind === kind && use.name === name && use.namespace === namespace);
    const asked = of(environment, 'Gateway').some((gateway) => gateway.spec.infrastructure?.parametersRef?.name === name);
    const elsewhere = asked || of(environment, 'TriggerAuthentication').some((authentication) => authentication.metadata.namespace === namespace && authentication.spec.secretTargetRef?.some((reference) => reference.name === name));
    if (used.length === 0 && !elsewhere) problems.push(`${nameOf(object)}: nobody uses it`);
    const keys = provided(environment, kind, namespace, name)?.keys;
    if (used.length > 0 && keys !== undefined && used.every((use) => use.keys.length > 0)) {
      for (const key of minus([...keys.keys()], used.flatMap((use) => use.keys))) problems.push(`${nameOf(object)}: nobody uses ${key}`);
    }
  }
  return problems;
}

export function eachSecretHasOneSource(model, environment) {
  const problems = [];
  const sources = new Map();
  const note = (variable, source, where) => {
    if (source === undefined) return;
    const other = sources.get(variable);
    if (other !== undefined && other.source !== source) problems.push(`${where}: ${variable} is not the one of ${other.where}`);
    for (const [name, known] of sources) if (name !== variable && known.source === source) problems.push(`${where}: ${variable} is the same as ${name}`);
    sources.set(variable, { source, where });
  };
  for (const app of appsOf(environment)) {
    for (const { name, valueFrom } of app.spec.variables ?? []) {
      if (valueFrom?.secretKeyRef === undefined) continue;
      note(name, provided(environment, 'Secret', app.metadata.namespace, valueFrom.secretKeyRef.name)?.keys?.get(valueFrom.secretKeyRef.key), nameOf(app));
    }
  }
  for (const fn of Object.keys(model.spin.components)) {
    note(tokenVariable(fn), provided(environment, 'Secret', ADAPTERS, 'bridge-tokens')?.keys?.get(tokenEnvironment(fn)), 'bridge-tokens');
  }
  return problems;
}

/** What a Secret is filled in with is fetched, and what is fetched fills something in. */
export function secretTemplatesAreFilledIn(model, environment) {
  return of(environment, 'ExternalSecret').flatMap((secret) => {
    const template = secret.spec.target?.template?.data;
    if (template === undefined || secret.spec.dataFrom !== undefined) return [];
    const wanted = [...new Set(Object.values(template).flatMap((text) => [...text.matchAll(/\{\{[^}]*?\}\}/g)].flatMap(([action]) => [...action.matchAll(/\.(\w+)/g)].map(([, name]) => name))))];
    const fetched = (secret.spec.data ?? []).map(({ secretKey }) => secretKey);
    return [...minus(wanted, fetched).map((name) => `${nameOf(secret)}: ${name} is not fetched`), ...minus(fetched, wanted).map((name) => `${nameOf(secret)}: ${name} fills nothing in`)];
  });
}

// --- the bridge

const bridgeOf = (environment) => podsOf(environment).find((pod) => pod.namespace === ADAPTERS && pod.serviceAccount === 'bridge');
const subscribersOf = (model) => Object.entries(model.subscriptions).map(([name, subscription]) => ({ name, fn: subscription.function ?? name, ...subscription }));

export function theBridgeKnowsEachFunction(model, environment) {
  const bridge = bridgeOf(environment);
  if (bridge === undefined) return ['no bridge'];
  const problems = [];
  const [container] = bridge.containers;
  const wanted = [...new Set([...Object.keys(model.grants).filter((fn) => grantsSomething(model.grants[fn])), ...subscribersOf(model).map(({ fn }) => fn)])];
  const sets = (container.envFrom ?? []).map(({ secretRef }) => provided(environment, 'Secret', ADAPTERS, secretRef?.name));
  // Made by hand is made with all tokens that there are.
  const known = sets.every((set) => set?.keys !== undefined);
  const given = known ? sets.flatMap((set) => [...set.keys.keys()]) : wanted.map(tokenEnvironment);
  if (sets.length === 0) problems.push('the bridge is given no tokens');
  for (const name of minus(wanted.map(tokenEnvironment), given)) problems.push(`the bridge is not given ${name}`);
  for (const name of minus(given, wanted.map(tokenEnvironment))) problems.push(`the bridge is given ${name}, which nothing needs`);
  const value = (name) => container.env?.find((variable) => variable.name === name);
  for (const name of ['MCOMMERCE_STORE', 'MCOMMERCE_BROKER']) if (value(name)?.valueFrom?.secretKeyRef === undefined) problems.push(`the bridge's ${name} is not from a Secret`);
  const urls = functionUrls(bridge);
  const consumers = [...new Set(subscribersOf(model).map(({ fn }) => fn))];
  if (!sameSet(Object.keys(urls), consumers)) problems.push(`the bridge is told where ${Object.keys(urls).join(', ')} are; events go to ${consumers.join(', ')}`);
  const listens = value('MCOMMERCE_LISTEN')?.value;
  if (!container.ports?.some((port) => listens === `0.0.0.0:${port.containerPort}`)) problems.push(`the bridge listens on ${listens}`);
  return problems;
}

function functionUrls(bridge) {
  const list = bridge.containers[0].env?.find((variable) => variable.name === 'MCOMMERCE_FUNCTION_URLS')?.value ?? '';
  return Object.fromEntries(list.split(',').filter((entry) => entry !== '').map((entry) => entry.split('=')));
}

// --- who calls whom

/** The value of a Spin variable as an app is given it, or undefined for secrets and unknown ones. */
function valueOf(environment, app, name) {
  const variable = app.spec.variables?.find((candidate) => candidate.name === name);
  const reference = variable?.valueFrom?.configMapKeyRef;
  return variable?.value ?? (reference && provided(environment, 'ConfigMap', app.metadata.namespace, reference.name)?.keys?.get(reference.key));
}

/** @returns {{source: import('./cluster.mjs').Pod, host: string, port: number, why: string, fn?: string}[]} */
function flowsOf(model, environment) {
  const flows = [];
  const add = (source, url, why, more) => {
    const address = url?.match(/^(?:[\w*]+):\/\/([^:/]+)(?::(\d+))?/);
    if (address === null || address === undefined) flows.push({ source, why, host: undefined, ...more });
    else flows.push({ source, host: address[1], port: Number(address[2] ?? (url.startsWith('https:') ? 443 : 80)), why, ...more });
  };
  for (const pod of podsOf(environment)) {
    if (pod.app !== undefined) {
      for (const fn of pod.app.spec.components ?? []) {
        for (const host of model.spin.components[fn]?.hosts ?? []) {
          add(pod, host.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => valueOf(environment, pod.app, name) ?? ''), `${fn} may call ${host}`, { fn, template: host });
        }
      }
      const executor = find(environment, 'SpinAppExecutor', pod.namespace, pod.app.spec.executor)?.spec.deploymentConfig;
      if (executor?.otel?.exporter_otlp_endpoint) add(pod, executor.otel.exporter_otlp_endpoint, 'its executor sends traces', {});
      // Spin itself, in the pod, fetches the application, unless that lies in the image.
      if (executor?.spinImage && !pod.app.spec.image.startsWith('/')) for (const host of registryOf(pod.app.spec.image)) add(pod, `https://${host}`, 'Spin fetches the application', {});
    }
    // Members of the replica set among themselves, and the jobs that initiate and back it up.
    if (pod.namespace === DATA && pod.containers.some((container) => /(^|\/)mongo:/.test(container.image ?? ''))) add(pod, 'tcp://mongodb.mcommerce-data.svc.cluster.local:27017', 'it speaks with MongoDB', {});
    if (pod.containers.some((container) => /(^|\/)rclone:/.test(container.image ?? ''))) flows.push({ source: pod, host: BUCKET, port: 443, why: 'it copies backups out', anywhere: true });
    if (pod.object.kind === 'Alertmanager' && secretsOfReceivers(environment).length > 0) flows.push({ source: pod, host: 'who is told', port: 443, why: 'it tells people', anywhere: true });
    if (pod.object.kind === 'RabbitmqCluster') for (const port of [4369, 25672]) add(pod, `tcp://${pod.object.metadata.name}-nodes.mcommerce-data.svc.cluster.local:${port}`, 'its nodes find each other', {});
    for (const { name, value } of pod.app === undefined ? pod.containers.flatMap((container) => container.env ?? []) : []) {
      if (/^https?:\/\//.test(value ?? '')) add(pod, value, `it is told ${name}`, { anywhere: !isInjected(environment, pod.namespace) && !/\.svc(\.|:|\/|$)/.test(value) });
    }
  }
  const bridge = bridgeOf(environment);
  if (bridge !== undefined) {
    for (const [fn, url] of Object.entries(functionUrls(bridge))) add(bridge, url, `events go to ${fn}`, { fn });
    add(bridge, 'tcp://mongodb.mcommerce-data.svc.cluster.local:27017', 'its store', {});
    add(bridge, 'tcp://rabbitmq.mcommerce-data.svc.cluster.local:5672', 'its broker', {});
  }
  return flows;
}

/** Whom a registry sends its clients to, for tokens and blobs. */
const REGISTRIES = { 'registry.gitlab.com': ['gitlab.com', 'cdn.registry.gitlab-static.net', 'storage.googleapis.com'] };

function registryOf(image) {
  const [host] = image.split('/');
  return [host, ...(REGISTRIES[host] ?? [])];
}

/** Where a flow ends: pods and the port of each, or the world outside. */
/** Where copies of backups go; which bucket, a Secret says. */
const BUCKET = 'the bucket of backups';

function endsOf(environment, { source, host, port, anywhere }) {
  if (anywhere) return [{ pod: WORLD, number: port }];
  const service = host && serviceOf(environment, host, source.namespace);
  if (service !== undefined && service !== '') {
    return podsBehind(environment, service).map((pod) => ({ pod, number: targetPort(service, port, pod), service }));
  }
  const entry = of(environment, 'ServiceEntry').find((candidate) => candidate.spec.hosts.includes(host));
  const outside = entry?.spec.ports.find((candidate) => candidate.number === port);
  return outside === undefined ? [] : [{ pod: WORLD, number: outside.targetPort ?? port, entry }];
}

const isInjected = (environment, namespace) => of(environment, 'Namespace').some((object) => object.metadata.name === namespace && object.metadata.labels?.['istio-injection'] === 'enabled');

export function eachCallFindsItsWay(model, environment) {
  const problems = [];
  for (const flow of flowsOf(model, environment)) {
    const say = (problem) => problems.push(`${flow.source.owner}: ${flow.why}: ${flow.host}:${flow.port} ${problem}`);
    const ends = endsOf(environment, flow);
    if (ends.length === 0) say('is nothing known');
    for (const { pod, number, service } of ends) {
      if (number === undefined) say(`has no such port`);
      else for (const [from, to] of hopsOf(environment, flow.source, pod, service)) {
        if (!connects(environment, from, to, arrival(environment, from, to, number))) say(`is kept from it by a NetworkPolicy, between ${from.owner} and ${to.owner ?? 'the way out'}`);
      }
      const sidecar = isInjected(environment, flow.source.namespace) ? sidecarOf(environment, flow.source) : undefined;
      const namespace = service?.metadata.namespace ?? flow.source.namespace;
      if (sidecar !== undefined && !sidecar.spec.egress.some(({ hosts }) => hosts.some((entry) => covers(entry, flow.source, namespace, flow.host)))) say(`is not in ${nameOf(sidecar)}`);
    }
  }
  return problems;
}

const inAmbient = (environment, namespace) => namespace === 'istio-ingress' ? environment.ambient : of(environment, 'Namespace').some((object) => object.metadata.name === namespace && object.metadata.labels?.['istio.io/dataplane-mode'] === 'ambient');

/** The port at which a connection arrives: between pods of an ambient mesh always the same. */
function arrival(environment, from, to, number) {
  if (!to.external && inAmbient(environment, from.namespace) && inAmbient(environment, to.namespace)) return { number: HBONE, name: 'hbone' };
  return { number, name: to.ports?.find((port) => port.number === number)?.name };
}

/** The connections that a call takes: one, or two with a waypoint between. */
function hopsOf(environment, source, target, service) {
  const waypoint = environment.ambient && service !== undefined && source.namespace !== 'istio-ingress' ? waypointOf(environment, target.namespace, service) : undefined;
  const between = waypoint && podsOf(environment).find((pod) => pod.object === waypoint);
  return between === undefined ? [[source, target]] : [[source, between], [between, target]];
}

export function everybodySendsTraces(model, environment) {
  const problems = [];
  for (const executor of of(environment, 'SpinAppExecutor')) if (executor.spec.deploymentConfig?.otel?.exporter_otlp_endpoint === undefined) problems.push(`${nameOf(executor)} sends no traces`);
  const told = (name) => bridgeOf(environment)?.containers[0].env?.find((variable) => variable.name === name)?.value;
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME']) if (!told(name)) problems.push(`the bridge is not told ${name}`);
  return problems;
}

/** What every pod needs before it can call anybody: names, and in a mesh of sidecars its control plane. */
export function podsFindNamesAndTheirProxy(model, environment) {
  const problems = [];
  const [istiod, dns] = ['istio-system', 'kube-system'].map((namespace) => foreignPods().find((pod) => pod.namespace === namespace));
  for (const pod of podsOf(environment).filter((candidate) => candidate.namespace.startsWith('mcommerce'))) {
    for (const protocol of ['UDP', 'TCP']) if (!connects(environment, pod, dns, { number: 53, protocol })) problems.push(`${pod.owner} can't ask for names by ${protocol}`);
    const proxied = isInjected(environment, pod.namespace) || pod.object.kind === 'Gateway';
    if (proxied && !connects(environment, pod, istiod, { number: 15012 })) problems.push(`${pod.owner}'s proxy can't reach istiod`);
  }
  return problems;
}

/** What leaves the cluster is encrypted, by who sends it or by its proxy. */
export function whatLeavesTheClusterIsEncrypted(model, environment) {
  const problems = [];
  for (const entry of of(environment, 'ServiceEntry').filter((candidate) => candidate.spec.location !== 'MESH_INTERNAL')) {
    for (const host of entry.spec.hosts) {
      const tls = of(environment, 'DestinationRule').find((rule) => rule.spec.host === host)?.spec.trafficPolicy?.tls;
      const plain = entry.spec.ports.filter(({ protocol }) => !['TLS', 'HTTPS'].includes(protocol));
      if (plain.length > 0 && !(tls?.mode === 'SIMPLE' && tls.sni === host && tls.subjectAltNames?.includes(host))) problems.push(`${host} is called in plain text`);
    }
  }
  return problems;
}

/** Namespaces outside the mesh: no proxy is to try mutual TLS with what is there. */
export function whatIsOutsideTheMeshIsReachedWithoutIt(model, environment) {
  const outside = of(environment, 'Namespace').filter((object) => object.metadata.labels?.['istio-injection'] === 'disabled').map((object) => object.metadata.name);
  const plain = of(environment, 'DestinationRule').filter((rule) => rule.spec.trafficPolicy?.tls?.mode === 'DISABLE').map((rule) => rule.spec.host);
  const called = flowsOf(model, environment).filter(({ source }) => !outside.includes(source.namespace)).map(({ host }) => host).filter((host) => outside.includes(host?.split('.')[1]));
  return [...new Set(called)].filter((host) => !plain.some((pattern) => glob(pattern, host))).map((host) => `${host}: no DestinationRule leaves mutual TLS out`);
}

export function proxiesKnowNoMoreThanTheyNeed(model, environment) {
  const problems = [];
  const flows = flowsOf(model, environment).filter((flow) => flow.host !== undefined);
  const others = new Set(of(environment, 'ServiceEntry').flatMap((entry) => entry.spec.hosts));
  for (const sidecar of of(environment, 'Sidecar').filter((candidate) => candidate.spec.workloadSelector !== undefined)) {
    const pods = podsOf(environment).filter((pod) => pod.namespace === sidecar.metadata.namespace && selects({ matchLabels: sidecar.spec.workloadSelector.labels }, pod.labels));
    if (pods.length === 0) problems.push(`${nameOf(sidecar)} selects nobody`);
    if (sidecar.spec.outboundTrafficPolicy?.mode !== 'REGISTRY_ONLY') problems.push(`${nameOf(sidecar)} lets out what is not known`);
    for (const entry of sidecar.spec.egress.flatMap(({ hosts }) => hosts)) {
      const wanted = flows.some((flow) => pods.includes(flow.source) || (pods.some((pod) => pod.owner === flow.source.owner) && endsOf(environment, flow).some(({ service }) => covers(entry, flow.source, service?.metadata.namespace ?? flow.source.namespace, flow.host))));
      // What a domain may ask of the world is opened before its first function does.
      if (!wanted && !others.has(entry.split('/')[1])) problems.push(`${nameOf(sidecar)}: nobody calls ${entry}`);
    }
  }
  const entries = of(environment, 'Sidecar').flatMap((sidecar) => sidecar.spec.egress.flatMap(({ hosts }) => hosts));
  for (const host of environment.ambient ? [] : others) if (!entries.some((entry) => entry.split('/')[1] === host)) problems.push(`${host} is known and nobody may call it`);
  return problems;
}

/** Prometheus reaches what it is told to scrape, and KEDA the queues it counts. */
export function whatIsWatchedCanBeReached(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const watchers = pods.filter((pod) => pod.labels['app.kubernetes.io/name'] === 'prometheus');
  if (watchers.length === 0) problems.push('no Prometheus');
  const reach = (watcher, pod, number, what) => {
    if (!connects(environment, watcher, pod, { number, name: pod.ports.find((port) => port.number === number)?.name })) problems.push(`${what}: ${watcher.owner} can't reach ${pod.owner}:${number}`);
  };
  for (const monitor of of(environment, 'PodMonitor', 'ServiceMonitor')) {
    for (const endpoint of monitor.spec.podMetricsEndpoints ?? monitor.spec.endpoints) {
      // The address may be written anew, to the port where a sidecar shows its pod's metrics.
      const rewritten = endpoint.relabelings?.find((rule) => rule.targetLabel === '__address__')?.replacement?.match(/:(\d+)$/)?.[1];
      for (const { pod, port } of watchedBy(environment, monitor, endpoint)) for (const watcher of watchers) reach(watcher, pod, Number(rewritten ?? port), nameOf(monitor));
    }
  }
  for (const watcher of watchers) {
    if (of(environment, 'ServiceMonitor').some((monitor) => monitor.metadata.name === 'kubelet') && !connects(environment, watcher, KUBERNETES, { number: 10250 })) problems.push(`${watcher.owner} can't reach the nodes' kubelets`);
  }
  // Whoever is bound to a role asks Kubernetes, at the port of its Service or the one behind it.
  const bound = of(environment, 'ClusterRoleBinding', 'RoleBinding').flatMap(({ subjects }) => subjects.map(({ namespace, name }) => `${namespace}/${name}`));
  for (const pod of pods.filter((candidate) => bound.includes(`${candidate.namespace}/${candidate.serviceAccount}`))) {
    for (const number of [443, 6443]) if (!connects(environment, pod, KUBERNETES, { number })) problems.push(`${pod.owner} can't ask Kubernetes at ${number}`);
  }
  const keda = foreignPods().find((pod) => pod.namespace === 'keda');
  for (const scaler of of(environment, 'ScaledObject')) {
    for (const { type, metadata } of scaler.spec.triggers) {
      const url = { rabbitmq: 'amqp://rabbitmq.mcommerce-data.svc:5672', prometheus: metadata.serverAddress }[type];
      const [, host, port] = url?.match(/:\/\/([^:/]+):(\d+)/) ?? [];
      const service = host && serviceOf(environment, host, 'keda');
      if (url !== undefined && service === undefined) problems.push(`${nameOf(scaler)}: no ${host}`);
      for (const pod of service ? podsBehind(environment, service) : []) reach(keda, pod, targetPort(service, Number(port), pod), nameOf(scaler));
    }
  }
  return problems;
}

function watchedBy(environment, monitor, endpoint) {
  if (monitor.kind === 'PodMonitor') {
    return monitored(monitor, [...podsOf(environment), ...foreignPods()]).filter((pod) => selects(monitor.spec.selector, pod.labels)).map((pod) => ({ pod, port: pod.ports.find((port) => port.name === endpoint.port)?.number }));
  }
  return monitored(monitor, servicesOf(environment).map((service) => ({ service, namespace: service.metadata.namespace })))
    .filter(({ service }) => selects(monitor.spec.selector, service.metadata.labels))
    .map(({ service }) => ({ service, port: service.spec.ports.find((port) => port.name === endpoint.port)?.port }))
    .filter(({ port }) => port !== undefined)
    .flatMap(({ service, port }) => podsBehind(environment, service).map((pod) => ({ pod, port: targetPort(service, port, pod) })));
}

/** Data stores, functions and the bridge accept from nobody but those who have to ask them. */
export function nothingElseConnects(model, environment) {
  const problems = [];
  for (const { metadata: { name: namespace } } of of(environment, 'Namespace').filter((object) => object.metadata.name.startsWith('mcommerce'))) {
    if (!deniesByDefault(environment, namespace)) problems.push(`${namespace}: not everything is refused by default`);
  }
  const pods = podsOf(environment);
  const ends = new Set(flowsOf(model, environment).flatMap((flow) => endsOf(environment, flow).map(({ pod, number }) => `${flow.source.owner} > ${pod.owner}:${number}`)));
  const isPublic = (pod) => (pod.app?.spec.components ?? []).some((fn) => model.spin.components[fn]?.routes.some((route) => !isHidden(route)));
  const sources = [...pods.filter((pod) => pod.app !== undefined || pod.namespace === ADAPTERS), ...foreignPods().filter((pod) => pod.namespace === 'istio-ingress')];
  for (const target of pods.filter((pod) => [FUNCTIONS, ADAPTERS, DATA].includes(pod.namespace) && pod.object.kind !== 'Gateway')) {
    for (const { number, name } of target.ports) {
      for (const source of sources.filter((candidate) => candidate.owner !== target.owner)) {
        const wanted = ends.has(`${source.owner} > ${target.owner}:${number}`) || (source.namespace === 'istio-ingress' && number === 80 && isPublic(target));
        const possible = connects(environment, source, target, environment.ambient && wanted ? arrival(environment, source, target, number) : { number, name });
        if (possible && !wanted) problems.push(`${source.owner} can reach ${target.owner}:${number}`);
        if (!possible && wanted && hopsOf(environment, source, target, serviceOfPod(environment, target)).length === 1) problems.push(`${source.owner} can't reach ${target.owner}:${number}`);
      }
    }
  }
  return problems;
}

// --- routes

export function eachPublicRouteLeadsToItsComponent(model, environment) {
  const problems = [];
  const hosts = publicHosts(environment);
  if (hosts.length === 0) problems.push('no host is public');
  for (const { gateway, host } of hosts) {
    for (const [fn, { routes }] of Object.entries(model.spin.components)) {
      for (const route of routes.filter((candidate) => !isHidden(candidate))) {
        problems.push(...routeProblems(model, environment, { gateway, host, fn, route }).map((problem) => `${host}${route}: ${problem}`));
      }
    }
  }
  return problems;
}

function routeProblems(model, environment, { gateway, host, fn, route }) {
  const problems = [];
  const operations = openapiOf(model, route);
  const lastResort = route === '/...';
  const requests = pathsOf(route).flatMap((path) => METHODS.flatMap((method) => [{ path, method }, ...(operations[method]?.keyed ? [{ path, method, headers: { 'idempotency-key': '0190a7e0' } }] : [])]));
  for (const request of requests) {
    const say = (problem) => problems.push(`${request.method} ${request.path}: ${problem}`);
    if (!gatewayLets(environment, request)) say("the gateway's own policies refuse it");
    const taken = routed(environment, gateway, host, request);
    if (taken.rule === undefined) { say('no route'); continue; }
    if (taken.ambiguous) say('which rule it takes depends on their age');
    problems.push(...leadsTo(environment, taken, fn).map((problem) => `${request.method} ${request.path}: ${problem}`));
    if (isSpecific(taken.rule, request) === lastResort) say(lastResort ? 'is not for the last resort' : 'is left to the last resort');
    const operation = operations[request.method];
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (isExact(route) && (operation !== undefined || !reads) && !ownRule(taken.rule, request)) say('has no condition of its own');
    const attempts = taken.rule.retries?.attempts;
    if (attempts === undefined) say('how often it is tried is not said');
    if (taken.rule.timeout === undefined) say('no timeout');
    if (operation !== undefined && !ASKED_ONCE.has(route)) {
      const repeatable = request.method === 'GET' || request.headers !== undefined;
      if (repeatable && attempts === 0) say('is repeated by nobody, though it may be');
      if (!repeatable && attempts > 0) say('is repeated, though it must not be');
    }
  }
  return problems;
}

/** Whether a condition of a rule matches a request and not the path beside it. */
function ownRule(rule, request) {
  return (rule.match ?? []).some((condition) => isSpecific({ match: [condition] }, request) && !isSpecific({ match: [condition] }, { ...request, path: besides(request.path) }));
}

function leadsTo(environment, taken, fn) {
  const problems = [];
  const all = destinations(taken);
  if (all.length === 0) problems.push('is answered by the gateway');
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  if (all.length > 0 && sum !== 100) problems.push(`weights add up to ${sum}`);
  for (const destination of all) {
    const pods = podsOfDestination(environment, destination);
    if (destination.weight > 0 && pods.length === 0) problems.push(`${destination.host} ${destination.subset ?? ''} is nobody`);
    for (const pod of pods) if (!pod.app?.spec.components?.includes(fn)) problems.push(`${pod.owner} does not run ${fn}`);
  }
  return problems;
}

/** All rules of a domain split its traffic alike, between its two tracks. */
export function tracksAreSplitAlike(model, environment) {
  const splits = new Map();
  for (const virtualService of of(environment, 'VirtualService')) {
    for (const rule of virtualService.spec.http ?? []) {
      const all = destinations({ rule, virtualService }).filter(({ host }) => host.endsWith(`-mesh.${FUNCTIONS}.svc.cluster.local`));
      if (all.length === 0) continue;
      const split = all.map(({ subset, weight }) => `${subset} ${weight}`).join(', ');
      splits.set(all[0].host, new Set([...(splits.get(all[0].host) ?? []), split]));
    }
  }
  const alike = (kinds) => kinds.size === 1 && /^stable \d+, canary \d+$/.test([...kinds][0]);
  return [...splits].filter(([, kinds]) => !alike(kinds)).map(([host, kinds]) => `${host} is split in different ways: ${[...kinds].join('; ')}`);
}

/** Whoever calls within the mesh knows how long and how often: Istio's own default repeats what it should not. */
export function callsWithinTheMeshAreBounded(model, environment) {
  const problems = [];
  const bridge = bridgeOf(environment);
  const hosts = of(environment, 'Service').filter((service) => service.metadata.namespace === FUNCTIONS || (bridge !== undefined && podsBehind(environment, service).includes(bridge)));
  for (const service of hosts) {
    const { name, namespace } = service.metadata;
    // In an ambient mesh without a waypoint before it, nobody would read the rules.
    if (environment.ambient && waypointOf(environment, namespace, service) === undefined) continue;
    const host = `${name}.${namespace}.svc.cluster.local`;
    const rules = [['POST', '/any'], ['POST', '/v1/query'], ['POST', '/v1/transact'], ...Object.values(model.spin.components).flatMap(({ routes }) => routes.filter(isHidden).flatMap(pathsOf)).map((path) => ['POST', path])].map(([method, path]) => [path, routed(environment, 'mesh', host, { method, path }).rule]);
    for (const [path, rule] of rules) {
      if (rule === undefined) problems.push(`${host}${path}: no rule`);
      else if (rule.timeout === undefined || rule.retries?.attempts === undefined) problems.push(`${host}${path}: how long and how often is not said`);
      else if (namespace === ADAPTERS && (rule.retries.attempts > 0) !== (path === '/v1/query')) problems.push(`${host}${path} is tried ${rule.retries.attempts} times more`);
      else if (path === '/any' && rule.retries.attempts > 0) problems.push(`${host} repeats what it does not know`);
    }
  }
  for (const entry of environment.ambient ? [] : of(environment, 'ServiceEntry')) {
    for (const host of entry.spec.ports.some(({ protocol }) => protocol === 'HTTP') ? entry.spec.hosts : []) {
      const { rule } = routed(environment, 'mesh', host, { method: 'POST', path: '/any' });
      if (rule?.timeout === undefined || rule.retries?.attempts !== 0) problems.push(`${host}: how long it is waited for is not said, or it is asked again`);
    }
  }
  return problems;
}

export function theGatewaySpeaksTls(model, environment) {
  const problems = [];
  for (const { gateway, host } of publicHosts(environment)) {
    const [namespace, name] = gateway.split('/');
    const servers = find(environment, 'Gateway', namespace, name).spec.servers.filter((server) => server.hosts.includes(host));
    const secure = servers.find((server) => server.port.protocol === 'HTTPS' && server.port.number === 443);
    if (secure?.tls?.mode !== 'SIMPLE' || provided(environment, 'Secret', namespace, secure.tls.credentialName) === undefined) problems.push(`${host}: no certificate`);
    const certificate = of(environment, 'Certificate').find((candidate) => candidate.spec.secretName === secure?.tls?.credentialName);
    if (!certificate?.spec.dnsNames?.includes(host)) problems.push(`${host}: not in its certificate`);
    if (!servers.some((server) => server.port.protocol === 'HTTP' && server.tls?.httpsRedirect)) problems.push(`${host}: plain HTTP is not sent to HTTPS`);
    if (servers.some((server) => server.port.protocol === 'HTTP' && !server.tls?.httpsRedirect)) problems.push(`${host} is served in plain text`);
    const url = provided(environment, 'ConfigMap', FUNCTIONS, 'shop')?.keys?.get('shop_url');
    if (url !== `https://${host}`) problems.push(`functions think the shop is at ${url}, not ${host}`);
  }
  return problems;
}

export function eachDestinationExists(model, environment) {
  const problems = [];
  for (const virtualService of of(environment, 'VirtualService')) {
    const say = (problem) => problems.push(`${nameOf(virtualService)}: ${problem}`);
    for (const gateway of gatewaysOf(virtualService).filter((name) => name !== 'mesh')) {
      const [name, namespace = virtualService.metadata.namespace] = gateway.split('/').reverse();
      const found = of(environment, 'Gateway').find((candidate) => candidate.metadata.name === name && candidate.metadata.namespace === namespace);
      if (found === undefined) say(`no Gateway ${gateway}`);
      else for (const host of minus(virtualService.spec.hosts, publicHosts(environment).map((known) => known.host))) say(`no Gateway serves ${host}`);
    }
    for (const rule of virtualService.spec.http ?? []) {
      const all = destinations({ rule, virtualService });
      const sum = all.reduce((total, { weight }) => total + weight, 0);
      if (all.length > 0 && sum !== 100) say(`${rule.name}: weights add up to ${sum}`);
      if (all.length === 0 && rule.directResponse === undefined && rule.redirect === undefined) say(`${rule.name}: leads nowhere`);
      for (const { host, subset, port } of all) {
        const service = serviceOf(environment, host, virtualService.metadata.namespace);
        const entry = of(environment, 'ServiceEntry').find((candidate) => candidate.spec.hosts.includes(host));
        const ports = service?.spec.ports.map((candidate) => candidate.port) ?? entry?.spec.ports.map((candidate) => candidate.number);
        if (ports === undefined) say(`${rule.name}: no ${host}`);
        else if (port !== undefined && !ports.includes(port.number)) say(`${rule.name}: ${host} has no port ${port.number}`);
        const rules = of(environment, 'DestinationRule').filter((candidate) => candidate.spec.host === host);
        if (rules.length !== 1) say(`${rule.name}: ${rules.length} DestinationRules of ${host}`);
        if (subset !== undefined && !rules.some((candidate) => candidate.spec.subsets?.some(({ name }) => name === subset))) say(`${rule.name}: ${host} has no subset ${subset}`);
      }
    }
  }
  return problems;
}

/** Calls within the mesh: events and what functions ask each other. */
export function eachInternalRouteLeadsToItsComponent(model, environment) {
  const problems = [];
  const bridge = bridgeOf(environment);
  const urls = bridge === undefined ? {} : functionUrls(bridge);
  for (const { name, fn, path, timeout } of subscribersOf(model)) {
    const say = (problem) => problems.push(`events of ${name}: ${problem}`);
    const host = urls[fn]?.replace(/^http:\/\//, '');
    const request = { method: 'POST', path };
    const taken = routed(environment, 'mesh', host, request);
    if (taken.rule === undefined) { say(`no route to ${host}${path}`); continue; }
    problems.push(...leadsTo(environment, taken, fn).map((problem) => `events of ${name}: ${problem}`));
    if (!isSpecific(taken.rule, request)) say('have no rule of their own');
    if (taken.rule.timeout === undefined || timeout === undefined || seconds(taken.rule.timeout) !== seconds(timeout)) say(`the mesh waits ${taken.rule.timeout}, subscriptions.toml says ${timeout}`);
    if (taken.rule.retries?.attempts !== 0) say('are delivered again by the mesh as well as by the bridge');
  }
  for (const { flow, fn, route } of internalCalls(model, environment)) {
    for (const path of pathsOf(route)) {
      const request = { method: 'POST', path };
      const taken = routed(environment, 'mesh', flow.host, request);
      const say = (problem) => problems.push(`${flow.source.owner} to ${route}: ${problem}`);
      if (taken.rule === undefined) { say(`no route to ${flow.host}${path}`); continue; }
      problems.push(...leadsTo(environment, taken, fn).map((problem) => `${flow.source.owner} to ${route}: ${problem}`));
      if (!isSpecific(taken.rule, request)) say('has no rule of its own');
    }
  }
  return problems;
}

/** A function that may call another domain finds a route there that is for it. */
export function whoIsCalledAnswers(model, environment) {
  const called = flowsOf(model, environment).filter((flow) => flow.fn !== undefined && flow.source.app !== undefined && endsOf(environment, flow).some(({ pod }) => pod.app !== undefined));
  const answered = internalCalls(model, environment);
  return called.filter((flow) => !answered.some((call) => call.flow.source === flow.source && call.flow.host === flow.host)).map((flow) => `${flow.source.owner}: ${flow.why}, where nothing answers`);
}

/** Calls from one domain to the internal routes of another. */
function internalCalls(model, environment) {
  return flowsOf(model, environment)
    .filter((flow) => flow.source.app !== undefined && flow.fn !== undefined && flow.host !== undefined)
    .flatMap((flow) => {
      const functions = [...new Set(endsOf(environment, flow).flatMap(({ pod }) => pod.app?.spec.components ?? []))];
      return functions.flatMap((fn) => (model.spin.components[fn]?.routes ?? []).filter((route) => route.startsWith('/internal/')).map((route) => ({ flow, fn, route })));
    });
}

export function nothingInternalIsExposed(model, environment) {
  const problems = [];
  const hidden = hiddenPaths(model);
  for (const { gateway, host } of publicHosts(environment)) {
    for (const path of [...hidden, ...hidden.map((candidate) => candidate.toUpperCase())]) {
      for (const method of METHODS) {
        const { rule } = routed(environment, gateway, host, { path, method });
        const refused = rule === undefined || (rule.directResponse?.status >= 400 && rule.route === undefined);
        if (!refused) problems.push(`${method} ${host}${path} is routed by ${rule.name}`);
      }
    }
  }
  for (const path of hidden) if (gatewayLets(environment, { path, method: 'POST' })) problems.push(`the gateway's own policies let ${path} through`);
  for (const pod of podsOf(environment).filter((candidate) => candidate.app !== undefined && !environment.ambient)) {
    for (const path of hidden) if (METHODS.some((method) => allowedBy(environment, pod, { principal: INGRESS, method, path, port: 80 }))) problems.push(`the gateway may ask ${pod.owner} for ${path}`);
  }
  for (const virtualService of of(environment, 'VirtualService').filter((candidate) => gatewaysOf(candidate).some((name) => name !== 'mesh'))) {
    for (const rule of virtualService.spec.http ?? []) {
      for (const destination of destinations({ rule, virtualService })) {
        if (!destination.host.endsWith(`.${FUNCTIONS}.svc.cluster.local`)) problems.push(`${nameOf(virtualService)} lets the outside reach ${destination.host}`);
      }
    }
  }
  for (const service of of(environment, 'Service').filter((candidate) => ['LoadBalancer', 'NodePort'].includes(candidate.spec.type))) problems.push(`${nameOf(service)} is open to the outside`);
  for (const object of of(environment, 'Ingress', 'HTTPRoute', 'TCPRoute', 'TLSRoute')) problems.push(`${nameOf(object)} is a way in beside the gateway`);
  return problems;
}

const gatewayPod = foreignPods().find((pod) => pod.namespace === 'istio-ingress');
const gatewayLets = (environment, { method, path }) => allowed(environment, gatewayPod, { method, path, port: 443 });

function hiddenPaths(model) {
  const routes = Object.values(model.spin.components).flatMap((component) => component.routes).filter(isHidden);
  return [...new Set(['/internal', '/internal/', '/internal/x', '/events', '/events/', '/events/x', ...routes.flatMap(pathsOf)])];
}

// --- who may

const serviceOfPod = (environment, pod) => servicesOf(environment).find((service) => service.by === undefined && service.metadata.namespace === pod.namespace && selects({ matchLabels: service.spec.selector }, pod.labels));
const allowedBy = (environment, pod, request) => allowed(environment, pod, request, serviceOfPod(environment, pod));

export function callersMayDoWhatTheyMustAndNoMore(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const bridge = bridgeOf(environment);
  const accounts = [...new Set(appsOf(environment).map((app) => app.spec.serviceAccountName))];
  const callers = [INGRESS, principal(ADAPTERS, 'bridge'), ...accounts.map((account) => principal(FUNCTIONS, account)), OBSERVER, principal('default', 'default'), undefined];
  const calls = internalCalls(model, environment);
  const judge = (pod, request, wanted) => {
    const possible = allowedBy(environment, pod, request);
    const said = `${request.principal ?? 'a stranger'}: ${request.method} ${pod.owner}${request.path}`;
    if (wanted && !possible) problems.push(`${said} is refused`);
    if (!wanted && possible) problems.push(`${said} is allowed`);
  };
  for (const pod of pods.filter((candidate) => candidate.app !== undefined)) {
    const own = (pod.app.spec.components ?? []).flatMap((fn) => (model.spin.components[fn]?.routes ?? []).map((route) => ({ fn, route })));
    const servesAll = own.some(({ route }) => route === '/...');
    for (const [fn, { routes }] of Object.entries(model.spin.components)) {
      for (const route of routes) {
        const mine = own.some((candidate) => candidate.fn === fn && candidate.route === route);
        const methods = isHidden(route) ? ['POST', 'GET'] : [...new Set(['GET', ...Object.keys(openapiOf(model, route))])];
        for (const path of pathsOf(route).filter((candidate) => !(isHidden(route) && candidate.endsWith('/')))) {
          for (const method of methods) {
            for (const caller of callers) {
              const request = { principal: caller, method, path, port: 80 };
              // At the pods an ambient mesh knows the gateway's identity alone; what it may ask for, its routes say.
              if (caller === INGRESS && environment.ambient) {
                judge(pod, request, own.some((candidate) => !isHidden(candidate.route)));
                continue;
              }
              // Where everything is public, so is what others serve.
              if (caller === INGRESS && servesAll && !isHidden(route)) {
                if (mine) judge(pod, request, true);
                continue;
              }
              const asked = isHidden(route)
                ? (caller === principal(ADAPTERS, 'bridge') && subscribersOf(model).some((subscription) => subscription.path === path)) || calls.some((call) => call.route === route && principal(call.flow.source.namespace, call.flow.source.serviceAccount) === caller)
                : caller === INGRESS;
              judge(pod, request, mine && asked && (method === 'POST' || !isHidden(route)));
            }
            if (mine && isExact(route) && !servesAll && !isHidden(route) && !environment.ambient && allowedBy(environment, pod, { principal: INGRESS, method, path: besides(path), port: 80 }) && !ownPattern(environment, pod, path)) problems.push(`${pod.owner}: ${path} has no line of its own`);
          }
        }
      }
    }
  }
  if (bridge !== undefined) {
    const port = bridge.ports[0].number;
    const granted = accounts.filter((account) => Object.entries(model.spin.components).some(([fn, { domain }]) => domain === account && grantsSomething(model.grants[fn])));
    const asksHealth = accounts.filter((account) => Object.entries(model.spin.components).some(([fn, { domain, hosts }]) => domain === account && hosts.includes('{{ bridge_url }}') && !grantsSomething(model.grants[fn])));
    for (const caller of callers) {
      const is = (list) => list.some((account) => principal(FUNCTIONS, account) === caller);
      if (environment.ambient) {
        judge(bridge, { principal: caller, method: 'POST', path: '/v1/query', port }, is([...granted, ...asksHealth]) || caller === OBSERVER);
        continue;
      }
      for (const path of ['/v1/query', '/v1/transact']) {
        judge(bridge, { principal: caller, method: 'POST', path, port }, is(granted));
        judge(bridge, { principal: caller, method: 'GET', path, port }, false);
      }
      judge(bridge, { principal: caller, method: 'GET', path: '/readyz', port }, is(asksHealth));
      judge(bridge, { principal: caller, method: 'GET', path: '/metrics', port }, caller === OBSERVER);
      for (const [method, path] of [['PUT', '/v1/blobs/x'], ['GET', '/v1/blobs/x'], ['POST', '/metrics'], ['POST', '/readyz'], ['POST', '/']]) judge(bridge, { principal: caller, method, path, port }, false);
    }
  }
  return problems;
}

/** In an ambient mesh pods can be called past the waypoint, so what they accept themselves is no more than they must. */
export function podsAcceptNoOneElse(model, environment) {
  if (!environment.ambient) return [];
  const problems = [];
  const calls = internalCalls(model, environment);
  const callers = [INGRESS, principal(ADAPTERS, 'bridge'), principal('default', 'default'), undefined, ...appsOf(environment).map((app) => principal(FUNCTIONS, app.spec.serviceAccountName)), ...podsOf(environment).filter((pod) => pod.object.kind === 'Gateway').map((pod) => principal(pod.namespace, pod.serviceAccount))];
  for (const pod of podsOf(environment).filter((candidate) => candidate.app !== undefined)) {
    const routes = pod.app.spec.components.flatMap((fn) => model.spin.components[fn]?.routes ?? []);
    const isCalled = subscribersOf(model).some(({ path }) => routes.includes(path)) || calls.some(({ route }) => routes.includes(route));
    for (const caller of new Set(callers)) {
      const wanted = caller === INGRESS ? routes.some((route) => !isHidden(route)) : /\/sa\/waypoint$/.test(caller ?? '') && isCalled;
      const possible = allowed(environment, pod, { principal: caller, method: 'POST', path: '/any', port: 80 }, undefined);
      if (possible !== wanted) problems.push(`${pod.owner} ${possible ? 'accepts' : 'refuses'} ${caller ?? 'strangers'}`);
    }
    if (!connects(environment, KUBELET, pod, { number: 80, name: 'http-app' })) problems.push(`${pod.owner}: probes are kept out`);
  }
  for (const service of of(environment, 'Service').filter((candidate) => waypointOf(environment, candidate.metadata.namespace, candidate) !== undefined)) {
    const guarded = of(environment, 'AuthorizationPolicy').some((policy) => policy.metadata.namespace === service.metadata.namespace && policy.spec?.targetRefs?.some(({ kind, name }) => kind === 'Service' && name === service.metadata.name));
    if (!guarded) problems.push(`${nameOf(service)}: the waypoint lets everything through`);
  }
  const bridge = bridgeOf(environment);
  if (bridge !== undefined && !connects(environment, KUBELET, bridge, bridge.ports[0])) problems.push('the bridge: probes are kept out');
  return problems;
}

/** Where probes of pods in an ambient mesh come from. */
const KUBELET = { ...WORLD, address: '169.254.7.127' };

/** Whether some policy names a path itself, not only what it is among. */
const ownPattern = (environment, pod, path) =>
  of(environment, 'AuthorizationPolicy')
    .filter((policy) => policy.metadata.namespace === pod.namespace)
    .some((policy) => (policy.spec?.rules ?? []).some((rule) => (rule.to ?? []).some(({ operation }) => operation.paths?.includes(path))));

export function everybodyIsKnown(model, environment) {
  const problems = [];
  const strict = of(environment, 'PeerAuthentication').filter((policy) => policy.metadata.namespace === 'istio-system' && policy.spec.mtls?.mode === 'STRICT' && policy.spec.selector === undefined);
  if (strict.length !== 1) problems.push('mutual TLS is not STRICT everywhere');
  for (const policy of of(environment, 'PeerAuthentication')) {
    if (policy.spec.mtls?.mode !== 'STRICT' || Object.values(policy.spec.portLevelMtls ?? {}).some(({ mode }) => mode !== 'STRICT')) problems.push(`${nameOf(policy)} is not STRICT`);
  }
  for (const namespace of [FUNCTIONS, ADAPTERS]) {
    const deny = of(environment, 'AuthorizationPolicy').some((policy) => policy.metadata.namespace === namespace && Object.keys(policy.spec ?? {}).length === 0);
    if (!deny) problems.push(`${namespace}: no policy refuses by default`);
  }
  const tokens = of(environment, 'RequestAuthentication');
  const jwks = Object.entries(model.spin.components).find(([, { routes }]) => routes.includes('/.well-known/jwks.json'))?.[0];
  for (const rule of tokens.flatMap((policy) => policy.spec.jwtRules ?? [])) {
    const [, host, path] = rule.jwksUri?.match(/^http:\/\/([^/]+)(\/.*)$/) ?? [];
    const service = host && serviceOf(environment, host, FUNCTIONS);
    if (path !== '/.well-known/jwks.json' || !service || !podsBehind(environment, service).every((pod) => pod.app?.spec.components?.includes(jwks))) problems.push(`tokens are verified by ${rule.jwksUri}`);
  }
  if (tokens.length === 0) problems.push('nobody verifies tokens');
  return problems;
}

// --- what selects what

export function selectorsSelect(model, environment) {
  const problems = [];
  const pods = podsOf(environment);
  const near = (object) => [...pods, ...foreignPods()].filter((pod) => pod.namespace === object.metadata.namespace);
  const want = (object, selector, candidates = near(object)) => {
    if (!candidates.some((pod) => selects(selector, pod.labels))) problems.push(`${nameOf(object)} selects nobody`);
  };
  for (const service of of(environment, 'Service').filter((candidate) => candidate.spec.selector !== undefined)) {
    want(service, { matchLabels: service.spec.selector });
    for (const pod of podsBehind(environment, service)) {
      for (const port of service.spec.ports) {
        const number = targetPort(service, port.port, pod);
        if (number === undefined || !pod.ports.some((candidate) => candidate.number === number)) problems.push(`${nameOf(service)}: ${pod.owner} has no port ${port.targetPort ?? port.port}`);
      }
    }
  }
  for (const budget of of(environment, 'PodDisruptionBudget')) want(budget, budget.spec.selector);
  for (const policy of of(environment, 'NetworkPolicy')) if (Object.keys(policy.spec.podSelector ?? {}).length > 0) want(policy, policy.spec.podSelector);
  for (const policy of of(environment, 'AuthorizationPolicy', 'RequestAuthentication')) if (policy.spec?.selector !== undefined) want(policy, policy.spec.selector);
  for (const policy of of(environment, 'AuthorizationPolicy')) {
    if (policy.spec?.rules !== undefined && policy.spec.selector === undefined && policy.spec.targetRefs === undefined) problems.push(`${nameOf(policy)} is for everybody`);
  }
  for (const monitor of of(environment, 'PodMonitor')) want(monitor, monitor.spec.selector, monitored(monitor, [...pods, ...foreignPods()]));
  for (const monitor of of(environment, 'ServiceMonitor')) {
    const services = monitored(monitor, servicesOf(environment).map((service) => ({ ...service, namespace: service.metadata.namespace, labels: service.metadata.labels })));
    want(monitor, monitor.spec.selector, services);
    for (const { key, operator, values } of monitor.spec.selector.matchExpressions ?? []) {
      for (const value of operator === 'In' ? values : []) if (!services.some(({ labels }) => labels?.[key] === value)) problems.push(`${nameOf(monitor)}: nothing is ${key}: ${value}`);
    }
    const ports = services.filter((service) => selects(monitor.spec.selector, service.labels)).flatMap((service) => service.spec.ports.map((port) => port.name));
    for (const { port } of monitor.spec.endpoints) if (!ports.includes(port)) problems.push(`${nameOf(monitor)}: no port ${port}`);
  }
  for (const object of of(environment, 'Deployment', 'StatefulSet', 'DaemonSet')) {
    if (!selects(object.spec.selector, object.spec.template.metadata?.labels)) problems.push(`${nameOf(object)} does not select its own pods`);
  }
  for (const set of of(environment, 'StatefulSet')) {
    if (find(environment, 'Service', set.metadata.namespace, set.spec.serviceName) === undefined) problems.push(`${nameOf(set)}: no Service ${set.spec.serviceName}`);
  }
  for (const rule of of(environment, 'DestinationRule').filter((candidate) => !candidate.spec.host.includes('*'))) {
    const { host } = rule.spec;
    if (serviceOf(environment, host, rule.metadata.namespace) === undefined && !of(environment, 'ServiceEntry').some((entry) => entry.spec.hosts.includes(host))) problems.push(`${nameOf(rule)}: no ${host}`);
  }
  return problems;
}

const monitored = (monitor, candidates) => {
  const { any, matchNames } = monitor.spec.namespaceSelector ?? {};
  return candidates.filter((candidate) => any || (matchNames ?? [monitor.metadata.namespace]).includes(candidate.namespace));
};

export function scalersHaveTargets(model, environment) {
  const problems = [];
  const scaled = new Map();
  for (const scaler of of(environment, 'ScaledObject', 'HorizontalPodAutoscaler')) {
    const say = (problem) => problems.push(`${nameOf(scaler)}: ${problem}`);
    const { kind = 'Deployment', apiVersion = 'apps/v1', name } = scaler.spec.scaleTargetRef;
    const { namespace } = scaler.metadata;
    const deployment = deploymentsOf(environment).find((candidate) => candidate.namespace === namespace && candidate.name === name);
    if (kind !== 'Deployment' || apiVersion !== 'apps/v1') say(`${kind} ${name} can't be scaled`);
    else if (deployment === undefined) say(`no Deployment ${name}`);
    else {
      if (deployment.app !== undefined && (deployment.app.spec.enableAutoscaling !== true || deployment.app.spec.replicas !== undefined)) say(`${nameOf(deployment.app)} fixes its replicas`);
      if (deployment.object?.spec.replicas !== undefined) say(`Deployment ${name} fixes its replicas`);
      const containers = [...(scaler.spec.metrics ?? []).map((metric) => metric.containerResource?.container), ...(scaler.spec.triggers ?? []).map((trigger) => trigger.metadata?.containerName)].filter((container) => container !== undefined);
      for (const container of minus(containers, deployment.containers)) say(`no container ${container}`);
    }
    if (scaled.has(`${namespace}/${name}`)) say(`${name} is scaled by ${scaled.get(`${namespace}/${name}`)} as well`);
    scaled.set(`${namespace}/${name}`, nameOf(scaler));
    for (const { type, metadata, authenticationRef } of scaler.spec.triggers ?? []) {
      if (type === 'rabbitmq' && !Object.keys(model.subscriptions).some((subscription) => metadata.queueName === `mcommerce.${subscription}`)) say(`no queue ${metadata.queueName}`);
      if (authenticationRef !== undefined && find(environment, 'TriggerAuthentication', namespace, authenticationRef.name) === undefined) say(`no TriggerAuthentication ${authenticationRef.name}`);
      const workload = metadata?.query?.match(/destination_workload="([^"]*)"/)?.[1];
      if (workload !== undefined && workload !== name) say(`counts the requests of ${workload}`);
    }
  }
  for (const app of appsOf(environment).filter((candidate) => candidate.spec.enableAutoscaling)) {
    if (!scaled.has(`${app.metadata.namespace}/${app.metadata.name}`)) problems.push(`${nameOf(app)}: nobody scales it`);
  }
  for (const deployment of of(environment, 'Deployment').filter((candidate) => candidate.spec.replicas === undefined)) {
    if (!scaled.has(`${deployment.metadata.namespace}/${deployment.metadata.name}`)) problems.push(`${nameOf(deployment)}: nobody says how many`);
  }
  return problems;
}

export function namespacesExist(model, environment) {
  const made = of(environment, 'Namespace').map((object) => object.metadata.name);
  const problems = [];
  for (const [name, security] of [[FUNCTIONS, 'baseline'], [ADAPTERS, 'restricted'], [DATA, 'restricted']]) {
    const namespace = of(environment, 'Namespace').find((object) => object.metadata.name === name);
    if (namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'] !== security) problems.push(`Namespace ${name} does not enforce ${security}`);
  }
  const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'ClusterIssuer', 'ClusterSecretStore', 'PriorityClass', 'StorageClass']);
  for (const object of environment.objects.filter((candidate) => !clusterWide.has(candidate.kind))) {
    const { namespace } = object.metadata;
    if (namespace === undefined) problems.push(`${nameOf(object)} is in no namespace`);
    else if (!made.includes(namespace) && !(namespace in FOREIGN)) problems.push(`${nameOf(object)}: no such namespace`);
  }
  return problems;
}

export function imagesArePinned(model, environment) {
  const images = [
    ...podsOf(environment).flatMap((pod) => pod.containers.filter((container) => container.image !== undefined && !(pod.app !== undefined && container.image.startsWith('/'))).map((container) => [pod.owner, container.image])),
    ...of(environment, 'SpinAppExecutor').filter((executor) => executor.spec.deploymentConfig?.spinImage !== undefined).map((executor) => [nameOf(executor), executor.spec.deploymentConfig.spinImage]),
  ];
  return images.filter(([, image]) => !/(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(image.split('/').at(-1))).map(([owner, image]) => `${owner}: ${image} is not pinned`);
}

export function podsAreConfined(model, environment) {
  const problems = [];
  for (const pod of podsOf(environment).filter((candidate) => candidate.spec !== undefined && candidate.namespace.startsWith('mcommerce'))) {
    for (const container of pod.containers) {
      const context = { ...pod.spec.securityContext, ...container.securityContext };
      const say = (problem) => problems.push(`${pod.owner}, ${container.name}: ${problem}`);
      if (context.runAsNonRoot !== true) say('may run as root');
      if (context.allowPrivilegeEscalation !== false) say('may gain privileges');
      if (context.readOnlyRootFilesystem !== true) say('may write to its image');
      if (!context.capabilities?.drop?.includes('ALL')) say('keeps capabilities');
      if (context.seccompProfile?.type !== 'RuntimeDefault') say('has no seccomp profile');
      if (container.resources?.requests === undefined || container.resources?.limits?.memory === undefined) say('has unbounded resources');
    }
  }
  return problems;
}

export function noSecretIsInGit(model, environment) {
  return of(environment, 'Secret').filter((secret) => environment.name !== 'local' && Object.keys({ ...secret.data, ...secret.stringData }).length > 0).map((secret) => `${nameOf(secret)} has values`);
}

// --- alerts

export function eachAlertHasARunbook(model, environment) {
  const problems = [];
  const alerts = environment.objects.flatMap(rulesOf).filter((rule) => rule.alert !== undefined);
  const linked = new Set();
  for (const { alert, annotations, labels } of alerts) {
    const runbook = annotations?.runbook_url?.match(/docs\/runbooks\/[\w./-]+\.md/)?.[0];
    linked.add(runbook);
    if (runbook === undefined) problems.push(`${alert}: no runbook_url`);
    else if (!model.runbooks.includes(runbook)) problems.push(`${alert}: no ${runbook}`);
    if (annotations?.summary === undefined) problems.push(`${alert}: no summary`);
    if (labels?.severity === undefined) problems.push(`${alert}: no severity`);
  }
  for (const runbook of model.runbooks) if (alerts.length > 0 && !linked.has(runbook)) problems.push(`${runbook}: no alert leads there`);
  if (alerts.length === 0) problems.push('no alerts');
  return problems;
}

/** What queries take for recorded is recorded. */
export function recordedMetricsAreRecorded(model, environment) {
  const recorded = new Set(environment.objects.flatMap(rulesOf).map((rule) => rule.record));
  return environment.objects.flatMap((object) => recordedIn(object).filter((name) => !recorded.has(name)).map((name) => `${nameOf(object)}: nothing records ${name}`));
}

const recordedNames = new WeakMap();
function recordedIn(object) {
  if (!recordedNames.has(object)) recordedNames.set(object, queriesOf(object).flatMap(metricsOf).filter((name) => typeof name === 'string' && name.includes(':')));
  return recordedNames.get(object);
}

// --- delivery

/** What ArgoCD is to deploy exists, and its project lets it. */
export function argocdMayDeployWhatThereIs(model) {
  const problems = [];
  const projects = model.delivery.filter((object) => object.kind === 'AppProject');
  for (const { where, source, project, namespaces } of deliveries(model)) {
    const say = (problem) => problems.push(`${where}: ${problem}`);
    const objects = model.rendered[source];
    if (objects === undefined) { say(`no kustomization ${source}`); continue; }
    const { spec } = projects.find((candidate) => candidate.metadata.name === project) ?? {};
    if (spec === undefined) { say(`no AppProject ${project}`); continue; }
    for (const object of objects) {
      const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
      const { namespace } = object.metadata;
      const clusterWide = namespace === undefined;
      const list = clusterWide ? spec.clusterResourceWhitelist : spec.namespaceResourceWhitelist;
      const named = (entry) => entry.name === undefined || glob(entry.name, object.metadata.name);
      if (list !== undefined && !list.some((entry) => glob(entry.group, group) && glob(entry.kind, object.kind) && named(entry))) say(`the project refuses ${nameOf(object)}`);
      if (!clusterWide && !spec.destinations.some((destination) => glob(destination.namespace, namespace))) say(`the project refuses namespace ${namespace}`);
    }
    for (const namespace of namespaces) if (!spec.destinations.some((destination) => glob(destination.namespace, namespace))) say(`the project refuses namespace ${namespace}`);
  }
  return [...new Set(problems)];
}

const glob = (pattern, value) => new RegExp(`^${pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(value);

/** Folders that Applications and ApplicationSets deploy. */
function deliveries(model) {
  return model.delivery
    .filter((object) => ['Application', 'ApplicationSet'].includes(object.kind))
    .flatMap((object) => {
      const spec = object.kind === 'Application' ? object.spec : object.spec.template.spec;
      const sources = spec.sources ?? [spec.source];
      const elements = lists(object.spec.generators ?? []);
      return sources.flatMap(({ path }) =>
        (path.includes('{{') ? elements : [{}]).map((element) => ({
          where: `${nameOf(object)} ${element.part ?? ''}`,
          source: filled(path, element),
          project: filled(spec.project, element),
          namespaces: [filled(spec.destination.namespace ?? '', element)].filter((name) => name !== ''),
        })),
      );
    });
}

const filled = (text, element) => text.replaceAll(/\{\{\s*\.?(\w+)\s*\}\}/g, (all, name) => element[name] ?? all);
const lists = (generators) => generators.flatMap((generator) => [...(generator.list?.elements ?? []), ...lists(generator.matrix?.generators ?? []), ...lists(generator.merge?.generators ?? [])]);

/** Every environment that clusters follow is deployed by ArgoCD, all parts of it. */
export function argocdDeploysEachPart(model) {
  const sources = deliveries(model).map(({ source }) => source);
  const wanted = model.folders.filter((folder) => /^(k8s|istio)\/.*overlays\/(staging|production)(\/|$)/.test(folder));
  return minus(wanted, sources).map((folder) => `ArgoCD does not deploy ${folder}`);
}

// --- all of them

export const OF_MODEL = { configurationAgrees, makefileBuildsEachComponent, openapiDescribesEachPublicRoute, argocdMayDeployWhatThereIs, argocdDeploysEachPart };
export const OF_ENVIRONMENT = {
  eachComponentIsDeployedOnce,
  eachVariableIsGivenToWhoNeedsIt,
  whatPodsReferToExists,
  whatIsProvidedIsUsed,
  eachSecretHasOneSource,
  secretTemplatesAreFilledIn,
  theBridgeKnowsEachFunction,
  eachDestinationExists,
  theGatewaySpeaksTls,
  tracksAreSplitAlike,
  callsWithinTheMeshAreBounded,
  whatIsOutsideTheMeshIsReachedWithoutIt,
  whatLeavesTheClusterIsEncrypted,
  whoIsCalledAnswers,
  everybodySendsTraces,
  podsFindNamesAndTheirProxy,
  eachInternalRouteLeadsToItsComponent,
  everybodyIsKnown,
  podsAcceptNoOneElse,
  eachCallFindsItsWay,
  proxiesKnowNoMoreThanTheyNeed,
  nothingElseConnects,
  whatIsWatchedCanBeReached,
  selectorsSelect,
  scalersHaveTargets,
  namespacesExist,
  imagesArePinned,
  podsAreConfined,
  noSecretIsInGit,
  eachAlertHasARunbook,
  recordedMetricsAreRecorded,
  // Last, for they take longest.
  eachPublicRouteLeadsToItsComponent,
  nothingInternalIsExposed,
  callersMayDoWhatTheyMustAndNoMore,
};
