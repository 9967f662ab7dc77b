import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation, useParams } from 'react-router';
import { orderQuery } from '../../api/orders';
import type { Money, Order } from '../../api/types';
import { usePageTitle } from '../../app/title';
import { useSession } from '../../app/use-session';
import { Steps } from '../../checkout/Steps';
import { formatTime } from '../../format/date';
import { formatMoney } from '../../format/money';
import { useLanguage } from '../../i18n';
import { isRecord } from '../../storage/kept';
import { ButtonLink } from '../../ui/Button';
import { Alert, Placeholder } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import { Sums } from '../../ui/Sums';
import { SummaryLines } from '../../ui/SummaryLines';
import { OrderProblem, OrderSkeleton } from '../order/OrderStates';
import { isPaid } from '../order/progress';
import { PaymentForm } from './PaymentForm';

export function Pay() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const session = useSession();
  const { data: order, error, refetch } = useQuery({ ...orderQuery(id), enabled: session.status !== 'restoring' });
  usePageTitle(t('pay.title'));

  if (order === undefined) {
    return error ? <OrderProblem failure={error} path={`/orders/${id}/pay`} onRetry={() => void refetch()} /> : <OrderSkeleton />;
  }
  if (isPaid(order)) return <Navigate to={`/orders/${id}`} replace />;
  if (order.status !== 'received') {
    return (
      <Placeholder level={1} icon="clock" title={t('pay.expiredTitle')} text={t('pay.expiredText')}>
        <ButtonLink to="/products">{t('pay.backToShop')}</ButtonLink>
      </Placeholder>
    );
  }
  return <ToPay order={order} />;
}

/** The total that was reviewed, when the checkout has just led here. */
function reviewedTotal(state: unknown): Money | undefined {
  if (!isRecord(state) || !isRecord(state.reviewed)) return undefined;
  const { amount, currency } = state.reviewed;
  return typeof amount === 'number' && currency === 'EUR' ? { amount, currency } : undefined;
}

function ToPay({ order }: { order: Order }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const reviewed = reviewedTotal(useLocation().state);
  const total = formatMoney(order.total, language);
  return (
    <>
      <Steps current="payment" />
      <div className={layout.tight}>
        <h1 tabIndex={-1}>{t('pay.heading', { total })}</h1>
        <p className={layout.soft}>
          {t('pay.order', { number: order.number })}
          {order.expiresAt != null && <> · {t('pay.heldUntil', { time: formatTime(order.expiresAt, language) })}</>}
        </p>
      </div>
      {reviewed && reviewed.amount !== order.total.amount && (
        <Alert tone="warn">
          <p>{t('pay.totalChanged', { before: formatMoney(reviewed, language) })}</p>
        </Alert>
      )}
      <div className={layout.split}>
        <PaymentForm order={order} />
        <aside className={layout.side} aria-label={t('cart.summary')}>
          <SummaryLines lines={order.lines} />
          <Sums total={order.total} />
        </aside>
      </div>
    </>
  );
}
