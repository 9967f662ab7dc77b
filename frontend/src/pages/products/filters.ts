import type { ProductQuery } from '../../api/types';
import { parsePrice } from '../../format/money';

/** What is asked for, as it stands in the address, so that it can be kept, sent and gone back to. */
export interface Filters {
  category: string | undefined;
  sort: Sort;
  inStock: boolean;
  /** Minor units. */
  minPrice: number | undefined;
  maxPrice: number | undefined;
  page: number;
}

export const SORTS = ['newest', 'priceAsc', 'priceDesc'] as const;
export type Sort = (typeof SORTS)[number];

export const CURRENCY = 'EUR';
export const PAGE_SIZE = 12;
/** As far as the API pages. */
const LAST_PAGE = 100;

export function isSort(value: string | null): value is Sort {
  return SORTS.some((sort) => sort === value);
}

/** Reads an address; whatever makes no sense in it counts as not said. */
export function filtersFrom(params: URLSearchParams): Filters {
  const sort = params.get('sort');
  const page = Number(params.get('page') ?? '1');
  return {
    category: params.get('category') ?? undefined,
    sort: isSort(sort) ? sort : 'newest',
    inStock: params.get('inStock') === 'true',
    minPrice: parsePrice(params.get('min') ?? '', CURRENCY),
    maxPrice: parsePrice(params.get('max') ?? '', CURRENCY),
    page: Number.isInteger(page) && page >= 1 && page <= LAST_PAGE ? page : 1,
  };
}

export function queryOf(filters: Filters): ProductQuery {
  return {
    page: filters.page,
    limit: PAGE_SIZE,
    sort: filters.sort,
    ...(filters.category !== undefined && { category: filters.category }),
    ...(filters.inStock && { inStock: true }),
    ...(filters.minPrice !== undefined && { minPrice: filters.minPrice }),
    ...(filters.maxPrice !== undefined && { maxPrice: filters.maxPrice }),
  };
}

/** The address after `changes`; a change of anything but the page goes back to the first one. */
export function hrefWith(params: URLSearchParams, changes: Record<string, string | undefined>): string {
  const next = new URLSearchParams(params);
  next.delete('page');
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  return query === '' ? '/products' : `/products?${query}`;
}
