import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, shopper } from './browser.mjs';
import { buy, fillCart, mailAbout, newEmail, WORDS } from './walk.mjs';

const RECEIVER = process.env.TRACES_URL ?? '';
const DEADLINE_MS = 30_000;
/** What a payment leads through, from the page's request to the mail; each below the one before it. */
const PATH = [
  'POST /api/payments',
  'execute_wasm_component pay',
  'transact payments',
  'publish payment.succeeded',
  'deliver send-email',
  'execute_wasm_component send-email',
];

let browser;

before(async () => {
  assert.notEqual(RECEIVER, '', 'TRACES_URL must say where the shop sends its spans');
  browser = await launch();
});

after(() => browser?.close());

async function spansOf(trace) {
  const response = await fetch(`${RECEIVER}/spans/${trace}`);
  assert.equal(response.status, 200);
  return response.json();
}

/** The names of a span and of all that it hangs below, outermost first, and the parent of the outermost. */
function lineage(span, spans) {
  const parent = spans.find(({ id }) => id === span.parent);
  if (parent === undefined) return { names: [span.name], root: span.parent };
  const { names, root } = lineage(parent, spans);
  return { names: [...names, span.name], root };
}

async function untilSpan(name, trace) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const spans = await spansOf(trace);
    const found = spans.find((span) => span.name === name);
    // Parents end, and are sent, after what hangs below them.
    if (found !== undefined && lineage(found, spans).names[0] === PATH[0]) return { found, spans };
    assert.ok(Date.now() < deadline, `no connected span ${name} in ${JSON.stringify(spans, undefined, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the click that pays is one trace down to the mail', async () => {
  const walker = await shopper(browser, { locale: 'en-GB', viewport: { width: 390, height: 844 }, name: 'traced' });
  try {
    const sent = walker.page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/payments'), { timeout: 0 });
    await fillCart(walker, WORDS.en, 0);
    const { number } = await buy(walker, WORDS.en, newEmail());
    await mailAbout(number);
    const [, trace, click] = (await (await sent).headerValue('traceparent')).split('-');

    const { found, spans } = await untilSpan(PATH.at(-1), trace);
    const { names, root } = lineage(found, spans);
    assert.deepEqual(names.filter((name) => PATH.includes(name)), PATH, names.join(' > '));
    assert.equal(root, click, 'the page’s own request is what all of it hangs below');
    assert.deepEqual(walker.faults, []);
  } finally {
    await walker.close();
  }
});
