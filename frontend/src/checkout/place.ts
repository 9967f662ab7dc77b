import { placeOrder } from '../api/orders';
import { ApiProblem } from '../api/problem';
import type { NewOrder, Order } from '../api/types';
import type { Cart } from '../cart/cart';
import type { Language } from '../i18n/language';
import { keepGuestToken } from '../storage/guest-orders';
import { attemptKey, endAttempt, oneAtATime } from './attempt';
import { addressOf, type Draft } from './draft';

const SCOPE = 'order';

export function newOrder(cart: Cart, draft: Draft, locale: Language, signedIn: boolean): NewOrder {
  return {
    items: cart.map(({ variantId, quantity }) => ({ variantId, quantity })),
    ...(!signedIn && { email: draft.email.trim() }),
    name: draft.name.trim(),
    locale,
    shippingAddress: addressOf(draft),
  };
}

/**
 * Orders, once: the same order sent again (after a reload, a lost answer) goes under the same key.
 * The key ends with a definite answer, good or bad.
 */
export function place(order: NewOrder): Promise<Order> {
  return ordering(SCOPE, () => send(order));
}

const ordering = oneAtATime<Order>();

async function send(order: NewOrder): Promise<Order> {
  const key = attemptKey(SCOPE, JSON.stringify(order));
  try {
    const placed = await placeOrder(order, key);
    if (placed.accessToken != null) keepGuestToken(placed.id, placed.accessToken);
    endAttempt(SCOPE);
    return placed;
  } catch (failure) {
    if (failure instanceof ApiProblem && !failure.isUncertain) endAttempt(SCOPE);
    throw failure;
  }
}

/** The positions in `items` that a refusal names, such as 1 in `items[1].quantity`. */
export function refusedItems(problem: ApiProblem): number[] {
  return problem.fields.flatMap(({ field }) => {
    const index = /^items\[(\d+)\]/.exec(field)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
}
