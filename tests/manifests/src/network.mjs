// What NetworkPolicies let through.
import { of, selects } from './cluster.mjs';

function namespaceLabels(environment, name) {
  const own = of(environment, 'Namespace').find((object) => object.metadata.name === name);
  return { 'kubernetes.io/metadata.name': name, ...own?.metadata.labels };
}

function isPeer(environment, policy, peer, other) {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    // A pod's address is nobody's to know, so a block means what is outside of all pods, or the one address that it is.
    if (!other.external) return false;
    if (other.address !== undefined) return cidr === `${other.address}/32`;
    return !cidr.endsWith('/32') && (!other.inside || except.length === 0);
  }
  if (other.external) return false;
  const namespace = peer.namespaceSelector === undefined ? other.namespace === policy.metadata.namespace : selects(peer.namespaceSelector, namespaceLabels(environment, other.namespace));
  return namespace && (peer.podSelector === undefined || selects(peer.podSelector, other.labels));
}

const isPort = (ports, { number, name, protocol = 'TCP' }) =>
  ports === undefined || ports.some((port) => (port.protocol ?? 'TCP') === protocol && (port.port === undefined || port.port === number || (name !== undefined && port.port === name) || (port.endPort !== undefined && number >= port.port && number <= port.endPort)));

function passes(environment, direction, pod, other, port) {
  const [type, field, peers] = direction === 'egress' ? ['Egress', 'egress', 'to'] : ['Ingress', 'ingress', 'from'];
  const policies = of(environment, 'NetworkPolicy').filter(
    (policy) =>
      policy.metadata.namespace === pod.namespace && selects(policy.spec.podSelector, pod.labels) && (policy.spec.policyTypes ?? ['Ingress', ...(policy.spec.egress ? ['Egress'] : [])]).includes(type),
  );
  return (
    policies.length === 0 ||
    policies.some((policy) => (policy.spec[field] ?? []).some((rule) => isPort(rule.ports, port) && (rule[peers] === undefined || rule[peers].some((peer) => isPeer(environment, policy, peer, other)))))
  );
}

/** Whether a namespace's pods refuse what no policy allows, in both directions. */
export function deniesByDefault(environment, namespace) {
  const everyPod = of(environment, 'NetworkPolicy').filter((policy) => policy.metadata.namespace === namespace && Object.keys(policy.spec.podSelector ?? {}).length === 0);
  return ['Ingress', 'Egress'].every((type) => everyPod.some((policy) => policy.spec.policyTypes?.includes(type) && policy.spec[type.toLowerCase()] === undefined));
}

/**
 * Whether a connection passes: out of the source, and into the target.
 * @param {{number: number, name?: string, protocol?: string}} port of the target's pod
 */
export const connects = (environment, source, target, port) =>
  (source.external || passes(environment, 'egress', source, target, port)) && (target.external || passes(environment, 'ingress', target, source, port));
