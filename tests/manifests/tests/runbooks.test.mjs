// Every alert leads to its section of a runbook, and every section is of an alert. A file of rules and its runbook have one
// name; a section's heading is the alert's.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { FILES, YAML_FILES, text, yaml } from '../src/repo.mjs';
import { none } from '../src/none.mjs';

const RUNBOOKS = 'docs/runbooks';
const PUBLISHED = `https://gitlab.com/mcommerce/mcommerce/-/blob/main/${RUNBOOKS}`;

const nameOf = (file) => path.posix.parse(file).name;

/** The alerts in a file, each with the file's name. */
function alertsIn(file) {
  const rules = yaml(file).filter((object) => object?.kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups.flatMap((group) => group.rules));
  return rules.filter((rule) => rule.alert).map((rule) => ({ file: nameOf(file), ...rule }));
}

const alerts = YAML_FILES.filter((file) => file.startsWith('k8s/observability/')).flatMap(alertsIn);
const runbooks = FILES.filter((file) => path.posix.dirname(file) === RUNBOOKS && !file.endsWith('/README.md'));
const sections = runbooks.flatMap((file) => [...text(file).matchAll(/^## (.*)$/gm)].map(([, heading]) => `${nameOf(file)}: ${heading}`));

test('every alert has a section, and every section an alert', () => {
  assert.ok(alerts.length > 0);
  assert.deepEqual(sections.sort(), [...new Set(alerts.map(({ file, alert }) => `${file}: ${alert}`))].sort());
});

test('every alert leads to its section', () => {
  for (const { file, alert, annotations } of alerts) assert.equal(annotations?.runbook_url, `${PUBLISHED}/${file}.md#${alert.toLowerCase()}`);
});

test('every alert says what is wrong and how bad it is', () => {
  const isWhole = ({ annotations, labels }) => annotations?.summary && annotations.description && ['critical', 'warning', 'none'].includes(labels?.severity);
  none(alerts.filter((alert) => !isWhole(alert)).map(({ alert }) => alert));
});
