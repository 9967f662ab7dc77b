import { test } from 'node:test';
import { OF_ENVIRONMENT, OF_MODEL } from '../src/checks.mjs';
import { loadModel } from '../src/model.mjs';
import { none } from '../src/none.mjs';

const model = await loadModel();
const claim = (name) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

for (const [name, check] of Object.entries(OF_MODEL)) {
  test(claim(name), () => none(check(model)));
}

for (const environment of model.environments) {
  for (const [name, check] of Object.entries(OF_ENVIRONMENT)) {
    test(`${environment.name}: ${claim(name)}`, () => none(check(model, environment)));
  }
}
