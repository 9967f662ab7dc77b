import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { countItems } from '../cart/cart';
import { useCart } from '../cart/use-cart';
import { Icon } from '../ui/Icon';
import { LanguageSwitch } from './LanguageSwitch';
import { useSession } from './use-session';
import styles from './header.module.css';

export function Wordmark() {
  return (
    <>
      <svg className={styles.mark} viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
        <rect width="32" height="32" rx="9" />
        <path d="M7.500 23v-6.200a4.300 4.300 0 0 1 8.500 0V23m0-6.200a4.300 4.300 0 0 1 8.500 0V23" />
      </svg>
      <span className={styles.word}>Mcommerce</span>
    </>
  );
}

export function Header() {
  const { t } = useTranslation();
  const session = useSession();
  const count = countItems(useCart());
  const signedIn = session.status === 'signedIn';
  return (
    <header className={styles.header}>
      <div className={styles.row}>
        <Link className={styles.brand} to="/" aria-label={`${t('brand')}, ${t('nav.home')}`}>
          <Wordmark />
        </Link>
        <nav className={styles.nav} aria-label={t('nav.main')}>
          <NavLink to="/products">{t('nav.shop')}</NavLink>
          <NavLink className={styles.roomy} to={signedIn ? '/orders' : '/orders/lookup'}>
            {t(signedIn ? 'nav.orders' : 'nav.lookup')}
          </NavLink>
        </nav>
        <div className={styles.tools}>
          <LanguageSwitch />
          <Link className={styles.tool} to={signedIn ? '/account' : '/sign-in'} aria-label={t(signedIn ? 'nav.account' : 'nav.signIn')}>
            <Icon name="person" />
          </Link>
          <Link className={styles.tool} to="/cart" aria-label={t('nav.cartCount', { count })}>
            <Icon name="bag" />
            {count > 0 && (
              <span className={styles.count} key={count} aria-hidden="true">
                {count > 99 ? '99+' : count}
              </span>
            )}
          </Link>
        </div>
      </div>
    </header>
  );
}
