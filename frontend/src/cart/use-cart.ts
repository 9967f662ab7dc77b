import { useQueries } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { productQuery } from '../api/catalogue';
import { ApiProblem } from '../api/problem';
import type { Product } from '../api/types';
import { priceLine, type Cart, type PricedLine } from './cart';
import { CART_KEY, loadCart, storeCart } from './kept-cart';

let cart: Cart = loadCart();
const listeners = new Set<() => void>();

function tell(): void {
  listeners.forEach((listener) => listener());
}

/** Another tab has changed the cart; a null key means that the whole store was cleared. */
function onStorage(event: StorageEvent): void {
  if (event.key !== CART_KEY && event.key !== null) return;
  cart = loadCart();
  tell();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('storage', onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('storage', onStorage);
  };
}

export function currentCart(): Cart {
  return cart;
}

/** Changes the cart in this tab, in the browser's store and so in the other tabs. */
export function changeCart(change: (cart: Cart) => Cart): void {
  // Read again: another tab may have written since, and its event may still be on the way.
  cart = change(loadCart());
  storeCart(cart);
  tell();
}

export function useCart(): Cart {
  return useSyncExternalStore(subscribe, currentCart);
}

/** The cart at today's prices and stock. */
export function usePricedCart(): { lines: PricedLine[]; isLoading: boolean; failure: ApiProblem | undefined; retry: () => void } {
  const lines = useCart();
  const ids = useMemo(() => [...new Set(lines.map((line) => line.productId))], [lines]);
  const answers = useQueries({ queries: ids.map((id) => productQuery(id)) });

  const products = new Map<string, Product | null | undefined>(
    ids.map((id, index) => {
      const answer = answers[index];
      const gone = answer?.error instanceof ApiProblem && answer.error.status === 404;
      return [id, gone ? null : answer?.data];
    }),
  );
  const failed = answers.filter((answer) => answer.error instanceof ApiProblem && answer.error.status !== 404);
  const failure = failed[0]?.error;
  return {
    lines: lines.map((line) => priceLine(line, products.get(line.productId))),
    isLoading: answers.some((answer) => answer.isPending),
    failure: failure instanceof ApiProblem ? failure : undefined,
    retry: () => failed.forEach((answer) => void answer.refetch()),
  };
}
