import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Wordmark } from './Header';
import styles from './footer.module.css';

export function Footer() {
  const { t } = useTranslation();
  return (
    <footer className={styles.footer}>
      <div className={styles.row}>
        <div className={styles.about}>
          <p className={styles.brand}>
            <Wordmark />
          </p>
          <p>{t('footer.tagline')}</p>
        </div>
        <nav className={styles.links} aria-label={t('footer.shop')}>
          <p className={styles.heading}>{t('footer.shop')}</p>
          <Link to="/products">{t('nav.all')}</Link>
          <Link to="/cart">{t('nav.cart')}</Link>
        </nav>
        <nav className={styles.links} aria-label={t('footer.help')}>
          <p className={styles.heading}>{t('footer.help')}</p>
          <Link to="/orders">{t('nav.orders')}</Link>
          <Link to="/orders/lookup">{t('nav.lookup')}</Link>
          <Link to="/account">{t('nav.account')}</Link>
        </nav>
      </div>
      <p className={styles.small}>
        {t('footer.promise')} {t('footer.demo')}
      </p>
    </footer>
  );
}
