// Alerts have runbooks, and what queries take for recorded is recorded.
import { nameOf } from '../kustomize.mjs';
import { metricsOf, queriesOf, rulesOf } from '../queries.mjs';

export function eachAlertHasARunbook(model, environment) {
  const problems = [];
  const alerts = environment.objects.flatMap(rulesOf).filter((rule) => rule.alert !== undefined);
  const linked = new Set();
  for (const { alert, annotations, labels } of alerts) {
    const runbook = annotations?.runbook_url?.match(/docs\/runbooks\/[\w./-]+\.md/)?.[0];
    linked.add(runbook);
    if (runbook === undefined) problems.push(`${alert}: no runbook_url`);
    else if (!model.runbooks.includes(runbook)) problems.push(`${alert}: no ${runbook}`);
    if (annotations?.summary === undefined) problems.push(`${alert}: no summary`);
    if (labels?.severity === undefined) problems.push(`${alert}: no severity`);
  }
  for (const runbook of model.runbooks) if (alerts.length > 0 && !linked.has(runbook)) problems.push(`${runbook}: no alert leads there`);
  if (alerts.length === 0) problems.push('no alerts');
  return problems;
}

/** What queries take for recorded is recorded. */
export function recordedMetricsAreRecorded(model, environment) {
  const recorded = new Set(environment.objects.flatMap(rulesOf).map((rule) => rule.record));
  return environment.objects.flatMap((object) => recordedIn(object).filter((name) => !recorded.has(name)).map((name) => `${nameOf(object)}: nothing records ${name}`));
}

const recordedNames = new WeakMap();

function recordedIn(object) {
  if (!recordedNames.has(object)) recordedNames.set(object, queriesOf(object).flatMap(metricsOf).filter((name) => typeof name === 'string' && name.includes(':')));
  return recordedNames.get(object);
}
