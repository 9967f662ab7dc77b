// Who may do what, by the policies of the mesh.
import { WORLD, of, podsBehind, podsOf, selects, serviceOf, servicesOf } from '../cluster.mjs';
import { allowed, principal, waypointOf } from '../istio.mjs';
import { nameOf } from '../kustomize.mjs';
import { connects } from '../network.mjs';
import { bridgeOf, subscribersOf } from './bridge.mjs';
import { internalCalls } from './routes.mjs';
import { ADAPTERS, FUNCTIONS, INGRESS, OBSERVER, appsOf, besides, grantsSomething, isExact, isHidden, openapiOf, pathsOf } from './words.mjs';

export const serviceOfPod = (environment, pod) => servicesOf(environment).find((service) => service.by === undefined && service.metadata.namespace === pod.namespace && selects({ matchLabels: service.spec.selector }, pod.labels));
export const allowedBy = (environment, pod, request) => allowed(environment, pod, request, serviceOfPod(environment, pod));

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
