// What pods are made of: images that stay what they are, and no more rights than they need.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEnvironments, ofKind } from '../src/environments.mjs';
import { nameOf } from '../src/kustomize.mjs';
import { none } from '../src/none.mjs';
import { podsOf } from '../src/pods.mjs';

const environments = await loadEnvironments();
const OWN = 'registry.gitlab.com/mcommerce/mcommerce/';

/** Images that containers are started from, each with who does. The path of an application in an image is not one. */
const imagesOf = (environment) => [
  ...podsOf(environment).flatMap(({ owner, containers }) => containers.map(({ image }) => ({ owner, image }))).filter(({ image }) => !image.startsWith('/')),
  ...ofKind(environment, 'SpinAppExecutor').map((object) => ({ owner: nameOf(object), image: object.spec.deploymentConfig.spinImage })).filter(({ image }) => image),
];

/** Others' images have a tag that stays, or a digest. The shop's own are of a commit; on a laptop, of its working copy. */
function isPinned(environment, image) {
  const tag = image.split('/').at(-1).match(/[:@](.+)$/)?.[1];
  if (!image.startsWith(OWN)) return tag !== undefined && tag !== 'latest';
  return environment.name === 'local' ? tag === 'local' : /^[0-9a-f]{7,40}$/.test(tag);
}

const RULES = {
  'may run as root': ({ runAsNonRoot }) => runAsNonRoot === true,
  'may gain privileges': ({ allowPrivilegeEscalation }) => allowPrivilegeEscalation === false,
  'may write to its image': ({ readOnlyRootFilesystem }) => readOnlyRootFilesystem === true,
  'keeps capabilities': ({ capabilities }) => capabilities?.drop?.includes('ALL'),
  'has no seccomp profile': ({ seccompProfile }) => seccompProfile?.type === 'RuntimeDefault',
};

/** What the containers of a pod may do, and should not. */
function freedoms({ owner, containers, spec }) {
  return containers.flatMap(({ name, securityContext, resources }) => {
    const context = { ...spec.securityContext, ...securityContext };
    const broken = Object.keys(RULES).filter((rule) => !RULES[rule](context));
    const isBounded = resources?.requests !== undefined && resources.limits?.memory !== undefined;
    return [...broken, ...(isBounded ? [] : ['has unbounded resources'])].map((problem) => `${owner}, ${name}: ${problem}`);
  });
}

for (const environment of environments) {
  test(`${environment.name}: images are pinned`, () => {
    none(imagesOf(environment).filter(({ image }) => !isPinned(environment, image)).map(({ owner, image }) => `${owner}: ${image}`));
  });

  test(`${environment.name}: pods are confined`, () => none(podsOf(environment).filter(({ spec }) => spec !== undefined).flatMap(freedoms)));
}

test('an image that can change is not pinned', () => {
  const production = environments.find(({ name }) => name === 'production');
  for (const image of ['mongo', 'mongo:latest', 'localhost:5000/mongo', `${OWN}app`, `${OWN}app:main`, `${OWN}app:local`]) assert.ok(!isPinned(production, image), image);
  for (const image of ['mongo:8.0.21', `mongo@sha256:${'0'.repeat(64)}`, `${OWN}app:c16d92e`]) assert.ok(isPinned(production, image), image);
});

test('a pod that says nothing is not confined', () => {
  assert.equal(freedoms({ owner: 'x', spec: {}, containers: [{ name: 'x' }] }).length, 6);
});
