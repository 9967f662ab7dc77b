import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { guestToken } from '../storage/guest-orders';
import { client, settled } from './client';
import type { NewOrder, NewPayment, Order } from './types';

const PAGE = 10;

/** The header that opens a guest's order; none for an order of an account. */
function orderToken(id: string): { 'X-Order-Token'?: string } {
  const token = guestToken(id);
  return token === undefined ? {} : { 'X-Order-Token': token };
}

export function orderQuery(id: string) {
  return queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) =>
      settled(client.GET('/api/orders/{id}', { params: { path: { id }, header: orderToken(id) }, signal })),
  });
}

export function myOrdersQuery() {
  return infiniteQueryOptions({
    queryKey: ['my-orders'],
    queryFn: ({ pageParam, signal }) =>
      settled(
        client.GET('/api/orders/mine', {
          params: { query: pageParam === undefined ? { limit: PAGE } : { limit: PAGE, after: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function placeOrder(order: NewOrder, key: string): Promise<Order> {
  return settled(client.POST('/api/orders', { params: { header: { 'Idempotency-Key': key } }, body: order }));
}

export function findGuestOrder(number: string, email: string): Promise<Order> {
  return settled(client.POST('/api/orders/guest-lookup', { body: { number, email } }));
}

export function pay(payment: NewPayment, key: string) {
  return settled(
    client.POST('/api/payments', {
      params: { header: { 'Idempotency-Key': key, ...orderToken(payment.orderId) } },
      body: payment,
    }),
  );
}
