import { describe, expect, it } from 'vitest';
import { problemFrom, problemFromFailure } from '../src/api/problem';
import { destination } from '../src/app/destination';
import { draftFieldOf } from '../src/checkout/draft';
import { cardFieldOf } from '../src/checkout/card';
import { refusedItems } from '../src/checkout/place';
import { problemKey } from '../src/i18n/explain';
import { json } from './things';

describe('a problem', () => {
  it('is read with its fields', () => {
    const body = { code: 'out_of_stock', detail: 'sold', fields: [{ field: 'items[1].quantity', code: 'out_of_stock', message: 'only 3 left' }] };
    const problem = problemFrom(json(409, body), body);
    expect(problem.code).toBe('out_of_stock');
    expect(problem.at('items[1].quantity')?.message).toBe('only 3 left');
    expect(refusedItems(problem)).toEqual([1]);
  });

  it.each([
    [503, 'unavailable'],
    [401, 'unauthenticated'],
    [418, 'internal'],
  ])('without a document, %i, still has a code', (status, code) => {
    expect(problemFrom(json(status, 'x'), 'x').code).toBe(code);
  });

  it('knows how long to wait', () => {
    expect(problemFrom(json(429, {}, { 'Retry-After': '30' }), {}).retryAfter).toBe(30);
  });

  it('tells no answer from a late one', () => {
    expect(problemFromFailure(new TypeError('fetch failed')).code).toBe('network');
    expect(problemFromFailure(new DOMException('late', 'TimeoutError')).code).toBe('timeout');
  });

  it('of an unknown kind is still explained', () => {
    expect(problemKey(problemFrom(json(409, { code: 'brand_new' }), { code: 'brand_new' }))).toBe('problem.unknown');
    expect(problemKey(new Error('x'))).toBe('problem.unknown');
    expect(problemKey(problemFrom(json(409, {}), { code: 'toString' }))).toBe('problem.unknown');
  });

  it('finds the input it is about', () => {
    expect(draftFieldOf('shippingAddress.city')).toBe('city');
    expect(draftFieldOf('items[0].quantity')).toBeUndefined();
    expect(cardFieldOf('card.expiryYear')).toBe('expiry');
    expect(cardFieldOf('card.number')).toBe('number');
  });
});

describe('the way back after signing in', () => {
  it.each(['/checkout', '/orders/1/pay?x=1'])('leads to %s', (path) => {
    expect(destination(new URLSearchParams({ next: path }))).toBe(path);
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''])('never leads to "%s"', (path) => {
    expect(destination(new URLSearchParams({ next: path }))).toBe('/account');
  });
});
