import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { FOLDERS, render } from '../src/kustomize.mjs';
import { OTHERS } from '../src/metrics.mjs';
import { dashboardsOf, metricsOf, queriesOf, rulesOf, syntaxProblems } from '../src/queries.mjs';
import { FILES, IN_CI, json } from '../src/repo.mjs';
import { none } from '../src/none.mjs';
import { MISSING, exportedMetrics } from '../src/shop.mjs';

const DORA = /^mcommerce_dora_/;
const objects = (await Promise.all(FOLDERS.map((folder) => render(folder).catch(() => [])))).flat();
const dashboardFiles = FILES.filter((file) => /^k8s\/.*\.json$/.test(file)).map((file) => ({ where: file, dashboard: json(file) })).filter(({ dashboard }) => Array.isArray(dashboard.panels));
const queries = objects.flatMap(queriesOf);
const recorded = new Set(objects.flatMap(rulesOf).map((rule) => rule.record).filter((name) => name !== undefined));

test('there are rules, scalers and dashboards', () => {
  const kinds = new Set(objects.filter((object) => queriesOf(object).length > 0).map((object) => object.kind));
  assert.ok(objects.some((object) => rulesOf(object).some((rule) => rule.alert)), 'alerts');
  assert.ok(kinds.has('ScaledObject'), 'scalers');
  assert.ok(dashboardFiles.length > 0, 'dashboards');
});

test('every query parses', () => {
  none([...new Set(queries.flatMap(syntaxProblems))]);
});

test('a query that does not parse fails', () => {
  for (const text of ['rate(up[5m]', 'sum by rate(up[5m])', 'up{job=}', '']) {
    assert.notDeepEqual(syntaxProblems({ where: 'x', language: 'promql', text }), [], text);
  }
  assert.notDeepEqual(syntaxProblems({ where: 'x', language: 'logql', text: '{app="x" |= "y"' }), []);
});

test('every dashboard in the repository is deployed, and no two share an identifier', () => {
  const deployed = new Set(objects.flatMap(dashboardsOf).map(({ dashboard }) => dashboard.uid));
  none(dashboardFiles.filter(({ dashboard }) => !deployed.has(dashboard.uid)).map(({ where }) => where));
  assert.equal(new Set(dashboardFiles.map(({ dashboard }) => dashboard.uid)).size, dashboardFiles.length);
});

const unbuilt = MISSING.length > 0 && !IN_CI && `${MISSING.join(', ')} not built`;

/** Queries that name what nothing exports. */
function unknownMetrics(of, exported) {
  const known = new Set([...exported, ...recorded, ...Object.values(OTHERS).flat()]);
  const has = (name) => (name instanceof RegExp ? [...known].some((other) => name.test(other)) : known.has(name) || DORA.test(name));
  return of.flatMap((query) => metricsOf(query).filter((name) => !has(name)).map((name) => `${query.where}: nothing exports ${name}`));
}

test('every metric in a query is exported by something deployed', { skip: unbuilt }, async () => {
  none([...new Set(unknownMetrics(queries, await exported()))]);
});

test('a metric that nothing exports fails', { skip: unbuilt }, async () => {
  const names = await exported();
  for (const text of ['rate(mcommerce_bridge_request_total[5m])', 'sum(rate(mcommerce_bridge_requests[5m]))', '{__name__=~"mcommerce_nothing_.*"}', 'up / bytes']) {
    assert.equal(unknownMetrics([{ where: 'x', language: 'promql', text }], names).length, 1, text);
  }
});

let running;
const exported = () => (running ??= exportedMetrics());
before(() => unbuilt || exported().catch(() => undefined));
