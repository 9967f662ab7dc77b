import type { Order, Product, Variant } from '../src/api/types';
import { lineOf, type CartLine } from '../src/cart/cart';

/** Samples, whole and valid; a test names only what it is about. */
export function variant(change: Partial<Variant> = {}): Variant {
  return {
    id: 'v1',
    sku: 'MUG-1',
    name: { en: 'Sand', fr: 'Sable' },
    price: { amount: 1800, currency: 'EUR' },
    stock: 7,
    ...change,
  };
}

export function product(change: Partial<Product> = {}): Product {
  const variants = change.variants ?? [variant()];
  return {
    id: 'p1',
    slug: 'mug',
    name: { en: 'Mug', fr: 'Mug' },
    description: { en: 'A mug.', fr: 'Un mug.' },
    category: { slug: 'kitchen', name: { en: 'Kitchen', fr: 'Cuisine' } },
    images: [{ url: '/images/products/mug.svg', alt: { en: 'A mug', fr: 'Un mug' } }],
    variants,
    priceFrom: { amount: 1800, currency: 'EUR' },
    priceTo: { amount: 1800, currency: 'EUR' },
    inStock: true,
    version: 1,
    createdAt: '2026-11-20T10:00:00Z',
    updatedAt: '2026-11-20T10:00:00Z',
    ...change,
  };
}

export function line(quantity: number, change: Partial<Variant> = {}): CartLine {
  return lineOf(product(), variant(change), quantity);
}

export function order(change: Partial<Order> = {}): Order {
  return {
    id: 'o1',
    number: 'MC-7F3K-92QD',
    status: 'received',
    statusHistory: [{ status: 'received', at: '2026-11-20T10:00:00Z', by: 'buyer' }],
    buyer: { name: 'Camille', email: 'camille@example.org' },
    shippingAddress: { line1: '12 rue des Lilas', postalCode: '69003', city: 'Lyon', country: 'FR' },
    locale: 'en',
    lines: [],
    total: { amount: 1800, currency: 'EUR' },
    itemCount: 1,
    createdAt: '2026-11-20T10:00:00Z',
    expiresAt: '2026-11-20T10:30:00Z',
    ...change,
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** All that the page has kept in the browser. */
export function everythingStored(): string {
  return JSON.stringify([localStorage, sessionStorage].map((store) => Object.entries(store)));
}
