import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/title';
import { isBlocked, totalOf } from '../../cart/cart';
import { CartLineRow } from '../../cart/CartLineRow';
import { usePricedCart } from '../../cart/use-cart';
import { useExplain } from '../../i18n/explain';
import { Button, ButtonLink } from '../../ui/Button';
import { Alert, Placeholder } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import lineStyles from '../../ui/lines.module.css';
import { Sums } from '../../ui/Sums';

export function CartPage() {
  const { t } = useTranslation();
  const explain = useExplain();
  const { lines, failure, retry } = usePricedCart();
  usePageTitle(t('cart.title'));

  if (lines.length === 0) {
    return (
      <Placeholder level={1} icon="bag" title={t('cart.emptyTitle')} text={t('cart.emptyText')}>
        <ButtonLink to="/products">{t('cart.browse')}</ButtonLink>
      </Placeholder>
    );
  }

  const total = totalOf(lines);
  const blocked = lines.some(isBlocked);
  return (
    <>
      <h1 tabIndex={-1} className={layout.heading}>
        {t('cart.title')}
      </h1>
      {failure && (
        <Alert>
          <p>{explain.problem(failure)}</p>
          <Button look="secondary" onClick={retry}>
            {t('state.retry')}
          </Button>
        </Alert>
      )}
      <div className={layout.split}>
        <ul className={lineStyles.lines} aria-label={t('cart.lines')}>
          {lines.map((line) => (
            <CartLineRow key={line.variantId} line={line} />
          ))}
        </ul>
        <section className={layout.side} aria-label={t('cart.summary')}>
          {total && <Sums total={total} />}
          {blocked ? (
            <p role="status">{t('cart.fixFirst')}</p>
          ) : (
            <ButtonLink wide to="/checkout">
              {t('cart.checkout')}
            </ButtonLink>
          )}
        </section>
      </div>
    </>
  );
}
