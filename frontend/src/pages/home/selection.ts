import type { ProductSummary } from '../../api/types';

/** The product whose picture stands for a category. */
export function coverOf(products: readonly ProductSummary[], category: string): ProductSummary | undefined {
  return products.find((product) => product.category.slug === category);
}

/** What can be bought, one category after the other, so that the newest of one does not fill the page. */
export function featuredOf(products: readonly ProductSummary[], count: number): ProductSummary[] {
  const shelves = new Map<string, ProductSummary[]>();
  for (const product of products.filter((each) => each.inStock)) {
    const shelf = shelves.get(product.category.slug) ?? [];
    shelves.set(product.category.slug, [...shelf, product]);
  }
  const rows = [...shelves.values()];
  const deepest = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: deepest }, (_, depth) => rows.flatMap((row) => row[depth] ?? []))
    .flat()
    .slice(0, count);
}
