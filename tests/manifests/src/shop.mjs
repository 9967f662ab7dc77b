// A shop of our own with a bridge beside it, in which somebody buys something, so that every counter has counted.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, exists } from './repo.mjs';

const SHOP = 'target/release/mcommerce';
const BRIDGE = 'target/release/mcommerce-bridge';
const FUNCTIONS = 'target/wasm32-wasip2/function';

/** What has to be built before a shop can start, if anything. */
export const MISSING = [SHOP, BRIDGE, FUNCTIONS, 'frontend/dist'].filter((file) => !exists(file));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(what, attempt, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await attempt().catch(() => undefined);
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} took longer than ${seconds} s`);
    }
    await sleep(100);
  }
}

/** Names of the samples in an exposition, which is what queries find. */
export function namesIn(exposition) {
  return new Set([...exposition.matchAll(/^([a-zA-Z_:][\w:]*)/gm)].map(([, name]) => name));
}

/** Starts a shop, buys in it, and returns the names of all metrics that it exports. */
export async function exportedMetrics() {
  const data = mkdtempSync(path.join(tmpdir(), 'mcommerce-manifests-'));
  const processes = [];
  const log = [];
  const start = (program, args, env) => {
    const child = spawn(path.join(ROOT, program), args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => log.push(String(chunk)));
    processes.push(child);
    return { child, out: () => out };
  };
  try {
    const internal = `127.0.0.1:${await freePort()}`;
    const exportsOf = execFileSync(path.join(ROOT, SHOP), ['env', '--data', data], { cwd: ROOT }).toString();
    const secrets = Object.fromEntries([...exportsOf.matchAll(/^(?:export )?(\w+)='([^']*)'/gm)].map(([, name, value]) => [name, value]));
    const config = path.join(data, 'bridge.toml');
    writeFileSync(config, execFileSync(path.join(ROOT, SHOP), ['bridge-config'], { cwd: ROOT }));
    const bridge = start(BRIDGE, ['serve', '--config', config, '--store', `sqlite:${path.join(data, 'shop.db')}`, '--listen', '127.0.0.1:0', '--functions-url', `http://${internal}`], secrets);
    const bridgeUrl = await until('the start of the bridge', async () => bridge.out().match(/http:\/\/\S+/)?.[0]);
    const shop = start(SHOP, ['up', '--json', '--listen', '127.0.0.1:0', '--smtp-listen', '127.0.0.1:0', '--internal-listen', internal, '--bridge', bridgeUrl, '--data', data], secrets);
    const ready = await until('the start of the shop', async () => {
      if (shop.child.exitCode !== null) throw new Error('the shop ended');
      return shop.out().match(/^\{".*$/m)?.[0];
    });
    const { shop: url } = JSON.parse(ready);
    execFileSync(path.join(ROOT, SHOP), ['stock', '--data', data, '--bridge', bridgeUrl], { cwd: ROOT, env: { ...process.env, ...secrets }, stdio: 'pipe' });
    await buy(url);
    return await until('the settlement of the order', async () => {
      const names = namesIn(await (await fetch(`${bridgeUrl}/metrics`)).text());
      if (!names.has('mcommerce_bridge_delivery_seconds_bucket')) return undefined;
      const own = await fetch(`${url}/_metrics`);
      if (!own.ok) throw new Error(`/_metrics: ${own.status}`);
      return new Set([...names, ...namesIn(await own.text())]);
    });
  } catch (error) {
    throw new Error(`${error.message}\n${log.join('').slice(-4000)}`, { cause: error });
  } finally {
    for (const child of processes.reverse()) {
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
    }
    rmSync(data, { recursive: true, force: true });
  }
}

async function buy(url) {
  const call = async (address, { body, headers } = {}) => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await fetch(`${url}${address}`, { method, headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { items } = await call('/api/products?limit=1&inStock=true');
  const product = await call(`/api/products/id/${items[0].id}`);
  const order = await call('/api/orders', {
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: {
      email: 'ada@example.com', name: 'Ada Lovelace', locale: 'en',
      items: [{ variantId: product.variants.find((variant) => variant.inStock !== false && variant.stock !== 0).id, quantity: 1 }],
      shippingAddress: { line1: '12 rue des Lilas', postalCode: '75011', city: 'Paris', country: 'FR' },
    },
  });
  await call('/api/payments', {
    headers: { 'idempotency-key': crypto.randomUUID(), 'x-order-token': order.accessToken },
    body: { orderId: order.id, card: { number: '4242 4242 4242 4242', expiryMonth: 12, expiryYear: 2040, securityCode: '123', holder: 'Ada Lovelace' } },
  });
}
