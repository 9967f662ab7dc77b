// Routes: public ones lead to their component, internal ones to nobody outside.
import { find, foreignPods, of, podsBehind, podsOf, provided, serviceOf } from '../cluster.mjs';
import { allowed, destinations, gatewaysOf, isSpecific, podsOfDestination, publicHosts, routed, waypointOf } from '../istio.mjs';
import { nameOf } from '../kustomize.mjs';
import { allowedBy } from './access.mjs';
import { bridgeOf, functionUrls, subscribersOf } from './bridge.mjs';
import { endsOf, flowsOf } from './calls.mjs';
import { ADAPTERS, ASKED_ONCE, FUNCTIONS, INGRESS, METHODS, besides, isExact, isHidden, minus, openapiOf, pathsOf, seconds } from './words.mjs';

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
export function internalCalls(model, environment) {
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
