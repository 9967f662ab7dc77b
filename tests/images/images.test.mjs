import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './context.mjs';
import { Image } from './image.mjs';

const run = promisify(execFile);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

test('the context holds sources alone', () => {
  const { context } = new Image('adapters/bridge/Dockerfile');
  const all = readdirSync(context, { recursive: true }).map(String);
  assert.ok(all.includes('Cargo.lock') && all.includes('functions/orders/domain.toml'));
  assert.deepEqual(all.filter((file) => /(^|\/)(target|node_modules|\.git|\.mcommerce|\.env|Dockerfile)(\/|$)/.test(file)), []);
});

test('the steps of the bridge’s image end in a bridge', async () => {
  const root = await new Image('adapters/bridge/Dockerfile').stage('build');
  const { stdout } = await run(path.join(root, 'out/mcommerce-bridge'), ['--version']);
  assert.match(stdout, /^mcommerce-bridge \d/);
});

test('the steps of the shop’s image end in a shop that serves from the image’s folders', async () => {
  const image = new Image('adapters/mcommerce/Dockerfile');
  const [shop, built] = [await image.stage('application'), await image.stage('build-mcommerce')];
  assert.ok(existsSync(path.join(built, 'out/data')) && existsSync(path.join(built, 'out/compiled-components')));
  const compiled = path.join(shop, 'shop/target/compiled-components');
  // Compiled for this machine from the same bytes; in a container the first start does it.
  cpSync(path.join(ROOT, 'target/compiled-components'), compiled, { recursive: true });
  const places = ['--listen', '127.0.0.1:0', '--smtp-listen', '127.0.0.1:0', '--data', path.join(built, 'out/data')];
  const process = spawn(path.join(built, 'out/mcommerce'), ['up', '--json', ...places], { cwd: path.join(shop, 'shop'), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const ended = once(process, 'exit').then(([status]) => assert.fail(`the shop ended with ${status}`));
    const [line] = await Promise.race([once(createInterface(process.stdout), 'line'), ended]);
    const { shop: address } = JSON.parse(line);
    const page = await fetch(address);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<div id="root">/);
    const { items } = await (await fetch(`${address}/api/products?limit=24`)).json();
    assert.equal(items.length, 24);
    const picture = await fetch(new URL(items[0].image.url, address));
    assert.equal(picture.headers.get('content-type'), 'image/svg+xml');
    assert.equal((await (await fetch(`${address}/api/openapi.json`)).json()).openapi, '3.1.0');
  } finally {
    process.kill('SIGKILL');
  }
});

test('Spin finishes the requests in flight when its pod is asked to end', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcommerce-spin-'));
  // Ends at once when it is told to, as Spin does.
  const server = `#!/usr/bin/env node
    const server = require('node:http').createServer((request, response) => {
      console.log('asked');
      setTimeout(() => response.end('answered'), 2000);
    });
    const port = Number(process.argv[4].split(':')[1]);
    server.listen(port, '127.0.0.1', () => console.log(port));`;
  let started;
  try {
    writeFileSync(path.join(folder, 'spin'), server, { mode: 0o755 });
    const port = await freePort();
    started = spawn(path.join(ROOT, 'adapters/mcommerce/spin-entrypoint'), ['up', '--listen', `127.0.0.1:${port}`], {
      env: { PATH: `${folder}:${process.env.PATH}`, DRAIN_FORGET_AFTER: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, String(port));
    // Without an agent the connection ends with its request.
    const answer = once(get({ port, host: '127.0.0.1', agent: false }), 'response');
    assert.equal((await lines.next()).value, 'asked');
    const ended = once(started, 'exit');
    started.kill('SIGTERM');
    const [response] = await answer;
    assert.equal(await text(response), 'answered');
    assert.deepEqual(await ended, [143, null]);
  } finally {
    // With whatever it has started.
    if (started?.exitCode === null) process.kill(-started.pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

test('Spin is not started while a variable that its components need is empty, which is named', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcommerce-spin-'));
  try {
    writeFileSync(path.join(folder, 'spin'), '#!/bin/sh\necho "spin $*"\n', { mode: 0o755 });
    const start = (variables) =>
      run(path.join(ROOT, 'adapters/mcommerce/spin-entrypoint'), ['up', '--component-id', 'pay'], {
        env: { PATH: `${folder}:${process.env.PATH}`, SPIN_VARIABLE_REQUIRED_VARIABLES: 'token_pay payment_secret', ...variables },
      });
    await assert.rejects(start({ SPIN_VARIABLE_TOKEN_PAY: 'x', SPIN_VARIABLE_PAYMENT_SECRET: '' }), { code: 1, stderr: 'not started: no value for payment_secret\n' });
    await assert.rejects(start({}), { code: 1, stderr: 'not started: no value for token_pay payment_secret\n' });
    const { stdout } = await start({ SPIN_VARIABLE_TOKEN_PAY: 'x', SPIN_VARIABLE_PAYMENT_SECRET: 'y' });
    assert.equal(stdout, 'spin up --component-id pay --max-instance-reuse-count 10000..50000 --max-instance-concurrent-reuse-count 1\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
