import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'react-router';
import { orderQuery } from '../../api/orders';
import type { Order } from '../../api/types';
import { usePageTitle } from '../../app/title';
import { useSession } from '../../app/use-session';
import { formatDateTime, formatTime } from '../../format/date';
import { localeOf } from '../../format/money';
import { useLanguage } from '../../i18n';
import { isRecord } from '../../storage/kept';
import { ButtonLink } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import { Sums } from '../../ui/Sums';
import { SummaryLines } from '../../ui/SummaryLines';
import { OrderProblem, OrderSkeleton } from './OrderStates';
import { isPaid } from './progress';
import { Timeline } from './Timeline';
import styles from './order.module.css';

const POLL_MS = 1200;
/** After this the page stops asking and says that the mail will tell. */
const PATIENCE_MS = 90_000;

export function OrderPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const state: unknown = useLocation().state;
  const session = useSession();
  const justPaid = isRecord(state) && state.paid === true;
  const patient = usePatience(justPaid);
  const { data: order, error, refetch } = useQuery({
    ...orderQuery(id),
    enabled: session.status !== 'restoring',
    refetchInterval: (query) => {
      const shown = query.state.data;
      const settling = shown?.status === 'received' && (justPaid || isPaid(shown));
      return settling && patient ? POLL_MS : false;
    },
  });
  usePageTitle(t('order.title', { number: order?.number ?? '' }));

  if (order === undefined) {
    return error ? <OrderProblem failure={error} path={`/orders/${id}`} onRetry={() => void refetch()} /> : <OrderSkeleton />;
  }
  return <Shown order={order} justPaid={justPaid && order.status !== 'cancelled'} patient={patient} />;
}

function usePatience(justPaid: boolean): boolean {
  const [patient, setPatient] = useState(true);
  useEffect(() => {
    if (!justPaid) return;
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [justPaid]);
  return patient;
}

function Shown({ order, justPaid, patient }: { order: Order; justPaid: boolean; patient: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const session = useSession();
  const settling = order.status === 'received' && (justPaid || isPaid(order));
  const toPay = order.status === 'received' && !settling;
  const country = new Intl.DisplayNames(localeOf(language), { type: 'region' }).of(order.shippingAddress.country);
  return (
    <>
      <div className={styles.head}>
        {justPaid && (
          <span className={styles.tick} data-settling={settling || undefined}>
            <svg viewBox="0 0 48 48" width="56" height="56" aria-hidden="true">
              <path d="m13 25 8 8 15-17" />
            </svg>
          </span>
        )}
        <h1 tabIndex={-1}>{justPaid ? t('order.thanks', { name: order.buyer.name }) : t('order.title', { number: order.number })}</h1>
        {justPaid && <p className={styles.lead}>{t('order.thanksText', { email: order.buyer.email })}</p>}
        <p className={layout.soft}>
          {justPaid && <>{t('order.title', { number: order.number })} · </>}
          {t('order.placedOn', { date: formatDateTime(order.createdAt, language) })}
        </p>
      </div>
      {toPay && (
        <Alert tone="warn">
          <p>{t('order.toPay', { time: order.expiresAt == null ? '' : formatTime(order.expiresAt, language) })}</p>
          <ButtonLink to={`/orders/${order.id}/pay`}>{t('order.payNow')}</ButtonLink>
        </Alert>
      )}
      <div className={layout.split}>
        <div className={layout.stack}>
          <section aria-labelledby="timeline">
            <h2 id="timeline" className={layout.legend}>
              {t('order.timeline')}
            </h2>
            <p role="status" className={settling ? styles.settling : 'hidden-text'}>
              {settling ? t(patient ? 'order.confirming' : 'order.slow') : t('order.statusNow', { status: t(`order.status.${order.status}`) })}
            </p>
            <Timeline order={order} />
          </section>
          <section className={layout.panel} aria-labelledby="address">
            <h2 id="address" className={layout.small}>
              {t('checkout.deliverTo')}
            </h2>
            <address className={styles.address}>
              {order.buyer.name}
              <br />
              {order.shippingAddress.line1}
              {order.shippingAddress.line2 != null && order.shippingAddress.line2 !== '' && <>, {order.shippingAddress.line2}</>}
              <br />
              {order.shippingAddress.postalCode} {order.shippingAddress.city}
              <br />
              {country}
            </address>
          </section>
          {session.status !== 'signedIn' && <p className={layout.soft}>{t('order.keepNumber')}</p>}
        </div>
        <section className={layout.side} aria-label={t('order.lines')}>
          <SummaryLines lines={order.lines} />
          <Sums total={order.total} />
        </section>
      </div>
    </>
  );
}
