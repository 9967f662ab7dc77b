import { queryOptions } from '@tanstack/react-query';
import { client, settled } from './client';
import type { ProductQuery } from './types';

/** Prices and stock are looked at again after this time. */
const FRESH_MS = 15_000;

export function productsQuery(query: ProductQuery) {
  return queryOptions({
    queryKey: ['products', query],
    queryFn: ({ signal }) => settled(client.GET('/api/products', { params: { query }, signal })),
    staleTime: FRESH_MS,
  });
}

export function productQuery(id: string) {
  return queryOptions({
    queryKey: ['product', id],
    queryFn: ({ signal }) => settled(client.GET('/api/products/id/{id}', { params: { path: { id } }, signal })),
    staleTime: FRESH_MS,
  });
}
