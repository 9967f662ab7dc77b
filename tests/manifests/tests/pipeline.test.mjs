import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FETCHED, FILES, ROOT, run, text } from '../src/repo.mjs';
import { none } from '../src/none.mjs';

const PIPELINE = '.gitlab-ci.yml';
const NODE = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : path.join(FETCHED, 'node/node_modules/node/bin/node');
const PROGRAM = path.resolve(import.meta.dirname, '../node_modules/gitlab-ci-local/dist/index.js');

/** Jobs of a pipeline as gitlab-ci-local reads it; it also puts the file to GitLab's JSON schema. */
async function jobs(pipeline) {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcommerce-pipeline-'));
  try {
    const git = (...args) => run('git', args, { cwd: folder });
    await git('init', '-q', '-b', 'main');
    await git('remote', 'add', 'origin', 'https://gitlab.com/mcommerce/mcommerce.git');
    await cp(path.join(ROOT, '.gitlab'), path.join(folder, '.gitlab'), { recursive: true });
    await writeFile(path.join(folder, PIPELINE), pipeline);
    // What is included, and what changed, is looked up in git.
    await git('add', '--all');
    await git('-c', 'user.name=test', '-c', 'user.email=test@mcommerce.example', 'commit', '-qm', 'test');
    await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    await git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    const options = ['--list-json', '--state-dir', '.state'];
    const { stdout } = await run(NODE, [PROGRAM, ...options], { cwd: folder, maxBuffer: 1 << 24 });
    return JSON.parse(stdout.slice(stdout.indexOf('[')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('gitlab-ci-local and the JSON schema of pipelines accept .gitlab-ci.yml', async () => {
  const listed = new Set((await jobs(text(PIPELINE))).map((job) => job.name));
  assert.ok(listed.size > 0);
});

test('a pipeline that is none fails', async () => {
  await assert.rejects(jobs('job:\n  scripts: [true]\n'));
  await assert.rejects(jobs('stages: [a]\njob:\n  stage: b\n  script: [true]\n'));
  await assert.rejects(jobs('job:\n  script: [true]\n  needs: [nobody]\n'));
  await assert.rejects(jobs('job:\n  script: [true]\n  when: perhaps\n'));
});

test('every program and file of the repository that the pipeline names exists', () => {
  const pipeline = FILES.filter((file) => file === PIPELINE || /^\.gitlab\/ci\/.*\.yml$/.test(file)).map(text).join('\n').replaceAll(/^\s*#.*$/gm, '');
  const named = pipeline.match(/(?<![\w./$-])(?:\.gitlab|\.ci|tests|adapters|k8s|istio|argocd|docs|functions)\/[\w./-]*[\w]/g) ?? [];
  const known = (name) => FILES.some((file) => file === name || file.startsWith(`${name}/`));
  assert.ok(named.length > 0);
  none(named.filter((name) => !known(name)));
});
