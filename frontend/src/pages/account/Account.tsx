import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { signOut } from '../../api/accounts';
import type { User } from '../../api/types';
import { SignedIn } from '../../app/SignedIn';
import { usePageTitle } from '../../app/title';
import { formatDate } from '../../format/date';
import { useLanguage } from '../../i18n';
import { Button, ButtonLink } from '../../ui/Button';
import layout from '../../ui/layout.module.css';
import styles from './account.module.css';

export function Account() {
  const { t } = useTranslation();
  usePageTitle(t('account.title'));
  return <SignedIn path="/account">{(user) => <Details user={user} />}</SignedIn>;
}

function Details({ user }: { user: User }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const leaving = useMutation({
    mutationFn: async () => {
      await navigate('/');
      await signOut();
    },
    // Orders of the one who leaves are not for the next.
    onSettled: () => ['order', 'my-orders'].forEach((kind) => queries.removeQueries({ queryKey: [kind] })),
  });
  return (
    <div className={layout.narrow}>
      <h1 tabIndex={-1}>{t('account.hello', { name: user.name })}</h1>
      <section className={layout.panel} aria-labelledby="details">
        <h2 id="details" className={layout.legend}>
          {t('account.details')}
        </h2>
        <dl className={styles.details}>
          <div>
            <dt>{t('auth.name')}</dt>
            <dd>{user.name}</dd>
          </div>
          <div>
            <dt>{t('auth.email')}</dt>
            <dd>{user.email}</dd>
          </div>
          <div>
            <dt>{t('account.since')}</dt>
            <dd>{formatDate(user.createdAt, language)}</dd>
          </div>
        </dl>
      </section>
      <ButtonLink to="/orders">{t('account.orders')}</ButtonLink>
      <Button look="secondary" busy={leaving.isPending} onClick={() => leaving.mutate()}>
        {t('auth.signOut')}
      </Button>
    </div>
  );
}
