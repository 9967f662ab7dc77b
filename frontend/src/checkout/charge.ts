import { pay } from '../api/orders';
import { ApiProblem, type ProblemCode } from '../api/problem';
import type { Card, Payment } from '../api/types';
import { attemptKey, endAttempt, oneAtATime } from './attempt';

/**
 * What the shopper is to do next.
 * - `declined`, `insufficient`: try another card;
 * - `uncertain`: repeat, under the same key;
 * - `inProgress`: wait, then repeat;
 * - `cardChanged`: it is not known what became of the attempt with another card, finish that one;
 * - `paid`: it is paid already;
 * - `notPayable`: it never will be;
 * - `other`: something the general texts explain.
 */
export type ChargeRefusal = 'declined' | 'insufficient' | 'uncertain' | 'inProgress' | 'cardChanged' | 'paid' | 'notPayable' | 'other';

const BY_CODE: Readonly<Partial<Record<ProblemCode, ChargeRefusal>>> = {
  payment_in_progress: 'inProgress',
  key_reused: 'cardChanged',
  already_paid: 'paid',
  order_not_payable: 'notPayable',
};

/** The attempt may still succeed, so that its key must not be lost: no other could finish it. */
const UNSETTLED: readonly ChargeRefusal[] = ['uncertain', 'inProgress', 'cardChanged'];

export function chargeRefusal(failure: unknown): ChargeRefusal {
  if (!(failure instanceof ApiProblem)) return 'other';
  if (failure.code === 'payment_declined') {
    return failure.fields.some(({ code }) => code === 'insufficient_funds') ? 'insufficient' : 'declined';
  }
  return BY_CODE[failure.code] ?? (failure.isUncertain ? 'uncertain' : 'other');
}

function scope(orderId: string): string {
  return `pay.${orderId}`;
}

/**
 * Pays an order, once. While it is not known what became of an attempt its key is kept, so that the
 * provider charges it a single time however often it is repeated.
 */
export function charge(orderId: string, card: Card): Promise<Payment> {
  return charging(scope(orderId), () => send(orderId, card));
}

const charging = oneAtATime<Payment>();

async function send(orderId: string, card: Card): Promise<Payment> {
  // Only the order is written down beside the key: never anything of the card.
  const key = attemptKey(scope(orderId), orderId);
  try {
    const payment = await pay({ orderId, card }, key);
    endAttempt(scope(orderId));
    return payment;
  } catch (failure) {
    const refusal = chargeRefusal(failure);
    if (!UNSETTLED.includes(refusal)) endAttempt(scope(orderId));
    throw failure;
  }
}
