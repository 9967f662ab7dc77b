import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { productsQuery } from '../../api/catalogue';
import { usePageTitle } from '../../app/title';
import { useLocalized } from '../../i18n';
import { ButtonLink } from '../../ui/Button';
import { Failure } from '../../ui/Feedback';
import { Icon, type IconName } from '../../ui/Icon';
import { Picture, ProductGrid, ProductGridSkeleton } from '../../ui/ProductCard';
import { coverOf, featuredOf } from './selection';
import styles from './home.module.css';

/** Enough of the newest to find a picture for each category. */
const ASKED = 60;
const FEATURED = 8;
const SHOWCASE = 3;

const PROMISES = [
  { icon: 'shield', title: 'home.stockTitle', text: 'home.stockText' },
  { icon: 'truck', title: 'home.deliveryTitle', text: 'home.deliveryText' },
  { icon: 'person', title: 'home.guestTitle', text: 'home.guestText' },
] as const satisfies readonly { icon: IconName; title: string; text: string }[];

export function Home() {
  const { t } = useTranslation();
  const say = useLocalized();
  usePageTitle(t('home.title'));
  const { data, error, refetch } = useQuery(productsQuery({ limit: ASKED, sort: 'newest' }));

  const featured = featuredOf(data?.items ?? [], FEATURED + SHOWCASE);
  const showcase = featured.slice(0, SHOWCASE);

  return (
    <div className={styles.home}>
      <section className={styles.hero}>
        <div className={styles.pitch}>
          <h1 tabIndex={-1}>{t('home.heading')}</h1>
          <p>{t('home.lead')}</p>
          <Link className={styles.call} to="/products">
            {t('home.browse')}
            <Icon name="arrow" size={20} />
          </Link>
        </div>
        <div className={styles.arches}>
          {showcase.length > 0
            ? showcase.map((product) => (
                <Link key={product.id} className={styles.arch} to={`/products/${product.id}`} aria-label={say(product.name)}>
                  <Picture image={product.image} decorative eager className={styles.archPicture} />
                </Link>
              ))
            : Array.from({ length: SHOWCASE }, (_, index) => <span key={index} className={styles.arch} />)}
        </div>
      </section>

      <section className={styles.section} aria-labelledby="categories">
        <h2 id="categories">{t('home.categories')}</h2>
        <ul className={styles.categories}>
          {data?.categories.map((category) => {
            const cover = coverOf(data.items, category.slug);
            return (
              <li key={category.slug} className={styles.category}>
                {cover && <Picture image={cover.image} decorative className={styles.cover} />}
                <Link to={`/products?category=${encodeURIComponent(category.slug)}`}>{say(category.name)}</Link>
              </li>
            );
          }) ?? Array.from({ length: 5 }, (_, index) => <li key={index} className={styles.categoryWaiting} aria-hidden="true" />)}
        </ul>
      </section>

      <section className={styles.section} aria-labelledby="featured">
        <div className={styles.between}>
          <h2 id="featured">{t('home.featured')}</h2>
          <ButtonLink look="quiet" to="/products">
            {t('home.featuredMore')}
          </ButtonLink>
        </div>
        {data ? (
          <ProductGrid products={featured.slice(SHOWCASE)} />
        ) : error ? (
          <Failure failure={error} onRetry={() => void refetch()} />
        ) : (
          <ProductGridSkeleton count={FEATURED} />
        )}
      </section>

      <section className={styles.section} aria-labelledby="promises">
        <h2 id="promises" className="hidden-text">
          {t('home.promises')}
        </h2>
        <ul className={styles.promises}>
          {PROMISES.map(({ icon, title, text }) => (
            <li key={title}>
              <Icon name={icon} size={28} />
              <h3>{t(title)}</h3>
              <p>{t(text)}</p>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
