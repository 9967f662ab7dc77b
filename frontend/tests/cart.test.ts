import { describe, expect, it } from 'vitest';
import { addLine, clampQuantity, countItems, isBlocked, MAX_LINES, priceLine, removeLine, setQuantity, totalOf } from '../src/cart/cart';
import { CART_KEY, loadCart, parseCart, storeCart } from '../src/cart/kept-cart';
import { line, product, variant } from './things';

describe('the cart', () => {
  it('adds up what is put in twice', () => {
    const { cart } = addLine(addLine([], line(2), 7).cart, line(3), 7);
    expect(cart).toHaveLength(1);
    expect(countItems(cart)).toBe(5);
  });

  it('never holds more than there is, and says so', () => {
    expect(addLine([line(5)], line(4), 7)).toMatchObject({ outcome: 'limited', quantity: 7 });
  });

  it('refuses a different thing once it is full, but not more of the same', () => {
    const full = Array.from({ length: MAX_LINES }, (_, index) => line(1, { id: `v${index}` }));
    expect(addLine(full, line(1, { id: 'another' }), 7).outcome).toBe('full');
    expect(addLine(full, line(1, { id: 'v3' }), 7).outcome).toBe('added');
  });

  it.each([
    [0, 1],
    [-4, 1],
    [2.9, 2],
    [100, 99],
    [Number.NaN, 1],
  ])('takes a quantity of %s for %s', (wanted, quantity) => {
    expect(clampQuantity(wanted)).toBe(quantity);
  });

  it('changes and removes only the line that is meant', () => {
    const cart = [line(1), line(1, { id: 'v2' })];
    expect(setQuantity(cart, 'v2', 4).map((each) => each.quantity)).toEqual([1, 4]);
    expect(removeLine(cart, 'v1').map((each) => each.variantId)).toEqual(['v2']);
  });
});

describe('a line at today’s prices', () => {
  it('costs what the catalogue says, and tells what it was', () => {
    const dearer = product({ variants: [variant({ price: { amount: 2000, currency: 'EUR' } })] });
    expect(priceLine(line(3), dearer)).toMatchObject({ state: 'fine', lineTotal: { amount: 6000 }, formerPrice: { amount: 1800 } });
  });

  it.each([
    ['short', product({ variants: [variant({ stock: 2 })] })],
    ['soldOut', product({ variants: [variant({ stock: 0 })] })],
    ['gone', product({ variants: [variant({ id: 'other' })] })],
    ['gone', null],
  ])('is %s when it cannot be ordered as it is', (state, now) => {
    const priced = priceLine(line(3), now);
    expect(priced.state).toBe(state);
    expect(isBlocked(priced)).toBe(true);
  });

  it('is shown as it was put in until the catalogue has answered', () => {
    expect(priceLine(line(3), undefined)).toMatchObject({ state: 'unknown', lineTotal: { amount: 5400 } });
  });

  it('counts towards the total only if it can be bought', () => {
    const lines = [priceLine(line(2), product()), priceLine(line(1, { id: 'v2' }), null)];
    expect(totalOf(lines)).toEqual({ amount: 3600, currency: 'EUR' });
    expect(totalOf([])).toBeUndefined();
  });
});

describe('a kept cart', () => {
  it('survives a reload', () => {
    storeCart([line(2)]);
    expect(loadCart()).toEqual([line(2)]);
  });

  it.each(['{', 'null', '[]', '{"version":2,"lines":[]}', '{"version":1,"lines":7}'])('that reads %s is an empty one', (text) => {
    localStorage.setItem(CART_KEY, text);
    expect(loadCart()).toEqual([]);
  });

  it('loses the lines that are not whole, and keeps the others', () => {
    const stranger = { ...line(1, { id: 'v2' }), snapshot: { name: 'x' } };
    const elsewhere = line(1, { id: 'v3' });
    const spoilt = { ...elsewhere, snapshot: { ...elsewhere.snapshot, image: { url: 'https://elsewhere.example/x.svg', alt: { en: '', fr: '' } } } };
    expect(parseCart({ version: 1, lines: [line(2), stranger, spoilt, { ...line(1), quantity: 3 }, 'x'] })).toHaveLength(1);
  });

  it('has sane quantities whatever was stored', () => {
    expect(parseCart({ version: 1, lines: [{ ...line(1), quantity: 1e9 }] })?.[0]?.quantity).toBe(99);
  });
});
