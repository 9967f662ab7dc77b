// Removing any one line makes a test fail: each entry is taken out of the model in turn, and a check must notice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OF_ENVIRONMENT, OF_MODEL } from '../src/checks.mjs';
import { loadModel } from '../src/model.mjs';
import { mutantsOfEnvironment, mutantsOfModel } from '../src/mutants.mjs';
import { none } from '../src/none.mjs';

const model = await loadModel();

/** What the checks say anyway, so that only what is new counts as noticed. */
const said = new Map();
const key = (environment, name) => `${environment?.name} ${name}`;
for (const [name, check] of Object.entries(OF_MODEL)) said.set(key(undefined, name), new Set(check(model)));
for (const environment of model.environments) {
  for (const [name, check] of Object.entries(OF_ENVIRONMENT)) said.set(key(environment, name), new Set(check(model, environment)));
}
const finds = ([name, check], changed, environment) => check(changed, environment).some((problem) => !said.get(key(environment, name)).has(problem));
const noticed = (changed, environments, ofModel) =>
  ofModel.some((check) => finds(check, changed)) || environments.some((environment) => Object.entries(OF_ENVIRONMENT).some((check) => finds(check, changed, environment)));

test('a line taken out of spin.toml, the bridge\'s configuration, the OpenAPI document or the runbooks is missed', () => {
  const mutants = [...mutantsOfModel(model)];
  assert.ok(mutants.length > 200);
  none(mutants.filter((mutant) => !noticed(mutant.model, mutant.model.environments, Object.entries(OF_MODEL))).map(({ what }) => what));
});

for (const environment of model.environments) {
  test(`a line taken out of the manifests of ${environment.name} is missed`, () => {
    const mutants = [...mutantsOfEnvironment(model, environment)];
    assert.ok(mutants.length > 10);
    none(mutants.filter((mutant) => !noticed(mutant.model, [mutant.environment], [])).map(({ what }) => what));
  });
}
