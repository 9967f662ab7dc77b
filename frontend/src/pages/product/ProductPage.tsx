import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { productQuery, productsQuery } from '../../api/catalogue';
import { ApiProblem } from '../../api/problem';
import type { Product } from '../../api/types';
import { usePageTitle } from '../../app/title';
import { useLocalized } from '../../i18n';
import { ButtonLink } from '../../ui/Button';
import { Failure, Loading, Placeholder, Skeleton } from '../../ui/Feedback';
import { Picture, ProductGrid } from '../../ui/ProductCard';
import { Buy } from './Buy';
import styles from './product.module.css';

export function ProductPage() {
  const { t } = useTranslation();
  const say = useLocalized();
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery(productQuery(id));
  const missing = error instanceof ApiProblem && (error.status === 404 || error.status === 400 || error.status === 422);
  usePageTitle(data ? say(data.name) : missing ? t('product.notFoundTitle') : t('products.title'));

  if (data) return <Shown key={data.id} product={data} />;
  if (missing) {
    return (
      <Placeholder level={1} icon="bag" title={t('product.notFoundTitle')} text={t('product.notFoundText')}>
        <ButtonLink to="/products">{t('cart.browse')}</ButtonLink>
      </Placeholder>
    );
  }
  if (error) return <Failure level={1} failure={error} onRetry={() => void refetch()} />;
  return (
    <Loading label={t('product.loading')}>
      <p className={styles.crumbsWaiting}>{'\u00a0'}</p>
      <div className={styles.layout}>
        <Skeleton shape="square" />
        <div className={styles.details}>
          <Skeleton shape="short" />
          <Skeleton shape="block" />
          <Skeleton />
        </div>
      </div>
    </Loading>
  );
}

function Shown({ product }: { product: Product }) {
  const { t } = useTranslation();
  const say = useLocalized();
  const [first, ...others] = product.images;
  return (
    <>
      <nav aria-label={t('nav.breadcrumb')}>
        <ol className={styles.crumbs}>
          <li>
            <Link to="/products">{t('nav.shop')}</Link>
          </li>
          <li>
            <Link to={`/products?category=${encodeURIComponent(product.category.slug)}`}>{say(product.category.name)}</Link>
          </li>
          <li aria-current="page">{say(product.name)}</li>
        </ol>
      </nav>
      <div className={styles.layout}>
        <div className={styles.pictures}>
          {first && <Picture image={first} eager className={styles.picture} />}
          {others.length > 0 && (
            <div className={styles.others}>
              {others.map((image) => (
                <Picture key={image.url} image={image} className={styles.picture} />
              ))}
            </div>
          )}
        </div>
        <div className={styles.details}>
          <h1 tabIndex={-1}>{say(product.name)}</h1>
          <Buy product={product} />
          <p className={styles.description}>{say(product.description)}</p>
        </div>
      </div>
      <Related product={product} />
    </>
  );
}

const RELATED = 4;

function Related({ product }: { product: Product }) {
  const { t } = useTranslation();
  const { data } = useQuery(productsQuery({ category: product.category.slug, limit: RELATED + 1 }));
  const related = data?.items.filter((other) => other.id !== product.id).slice(0, RELATED) ?? [];
  if (related.length === 0) return null;
  return (
    <section className={styles.related} aria-labelledby="related">
      <h2 id="related">{t('product.related')}</h2>
      <ProductGrid products={related} />
    </section>
  );
}
