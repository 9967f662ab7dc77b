import { useTranslation } from 'react-i18next';
import type { Order } from '../../api/types';
import { formatDateTime } from '../../format/date';
import { useLanguage } from '../../i18n';
import { Icon } from '../../ui/Icon';
import { stagesOf } from './progress';
import styles from './order.module.css';

export function Timeline({ order }: { order: Order }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <ol className={styles.timeline}>
      {stagesOf(order).map(({ status, at, isNow }) => (
        <li key={status} data-reached={at !== undefined || undefined} aria-current={isNow ? 'step' : undefined}>
          <span className={styles.dot} aria-hidden="true">
            {at !== undefined && <Icon name="check" size={16} />}
          </span>
          <span>
            <span className={styles.stage}>{t(`order.status.${status}`)}</span>
            {at !== undefined && (
              <time className={styles.when} dateTime={at}>
                {formatDateTime(at, language)}
              </time>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
