import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { render } from '../src/kustomize.mjs';
import { health } from '../src/lua.mjs';
import { FILES, text, yaml } from '../src/repo.mjs';

const STATUSES = new Set(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown']);
const scripts = FILES.filter((file) => /^argocd\/.*\.lua$/.test(file));

/** Samples beside a script, with what is to be said of each. */
function samplesOf(script) {
  const folder = path.posix.join(path.posix.dirname(script), 'samples');
  const [expected] = yaml(`${folder}/expected.yaml`);
  const files = FILES.filter((file) => path.posix.dirname(file) === folder && !file.endsWith('/expected.yaml'));
  return { expected, samples: new Map(files.map((file) => [path.posix.basename(file), yaml(file)[0]])) };
}

test('there is a health check of SpinApps, and samples for it', () => {
  assert.ok(scripts.some((script) => script.endsWith('/spinapp.lua')));
});

for (const script of scripts) {
  const { expected, samples } = samplesOf(script);
  const said = (lua) => Object.fromEntries([...samples].map(([name, object]) => [name, health(lua, object).status]));

  test(`${script} says of every sample what is expected of it`, () => {
    assert.deepEqual(said(text(script)), expected);
  });

  test(`${script} gives one of ArgoCD's statuses and a message, always`, () => {
    const bare = [...samples.values()].map(({ status: _, ...object }) => object);
    for (const object of [...samples.values(), ...bare]) {
      const { status, message } = health(text(script), object);
      assert.ok(STATUSES.has(status), status);
      assert.ok(message, `no message for ${JSON.stringify(object)}`);
    }
  });

  test(`each answer of ${script} is wanted by a sample`, () => {
    const lines = text(script).split('\n');
    const answers = lines.flatMap((line, index) => (/^\s*return health\("/.test(line) ? [index] : []));
    assert.ok(answers.length > 0);
    for (const index of answers) {
      const mutant = lines.with(index, lines[index].replace(/health\("\w+"/, 'health("Mutant"')).join('\n');
      assert.notDeepEqual(said(mutant), expected, `line ${index + 1} can say anything`);
    }
  });

  test(`ArgoCD is given ${script} as it is`, async () => {
    const values = (await render('argocd')).filter((object) => object.kind === 'ConfigMap').flatMap((object) => Object.values(object.data ?? {}));
    assert.ok(values.includes(text(script)));
  });
}
