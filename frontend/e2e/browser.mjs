import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** The shop under test; there is no default, so that no one tests another by mistake. */
export const SHOP = process.env.SHOP_URL ?? '';
const SCREENSHOTS = process.env.SCREENSHOTS ?? '';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function launch() {
  assert.notEqual(SHOP, '', 'SHOP_URL must say where the shop runs');
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A shopper's browser of its own. Whatever goes wrong in it is collected: console errors, exceptions,
 * requests that failed or were refused, requests to anywhere but the shop. `posted` lists what was sent.
 */
export async function shopper(browser, { locale, viewport, name }) {
  const context = await browser.newContext({ locale, viewport, reducedMotion: 'reduce', baseURL: SHOP });
  const page = await context.newPage();
  const faults = [];
  const posted = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (request.method() === 'POST') posted.push(new URL(request.url()).pathname);
    if (protocol.startsWith('http') && origin !== new URL(SHOP).origin) faults.push(`request elsewhere: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    // A page that is left cancels what it had asked for.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') faults.push(`failed: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  return { page, faults, posted, name, close: () => context.close() };
}

/** Looks at the page as it stands: a picture of it, and nothing serious for axe to find. */
export async function inspect({ page, name }, step) {
  await page.waitForLoadState('networkidle');
  if (SCREENSHOTS !== '') {
    await mkdir(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${step}.png`), fullPage: true });
  }
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(
    serious.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) })),
    [],
    `axe on ${step} of ${name}`,
  );
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(wide, false, `${step} of ${name} scrolls sideways`);
}
