import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { myOrdersQuery } from '../../api/orders';
import type { Order } from '../../api/types';
import { SignedIn } from '../../app/SignedIn';
import { usePageTitle } from '../../app/title';
import { formatDate } from '../../format/date';
import { formatMoney } from '../../format/money';
import { useLanguage } from '../../i18n';
import { Button, ButtonLink } from '../../ui/Button';
import { Failure, Placeholder } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import { Picture } from '../../ui/ProductCard';
import styles from '../order/order.module.css';
import { OrderSkeleton } from '../order/OrderStates';

export function Orders() {
  const { t } = useTranslation();
  usePageTitle(t('orders.title'));
  return <SignedIn path="/orders">{() => <List />}</SignedIn>;
}

function List() {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(myOrdersQuery());
  const orders = data?.pages.flatMap((page) => page.items);
  if (orders === undefined) {
    return error ? <Failure level={1} failure={error} onRetry={() => void refetch()} /> : <OrderSkeleton />;
  }
  if (orders.length === 0) {
    return (
      <Placeholder level={1} icon="bag" title={t('orders.emptyTitle')} text={t('orders.emptyText')}>
        <ButtonLink to="/products">{t('cart.browse')}</ButtonLink>
      </Placeholder>
    );
  }
  return (
    <>
      <h1 tabIndex={-1} className={layout.heading}>
        {t('orders.title')}
      </h1>
      <ul className={styles.list}>
        {orders.map((order) => (
          <Row key={order.id} order={order} />
        ))}
      </ul>
      {hasNextPage && (
        <div className={layout.narrow}>
          <Button look="secondary" busy={isFetchingNextPage} busyText={t('orders.loadingMore')} onClick={() => void fetchNextPage()}>
            {t('orders.more')}
          </Button>
        </div>
      )}
    </>
  );
}

/** As many pictures as fit on a phone. */
const THUMBS = 4;

function Row({ order }: { order: Order }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <li className={styles.row}>
      <div className={styles.rowTop}>
        <h2>
          <Link to={`/orders/${order.id}`}>{order.number}</Link>
        </h2>
        <span className={styles.badge} data-status={order.status}>
          {t(`order.status.${order.status}`)}
        </span>
      </div>
      <div className={styles.thumbs} aria-hidden="true">
        {order.lines.slice(0, THUMBS).map((line) => (
          <Picture key={line.variantId} image={line.image} className={styles.thumb} />
        ))}
      </div>
      <p className={styles.rowTop}>
        <span className={layout.soft}>
          {formatDate(order.createdAt, language)} · {t('orders.items', { count: order.itemCount })}
        </span>
        <strong>{formatMoney(order.total, language)}</strong>
      </p>
    </li>
  );
}
