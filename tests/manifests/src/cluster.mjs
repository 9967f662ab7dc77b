// What a cluster would make of an environment's objects: pods, the services in front of them, who provides which Secret.
import { nameOf } from './kustomize.mjs';

/** Namespaces that others' charts make, and what is known of the pods in them. */
export const FOREIGN = {
  argocd: [],
  'cert-manager': [{ labels: { 'app.kubernetes.io/name': 'cert-manager' }, serviceAccount: 'cert-manager', ports: [{ name: 'http-metrics', number: 9402 }] }],
  'istio-ingress': [{ labels: { istio: 'ingress' }, serviceAccount: 'istio-ingress', ports: [{ name: 'http-envoy-prom', number: 15090 }] }],
  'istio-system': [{ labels: { app: 'istiod' }, serviceAccount: 'istiod', ports: [{ name: 'tls-xds', number: 15012 }] }],
  keda: [{ labels: { app: 'keda-operator' }, serviceAccount: 'keda-operator', ports: [] }],
  'kube-system': [{ labels: { 'k8s-app': 'kube-dns' }, serviceAccount: 'coredns', ports: [{ name: 'dns', number: 53 }] }],
  'spin-operator': [],
};

/** Environments are never changed, so what was worked out of one is kept with it. */
const kept = new WeakMap();
function once(environment, what, work) {
  if (!kept.has(environment)) kept.set(environment, new Map());
  const known = kept.get(environment);
  if (!known.has(what)) known.set(what, work());
  return known.get(what);
}

function grouped(objects) {
  const byKind = new Map();
  for (const object of objects) byKind.set(object.kind, [...(byKind.get(object.kind) ?? []), object]);
  return byKind;
}

/** The objects of some kinds. */
export function of(environment, ...kinds) {
  const byKind = once(environment, 'kinds', () => grouped(environment.objects));
  return kinds.flatMap((kind) => byKind.get(kind) ?? []);
}

export const find = (environment, kind, namespace, name) =>
  of(environment, kind).find((object) => (object.metadata.namespace ?? namespace) === namespace && object.metadata.name === name);

/** Services that others make; behind kubelet's are the nodes. */
const FOREIGN_SERVICES = [{ kind: 'Service', metadata: { namespace: 'kube-system', name: 'kubelet', labels: { 'app.kubernetes.io/name': 'kubelet' } }, spec: { ports: [{ name: 'https-metrics', port: 10250 }] }, by: 'Prometheus' }];

/** What is outside of all pods: the world, and Kubernetes itself, of which the address is one of the cluster's own. */
export const WORLD = { external: true, owner: 'the world', namespace: '', labels: {} };
export const KUBERNETES = { external: true, inside: true, owner: 'Kubernetes', namespace: '', labels: {} };

/** Where connections between pods of an ambient mesh arrive. */
export const HBONE = 15008;

/** Whether a label selector matches. */
export function selects(selector, labels = {}) {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In': return key in labels && values.includes(labels[key]);
        case 'NotIn': return !values.includes(labels[key]);
        case 'Exists': return key in labels;
        case 'DoesNotExist': return !(key in labels);
        default: throw new Error(`operator ${operator}`);
      }
    })
  );
}

/**
 * @typedef {object} Pod
 * @property {string} namespace
 * @property {string} owner
 * @property {Record<string, string>} labels
 * @property {string} serviceAccount
 * @property {{name?: string, number: number}[]} ports
 * @property {object[]} containers
 * @property {object[]} volumes
 * @property {object} [spec]
 * @property {object} [app] the SpinApp, of a function's pod
 */

const portsOf = (containers) => containers.flatMap((container) => container.ports ?? []).map((port) => ({ name: port.name, number: port.containerPort }));

function podOf(object) {
  const { namespace, name } = object.metadata;
  const base = { namespace, owner: nameOf(object), object };
  switch (object.kind) {
    case 'SpinApp': {
      const { spec } = object;
      // The operator's own labels and port.
      const labels = { ...spec.podLabels, 'core.spinkube.dev/app-name': name, [`core.spinkube.dev/app.${name}.status`]: 'ready' };
      const containers = [{ name, image: spec.image, env: spec.variables, volumeMounts: spec.volumeMounts, resources: spec.resources }];
      return { ...base, labels, serviceAccount: spec.serviceAccountName ?? 'default', ports: [{ name: 'http-app', number: 80 }], containers, volumes: spec.volumes ?? [], app: object };
    }
    case 'RabbitmqCluster': {
      // The cluster operator's.
      const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'rabbitmq', 'app.kubernetes.io/part-of': 'rabbitmq', ...object.metadata.labels };
      const ports = [['epmd', 4369], ['amqp', 5672], ['management', 15672], ['prometheus', 15692], ['clustering', 25672]].map(([port, number]) => ({ name: port, number }));
      const { volumes = [], containers = [] } = object.spec.override?.statefulSet?.spec?.template?.spec ?? {};
      return { ...base, labels, serviceAccount: `${name}-server`, ports, containers: [{ ...containers.find((container) => container.name === 'rabbitmq'), name: 'rabbitmq', image: object.spec.image }], volumes };
    }
    case 'Prometheus': {
      const { serviceAccountName = 'default', podMetadata, image } = object.spec;
      const labels = { 'app.kubernetes.io/name': 'prometheus', 'app.kubernetes.io/instance': name, prometheus: name, 'operator.prometheus.io/name': name, ...podMetadata?.labels };
      return { ...base, labels, serviceAccount: serviceAccountName, ports: [{ name: 'web', number: 9090 }], containers: [{ name: 'prometheus', image }], volumes: [] };
    }
    case 'Gateway': {
      // Istio's, of a waypoint.
      const labels = { 'gateway.networking.k8s.io/gateway-name': name, ...object.metadata.labels };
      return isWaypoint(object) ? { ...base, labels, serviceAccount: name, ports: [{ name: 'hbone', number: HBONE }], containers: [], volumes: [] } : undefined;
    }
    case 'Alertmanager': {
      const { serviceAccountName = 'default', podMetadata, image } = object.spec;
      const labels = { 'app.kubernetes.io/name': 'alertmanager', 'app.kubernetes.io/instance': name, alertmanager: name, ...podMetadata?.labels };
      const ports = [{ name: 'web', number: 9093 }, { name: 'mesh-tcp', number: 9094 }];
      return { ...base, labels, serviceAccount: serviceAccountName, ports, containers: [{ name: 'alertmanager', image }], volumes: [] };
    }
    default: {
      const template = { CronJob: object.spec?.jobTemplate?.spec?.template, Pod: object }[object.kind] ?? object.spec?.template;
      const spec = template?.spec;
      if (!Array.isArray(spec?.containers)) {
        return undefined;
      }
      const containers = [...spec.containers, ...(spec.initContainers ?? [])];
      return { ...base, labels: template.metadata?.labels ?? {}, serviceAccount: spec.serviceAccountName ?? 'default', ports: portsOf(containers), containers, volumes: spec.volumes ?? [], spec };
    }
  }
}

const isWaypoint = (object) => object.kind === 'Gateway' && object.spec.gatewayClassName === 'istio-waypoint';
const WORKLOADS = ['SpinApp', 'Gateway', 'RabbitmqCluster', 'Prometheus', 'Alertmanager', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'];

/** @returns {Pod[]} */
export const podsOf = (environment) => once(environment, 'pods', () => of(environment, ...WORKLOADS).map(podOf).filter((pod) => pod !== undefined));

/** Pods of others that the shop's policies speak of. @returns {Pod[]} */
export const foreignPods = () => Object.entries(FOREIGN).flatMap(([namespace, pods]) => pods.map((pod) => ({ ...pod, namespace, owner: `${namespace}/${Object.values(pod.labels)[0]}`, containers: [], volumes: [] })));

/** Services, with those that operators make. */
export const servicesOf = (environment) => once(environment, 'services', () => findServices(environment));

function findServices(environment) {
  const made = (namespace, name, selector, ports, by, labels = selector) => ({ kind: 'Service', metadata: { namespace, name, labels }, spec: { selector, ports }, by });
  const operators = environment.objects.flatMap((object) => {
    const { namespace, name } = object.metadata;
    switch (object.kind) {
      case 'SpinApp':
        return [made(namespace, name, { [`core.spinkube.dev/app.${name}.status`]: 'ready' }, [{ port: 80, targetPort: 'http-app' }], nameOf(object))];
      case 'RabbitmqCluster': {
        const ports = [['amqp', 5672], ['management', 15672], ['prometheus', 15692]].map(([port, number]) => ({ name: port, port: number, targetPort: number }));
        return [made(namespace, name, { 'app.kubernetes.io/name': name }, ports, nameOf(object)), made(namespace, `${name}-nodes`, { 'app.kubernetes.io/name': name }, [{ name: 'epmd', port: 4369 }, { name: 'cluster-rpc', port: 25672 }], nameOf(object))];
      }
      case 'Prometheus':
        return [made(namespace, 'prometheus-operated', { 'app.kubernetes.io/name': 'prometheus' }, [{ name: 'web', port: 9090, targetPort: 'web' }], nameOf(object), { 'operated-prometheus': 'true' })];
      case 'Alertmanager':
        return [made(namespace, 'alertmanager-operated', { 'app.kubernetes.io/name': 'alertmanager' }, [{ name: 'web', port: 9093, targetPort: 'web' }, { name: 'tcp-mesh', port: 9094, targetPort: 'mesh-tcp' }], nameOf(object), { 'operated-alertmanager': 'true' })];
      default:
        return [];
    }
  });
  return [...of(environment, 'Service'), ...operators, ...FOREIGN_SERVICES];
}

/** The service that a host name means, seen from a namespace. */
export function serviceOf(environment, host, namespace) {
  const [name, where = namespace, kind] = host.split('.');
  if (kind !== undefined && kind !== 'svc') {
    return undefined;
  }
  return servicesOf(environment).find((service) => service.metadata.name === name && service.metadata.namespace === where);
}

export const podsBehind = (environment, service) => once(environment, service, () => findPodsBehind(environment, service));

const findPodsBehind = (environment, service) =>
  podsOf(environment).filter((pod) => pod.namespace === service.metadata.namespace && service.spec.selector !== undefined && selects({ matchLabels: service.spec.selector }, pod.labels));

/** The port of a pod that a service's port leads to. */
export function targetPort(service, number, pod) {
  const port = service.spec.ports.find((candidate) => candidate.port === number);
  if (port === undefined) {
    return undefined;
  }
  const target = port.targetPort ?? port.port;
  return typeof target === 'number' ? target : pod.ports.find((candidate) => candidate.name === target)?.number;
}

/**
 * Keys of a ConfigMap or Secret and where each comes from; `undefined` for the keys means any.
 * @returns {{keys: Map<string, string | undefined> | undefined, by: string} | undefined}
 */
export function provided(environment, kind, namespace, name) {
  const own = find(environment, kind, namespace, name);
  if (own !== undefined) {
    const keys = Object.keys({ ...own.data, ...own.stringData, ...own.binaryData });
    return { by: nameOf(own), keys: new Map(keys.map((key) => [key, own.data?.[key] ?? own.stringData?.[key]])) };
  }
  if (kind !== 'Secret') {
    return undefined;
  }
  if (environment.madeByHand.includes(`${namespace}/${name}`)) {
    return { by: 'k8s/cluster-up', keys: undefined };
  }
  for (const object of environment.objects.filter((candidate) => candidate.metadata.namespace === namespace)) {
    const by = nameOf(object);
    if (object.kind === 'ExternalSecret' && (object.spec.target?.name ?? object.metadata.name) === name) {
      const templated = Object.keys(object.spec.target?.template?.data ?? {});
      const fetched = (object.spec.data ?? []).map(({ secretKey, remoteRef }) => [secretKey, `${remoteRef.key}#${remoteRef.property ?? ''}`]);
      const open = object.spec.dataFrom !== undefined && templated.length === 0;
      return { by, keys: open ? undefined : new Map(templated.length > 0 ? templated.map((key) => [key, object.spec.target.template.data[key]]) : fetched) };
    }
    if (object.kind === 'Certificate' && object.spec.secretName === name) {
      return { by, keys: new Map(['tls.crt', 'tls.key', 'ca.crt'].map((key) => [key, undefined])) };
    }
    if (object.kind === 'RabbitmqCluster' && name === `${object.metadata.name}-default-user`) {
      return { by, keys: new Map(['username', 'password', 'host', 'port', 'connection_string', 'default_user.conf', 'provider', 'type'].map((key) => [key, undefined])) };
    }
  }
  return undefined;
}

/** Secrets that Alertmanager's receivers name. */
export function secretsOfReceivers(environment) {
  const found = [];
  const walk = (value, namespace) => {
    if (typeof value !== 'object' || value === null) return;
    if (Object.keys(value).length === 2 && typeof value.name === 'string' && typeof value.key === 'string') found.push({ kind: 'Secret', name: value.name, keys: [value.key], optional: false, namespace });
    for (const inner of Object.values(value)) walk(inner, namespace);
  };
  for (const config of of(environment, 'AlertmanagerConfig')) walk(config.spec.receivers, config.metadata.namespace);
  return found;
}

/** Everything in a pod that refers to a ConfigMap or Secret. A reference without keys takes all there are. */
export function referencesOf(pod) {
  const found = [];
  const add = (kind, name, keys, optional = false) => name !== undefined && found.push({ kind, name, keys, optional });
  for (const container of pod.containers) {
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef) add('ConfigMap', valueFrom.configMapKeyRef.name, [valueFrom.configMapKeyRef.key], valueFrom.configMapKeyRef.optional);
      if (valueFrom?.secretKeyRef) add('Secret', valueFrom.secretKeyRef.name, [valueFrom.secretKeyRef.key], valueFrom.secretKeyRef.optional);
    }
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef) add('ConfigMap', configMapRef.name, [], configMapRef.optional);
      if (secretRef) add('Secret', secretRef.name, [], secretRef.optional);
    }
  }
  for (const { name } of pod.app?.spec.imagePullSecrets ?? pod.spec?.imagePullSecrets ?? []) add('Secret', name, ['.dockerconfigjson']);
  for (const volume of pod.volumes) {
    for (const source of [volume, ...(volume.projected?.sources ?? [])]) {
      if (source.configMap) add('ConfigMap', source.configMap.name, (source.configMap.items ?? []).map((item) => item.key), source.configMap.optional);
      if (source.secret) add('Secret', source.secret.secretName ?? source.secret.name, (source.secret.items ?? []).map((item) => item.key), source.secret.optional);
    }
  }
  return found;
}

/** Deployments, with those that the operator makes of SpinApps. */
export function deploymentsOf(environment) {
  return [
    ...of(environment, 'Deployment').map((object) => ({ namespace: object.metadata.namespace, name: object.metadata.name, object, containers: object.spec.template.spec.containers.map((container) => container.name) })),
    ...of(environment, 'SpinApp').map((app) => ({ namespace: app.metadata.namespace, name: app.metadata.name, app, containers: [app.metadata.name] })),
  ];
}
