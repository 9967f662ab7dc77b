import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clampQuantity } from '../cart/cart';
import { Icon } from './Icon';
import styles from './quantity.module.css';

interface QuantityProps {
  label: string;
  value: number;
  /** How many there are. */
  most: number;
  onChange: (quantity: number) => void;
}

/** A number with a button on each side; what is typed counts when the field is left. */
export function Quantity({ label, value, most, onChange }: QuantityProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const settle = () => {
    if (typed !== undefined) onChange(clampQuantity(Number(typed), most));
    setTyped(undefined);
  };
  const step = (by: number) => {
    const next = clampQuantity(value + by, most);
    if (next !== value) onChange(next);
  };
  return (
    <div className={styles.stepper} role="group" aria-label={label}>
      <button type="button" className={styles.step} aria-label={t('product.less')} aria-disabled={value <= 1} onClick={() => step(-1)}>
        <Icon name="minus" size={18} />
      </button>
      <input
        className={styles.value}
        aria-label={label}
        inputMode="numeric"
        autoComplete="off"
        value={typed ?? String(value)}
        onChange={(event) => setTyped(event.target.value.replace(/\D/g, '').slice(0, 2))}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle();
        }}
      />
      <button
        type="button"
        className={styles.step}
        aria-label={t('product.more')}
        aria-disabled={value >= clampQuantity(most, most)}
        onClick={() => step(1)}
      >
        <Icon name="plus" size={18} />
      </button>
    </div>
  );
}
