import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDERS, TAKEN, nameOf, render } from '../src/kustomize.mjs';
import { YAML_FILES, parseYaml, text, yaml } from '../src/repo.mjs';
import { none } from '../src/none.mjs';
import { Schemas } from '../src/schemas.mjs';

const schemas = new Schemas();

test('every YAML file parses, without duplicate keys', () => {
  none(YAML_FILES.flatMap((file) => parseYaml(text(file), file).problems));
  assert.ok(YAML_FILES.length > 0);
});

test('a duplicate key fails', () => {
  assert.match(parseYaml('a: 1\nb: 2\na: 3\n').problems.join(), /unique/);
});

const folders = new Map(await Promise.all(FOLDERS.map(async (folder) => [folder, await render(folder).catch((error) => error)])));

test('every kustomization renders', () => {
  const failed = [...folders].filter(([, objects]) => objects instanceof Error).map(([folder, error]) => `${folder}: ${error.stderr ?? error.message}`);
  none(failed);
  assert.ok(folders.size > 0);
});

/** Objects of the API that no kustomization renders: samples, and what people apply by hand. Patches are not whole, and taken. */
function standalone() {
  return YAML_FILES.filter((file) => !TAKEN.has(file))
    .flatMap((file) => yaml(file))
    .filter((document) => typeof document?.apiVersion === 'string' && typeof document.kind === 'string');
}

// Overlays have most objects in common.
const objects = [...new Map([...[...folders.values()].filter(Array.isArray).flat(), ...standalone()].map((object) => [JSON.stringify(object), object])).values()];

test('every object is valid, field by field', async () => {
  const problems = (await schemas.validate(objects)).flat();
  none([...new Set(problems)]);
});

test('an unknown field in any kind fails, at the top and one below', async () => {
  const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]));
  const mutants = [...kinds.values()].flatMap((object) => {
    const below = Object.keys(object).filter((key) => key !== 'metadata' && isMap(object[key]));
    return [{ ...object, unknownField: 1 }, ...below.map((key) => ({ ...object, [key]: { ...object[key], unknownField: 1 } }))];
  });
  const found = await schemas.validate(mutants);
  none(mutants.filter((_, index) => found[index].length === 0).map(nameOf));
});

test('an unknown kind fails', async () => {
  const [problems] = await schemas.validate([{ apiVersion: 'example.com/v1', kind: 'Nothing', metadata: { name: 'x' } }]);
  assert.match(problems.join(), /no schema of example\.com\/v1 Nothing/);
});

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
