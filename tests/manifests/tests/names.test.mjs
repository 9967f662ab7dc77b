// Names that objects have for each other: namespaces, hosts in the cluster, the shop's own host.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, loadEnvironments, ofKind, without } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';
import { FOREIGN } from '../src/pods.mjs';
import { servicesOf } from '../src/services.mjs';

const environments = await loadEnvironments();
const CLUSTER_WIDE = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'ClusterIssuer'];

// A program may put a host together: then its end alone is there, and says nothing.
const HOST = /(?<![\w}-])([\w*][\w-]*)\.([\w-]+)\.svc\b(?:\.cluster\.local)?(?::(\d+))?/g;

/** Hosts in the cluster, wherever an object names one, that no Service has, and ports that it does not have. */
function unknownHosts(environment) {
  const services = servicesOf(environment);
  const isKnown = ([, name, namespace, port]) => {
    const service = services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    return service !== undefined && (port === undefined || service.spec.ports.some((one) => one.port === Number(port)));
  };
  return environment.objects.flatMap((object) =>
    [...JSON.stringify(object).matchAll(HOST)].filter((match) => match[1] !== '*' && !isKnown(match)).map(([host]) => `${nameOf(object)}: nothing is at ${host}`),
  );
}

for (const environment of environments) {
  test(`${environment.name}: every namespace exists`, () => {
    const known = [...ofKind(environment, 'Namespace').map(({ metadata }) => metadata.name), ...Object.keys(FOREIGN)];
    none(environment.objects.filter(({ kind, metadata }) => !CLUSTER_WIDE.includes(kind) && !known.includes(metadata.namespace)).map(nameOf));
  });

  test(`${environment.name}: every host in the cluster is a Service's`, () => none(unknownHosts(environment)));

  test(`${environment.name}: the shop has one host: at the gateway, in its certificate, in routes and for functions`, () => {
    const { servers } = find(environment, 'Gateway', 'istio-ingress', 'mcommerce').spec;
    const { dnsNames } = find(environment, 'Certificate', 'istio-ingress', 'mcommerce-tls').spec;
    const edge = ofKind(environment, 'VirtualService').filter(({ spec }) => !spec.gateways.includes('mesh'));
    const hosts = new Set([...servers, ...edge.map(({ spec }) => spec)].flatMap((object) => object.hosts).concat(dnsNames));
    assert.ok(edge.length > 0);
    const { shop_url: url } = find(environment, 'ConfigMap', 'mcommerce', 'shop').data;
    assert.deepEqual([...hosts].map((host) => `https://${host}`), [url]);
  });
}

test("a host that is nobody's is named", () => {
  const unknown = unknownHosts(without(environments[0], 'Service', 'bridge'));
  assert.match(unknown.join('\n'), /ConfigMap mcommerce\/shop: nothing is at bridge\.mcommerce-adapters\.svc\.cluster\.local/);
});
