import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { parsePrice, typedPrice } from '../../format/money';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { CURRENCY, hrefWith, SORTS, type Filters } from './filters';
import styles from './products.module.css';

interface FilterBarProps {
  filters: Filters;
  params: URLSearchParams;
  /** How many match, once known. */
  total: number | undefined;
}

export function FilterBar({ filters, params, total }: FilterBarProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const go = (changes: Record<string, string | undefined>) => void navigate(hrefWith(params, changes));
  const prices = useRef<HTMLDetailsElement>(null);
  const applyPrices = (changes: { min: string | undefined; max: string | undefined }) => {
    if (prices.current) prices.current.open = false;
    prices.current?.querySelector('summary')?.focus();
    go(changes);
  };
  const priced = filters.minPrice !== undefined || filters.maxPrice !== undefined;
  const filtered = priced || filters.inStock;
  return (
    <div className={styles.bar}>
      <p className={styles.count} role="status">
        {total === undefined ? '\u00a0' : t('products.count', { count: total })}
      </p>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={filters.inStock}
          onChange={(event) => go({ inStock: event.target.checked ? 'true' : undefined })}
        />
        {t('products.inStock')}
      </label>
      <details ref={prices} className={styles.prices}>
        <summary className={styles.pill} data-active={priced || undefined}>
          <Icon name="sliders" size={18} />
          {t('products.price')}
        </summary>
        <PriceForm key={`${filters.minPrice ?? ''}-${filters.maxPrice ?? ''}`} filters={filters} onApply={applyPrices} />
      </details>
      <label className={styles.sort}>
        <span className="hidden-text">{t('products.sort')}</span>
        <select className={styles.pill} value={filters.sort} onChange={(event) => go({ sort: event.target.value })}>
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t(`products.sortBy.${sort}`)}
            </option>
          ))}
        </select>
      </label>
      {filtered && (
        <Link className={styles.clear} to={hrefWith(params, { inStock: undefined, min: undefined, max: undefined })}>
          {t('products.clear')}
        </Link>
      )}
    </div>
  );
}

interface PriceFormProps {
  filters: Filters;
  onApply: (changes: { min: string | undefined; max: string | undefined }) => void;
}

function PriceForm({ filters, onApply }: PriceFormProps) {
  const { t } = useTranslation();
  const [min, setMin] = useState(filters.minPrice === undefined ? '' : typedPrice(filters.minPrice, CURRENCY));
  const [max, setMax] = useState(filters.maxPrice === undefined ? '' : typedPrice(filters.maxPrice, CURRENCY));
  const [checked, setChecked] = useState(false);
  const errorOf = (typed: string) =>
    checked && typed.trim() !== '' && parsePrice(typed, CURRENCY) === undefined ? t('products.badPrice') : undefined;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    const fine = [min, max].every((typed) => typed.trim() === '' || parsePrice(typed, CURRENCY) !== undefined);
    if (fine) onApply({ min: min.trim() || undefined, max: max.trim() || undefined });
  };

  return (
    <form className={styles.priceForm} onSubmit={submit} noValidate>
      <Field label={t('products.minPrice')} value={min} error={errorOf(min)} inputMode="decimal" onChange={(event) => setMin(event.target.value)} />
      <Field label={t('products.maxPrice')} value={max} error={errorOf(max)} inputMode="decimal" onChange={(event) => setMax(event.target.value)} />
      <Button type="submit" wide>
        {t('products.apply')}
      </Button>
    </form>
  );
}
