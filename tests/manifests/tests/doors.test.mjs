// What is not allowed is refused: in the network, in the mesh, at the edge; and nothing secret is in git.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEnvironments, ofKind } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';

const environments = await loadEnvironments();

/** Pod Security's levels. A SpinApp can't say a security context; the collector of logs reads the nodes' own. */
const LEVELS = {
  mcommerce: 'baseline',
  'mcommerce-adapters': 'restricted',
  'mcommerce-data': 'restricted',
  'mcommerce-logs': 'privileged',
  'mcommerce-observability': 'restricted',
};
const IN_MESH = ['mcommerce', 'mcommerce-adapters'];

const isEmpty = (value) => Object.keys(value ?? {}).length === 0;
const refusesAll = ({ spec }) => isEmpty(spec.podSelector) && spec.policyTypes.length === 2 && !spec.ingress && !spec.egress;

for (const environment of environments) {
  const namespaces = ofKind(environment, 'Namespace');
  const placed = (kind, isIt) => ofKind(environment, kind).filter(isIt).map(({ metadata }) => metadata.namespace).sort();

  test(`${environment.name}: every namespace has its level of Pod Security`, () => {
    const levels = namespaces.map(({ metadata }) => [metadata.name, metadata.labels['pod-security.kubernetes.io/enforce']]);
    assert.deepEqual(Object.fromEntries(levels), LEVELS);
  });

  test(`${environment.name}: the network lets nothing through that no policy allows`, () => {
    assert.deepEqual(placed('NetworkPolicy', refusesAll), Object.keys(LEVELS));
  });

  test(`${environment.name}: the mesh lets nothing through that no policy allows, and no plain text`, () => {
    const inMesh = namespaces.filter(({ metadata: { labels } }) => labels['istio-injection'] === 'enabled' || labels['istio.io/dataplane-mode'] === 'ambient');
    assert.deepEqual(inMesh.map(({ metadata }) => metadata.name).sort(), IN_MESH);
    assert.deepEqual(placed('AuthorizationPolicy', ({ spec }) => isEmpty(spec)), IN_MESH);
    const plain = ofKind(environment, 'PeerAuthentication').map(({ metadata, spec }) => [metadata.namespace, spec]);
    assert.deepEqual(plain, [['istio-system', { mtls: { mode: 'STRICT' } }]]);
  });

  test(`${environment.name}: the gateway is the only way in`, () => {
    none(ofKind(environment, 'Service').filter(({ spec }) => !['ClusterIP', undefined].includes(spec.type)).map(nameOf));
    none(ofKind(environment, 'Ingress', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute').map(nameOf));
  });

  test(`${environment.name}: what leaves the cluster is encrypted, by who sends it or by its proxy`, () => {
    const isTls = ({ spec }) => spec.ports.every(({ protocol }) => ['TLS', 'HTTPS'].includes(protocol));
    const proxied = ({ tls }, host) => tls?.mode === 'SIMPLE' && tls.sni === host && tls.subjectAltNames?.includes(host);
    const isProxied = (host) => ofKind(environment, 'DestinationRule').some(({ spec }) => spec.host === host && proxied(spec.trafficPolicy, host));
    none(ofKind(environment, 'ServiceEntry').filter((entry) => !isTls(entry) && !entry.spec.hosts.every(isProxied)).map(nameOf));
  });

  test(`${environment.name}: no secret is in git`, () => none(ofKind(environment, 'Secret').map(nameOf)));
}
