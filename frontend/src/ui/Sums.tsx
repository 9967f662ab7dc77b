import { useTranslation } from 'react-i18next';
import type { Money } from '../api/types';
import { formatMoney } from '../format/money';
import { useLanguage } from '../i18n';
import styles from './lines.module.css';

/** What is to be paid; delivery is in the prices, and said to be. */
export function Sums({ total }: { total: Money }) {
  const { t } = useTranslation();
  const amount = formatMoney(total, useLanguage());
  return (
    <dl className={styles.sums}>
      <div>
        <dt>{t('cart.subtotal')}</dt>
        <dd>{amount}</dd>
      </div>
      <div>
        <dt>{t('cart.delivery')}</dt>
        <dd>{t('cart.included')}</dd>
      </div>
      <div className={styles.grand}>
        <dt>{t('cart.total')}</dt>
        <dd>{amount}</dd>
      </div>
    </dl>
  );
}
