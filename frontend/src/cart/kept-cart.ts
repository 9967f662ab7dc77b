import { isRecord, isText, keep, readKept } from '../storage/kept';
import { clampQuantity, MAX_LINES, type Cart, type CartLine, type Snapshot } from './cart';

export const CART_KEY = 'mc.cart';
const VERSION = 1;

function isLocalized(value: unknown): value is Snapshot['name'] {
  return isRecord(value) && isText(value.en) && isText(value.fr);
}

function isMoney(value: unknown): value is Snapshot['unitPrice'] {
  return isRecord(value) && Number.isSafeInteger(value.amount) && isText(value.currency) && value.currency.length === 3;
}

function isPicture(value: unknown): value is Snapshot['image'] {
  return value === null || (isRecord(value) && isText(value.url) && value.url.startsWith('/') && isLocalized(value.alt));
}

function isSnapshot(value: unknown): value is Snapshot {
  return (
    isRecord(value) &&
    isLocalized(value.name) &&
    isLocalized(value.variantName) &&
    isPicture(value.image) &&
    isMoney(value.unitPrice)
  );
}

function parseLine(value: unknown): CartLine[] {
  if (!isRecord(value)) return [];
  const { productId, variantId, quantity, snapshot } = value;
  if (!isText(productId) || !isText(variantId) || typeof quantity !== 'number' || !isSnapshot(snapshot)) return [];
  return [{ productId, variantId, quantity: clampQuantity(quantity), snapshot }];
}

/** A cart as it was kept; lines that are not whole are left out, another version is no cart. */
export function parseCart(value: unknown): Cart | undefined {
  if (!isRecord(value) || value.version !== VERSION || !Array.isArray(value.lines)) return undefined;
  const lines = value.lines.flatMap(parseLine);
  const first = new Map(lines.map((line) => [line.variantId, line]));
  return [...first.values()].slice(0, MAX_LINES);
}

export function loadCart(): Cart {
  return readKept(localStorage, CART_KEY, parseCart) ?? [];
}

export function storeCart(cart: Cart): void {
  keep(localStorage, CART_KEY, { version: VERSION, lines: cart });
}
