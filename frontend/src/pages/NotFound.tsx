import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../app/title';
import { ButtonLink } from '../ui/Button';
import { Placeholder } from '../ui/Feedback';

export function NotFound() {
  const { t } = useTranslation();
  usePageTitle(t('notFound.title'));
  return (
    <Placeholder level={1} icon="alert" title={t('notFound.heading')} text={t('notFound.text')}>
      <ButtonLink to="/">{t('notFound.home')}</ButtonLink>
    </Placeholder>
  );
}
