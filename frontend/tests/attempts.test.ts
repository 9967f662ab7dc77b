import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptKey, endAttempt } from '../src/checkout/attempt';
import { charge, chargeRefusal } from '../src/checkout/charge';
import { place } from '../src/checkout/place';
import { ApiProblem, type FieldCode } from '../src/api/problem';
import { guestToken } from '../src/storage/guest-orders';
import { everythingStored, json, order } from './things';

const card = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123', holder: 'Camille' };
const wanted = {
  items: [{ variantId: 'v1', quantity: 1 }],
  email: 'camille@example.org',
  name: 'Camille',
  locale: 'en' as const,
  shippingAddress: { line1: '12 rue des Lilas', postalCode: '69003', city: 'Lyon', country: 'FR' },
};

const sent: { key: string | null; body: string }[] = [];
let answer: () => Response;

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push({ key: request.headers.get('Idempotency-Key'), body: await request.text() });
    return answer();
  });
});

afterEach(() => vi.unstubAllGlobals());

const problem = (status: number, code: string, detail = '') => () => json(status, { status, code, title: code, detail });

describe('an idempotency key', () => {
  it('is the same for the same intention, also after a reload', () => {
    const key = attemptKey('order', 'this');
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(attemptKey('order', 'this')).toBe(key);
  });

  it('changes with the intention and after its end', () => {
    const key = attemptKey('order', 'this');
    expect(attemptKey('order', 'that')).not.toBe(key);
    const that = attemptKey('order', 'that');
    endAttempt('order');
    expect(attemptKey('order', 'that')).not.toBe(that);
  });
});

describe('ordering', () => {
  it('repeats a lost request under its key, and then uses another', async () => {
    answer = problem(503, 'unavailable');
    await expect(place(wanted)).rejects.toThrow();
    answer = () => json(201, { ...order(), accessToken: 'secret' });
    await place(wanted);
    await place(wanted);
    expect(sent[1]?.key).toBe(sent[0]?.key);
    expect(sent[2]?.key).not.toBe(sent[0]?.key);
  });

  it('sends one request for a double click, and answers both', async () => {
    answer = () => json(201, { ...order(), accessToken: 'secret' });
    const [first, second] = await Promise.all([place(wanted), place(wanted)]);
    expect(sent).toHaveLength(1);
    expect(second.id).toBe(first.id);
  });

  it('keeps the secret of a guest’s order', async () => {
    answer = () => json(201, { ...order(), accessToken: 'secret' });
    await place(wanted);
    expect(guestToken('o1')).toBe('secret');
  });
});

describe('paying', () => {
  it.each([
    [504, 'provider_unavailable'],
    [502, 'provider_unavailable'],
    [500, 'internal'],
    [409, 'payment_in_progress'],
    [409, 'key_reused'],
  ])('repeats under the same key after %i %s', async (status, code) => {
    answer = problem(status, code);
    await expect(charge('o1', card)).rejects.toThrow();
    await expect(charge('o1', card)).rejects.toThrow();
    expect(sent[1]?.key).toBe(sent[0]?.key);
  });

  it.each([
    [402, 'payment_declined'],
    [422, 'invalid_fields'],
  ])('takes another key after %i %s', async (status, code) => {
    answer = problem(status, code);
    await expect(charge('o1', card)).rejects.toThrow();
    await expect(charge('o1', card)).rejects.toThrow();
    expect(sent[1]?.key).not.toBe(sent[0]?.key);
  });

  it('sends one request for a double click', async () => {
    answer = () => json(201, { id: 'pay1', orderId: 'o1', status: 'succeeded' });
    await Promise.all([charge('o1', card), charge('o1', card)]);
    expect(sent).toHaveLength(1);
  });

  it('sends no amount and stores nothing of the card', async () => {
    answer = problem(504, 'provider_unavailable');
    await expect(charge('o1', card)).rejects.toThrow();
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ orderId: 'o1', card });
    const stored = everythingStored();
    expect(stored).not.toContain(card.number);
    expect(stored).not.toContain(card.securityCode);
  });

  it('tells an empty account from a refused card', () => {
    const refused = (code: FieldCode) => new ApiProblem(402, 'payment_declined', '', [{ field: 'card', code, message: '' }]);
    expect(chargeRefusal(refused('insufficient_funds'))).toBe('insufficient');
    expect(chargeRefusal(refused('card_declined'))).toBe('declined');
    expect(chargeRefusal(new ApiProblem(0, 'network', ''))).toBe('uncertain');
  });
});
