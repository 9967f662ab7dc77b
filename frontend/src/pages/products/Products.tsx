import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { productsQuery } from '../../api/catalogue';
import type { CategoryCount } from '../../api/types';
import { usePageTitle } from '../../app/title';
import { useLocalized } from '../../i18n';
import { ButtonLink } from '../../ui/Button';
import { Failure, Placeholder } from '../../ui/Feedback';
import { Pagination } from '../../ui/Pagination';
import { ProductGrid, ProductGridSkeleton } from '../../ui/ProductCard';
import { FilterBar } from './FilterBar';
import { filtersFrom, hrefWith, PAGE_SIZE, queryOf } from './filters';
import styles from './products.module.css';

export function Products() {
  const { t } = useTranslation();
  const say = useLocalized();
  const [params] = useSearchParams();
  const filters = filtersFrom(params);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...productsQuery(queryOf(filters)),
    placeholderData: keepPreviousData,
  });

  const category = data?.categories.find((each) => each.slug === filters.category);
  const heading = category === undefined ? t('products.heading') : say(category.name);
  usePageTitle(category === undefined ? t('products.title') : say(category.name));

  return (
    <div className={styles.products}>
      <h1 tabIndex={-1}>{heading}</h1>
      <Categories categories={data?.categories} current={filters.category} params={params} />
      <FilterBar filters={filters} params={params} total={data?.total} />
      {data === undefined ? (
        error ? (
          <Failure failure={error} onRetry={() => void refetch()} />
        ) : (
          <ProductGridSkeleton count={PAGE_SIZE} />
        )
      ) : data.items.length === 0 ? (
        <Placeholder icon="sliders" title={t('products.emptyTitle')} text={t('products.emptyText')}>
          <ButtonLink look="secondary" to="/products">
            {t('products.clear')}
          </ButtonLink>
        </Placeholder>
      ) : (
        <div className={isPlaceholderData ? styles.stale : undefined} aria-busy={isPlaceholderData}>
          <h2 className="hidden-text">{t('products.title')}</h2>
          <ProductGrid products={data.items} />
          <Pagination
            page={data.page}
            pages={Math.ceil(data.total / data.limit)}
            hrefOf={(page) => hrefWith(params, { page: page === 1 ? undefined : String(page) })}
          />
        </div>
      )}
    </div>
  );
}

interface CategoriesProps {
  categories: readonly CategoryCount[] | undefined;
  current: string | undefined;
  params: URLSearchParams;
}

function Categories({ categories, current, params }: CategoriesProps) {
  const { t } = useTranslation();
  const say = useLocalized();
  return (
    <nav aria-label={t('nav.categories')}>
      <ul className={styles.chips}>
        <li>
          <Link className={styles.chip} to={hrefWith(params, { category: undefined })} aria-current={current === undefined || undefined}>
            {t('nav.all')}
          </Link>
        </li>
        {categories?.map((category) => (
          <li key={category.slug}>
            <Link
              className={styles.chip}
              to={hrefWith(params, { category: category.slug })}
              aria-current={category.slug === current || undefined}
            >
              {say(category.name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
