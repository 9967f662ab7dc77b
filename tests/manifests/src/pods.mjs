// The pods that objects become, those that operators make of kinds of their own among them.
import { ofKind } from './environments.mjs';
import { nameOf } from './kustomize.mjs';

/**
 * @typedef {object} Pod
 * @property {string} owner the object that it is made of, as a person finds it
 * @property {string} namespace
 * @property {Record<string, string>} labels
 * @property {string} [serviceAccount] undefined where an operator makes it along with the pod
 * @property {{name?: string, number: number}[]} ports
 * @property {object[]} containers
 * @property {object[]} volumes
 * @property {object[]} pullSecrets
 * @property {object} [spec] as the template has it; undefined where an operator writes it
 */

const ports = (named) => Object.entries(named).map(([name, number]) => ({ name, number }));

/** By kind: labels and ports that an operator adds, and what is taken from the object. */
const OPERATORS = {
  SpinApp: ({ metadata: { name }, spec }) => ({
    labels: spec.podLabels,
    serviceAccount: spec.serviceAccountName,
    ports: ports({ 'http-app': 80 }),
    containers: [{ name, image: spec.image, env: spec.variables, volumeMounts: spec.volumeMounts }],
    volumes: spec.volumes ?? [],
    pullSecrets: spec.imagePullSecrets ?? [],
  }),
  RabbitmqCluster: ({ metadata: { name, labels }, spec }) => {
    const { volumes = [], containers = [] } = spec.override?.statefulSet?.spec?.template?.spec ?? {};
    return {
      labels: { 'app.kubernetes.io/name': name, ...labels },
      ports: ports({ epmd: 4369, amqp: 5672, management: 15672, prometheus: 15692, clustering: 25672 }),
      containers: [
        { ...containers.find((container) => container.name === 'rabbitmq'), name: 'rabbitmq', image: spec.image },
      ],
      volumes,
    };
  },
  Prometheus: ({ spec }) => ({
    labels: { 'app.kubernetes.io/name': 'prometheus', ...spec.podMetadata?.labels },
    serviceAccount: spec.serviceAccountName,
    ports: ports({ web: 9090 }),
    containers: [{ name: 'prometheus', image: spec.image }],
  }),
  Alertmanager: ({ spec }) => ({
    labels: { 'app.kubernetes.io/name': 'alertmanager', ...spec.podMetadata?.labels },
    serviceAccount: spec.serviceAccountName,
    ports: ports({ web: 9093, 'mesh-tcp': 9094 }),
    containers: [{ name: 'alertmanager', image: spec.image }],
  }),
  // Of Istio's gateways, waypoints alone are made by it.
  Gateway: ({ metadata: { name }, spec }) =>
    spec.gatewayClassName !== 'istio-waypoint'
      ? undefined
      : { labels: { 'gateway.networking.k8s.io/gateway-name': name }, ports: ports({ hbone: 15008 }), containers: [] },
};

function templated({ kind, spec }) {
  const template = kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template;
  const containers = [...template.spec.containers, ...(template.spec.initContainers ?? [])];
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => ({ name: claim.metadata.name }));
  return {
    labels: template.metadata?.labels,
    serviceAccount: template.spec.serviceAccountName,
    ports: containers
      .flatMap((container) => container.ports ?? [])
      .map((port) => ({ name: port.name, number: port.containerPort })),
    containers,
    volumes: [...(template.spec.volumes ?? []), ...claims],
    pullSecrets: template.spec.imagePullSecrets ?? [],
    spec: template.spec,
  };
}

/** @returns {Pod[]} */
export function podsOf(environment) {
  const made = [
    ...ofKind(environment, ...Object.keys(OPERATORS)).map((object) => [object, OPERATORS[object.kind](object)]),
    ...ofKind(environment, 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob').map((object) => [object, templated(object)]),
  ].filter(([, pod]) => pod !== undefined);
  return made.map(([object, pod]) => ({ volumes: [], pullSecrets: [], labels: {}, owner: nameOf(object), namespace: object.metadata.namespace, ...pod }));
}

/** Namespaces that others' charts make, with the labels of those pods in them that the shop's objects select. */
export const FOREIGN = {
  argocd: [],
  'cert-manager': [{ 'app.kubernetes.io/name': 'cert-manager' }],
  'gitlab-runner': [{}],
  'istio-ingress': [{ istio: 'ingress' }],
  'istio-system': [{ app: 'istiod' }],
  keda: [{ app: 'keda-operator' }],
  'kube-system': [{ 'k8s-app': 'kube-dns' }],
};

/** What selectors can find: the environment's own pods and others'. */
export const selectable = (environment) => [
  ...podsOf(environment),
  ...Object.entries(FOREIGN).flatMap(([namespace, pods]) =>
    pods.map((labels) => ({ owner: `somebody else's pod in ${namespace}`, namespace, labels, ports: [] })),
  ),
];

/** Whether a label selector matches. */
export function selects({ matchLabels = {}, matchExpressions = [] } = {}, labels = {}) {
  const met = ({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return key in labels && values.includes(labels[key]);
      case 'NotIn':
        return !values.includes(labels[key]);
      case 'Exists':
        return key in labels;
      case 'DoesNotExist':
        return !(key in labels);
      default:
        throw new Error(`operator ${operator}`);
    }
  };
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(met);
}
