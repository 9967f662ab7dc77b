import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Picture as PictureType, ProductSummary } from '../api/types';
import { formatMoney } from '../format/money';
import { useLanguage, useLocalized } from '../i18n';
import { Loading, Skeleton } from './Feedback';
import styles from './product-card.module.css';

interface PictureProps {
  /** Where there is none its place stays empty. */
  image: PictureType | null | undefined;
  eager?: boolean;
  /** Beside a text that says the same: nothing is read out. */
  decorative?: boolean;
  className?: string | undefined;
}

/** A square picture that keeps its place while it loads. */
export function Picture({ image, eager = false, decorative = false, className }: PictureProps) {
  const say = useLocalized();
  if (!image) return <span className={className ?? styles.picture} />;
  return (
    <img
      className={className ?? styles.picture}
      src={image.url}
      alt={decorative ? '' : say(image.alt)}
      width={800}
      height={800}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
    />
  );
}

export function ProductCard({ product, eager = false }: { product: ProductSummary; eager?: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useLocalized();
  const price = formatMoney(product.priceFrom, language);
  const varies = product.priceTo.amount > product.priceFrom.amount;
  return (
    <article className={styles.card}>
      <div className={styles.frame}>
        <Picture image={product.image} eager={eager} />
        {!product.inStock && <span className={styles.badge}>{t('products.soldOut')}</span>}
      </div>
      <div>
        <h3 className={styles.name}>
          <Link to={`/products/${product.id}`}>{say(product.name)}</Link>
        </h3>
        <p className={styles.meta}>
          <span className={styles.price}>{varies ? t('products.from', { price }) : price}</span>
          {product.variantCount > 1 && (
            <span className={styles.choices}>{t('products.choices', { count: product.variantCount })}</span>
          )}
        </p>
      </div>
    </article>
  );
}

/** The first row is above the fold and loads at once. */
const EAGER = 4;

export function ProductGrid({ products }: { products: readonly ProductSummary[] }) {
  return (
    <ul className={styles.grid}>
      {products.map((product, index) => (
        <li key={product.id}>
          <ProductCard product={product} eager={index < EAGER} />
        </li>
      ))}
    </ul>
  );
}

export function ProductGridSkeleton({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <Loading label={t('products.loading')}>
      <div className={styles.grid}>
        {Array.from({ length: count }, (_, index) => (
          <div key={index} className={styles.waiting}>
            <Skeleton shape="square" />
            <Skeleton />
            <Skeleton shape="short" />
          </div>
        ))}
      </div>
    </Loading>
  );
}
