import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Icon } from '../ui/Icon';
import { currentNotice, dismissNotice, subscribeToNotice } from '../ui/notice';
import styles from './notice.module.css';

/** The live region is always there: one that appears together with its text is often not read. */
export function NoticeBar() {
  const { t } = useTranslation();
  const notice = useSyncExternalStore(subscribeToNotice, currentNotice);
  return (
    <div className={styles.region} role="status" aria-live="polite">
      {notice && (
        <div className={styles.notice} key={notice.id}>
          <Icon name="check" size={20} />
          <p>{notice.text}</p>
          {notice.link && (
            <Link className={styles.link} to={notice.link.to} onClick={dismissNotice}>
              {notice.link.label}
            </Link>
          )}
          <button type="button" className={styles.close} aria-label={t('product.dismiss')} onClick={dismissNotice}>
            <Icon name="close" size={18} />
          </button>
        </div>
      )}
    </div>
  );
}
