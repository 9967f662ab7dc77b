import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem';
import { withNext } from '../../app/destination';
import { useSession } from '../../app/use-session';
import { ButtonLink } from '../../ui/Button';
import { Failure, Loading, Placeholder, Skeleton } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';

export function OrderSkeleton() {
  const { t } = useTranslation();
  return (
    <Loading label={t('order.loading')}>
      <div className={layout.stack}>
        <Skeleton shape="short" />
        <Skeleton shape="block" />
        <Skeleton shape="block" />
      </div>
    </Loading>
  );
}

/** An order that cannot be shown: not this shopper's, as far as this browser knows, or not reachable now. */
export function OrderProblem({ failure, path, onRetry }: { failure: unknown; path: string; onRetry: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const closed = failure instanceof ApiProblem && failure.status >= 400 && failure.status < 500 && failure.status !== 429;
  if (!closed) return <Failure level={1} failure={failure} onRetry={onRetry} />;
  return (
    <Placeholder level={1} icon="lock" title={t('order.notFoundTitle')} text={t('order.notFoundText')}>
      {session.status !== 'signedIn' && <ButtonLink to={withNext('/sign-in', path)}>{t('nav.signIn')}</ButtonLink>}
      <ButtonLink look="secondary" to="/orders/lookup">
        {t('nav.lookup')}
      </ButtonLink>
    </Placeholder>
  );
}
