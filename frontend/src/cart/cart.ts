import type { LocalizedText, Money, Picture, Product, Variant } from '../api/types';

/** The most of one thing, and the most different things, that the API takes in one order. */
export const MAX_QUANTITY = 99;
export const MAX_LINES = 50;

/** What a line looked like when it was put in; shown until the API has told what holds now. */
export interface Snapshot {
  name: LocalizedText;
  variantName: LocalizedText;
  image: Picture | null;
  unitPrice: Money;
}

export interface CartLine {
  productId: string;
  variantId: string;
  quantity: number;
  snapshot: Snapshot;
}

export type Cart = readonly CartLine[];

export function clampQuantity(wanted: number, stock: number = MAX_QUANTITY): number {
  const most = Math.min(MAX_QUANTITY, Math.max(stock, 1));
  return Number.isFinite(wanted) ? Math.min(most, Math.max(1, Math.trunc(wanted))) : 1;
}

export function lineOf(product: Product, variant: Variant, quantity: number): CartLine {
  return {
    productId: product.id,
    variantId: variant.id,
    quantity,
    snapshot: {
      name: product.name,
      variantName: variant.name,
      image: product.images[0] ?? null,
      unitPrice: variant.price,
    },
  };
}

/** What came of putting something into the cart. */
export type Added = { cart: Cart; outcome: 'added' | 'limited'; quantity: number } | { cart: Cart; outcome: 'full' };

/**
 * Puts a line in, or adds to the one that is there, never beyond `stock`: `limited` says that less
 * went in than was asked for, `full` that the cart holds as many different things as it may.
 */
export function addLine(cart: Cart, line: CartLine, stock: number): Added {
  const there = cart.find((other) => other.variantId === line.variantId);
  if (there === undefined && cart.length >= MAX_LINES) return { cart, outcome: 'full' };
  const wanted = (there?.quantity ?? 0) + line.quantity;
  const quantity = clampQuantity(wanted, stock);
  const put = { ...line, quantity };
  return {
    cart: there === undefined ? [...cart, put] : cart.map((other) => (other === there ? put : other)),
    outcome: quantity < wanted ? 'limited' : 'added',
    quantity,
  };
}

export function setQuantity(cart: Cart, variantId: string, quantity: number): Cart {
  return cart.map((line) => (line.variantId === variantId ? { ...line, quantity: clampQuantity(quantity) } : line));
}

export function removeLine(cart: Cart, variantId: string): Cart {
  return cart.filter((line) => line.variantId !== variantId);
}

export function countItems(cart: Cart): number {
  return cart.reduce((count, line) => count + line.quantity, 0);
}

/** A line beside what the catalogue says of it now. */
export interface PricedLine extends CartLine {
  unitPrice: Money;
  lineTotal: Money;
  /** What is in stock, or `undefined` while it is not known yet. */
  stock: number | undefined;
  /** `gone`: no longer sold; `soldOut`: none left; `short`: fewer left than wanted. */
  state: 'fine' | 'unknown' | 'gone' | 'soldOut' | 'short';
  /** The price it was put in at, when that has changed since. */
  formerPrice: Money | undefined;
}

/** `product`: `undefined` while it is being asked for, `null` when it is no longer there. */
export function priceLine(line: CartLine, product: Product | null | undefined): PricedLine {
  const variant = product?.variants.find((each) => each.id === line.variantId);
  const unitPrice = variant?.price ?? line.snapshot.unitPrice;
  const changed = unitPrice.amount !== line.snapshot.unitPrice.amount;
  return {
    ...line,
    unitPrice,
    lineTotal: { ...unitPrice, amount: unitPrice.amount * line.quantity },
    stock: variant?.stock,
    state: stateOf(line, product, variant),
    formerPrice: changed ? line.snapshot.unitPrice : undefined,
  };
}

function stateOf(line: CartLine, product: Product | null | undefined, variant: Variant | undefined): PricedLine['state'] {
  if (product === undefined) return 'unknown';
  if (variant === undefined) return 'gone';
  if (variant.stock <= 0) return 'soldOut';
  return variant.stock < line.quantity ? 'short' : 'fine';
}

export function isBlocked(line: PricedLine): boolean {
  return line.state === 'gone' || line.state === 'soldOut' || line.state === 'short';
}

/** The sum of what can be bought; `undefined` for an empty cart. */
export function totalOf(lines: readonly PricedLine[]): Money | undefined {
  const bought = lines.filter((line) => line.state !== 'gone' && line.state !== 'soldOut');
  const first = bought[0];
  if (first === undefined) return undefined;
  return { currency: first.unitPrice.currency, amount: bought.reduce((sum, line) => sum + line.lineTotal.amount, 0) };
}
