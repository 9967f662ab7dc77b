import type { Session, User } from './types';
import { problemFrom } from './problem';
import { traceparent } from './trace';

/**
 * Who is signed in. The access token lives in this module's memory only; what survives a reload is
 * the HttpOnly refresh cookie and a hint, without any secret, that there is one worth trying.
 */
export type SessionState =
  | { status: 'restoring' }
  | { status: 'anonymous' }
  | { status: 'signedIn'; user: User };

const HINT = 'mc.signed-in';
/** A token that ends within this time is renewed before it is used. */
const RENEW_BEFORE_MS = 30_000;

let state: SessionState = { status: 'restoring' };
let token: { value: string; endsAt: number } | undefined;
let refreshing: Promise<boolean> | undefined;
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  listeners.forEach((listener) => listener());
}

export function currentSession(): SessionState {
  return state;
}

export function subscribeToSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes over a session that the API has just given. */
export function adoptSession(session: Session): void {
  token = { value: session.accessToken, endsAt: Date.now() + session.expiresIn * 1000 };
  localStorage.setItem(HINT, '1');
  become({ status: 'signedIn', user: session.user });
}

/** Forgets the session in this browser; the other tabs hear of it through the hint. */
export function dropSession(): void {
  token = undefined;
  localStorage.removeItem(HINT);
  become({ status: 'anonymous' });
}

/** One tab at a time: a refresh token used twice would revoke the whole family. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('mc-refresh', work);
}

async function refreshOnce(): Promise<boolean> {
  const response = await fetch('/api/auth/refresh', { method: 'POST', headers: { traceparent: traceparent() } });
  if (response.ok) {
    adoptSession((await response.json()) as Session);
    return true;
  }
  if (response.status === 401) {
    dropSession();
    return false;
  }
  throw problemFrom(response, undefined);
}

/** Trades the cookie for a new access token. Callers that come meanwhile share the one request. */
export function refreshSession(): Promise<boolean> {
  refreshing ??= alone(refreshOnce).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

/** The token to send, renewed first when it is about to end; nothing for a guest. */
export async function bearer(): Promise<string | undefined> {
  if (state.status === 'restoring') await restoreSession();
  if (token !== undefined && token.endsAt - Date.now() < RENEW_BEFORE_MS) {
    await refreshSession().catch(() => false);
  }
  return token?.value;
}

let restoring: Promise<void> | undefined;

/** Picks the session up after a reload. Without the hint nothing is asked, so a guest costs no 401. */
export function restoreSession(): Promise<void> {
  restoring ??= (async () => {
    if (localStorage.getItem(HINT) === null) {
      become({ status: 'anonymous' });
      return;
    }
    try {
      await refreshSession();
    } catch {
      // The API is down, which says nothing about the cookie: keep the hint, go on as a guest.
      become({ status: 'anonymous' });
    }
  })();
  return restoring;
}

/** Follows sign-in and sign-out in the other tabs. */
export function followOtherTabs(): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== HINT) return;
    if (event.newValue === null) {
      token = undefined;
      become({ status: 'anonymous' });
    } else if (state.status !== 'signedIn') {
      refreshSession().catch(() => false);
    }
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
