import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorizedFetch } from '../src/api/client';

const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/;

let sent: string[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal('fetch', (request: Request) => {
    sent.push(request.headers.get('traceparent') ?? '');
    return Promise.resolve(new Response('{}', { status: 200 }));
  });
});
afterEach(() => vi.unstubAllGlobals());

async function ask(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await authorizedFetch(new Request('http://localhost/api/products'));
  }
}

const traces = () => sent.map((header) => header.split('-')[1]);
const spans = () => sent.map((header) => header.split('-')[2]);

describe('the trace of what the page asks for', () => {
  it('is a valid context on every request', async () => {
    await ask(2);
    for (const header of sent) expect(header).toMatch(VALID);
  });

  it('is one for all that follows from a click, with a span for each request', async () => {
    document.body.click();
    await ask(3);
    expect(new Set(traces()).size).toBe(1);
    expect(new Set(spans()).size).toBe(3);
  });

  it('is another for the next click, and for a form that is sent by keyboard', async () => {
    document.body.click();
    await ask(1);
    document.body.click();
    await ask(1);
    document.body.dispatchEvent(new Event('submit', { bubbles: true }));
    await ask(1);
    expect(new Set(traces()).size).toBe(3);
  });

  it('has begun before a handler of the click asks', async () => {
    await ask(1);
    const asked: Promise<void>[] = [];
    const handler = () => asked.push(ask(1));
    document.body.addEventListener('click', handler);
    document.body.click();
    document.body.removeEventListener('click', handler);
    await Promise.all(asked);
    expect(traces()[1]).not.toBe(traces()[0]);
  });
});
