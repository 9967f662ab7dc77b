import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { orderQuery } from '../../api/orders';
import { ApiProblem } from '../../api/problem';
import type { Order } from '../../api/types';
import { focusFirstError } from '../../app/focus-error';
import { cardFieldOf, cardOf, checkCard, EMPTY_CARD, formatCardNumber, formatExpiry, TEST_CARDS, type CardErrors, type CardInput } from '../../checkout/card';
import { charge, chargeRefusal } from '../../checkout/charge';
import { formatMoney } from '../../format/money';
import { useLanguage } from '../../i18n';
import { useExplain } from '../../i18n/explain';
import { Button } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import { Field } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import layout from '../../ui/layout.module.css';
import styles from './pay.module.css';

const FORMATS: Partial<Record<keyof CardInput, (typed: string) => string>> = {
  number: formatCardNumber,
  expiry: formatExpiry,
  securityCode: (typed) => typed.replace(/\D/g, '').slice(0, 4),
};

export function PaymentForm({ order }: { order: Order }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const explain = useExplain();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [card, setCard] = useState<CardInput>(EMPTY_CARD);
  const [errors, setErrors] = useState<CardErrors>({});
  const total = formatMoney(order.total, language);

  const paying = useMutation({
    // Neither the card nor the answer outlives the page in the cache.
    gcTime: 0,
    mutationFn: (input: CardInput) => charge(order.id, cardOf(input)),
    onSuccess: () => leave(true),
    onError: (failure) => {
      const refusal = chargeRefusal(failure);
      if (refusal === 'paid') void leave(true);
      if (refusal === 'notPayable') void queries.invalidateQueries(orderQuery(order.id));
      focusFirstError(form.current);
    },
  });

  const leave = async (paid: boolean) => {
    await queries.invalidateQueries({ ...orderQuery(order.id), refetchType: 'none' });
    await navigate(`/orders/${order.id}`, { replace: true, state: { paid } });
  };

  const refusedAt = (name: keyof CardInput) => {
    const problem = paying.error instanceof ApiProblem ? paying.error : undefined;
    const refused = problem?.fields.find(({ field }) => cardFieldOf(field) === name);
    return refused && explain.field(refused);
  };

  const field = (name: keyof CardInput) => {
    const error = errors[name];
    return {
      name,
      value: card[name],
      error: error === undefined ? refusedAt(name) : t(error),
      readOnly: paying.isPending,
      onChange: (event: { target: { value: string } }) => {
        const typed = event.target.value;
        const format = FORMATS[name];
        setCard({ ...card, [name]: format === undefined ? typed : format(typed) });
        setErrors(Object.fromEntries(Object.entries(errors).filter(([other]) => other !== name)));
      },
    };
  };

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (paying.isPending) return;
    const found = checkCard(card, new Date());
    setErrors(found);
    if (Object.keys(found).length === 0) paying.mutate(card);
    else focusFirstError(form.current);
  };

  return (
    <form ref={form} className={layout.stack} onSubmit={submit} noValidate>
      {paying.error && <Refusal failure={paying.error} />}
      <Field {...field('number')} label={t('pay.number')} inputMode="numeric" autoComplete="cc-number" placeholder="1234 1234 1234 1234" />
      <div className={layout.pair}>
        <Field {...field('expiry')} label={t('pay.expiry')} inputMode="numeric" autoComplete="cc-exp" />
        <Field {...field('securityCode')} label={t('pay.securityCode')} hint={t('pay.securityCodeHint')} inputMode="numeric" autoComplete="cc-csc" />
      </div>
      <Field {...field('holder')} label={t('pay.holder')} autoComplete="cc-name" maxLength={100} />
      <TestCards onPick={(number) => {
        setErrors({});
        setCard({ number: formatCardNumber(number), expiry: `12/${String(new Date().getFullYear() + 3).slice(2)}`, securityCode: '123', holder: order.buyer.name });
      }} />
      <Button type="submit" wide busy={paying.isPending || paying.isSuccess} busyText={t('pay.paying')}>
        <Icon name="lock" size={20} />
        {t('pay.submit', { total })}
      </Button>
      <p className={`${layout.soft ?? ''} ${layout.small ?? ''}`}>{t('pay.safe')}</p>
    </form>
  );
}

function Refusal({ failure }: { failure: unknown }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const refusal = chargeRefusal(failure);
  if (refusal === 'paid') return null;
  return (
    <Alert tone={refusal === 'uncertain' || refusal === 'inProgress' || refusal === 'cardChanged' ? 'warn' : 'bad'}>
      <p>{refusal === 'other' ? explain.problem(failure) : t(`pay.${refusal}`)}</p>
    </Alert>
  );
}

function TestCards({ onPick }: { onPick: (number: string) => void }) {
  const { t } = useTranslation();
  return (
    <details className={styles.tests}>
      <summary>{t('pay.testCards')}</summary>
      <p className={layout.soft}>{t('pay.testCardsHint')}</p>
      <ul>
        {TEST_CARDS.map(({ number, outcome }) => (
          <li key={number}>
            <button type="button" onClick={() => onPick(number)}>
              <span className={styles.digits}>{formatCardNumber(number)}</span>
              <span className={layout.soft}>{t(`pay.test.${outcome}`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
