// Services, those that operators and charts make among them.
import { ofKind } from './environments.mjs';

const made = (namespace, name, labels, ports) => ({
  kind: 'Service',
  metadata: { namespace, name, labels },
  spec: { ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })) },
});

const OPERATORS = {
  RabbitmqCluster: ({ metadata: { namespace, name } }) =>
    made(namespace, name, { 'app.kubernetes.io/name': name }, { amqp: 5672, management: 15672, prometheus: 15692 }),
  Prometheus: ({ metadata: { namespace } }) =>
    made(namespace, 'prometheus-operated', { 'operated-prometheus': 'true' }, { web: 9090 }),
  Alertmanager: ({ metadata: { namespace } }) =>
    made(namespace, 'alertmanager-operated', { 'operated-alertmanager': 'true' }, { web: 9093 }),
};

/** Prometheus's operator keeps it, of the nodes. */
const KUBELET = made('kube-system', 'kubelet', { 'app.kubernetes.io/name': 'kubelet' }, { 'https-metrics': 10250 });

export const servicesOf = (environment) => [
  ...ofKind(environment, 'Service'),
  ...ofKind(environment, ...Object.keys(OPERATORS)).map((object) => OPERATORS[object.kind](object)),
  KUBELET,
];
