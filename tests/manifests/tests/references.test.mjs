// What is referred to by name is there: ConfigMaps, Secrets and their keys, accounts, volumes, executors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, loadEnvironments, ofKind, without } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';
import { podsOf } from '../src/pods.mjs';
import { missing, referencesOf } from '../src/references.mjs';

const environments = await loadEnvironments();
const allMissing = (environment) => referencesOf(environment).flatMap((reference) => missing(environment, reference));

for (const environment of environments) {
  test(`${environment.name}: what is referred to is there`, () => none(allMissing(environment)));

  test(`${environment.name}: every mount has its volume`, () => {
    for (const { owner, containers, volumes } of podsOf(environment)) {
      const mounts = containers.flatMap((container) => container.volumeMounts ?? []);
      none(mounts.filter(({ name }) => !volumes.some((volume) => volume.name === name)).map(({ name }) => `${owner}: ${name}`));
    }
  });

  test(`${environment.name}: what Secrets are filled in with is fetched, and nothing else is`, () => {
    for (const secret of ofKind(environment, 'ExternalSecret').filter(({ spec }) => spec.target?.template?.data)) {
      const { target, data } = secret.spec;
      const actions = Object.values(target.template.data).flatMap((text) => text.match(/\{\{[^}]*\}\}/g) ?? []);
      const used = actions.flatMap((action) => [...action.matchAll(/\.(\w+)/g)].map(([, name]) => name));
      assert.deepEqual([...new Set(used)].sort(), data.map(({ secretKey }) => secretKey).sort(), nameOf(secret));
    }
  });
}

test('what is missing is named', () => {
  const production = environments.find(({ name }) => name === 'production');
  const named = (kind, name) => allMissing(without(production, kind, name)).join('\n');
  assert.match(named('ExternalSecret', 'bridge-backends'), /bridge: nothing makes Secret mcommerce-adapters\/bridge-back/);
  assert.match(named('ConfigMap', 'shop'), /SpinApp mcommerce\/orders: nothing makes ConfigMap mcommerce\/shop/);
  assert.match(named('ServiceAccount', 'bridge'), /nothing makes ServiceAccount mcommerce-adapters\/bridge/);
  assert.match(named('Certificate', 'mcommerce-tls'), /nothing makes Secret istio-ingress\/mcommerce-tls/);
  assert.match(named('TriggerAuthentication', 'rabbitmq'), /nothing makes TriggerAuthentication mcommerce\/rabbitmq/);
  const lacking = changed(production, 'ConfigMap', 'shop', ({ data }) => delete data.bridge_url);
  assert.match(allMissing(lacking).join('\n'), /ConfigMap mcommerce\/shop has no bridge_url/);
});
