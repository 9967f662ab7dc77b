import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { findGuestOrder } from '../../api/orders';
import { ApiProblem } from '../../api/problem';
import { focusFirstError } from '../../app/focus-error';
import { usePageTitle } from '../../app/title';
import { EMAIL } from '../../checkout/draft';
import { useExplain } from '../../i18n/explain';
import { keepGuestToken } from '../../storage/guest-orders';
import { Button } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import { Field } from '../../ui/Field';
import layout from '../../ui/layout.module.css';

export function Lookup() {
  const { t } = useTranslation();
  const explain = useExplain();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [number, setNumber] = useState('');
  const [email, setEmail] = useState('');
  const [checked, setChecked] = useState(false);
  usePageTitle(t('lookup.title'));

  const search = useMutation({
    mutationFn: () => findGuestOrder(number.trim().toUpperCase(), email.trim()),
    onSuccess: ({ accessToken, ...order }) => {
      if (accessToken != null) keepGuestToken(order.id, accessToken);
      queries.setQueryData(['order', order.id], order);
      void navigate(`/orders/${order.id}`);
    },
  });

  const numberError = checked && number.trim() === '' ? t('field.required') : undefined;
  const emailError = checked && !EMAIL.test(email.trim()) ? t('field.email') : undefined;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (number.trim() !== '' && EMAIL.test(email.trim())) search.mutate();
    else focusFirstError(form.current);
  };

  const unknown = search.error instanceof ApiProblem && (search.error.status === 404 || search.error.status === 422);
  return (
    <div className={layout.narrow}>
      <h1 tabIndex={-1}>{t('lookup.title')}</h1>
      <p className={layout.soft}>{t('lookup.lead')}</p>
      {search.error && (
        <Alert>
          <p>{unknown ? t('lookup.notFound') : explain.problem(search.error)}</p>
        </Alert>
      )}
      <form ref={form} className={layout.stack} onSubmit={submit} noValidate>
        <Field
          label={t('lookup.number')}
          value={number}
          error={numberError}
          placeholder="MC-7F3K-92QD"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={(event) => setNumber(event.target.value)}
        />
        <Field
          label={t('auth.email')}
          value={email}
          error={emailError}
          type="email"
          autoComplete="email"
          onChange={(event) => setEmail(event.target.value)}
        />
        <Button type="submit" wide busy={search.isPending} busyText={t('lookup.searching')}>
          {t('lookup.submit')}
        </Button>
      </form>
    </div>
  );
}
