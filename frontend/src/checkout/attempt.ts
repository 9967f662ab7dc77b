import { isRecord, isText, keep, readKept } from '../storage/kept';

/**
 * Idempotency keys. One key stands for one intention (this order, this payment) and is kept for the
 * tab until the API has settled it, so that a double click, a retry or a reload repeats the same
 * request and can neither order nor pay twice.
 */
interface Attempt {
  key: string;
  about: string;
}

function slot(scope: string): string {
  return `mc.attempt.${scope}`;
}

function parse(value: unknown): Attempt | undefined {
  if (!isRecord(value) || !isText(value.key) || !isText(value.about)) return undefined;
  return { key: value.key, about: value.about };
}

/** 128 random bits in hexadecimal; `randomUUID` is missing where the page is not served over HTTPS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The key of the running attempt in `scope`, or a new one.
 *
 * `about` is what the attempt is about: when it differs from what was kept, it is another intention
 * and gets another key. It is stored, so it must never hold a card number.
 */
export function attemptKey(scope: string, about: string): string {
  const kept = readKept(sessionStorage, slot(scope), parse);
  if (kept?.about === about) return kept.key;
  const key = newKey();
  keep(sessionStorage, slot(scope), { key, about } satisfies Attempt);
  return key;
}

/**
 * Lets one request at a time go out for a scope; who asks meanwhile gets that one's answer. A second
 * click can come before the page has had time to show that the first was heard.
 */
export function oneAtATime<Answer>(): (scope: string, send: () => Promise<Answer>) => Promise<Answer> {
  const running = new Map<string, Promise<Answer>>();
  return (scope, send) => {
    const under = running.get(scope) ?? send().finally(() => running.delete(scope));
    running.set(scope, under);
    return under;
  };
}

/** Ends the attempt: the API has answered for good, and the next try is a new intention. */
export function endAttempt(scope: string): void {
  sessionStorage.removeItem(slot(scope));
}
