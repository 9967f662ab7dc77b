// Who decides how many pods there are: one scaler each, or the manifest, and for canaries always one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, loadEnvironments, ofKind, without } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';

const environments = await loadEnvironments();

/** What can be scaled: Deployments, and SpinApps, of which the operator makes Deployments of the same name. */
const targetsOf = (environment) => [
  ...ofKind(environment, 'Deployment').map((object) => ({
    object,
    containers: object.spec.template.spec.containers.map(({ name }) => name),
    isScaled: object.spec.replicas === undefined,
  })),
  ...ofKind(environment, 'SpinApp').map((object) => ({
    object,
    containers: [object.metadata.name],
    isScaled: object.spec.enableAutoscaling === true && object.spec.replicas === undefined,
  })),
];

/** Scalers, each with its target. */
const scalersOf = (environment) =>
  ofKind(environment, 'ScaledObject', 'HorizontalPodAutoscaler').map((scaler) => {
    const { kind, name } = scaler.spec.scaleTargetRef;
    const isIt = ({ object: { metadata } }) => metadata.name === name && metadata.namespace === scaler.metadata.namespace;
    return { scaler, target: kind === 'Deployment' ? targetsOf(environment).find(isIt) : undefined };
  });

/** The containers whose CPU a scaler goes by. */
function measured({ spec }) {
  const byMetric = (spec.metrics ?? []).map((metric) => metric.containerResource?.container);
  const byTrigger = (spec.triggers ?? []).map((trigger) => trigger.metadata.containerName);
  return [...byMetric, ...byTrigger].filter((name) => name !== undefined);
}

function astray(environment) {
  const scalers = scalersOf(environment);
  const unknown = ({ scaler, target }) => measured(scaler).filter((name) => target && !target.containers.includes(name));
  return [
    ...scalers.filter(({ target }) => target === undefined).map(({ scaler }) => `${nameOf(scaler)} has no target`),
    ...scalers.flatMap((one) => unknown(one).map((name) => `${nameOf(one.scaler)}: no container ${name}`)),
    ...targetsOf(environment)
      .map(({ object, isScaled }) => ({ object, isScaled, count: scalers.filter(({ target }) => target?.object === object).length }))
      .filter(({ isScaled, count }) => count !== (isScaled ? 1 : 0))
      .map(({ object, count }) => `${nameOf(object)} has ${count} scalers`),
  ];
}

for (const environment of environments) {
  test(`${environment.name}: every scaler has its target, and every target its scaler`, () => none(astray(environment)));
}

for (const environment of environments.filter(({ name }) => name !== 'local')) {
  test(`${environment.name}: every SpinApp has a canary, one pod that differs by its track and its image alone`, () => {
    const apps = ofKind(environment, 'SpinApp');
    const canaries = apps.filter((app) => app.metadata.labels['mcommerce.dev/track'] === 'canary');
    assert.equal(canaries.length * 2, apps.length);
    for (const { metadata, spec } of canaries) {
      const { enableAutoscaling: _, ...stable } = find(environment, 'SpinApp', metadata.namespace, metadata.name.replace(/-canary$/, '')).spec;
      const podLabels = { ...stable.podLabels, version: 'canary', 'mcommerce.dev/track': 'canary' };
      assert.deepEqual(spec, { ...stable, podLabels, replicas: 1, image: spec.image, resources: spec.resources });
    }
  });
}

test('a scaler without its target, and a target without its scaler, are named', () => {
  const named = (kind, name) => astray(without(environments[0], kind, name)).join('\n');
  assert.match(named('Deployment', 'bridge'), /HorizontalPodAutoscaler mcommerce-adapters\/bridge has no target/);
  assert.match(named('HorizontalPodAutoscaler', 'bridge'), /Deployment mcommerce-adapters\/bridge has 0 scalers/);
});
