import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** Names the page in the tab, the history and to screen readers. */
export function usePageTitle(title: string | undefined): void {
  const { t } = useTranslation();
  const brand = t('brand');
  useEffect(() => {
    document.title = title === undefined ? brand : `${title} · ${brand}`;
  }, [title, brand]);
}
