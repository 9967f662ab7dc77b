// Who calls whom, and whether policies, proxies and the mesh let exactly those through.
import { HBONE, KUBERNETES, WORLD, find, foreignPods, of, podsBehind, podsOf, provided, secretsOfReceivers, selects, serviceOf, servicesOf, targetPort } from '../cluster.mjs';
import { covers, sidecarOf, waypointOf } from '../istio.mjs';
import { nameOf } from '../kustomize.mjs';
import { connects, deniesByDefault } from '../network.mjs';
import { serviceOfPod } from './access.mjs';
import { bridgeOf, functionUrls } from './bridge.mjs';
import { glob } from './delivery.mjs';
import { monitored } from './objects.mjs';
import { ADAPTERS, DATA, FUNCTIONS, isHidden } from './words.mjs';

/** The value of a Spin variable as an app is given it, or undefined for secrets and unknown ones. */
function valueOf(environment, app, name) {
  const variable = app.spec.variables?.find((candidate) => candidate.name === name);
  const reference = variable?.valueFrom?.configMapKeyRef;
  return variable?.value ?? (reference && provided(environment, 'ConfigMap', app.metadata.namespace, reference.name)?.keys?.get(reference.key));
}

/** @returns {{source: import('./cluster.mjs').Pod, host: string, port: number, why: string, fn?: string}[]} */
export function flowsOf(model, environment) {
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

export function endsOf(environment, { source, host, port, anywhere }) {
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
