// Words that checks share.
import { of } from '../cluster.mjs';
import { principal } from '../istio.mjs';
import { templated } from '../model.mjs';

export const FUNCTIONS = 'mcommerce';
export const ADAPTERS = 'mcommerce-adapters';
export const DATA = 'mcommerce-data';
export const INGRESS = principal('istio-ingress', 'istio-ingress');
export const OBSERVER = principal('mcommerce-observability', 'prometheus');
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What required variables of other domains are set to, for Spin starts with none missing. */
export const WITHHELD = 'withheld';

/** Health is what the first instance asked says. */
export const ASKED_ONCE = new Set(['/health']);
export const isHidden = (route) => /^\/(internal|events)(\/|$)/.test(route);
export const sameSet = (a, b) => a.length === b.length && new Set(a).size === a.length && a.every((item) => b.includes(item));
export const minus = (a, b) => a.filter((item) => !b.includes(item));
export const appsOf = (environment) => of(environment, 'SpinApp');
export const isCanary = (app) => app.spec.podLabels?.['mcommerce.dev/track'] === 'canary';
export const tokenVariable = (fn) => `token_${fn.replaceAll('-', '_')}`;
export const tokenEnvironment = (fn) => `MCOMMERCE_TOKEN_${fn.toUpperCase().replaceAll('-', '_')}`;
export const grantsSomething = (grants) => Object.keys(grants ?? {}).length > 0;

export const seconds = (period) => {
  const [, number, unit] = period.match(/^([\d.]+)(ms|s|m|h)$/);
  return Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit];
};

/** Variables that a component's own variables and outbound hosts are made of. */
export const neededBy = (component) => [...new Set([...Object.values(component.variables), ...component.hosts].flatMap(templated))];

/** Paths that a route of spin.toml serves. */
export function pathsOf(route) {
  if (route === '/...') return ['/', '/products/blue-mug', '/assets/index-1a2b.js', '/api-docs', '/healthy'];
  const path = route.replaceAll(/:\w+/g, '0190a7e0-7b3c-7d2e-9a41-5f0c2b6d8e11');
  return path.endsWith('/...') ? [path.replace('...', '0190a7e0-7b3c-7d2e-9a41-5f0c2b6d8e11/due')] : [path, `${path}/`];
}

/** A path beside that of a route without parameters, which only too wide a rule matches as well. */
export const besides = (path) => `${path.replace(/\/$/, '')}-and-more`;
export const isExact = (route) => !route.includes(':') && !route.endsWith('...');
export const openapiOf = (model, route) => model.openapi[Object.keys(model.openapi).find((path) => path.replaceAll(/\{\w+\}/g, ':') === route.replaceAll(/:\w+/g, ':'))] ?? {};
