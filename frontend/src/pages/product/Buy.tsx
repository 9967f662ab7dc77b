import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Product, Variant } from '../../api/types';
import { addLine, clampQuantity, lineOf } from '../../cart/cart';
import { changeCart, currentCart } from '../../cart/use-cart';
import { formatMoney } from '../../format/money';
import { useLanguage, useLocalized } from '../../i18n';
import { Button } from '../../ui/Button';
import { Icon, type IconName } from '../../ui/Icon';
import { announce } from '../../ui/notice';
import { Quantity } from '../../ui/Quantity';
import styles from './product.module.css';

/** From here down the shopper is told how many are left. */
const FEW = 5;

const REASSURANCES = [
  { icon: 'truck', text: 'product.delivered' },
  { icon: 'clock', text: 'product.held' },
  { icon: 'person', text: 'product.guest' },
] as const satisfies readonly { icon: IconName; text: string }[];

function firstToBuy(product: Product): Variant | undefined {
  return product.variants.find((variant) => variant.stock > 0) ?? product.variants[0];
}

/** Choice, price, stock, quantity and the button. */
export function Buy({ product }: { product: Product }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useLocalized();
  const [chosen, setChosen] = useState(firstToBuy(product)?.id);
  const [wanted, setWanted] = useState(1);
  const variant = product.variants.find((each) => each.id === chosen) ?? firstToBuy(product);
  if (variant === undefined) return <p className={styles.out}>{t('product.soldOut')}</p>;

  const quantity = clampQuantity(wanted, variant.stock);
  const available = variant.stock > 0;

  const add = () => {
    const added = addLine(currentCart(), lineOf(product, variant, quantity), variant.stock);
    changeCart((cart) => addLine(cart, lineOf(product, variant, quantity), variant.stock).cart);
    const link = { to: '/cart', label: t('product.viewCart') };
    const name = say(product.name);
    if (added.outcome === 'full') announce(t('product.full'), link);
    else announce(t(added.outcome === 'limited' ? 'product.limited' : 'product.added', { name, count: added.quantity }), link);
    setWanted(1);
  };

  return (
    <>
      <p className={styles.price}>{formatMoney(variant.price, language)}</p>
      {product.variants.length > 1 && <Choices product={product} chosen={variant.id} onChoose={setChosen} />}
      <p className={styles.stock} data-level={available ? (variant.stock <= FEW ? 'few' : 'plenty') : 'none'}>
        {available ? (variant.stock <= FEW ? t('product.onlyLeft', { count: variant.stock }) : t('product.inStock')) : t('product.soldOut')}
      </p>
      <div className={styles.buy}>
        {available && <Quantity label={t('product.quantity')} value={quantity} most={variant.stock} onChange={setWanted} />}
        <div className={styles.add}>
          {available ? (
            <Button wide onClick={add}>
              <Icon name="bag" size={20} />
              {t('product.add')}
            </Button>
          ) : (
            <Button wide aria-disabled>
              {t('product.soldOut')}
            </Button>
          )}
        </div>
      </div>
      <ul className={styles.reassurances}>
        {REASSURANCES.map(({ icon, text }) => (
          <li key={text}>
            <Icon name={icon} size={20} />
            {t(text)}
          </li>
        ))}
      </ul>
    </>
  );
}

interface ChoicesProps {
  product: Product;
  chosen: string;
  onChoose: (variantId: string) => void;
}

function Choices({ product, chosen, onChoose }: ChoicesProps) {
  const { t } = useTranslation();
  const say = useLocalized();
  const group = useId();
  return (
    <fieldset>
      <legend className={styles.legend}>{t('product.variant')}</legend>
      <div className={styles.choices}>
        {product.variants.map((variant) => (
          <label key={variant.id} className={styles.choice} data-out={variant.stock === 0 || undefined}>
            <input
              type="radio"
              name={group}
              value={variant.id}
              checked={variant.id === chosen}
              aria-label={variant.stock === 0 ? t('product.soldOutChoice', { name: say(variant.name) }) : undefined}
              onChange={() => onChoose(variant.id)}
            />
            <span>{say(variant.name)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
