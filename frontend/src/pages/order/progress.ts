import type { Order, OrderStatus } from '../../api/types';

/** The way of an order that goes well. */
export const WAY = ['received', 'confirmed', 'prepared', 'delivered'] as const satisfies readonly OrderStatus[];

/** A paid order has nothing to be paid before, even while its status is still to follow. */
export function isPaid(order: Order): boolean {
  if (order.status === 'received') return order.expiresAt == null;
  return order.status !== 'cancelled';
}

export interface Stage {
  status: OrderStatus;
  /** When it was reached; `undefined` while it is still ahead. */
  at: string | undefined;
  isNow: boolean;
}

/** What to draw: the stages reached, then those ahead unless the order was stopped. */
export function stagesOf(order: Order): Stage[] {
  const stopped = order.status === 'cancelled' || order.status === 'refunded';
  const reached = new Map(order.statusHistory.map((change) => [change.status, change.at]));
  const statuses: OrderStatus[] = stopped ? [...WAY.filter((status) => reached.has(status)), order.status] : [...WAY];
  return statuses.map((status) => ({ status, at: reached.get(status), isNow: status === order.status }));
}
