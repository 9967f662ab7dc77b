// ArgoCD is told of every part of the environments that it keeps, and may deploy what is in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDERS, nameOf, render } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';

const objects = await render('argocd');
const [project] = objects.filter((object) => object.kind === 'AppProject');
const sets = objects.filter((object) => object.kind === 'ApplicationSet');
const generators = sets.flatMap((set) => set.spec.generators).flatMap(({ matrix }) => matrix.generators);
const parts = generators.flatMap(({ list }) => list?.elements ?? []);

const matches = (pattern, value) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(value);

function isPermitted({ spec }, { apiVersion, kind, metadata }) {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const isIt = (entry) => entry.group === group && entry.kind === kind && matches(entry.name ?? '*', metadata.name);
  if (metadata.namespace === undefined) return spec.clusterResourceWhitelist.some(isIt);
  return spec.namespaceResourceWhitelist.some(isIt) && spec.destinations.some(({ namespace }) => namespace === metadata.namespace);
}

test('every overlay of staging and production has an application', () => {
  const overlays = FOLDERS.filter((folder) => /^(k8s|istio)\/.*overlays\/(staging|production)(\/data)?$/.test(folder));
  assert.equal(overlays.length, 8);
  assert.deepEqual(parts.map(({ path }) => path).sort(), overlays.sort());
});

test('the project permits everything that is deployed', async () => {
  assert.deepEqual([...new Set(sets.map((set) => set.spec.template.spec.project))], [project.metadata.name]);
  for (const { path } of parts) {
    const refused = (await render(path)).filter((object) => !isPermitted(project, object));
    none(refused.map((object) => `${path}: ${nameOf(object)}`));
  }
});

test('what the project does not list is refused', () => {
  const refused = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'mcommerce', name: 'x' } },
    { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'kube-system', name: 'x' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'admin' } },
  ];
  none(refused.filter((object) => isPermitted(project, object)).map(nameOf));
});
