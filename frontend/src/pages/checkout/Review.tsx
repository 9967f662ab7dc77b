import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ApiProblem } from '../../api/problem';
import { isBlocked, totalOf, type Cart, type PricedLine } from '../../cart/cart';
import { CartLineRow } from '../../cart/CartLineRow';
import { changeCart, useCart } from '../../cart/use-cart';
import { draftFieldOf, type Draft } from '../../checkout/draft';
import { newOrder, place, refusedItems } from '../../checkout/place';
import { localeOf } from '../../format/money';
import { useLanguage } from '../../i18n';
import { useExplain } from '../../i18n/explain';
import { Button } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import lineStyles from '../../ui/lines.module.css';

interface ReviewProps {
  draft: Draft;
  user: { email: string } | undefined;
  lines: readonly PricedLine[];
  onPlaced: () => void;
}

export function Review({ draft, user, lines, onPlaced }: ReviewProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const cart = useCart();
  const reviewed = totalOf(lines);

  const ordering = useMutation({
    mutationFn: (items: Cart) => place(newOrder(items, draft, language, user !== undefined)),
    onSuccess: (order) => {
      queries.setQueryData(['order', order.id], order);
      void queries.invalidateQueries({ queryKey: ['my-orders'] });
      onPlaced();
      const bought = new Set(order.lines.map((line) => line.variantId));
      changeCart((kept) => kept.filter((line) => !bought.has(line.variantId)));
      void navigate(`/orders/${order.id}/pay`, { replace: true, state: { reviewed } });
    },
    // Stock and prices have moved: look again, so that each line says what is left of it.
    onError: () => void queries.invalidateQueries({ queryKey: ['product'] }),
  });

  // What was refused was the cart as it stood: once it is changed the refusal says nothing any more.
  const refusal = ordering.variables === cart ? ordering.error : null;
  const named = refusal instanceof ApiProblem && refusal.code === 'out_of_stock' ? refusedItems(refusal) : [];
  const refused = new Set(named.map((index) => cart[index]?.variantId));
  const wrong = lines.filter((line) => isBlocked(line) || (line.state === 'unknown' && refused.has(line.variantId)));
  const country = new Intl.DisplayNames(localeOf(language), { type: 'region' }).of(draft.country) ?? draft.country;

  return (
    <div className={layout.stack}>
      {refusal && <Refusal failure={refusal} />}
      {wrong.length > 0 && (
        <section aria-label={t('checkout.stockProblem')}>
          {!refusal && (
            <Alert tone="warn">
              <p>{t('checkout.stockProblem')}</p>
            </Alert>
          )}
          <ul className={lineStyles.lines}>
            {wrong.map((line) => (
              <CartLineRow key={line.variantId} line={line} />
            ))}
          </ul>
        </section>
      )}
      <Panel title={t('checkout.contact')} changeLabel={t('checkout.changeContact')}>
        <p>{draft.name}</p>
        <p className={layout.soft}>{user?.email ?? draft.email}</p>
      </Panel>
      <Panel title={t('checkout.deliverTo')} changeLabel={t('checkout.changeAddress')}>
        <p>
          {draft.line1}
          {draft.line2.trim() !== '' && `, ${draft.line2}`}
        </p>
        <p>
          {draft.postalCode} {draft.city}
        </p>
        <p>{country}</p>
      </Panel>
      <p className={layout.soft}>{t('checkout.reserved')}</p>
      <Button
        wide
        busy={ordering.isPending || ordering.isSuccess}
        busyText={t('checkout.placing')}
        aria-disabled={wrong.length > 0}
        onClick={() => {
          if (wrong.length === 0) ordering.mutate(cart);
        }}
      >
        {t('checkout.place')}
      </Button>
    </div>
  );
}

function Panel({ title, changeLabel, children }: { title: string; changeLabel: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className={layout.panel}>
      <div className={layout.panelHead}>
        <h2 className={layout.small}>{title}</h2>
        <Link to="/checkout" aria-label={changeLabel}>
          {t('checkout.change')}
        </Link>
      </div>
      <div>{children}</div>
    </section>
  );
}

function Refusal({ failure }: { failure: unknown }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const fields = failure instanceof ApiProblem ? failure.fields.filter(({ field }) => draftFieldOf(field) !== undefined) : [];
  const isStock = failure instanceof ApiProblem && failure.code === 'out_of_stock';
  return (
    <Alert tone={isStock ? 'warn' : 'bad'}>
      <p>{isStock ? t('checkout.stockProblem') : explain.problem(failure)}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map((refused) => (
            <li key={refused.field}>
              {t(`checkout.${labelOf(refused.field)}`)}: {explain.field(refused)}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}

function labelOf(path: string): Exclude<keyof Draft, 'email'> | 'contact' {
  const field = draftFieldOf(path);
  return field === undefined || field === 'email' ? 'contact' : field;
}
