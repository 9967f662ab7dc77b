import { useTranslation } from 'react-i18next';
import type { LocalizedText, Money, Picture as PictureType } from '../api/types';
import { formatMoney } from '../format/money';
import { useLanguage, useLocalized } from '../i18n';
import { Picture } from './ProductCard';
import styles from './lines.module.css';

export interface SummaryLine {
  variantId: string;
  name: LocalizedText;
  variantName: LocalizedText;
  image?: PictureType | null;
  quantity: number;
  lineTotal: Money;
}

/** What is (or was) bought, to read only. */
export function SummaryLines({ lines }: { lines: readonly SummaryLine[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useLocalized();
  return (
    <ul className={`${styles.lines ?? ''} ${styles.compact ?? ''}`}>
      {lines.map((line) => (
        <li key={line.variantId} className={styles.line}>
          <Picture image={line.image} className={styles.picture} />
          <div>
            <p className={styles.name}>{say(line.name)}</p>
            <p className={styles.soft}>{say(line.variantName)}</p>
            <p className={styles.soft}>{t('order.quantity', { count: line.quantity })}</p>
          </div>
          <p className={styles.amount}>{formatMoney(line.lineTotal, language)}</p>
        </li>
      ))}
    </ul>
  );
}
