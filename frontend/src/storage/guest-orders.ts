import { isRecord, isText, keep, readKept } from './kept';

/** The secrets that open the orders made in this browser without an account, by order id. */
const KEY = 'mc.guest-orders';
const VERSION = 1;
/** Older ones are found again by number and e-mail. */
const MOST = 50;

type Tokens = Record<string, string>;

function parse(value: unknown): Tokens | undefined {
  if (!isRecord(value) || value.version !== VERSION || !isRecord(value.tokens)) return undefined;
  return Object.fromEntries(Object.entries(value.tokens).filter((entry): entry is [string, string] => isText(entry[1])));
}

function tokens(): Tokens {
  return readKept(localStorage, KEY, parse) ?? {};
}

export function guestToken(orderId: string): string | undefined {
  return tokens()[orderId];
}

export function keepGuestToken(orderId: string, token: string): void {
  const others = Object.entries(tokens()).filter(([id]) => id !== orderId);
  keep(localStorage, KEY, {
    version: VERSION,
    tokens: Object.fromEntries([...others, [orderId, token] as const].slice(-MOST)),
  });
}
