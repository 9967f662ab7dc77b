import { describe, expect, it } from 'vitest';
import { cardOf, checkCard, formatCardNumber, formatExpiry, TEST_CARDS } from '../src/checkout/card';
import { formatMoney, parsePrice, typedPrice } from '../src/format/money';
import { pagesToOffer } from '../src/ui/pages-to-offer';

/** Intl separates with spaces that look alike and are not. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('money', () => {
  it('is written as the language writes it', () => {
    expect(formatMoney({ amount: 123450, currency: 'EUR' }, 'en')).toBe('€1,234.50');
    expect(plain(formatMoney({ amount: 123450, currency: 'EUR' }, 'fr'))).toBe('1 234,50 €');
  });

  it.each([
    ['12', 1200],
    ['12.5', 1250],
    ['12,50', 1250],
    [' 0.07 ', 7],
    ['', undefined],
    ['-3', undefined],
    ['1e9', undefined],
    ['12.345', undefined],
  ])('typed as "%s" is %s cents', (typed, amount) => {
    expect(parsePrice(typed, 'EUR')).toBe(amount);
  });

  it('goes back to what was typed', () => {
    expect(typedPrice(1250, 'EUR')).toBe('12.5');
  });
});

describe('a card', () => {
  const today = new Date('2026-11-20');
  const good = { number: '4242 4242 4242 4242', expiry: '11/26', securityCode: '123', holder: 'Camille' };

  it('is grouped and cut while it is typed', () => {
    expect(formatCardNumber('4242424242424242')).toBe('4242 4242 4242 4242');
    expect(formatExpiry('1228')).toBe('12/28');
    expect(formatExpiry('5')).toBe('05');
    expect(formatExpiry('12/')).toBe('12/');
  });

  it('is good to the end of its month', () => {
    expect(checkCard(good, today)).toEqual({});
    expect(checkCard({ ...good, expiry: '10/26' }, today)).toEqual({ expiry: 'field.expired' });
  });

  it('names every field that cannot be right', () => {
    expect(checkCard({ number: '4242 4242 4242 4241', expiry: '13/29', securityCode: '12', holder: ' ' }, today)).toEqual({
      number: 'field.cardNumber',
      expiry: 'field.expiry',
      securityCode: 'field.securityCode',
      holder: 'field.required',
    });
  });

  it('goes out as digits and numbers', () => {
    expect(cardOf(good)).toEqual({ number: '4242424242424242', expiryMonth: 11, expiryYear: 2026, securityCode: '123', holder: 'Camille' });
  });

  it.each(TEST_CARDS.map(({ number }) => number))('for tests, %s, passes the check of its digits', (number) => {
    expect(checkCard({ ...good, number }, today)).toEqual({});
  });
});

describe('the pages offered', () => {
  it.each([
    [1, 3, [1, 2, 3]],
    [1, 9, [1, 2, 'gap', 9]],
    [5, 9, [1, 'gap', 4, 5, 6, 'gap', 9]],
    [3, 9, [1, 2, 3, 4, 'gap', 9]],
  ])('on page %i of %i', (page, pages, offered) => {
    expect(pagesToOffer(page, pages)).toEqual(offered);
  });
});
