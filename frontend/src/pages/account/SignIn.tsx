import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { signIn } from '../../api/accounts';
import { destination, withNext } from '../../app/destination';
import { focusFirstError } from '../../app/focus-error';
import { usePageTitle } from '../../app/title';
import { useSession } from '../../app/use-session';
import { EMAIL } from '../../checkout/draft';
import { useExplain } from '../../i18n/explain';
import { Button } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import { Field, PasswordField } from '../../ui/Field';
import layout from '../../ui/layout.module.css';

export function SignIn() {
  const { t } = useTranslation();
  const explain = useExplain();
  const [params] = useSearchParams();
  const session = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const next = destination(params);
  usePageTitle(t('auth.signInTitle'));

  const entering = useMutation({ gcTime: 0, mutationFn: () => signIn({ email: email.trim(), password }) });

  if (session.status === 'signedIn') return <Navigate to={next} replace />;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (EMAIL.test(email.trim()) && password !== '') entering.mutate();
    else focusFirstError(form.current);
  };

  return (
    <div className={layout.narrow}>
      <h1 tabIndex={-1}>{t('auth.signInHeading')}</h1>
      <p className={layout.soft}>{params.has('next') ? t('auth.keepsCart') : null}</p>
      {entering.error && (
        <Alert>
          <p>{explain.problem(entering.error)}</p>
        </Alert>
      )}
      <form ref={form} className={layout.stack} onSubmit={submit} noValidate>
        <Field
          label={t('auth.email')}
          value={email}
          error={checked && !EMAIL.test(email.trim()) ? t('field.email') : undefined}
          type="email"
          autoComplete="username"
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField
          label={t('auth.password')}
          value={password}
          error={checked && password === '' ? t('field.required') : undefined}
          autoComplete="current-password"
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" wide busy={entering.isPending} busyText={t('auth.signingIn')}>
          {t('auth.signIn')}
        </Button>
      </form>
      <p>
        {t('auth.noAccount')} <Link to={withNext('/sign-up', next)}>{t('auth.signUp')}</Link>
      </p>
    </div>
  );
}
