// The bridge knows each function, and where events go.
import { podsOf, provided } from '../cluster.mjs';
import { ADAPTERS, grantsSomething, minus, sameSet, tokenEnvironment } from './words.mjs';

export const bridgeOf = (environment) => podsOf(environment).find((pod) => pod.namespace === ADAPTERS && pod.serviceAccount === 'bridge');
export const subscribersOf = (model) => Object.entries(model.subscriptions).map(([name, subscription]) => ({ name, fn: subscription.function ?? name, ...subscription }));

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

export function functionUrls(bridge) {
  const list = bridge.containers[0].env?.find((variable) => variable.name === 'MCOMMERCE_FUNCTION_URLS')?.value ?? '';
  return Object.fromEntries(list.split(',').filter((entry) => entry !== '').map((entry) => entry.split('=')));
}
