import { useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { usePageTitle } from '../../app/title';
import { useSession } from '../../app/use-session';
import { isBlocked, totalOf } from '../../cart/cart';
import { useCart, usePricedCart } from '../../cart/use-cart';
import { checkDraft, loadDraft, storeDraft, type Draft } from '../../checkout/draft';
import { Steps } from '../../checkout/Steps';
import { ButtonLink } from '../../ui/Button';
import { Loading, Placeholder, Skeleton } from '../../ui/Feedback';
import layout from '../../ui/layout.module.css';
import { Sums } from '../../ui/Sums';
import { SummaryLines } from '../../ui/SummaryLines';
import { DetailsForm } from './DetailsForm';
import { Review } from './Review';

export function Checkout() {
  const { t } = useTranslation();
  const session = useSession();
  const cart = useCart();
  // An order empties the cart just before the payment page opens; that is no empty checkout.
  const [placed, setPlaced] = useState(false);
  usePageTitle(t('checkout.title'));

  if (cart.length === 0 && !placed) {
    return (
      <Placeholder level={1} icon="bag" title={t('checkout.emptyTitle')} text={t('cart.emptyText')}>
        <ButtonLink to="/products">{t('cart.browse')}</ButtonLink>
      </Placeholder>
    );
  }
  if (session.status === 'restoring' || placed) {
    return (
      <Loading label={t('state.loading')}>
        <div className={layout.stack}>
          <Skeleton shape="short" />
          <Skeleton shape="block" />
        </div>
      </Loading>
    );
  }
  return <Started user={session.status === 'signedIn' ? session.user : undefined} onPlaced={() => setPlaced(true)} />;
}

interface StartedProps {
  user: { name: string; email: string } | undefined;
  onPlaced: () => void;
}

function Started({ user, onPlaced }: StartedProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const { lines } = usePricedCart();
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = loadDraft();
    return { ...kept, name: kept.name || (user?.name ?? '') };
  });
  const signedIn = user !== undefined;
  const complete = Object.keys(checkDraft(draft, signedIn)).length === 0;
  const step = params.get('step') === 'review' && complete ? 'review' : 'details';
  const total = totalOf(lines);
  const heading = useFocusOnChange(step);

  const change = (next: Draft) => {
    setDraft(next);
    storeDraft(next);
  };

  return (
    <>
      <Steps current={step} />
      <h1 tabIndex={-1} ref={heading}>
        {step === 'review' ? t('checkout.reviewHeading') : t('checkout.step.details')}
      </h1>
      <div className={layout.split}>
        {step === 'review' ? (
          <Review draft={draft} user={user} lines={lines} onPlaced={onPlaced} />
        ) : (
          <DetailsForm draft={draft} user={user} onChange={change} onDone={() => void navigate('/checkout?step=review')} />
        )}
        <aside className={layout.side} aria-label={t('cart.summary')}>
          <SummaryLines
            lines={lines
              .filter((line) => !isBlocked(line) || line.state === 'short')
              .map((line) => ({ ...line.snapshot, variantId: line.variantId, quantity: line.quantity, lineTotal: line.lineTotal }))}
          />
          {total && <Sums total={total} />}
          <ButtonLink look="quiet" to="/cart">
            {t('cart.title')}
          </ButtonLink>
        </aside>
      </div>
    </>
  );
}

/** The step is in the query, which is no new page to the router: the heading takes the focus here. */
function useFocusOnChange(step: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [step]);
  return heading;
}
