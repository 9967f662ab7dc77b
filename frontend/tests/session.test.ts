import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everythingStored, json } from './things';

/** Each test gets the modules afresh: a session is a module's state, as it is a tab's. */
async function freshTab() {
  vi.resetModules();
  const session = await import('../src/api/session');
  const { authorizedFetch } = await import('../src/api/client');
  return { ...session, authorizedFetch };
}

const user = { id: 'u1', email: 'camille@example.org', name: 'Camille', role: 'customer', permissions: [], locale: 'en', createdAt: '2026-11-20T10:00:00Z' };
const session = (accessToken: string, expiresIn = 900) => ({ accessToken, tokenType: 'Bearer', expiresIn, user });

let refreshes = 0;
let good = 'fresh';
let refreshAnswer: () => Response;

beforeEach(() => {
  refreshes = 0;
  good = 'fresh';
  refreshAnswer = () => json(200, session(good));
  vi.stubGlobal('fetch', (input: Request | string) => {
    if (typeof input === 'string') {
      refreshes += 1;
      return Promise.resolve(refreshAnswer());
    }
    const token = input.headers.get('Authorization');
    return Promise.resolve(token === `Bearer ${good}` ? json(200, {}) : json(401, { code: 'unauthenticated' }));
  });
});

afterEach(() => vi.unstubAllGlobals());

const ask = () => new Request('http://localhost/api/orders/mine');

describe('a session', () => {
  it('is restored with the cookie where there was one', async () => {
    localStorage.setItem('mc.signed-in', '1');
    const tab = await freshTab();
    await tab.restoreSession();
    expect(tab.currentSession()).toMatchObject({ status: 'signedIn', user: { name: 'Camille' } });
  });

  it('costs a guest no request', async () => {
    const tab = await freshTab();
    await tab.restoreSession();
    expect(tab.currentSession().status).toBe('anonymous');
    expect(refreshes).toBe(0);
  });

  it('is renewed once for any number of refused requests, each repeated', async () => {
    const tab = await freshTab();
    tab.adoptSession(session('stale') as Parameters<typeof tab.adoptSession>[0]);
    const answers = await Promise.all([1, 2, 3, 4].map(() => tab.authorizedFetch(ask())));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(refreshes).toBe(1);
  });

  it('is renewed before it ends', async () => {
    const tab = await freshTab();
    tab.adoptSession(session('ending', 5) as Parameters<typeof tab.adoptSession>[0]);
    expect((await tab.authorizedFetch(ask())).status).toBe(200);
    expect(refreshes).toBe(1);
  });

  it('ends when the cookie is refused, and is not asked for again', async () => {
    refreshAnswer = () => json(401, { code: 'unauthenticated' });
    const tab = await freshTab();
    tab.adoptSession(session('stale') as Parameters<typeof tab.adoptSession>[0]);
    await tab.authorizedFetch(ask());
    expect(tab.currentSession().status).toBe('anonymous');
    expect(localStorage.getItem('mc.signed-in')).toBeNull();
  });

  it('keeps its token out of every store', async () => {
    const tab = await freshTab();
    tab.adoptSession(session('top-secret') as Parameters<typeof tab.adoptSession>[0]);
    expect(everythingStored()).not.toContain('top-secret');
  });
});
