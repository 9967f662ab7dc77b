import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatMoney } from '../format/money';
import { useLanguage, useLocalized } from '../i18n';
import { Button } from '../ui/Button';
import styles from '../ui/lines.module.css';
import { announce } from '../ui/notice';
import { Picture } from '../ui/ProductCard';
import { Quantity } from '../ui/Quantity';
import { MAX_QUANTITY, removeLine, setQuantity, type PricedLine } from './cart';
import { changeCart } from './use-cart';

/** One line of the cart, with what is wrong with it and the one click that puts it right. */
export function CartLineRow({ line }: { line: PricedLine }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useLocalized();
  const { snapshot, variantId, state } = line;
  const name = `${say(snapshot.name)}, ${say(snapshot.variantName)}`;
  const buyable = state !== 'gone' && state !== 'soldOut';

  const remove = () => {
    changeCart((cart) => removeLine(cart, variantId));
    announce(t('cart.removed', { name }));
    // The button goes with its line; the heading is where the focus makes sense next.
    document.querySelector<HTMLElement>('main h1')?.focus();
  };

  return (
    <li className={styles.line}>
      {snapshot.image ? <Picture image={snapshot.image} className={styles.picture} /> : <span className={styles.picture} />}
      <div className={styles.body}>
        <div className={styles.top}>
          <div>
            <h2 className={styles.name}>
              <Link to={`/products/${line.productId}`}>{say(snapshot.name)}</Link>
            </h2>
            <p className={styles.soft}>{say(snapshot.variantName)}</p>
            {line.quantity > 1 && <p className={styles.soft}>{t('cart.each', { price: formatMoney(line.unitPrice, language) })}</p>}
          </div>
          {buyable && <p className={styles.amount}>{formatMoney(line.lineTotal, language)}</p>}
        </div>
        {line.formerPrice && <p className={styles.soft}>{t('cart.priceWas', { price: formatMoney(line.formerPrice, language) })}</p>}
        <Flag line={line} name={name} onRemove={remove} />
        <div className={styles.controls}>
          {buyable && (
            <Quantity
              label={t('cart.quantityOf', { name })}
              value={line.quantity}
              most={line.stock ?? MAX_QUANTITY}
              onChange={(quantity) => changeCart((cart) => setQuantity(cart, variantId, quantity))}
            />
          )}
          <Button look="quiet" aria-label={t('cart.removeNamed', { name })} onClick={remove}>
            {t('cart.remove')}
          </Button>
        </div>
      </div>
    </li>
  );
}

function Flag({ line, name, onRemove }: { line: PricedLine; name: string; onRemove: () => void }) {
  const { t } = useTranslation();
  const { stock = 0, state, variantId } = line;
  if (state === 'fine' || state === 'unknown') return null;
  return (
    <p className={styles.flag}>
      {state === 'short' ? t('cart.short', { count: stock }) : t(`cart.${state}`)}
      {state === 'short' ? (
        <button type="button" className={styles.fix} onClick={() => changeCart((cart) => setQuantity(cart, variantId, stock))}>
          {t('cart.setTo', { count: stock })}
        </button>
      ) : (
        <button type="button" className={styles.fix} aria-label={t('cart.removeNamed', { name })} onClick={onRemove}>
          {t('cart.remove')}
        </button>
      )}
    </p>
  );
}
