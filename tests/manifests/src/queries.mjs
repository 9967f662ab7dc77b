// Queries in rules, scalers, analyses and dashboards: where they are, whether they parse, which metrics they name.
import { parser as logQl } from '@grafana/lezer-logql';
import { parser as promQl } from '@prometheus-io/lezer-promql';
import { nameOf } from './kustomize.mjs';
import { parseYaml } from './repo.mjs';

/** @typedef {{where: string, language: 'promql' | 'logql' | 'labels', text: string}} Query */

// Grafana and Argo Rollouts fill these in before Prometheus sees the query.
function filledIn(query) {
  return query
    .replaceAll(/\{\{\s*[\w.-]+\s*\}\}/g, 'x')
    .replaceAll(/\$\{?__(rate_)?interval(_ms)?\}?/g, '5m')
    .replaceAll(/\$\{?__range\}?/g, '1h')
    .replaceAll(/\[\s*\$\{?\w+(:\w+)?\}?\s*([\]:])/g, '[5m$2')
    .replaceAll(/\$\{\w+(:\w+)?\}|\$[a-zA-Z_]\w*/g, 'x');
}

const TEMPLATED = /^\s*label_values\(\s*(?:([^]*?)\s*,\s*)?\w+\s*\)\s*$/;

function nodes(parser, text) {
  const found = [];
  parser.parse(text).iterate({ enter: (node) => void found.push({ type: node.type, from: node.from, to: node.to, parent: node.node.parent?.name }) });
  return found;
}

/** What is wrong with a query's syntax. */
export function syntaxProblems({ where, language, text }) {
  const query = selectorOf(language, filledIn(text));
  if (query.trim() === '') {
    return language === 'labels' ? [] : [`${where}: empty query`];
  }
  const parser = language === 'logql' ? logQl : promQl;
  return nodes(parser, query)
    .filter((node) => node.type.isError)
    .map((node) => `${where}: not ${language} at ${JSON.stringify(query.slice(Math.max(0, node.from - 20), node.to + 20))}`)
    .slice(0, 1);
}

function selectorOf(language, query) {
  return language === 'labels' ? (query.match(TEMPLATED)?.[1] ?? '') : query;
}

/** The names of metrics in a PromQL query; what only a regular expression names is given as one. */
export function metricsOf({ language, text }) {
  if (language === 'logql') {
    return [];
  }
  const query = selectorOf(language, filledIn(text));
  const names = nodes(promQl, query)
    .filter((node) => node.type.name === 'Identifier' && node.parent === 'VectorSelector')
    .map((node) => query.slice(node.from, node.to));
  const byLabel = [...query.matchAll(/__name__\s*(=~?)\s*"([^"]*)"/g)].map(([, operator, name]) => (operator === '=' ? name : new RegExp(`^(?:${name})$`)));
  return [...names, ...byLabel];
}

const isDashboard = (value) => Array.isArray(value?.panels) && typeof value.title === 'string';

function fromJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Dashboards that an object carries. */
export function dashboardsOf(object) {
  if (object.kind !== 'ConfigMap') {
    return [];
  }
  return Object.entries(object.data ?? {}).flatMap(([key, value]) => {
    const dashboard = key.endsWith('.json') ? fromJson(value) : undefined;
    return isDashboard(dashboard) ? [{ where: `${nameOf(object)} ${key}`, dashboard }] : [];
  });
}

/** @returns {Query[]} */
function queriesOfDashboard(where, dashboard) {
  const language = (...sources) => {
    const type = sources.map((source) => source?.type ?? source).find((source) => typeof source === 'string') ?? 'prometheus';
    return /loki/i.test(type) ? 'logql' : /tempo/i.test(type) ? 'traceql' : 'promql';
  };
  const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const targets = panels.flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({ where: `${where}, ${panel.title}`, language: language(target.datasource, panel.datasource), text: target.expr ?? '' })),
  );
  const variables = (dashboard.templating?.list ?? [])
    .filter((variable) => variable.type === 'query')
    .map((variable) => ({ where: `${where}, variable ${variable.name}`, language: language(variable.datasource) === 'promql' ? 'labels' : 'traceql', text: variable.query?.query ?? variable.query ?? '' }));
  const annotations = (dashboard.annotations?.list ?? [])
    .filter((annotation) => annotation.expr !== undefined)
    .map((annotation) => ({ where: `${where}, annotation ${annotation.name}`, language: language(annotation.datasource), text: annotation.expr }));
  return [...targets, ...variables, ...annotations].filter((query) => query.language !== 'traceql');
}

/** Rules in a PrometheusRule, or in a file of rules that a ConfigMap carries. */
export function rulesOf(object) {
  if (object.kind === 'PrometheusRule') {
    return (object.spec.groups ?? []).flatMap((group) => group.rules);
  }
  if (object.kind !== 'ConfigMap') {
    return [];
  }
  return Object.entries(object.data ?? {})
    .filter(([key, value]) => /\.ya?ml$/.test(key) && /^groups:/m.test(value))
    .flatMap(([, value]) => parseYaml(value).documents)
    .flatMap((document) => document.groups ?? [])
    .flatMap((group) => group.rules ?? []);
}

/** @returns {Query[]} */
export function queriesOf(object) {
  const where = nameOf(object);
  const promql = (place, text) => ({ where: `${where}, ${place}`, language: 'promql', text: String(text) });
  const rules = rulesOf(object).map((rule) => promql(rule.alert ?? rule.record, rule.expr));
  switch (object.kind) {
    case 'ScaledObject':
      return object.spec.triggers.filter((trigger) => trigger.type === 'prometheus').map((trigger) => promql(trigger.name ?? 'trigger', trigger.metadata.query));
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate':
      return object.spec.metrics.filter((metric) => metric.provider.prometheus).map((metric) => promql(metric.name, metric.provider.prometheus.query));
    case 'MetricTemplate':
      return [promql('query', object.spec.query)];
    default:
      return [...rules, ...dashboardsOf(object).flatMap(({ where: file, dashboard }) => queriesOfDashboard(file, dashboard))];
  }
}
