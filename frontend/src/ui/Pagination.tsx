import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { pagesToOffer } from './pages-to-offer';
import styles from './pagination.module.css';

interface PaginationProps {
  page: number;
  pages: number;
  /** Where a page is: its address, so that it can be opened, kept and sent. */
  hrefOf: (page: number) => string;
}

export function Pagination({ page, pages, hrefOf }: PaginationProps) {
  const { t } = useTranslation();
  if (pages <= 1) return null;
  return (
    <nav aria-label={t('pagination.label')}>
      <ul className={styles.pages}>
        {page > 1 && (
          <li>
            <Link className={styles.page} to={hrefOf(page - 1)} rel="prev">
              {t('pagination.previous')}
            </Link>
          </li>
        )}
        {pagesToOffer(page, pages).map((offered, index) => (
          <li key={offered === 'gap' ? `gap-${index}` : offered}>
            {offered === 'gap' ? (
              <span className={styles.gap}>…</span>
            ) : (
              <Link
                className={styles.page}
                to={hrefOf(offered)}
                aria-current={offered === page ? 'page' : undefined}
                aria-label={t(offered === page ? 'pagination.here' : 'pagination.page', { page: offered })}
              >
                {offered}
              </Link>
            )}
          </li>
        ))}
        {page < pages && (
          <li>
            <Link className={styles.page} to={hrefOf(page + 1)} rel="next">
              {t('pagination.next')}
            </Link>
          </li>
        )}
      </ul>
    </nav>
  );
}
