import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { signUp } from '../../api/accounts';
import { ApiProblem } from '../../api/problem';
import { destination, withNext } from '../../app/destination';
import { focusFirstError } from '../../app/focus-error';
import { usePageTitle } from '../../app/title';
import { useSession } from '../../app/use-session';
import { EMAIL } from '../../checkout/draft';
import { useLanguage } from '../../i18n';
import { useExplain } from '../../i18n/explain';
import { Button } from '../../ui/Button';
import { Alert } from '../../ui/Feedback';
import { Field, PasswordField } from '../../ui/Field';
import layout from '../../ui/layout.module.css';

type Name = 'name' | 'email' | 'password';
const NAMES: readonly Name[] = ['name', 'email', 'password'];
/** The API's own limits. */
const PASSWORD_SHORTEST = 12;
const PASSWORD_LONGEST = 128;

export function SignUp() {
  const { t } = useTranslation();
  const explain = useExplain();
  const language = useLanguage();
  const [params] = useSearchParams();
  const session = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<Name, string>>({ name: '', email: '', password: '' });
  const [checked, setChecked] = useState(false);
  const next = destination(params);
  usePageTitle(t('auth.signUpTitle'));

  const joining = useMutation({
    gcTime: 0,
    mutationFn: () => signUp({ name: values.name.trim(), email: values.email.trim(), password: values.password, locale: language }),
    onError: () => focusFirstError(form.current),
  });

  if (session.status === 'signedIn') return <Navigate to={next} replace />;

  const found: Record<Name, string | undefined> = {
    name: values.name.trim() === '' ? t('field.required') : undefined,
    email: EMAIL.test(values.email.trim()) ? undefined : t('field.email'),
    password: Array.from(values.password).length < PASSWORD_SHORTEST ? t('field.passwordShort') : undefined,
  };
  const problem = joining.error instanceof ApiProblem ? joining.error : undefined;
  const errorAt = (name: Name): string | undefined => {
    if (checked && found[name] !== undefined) return found[name];
    const refused = problem?.at(name);
    if (refused !== undefined) return explain.field(refused);
    return name === 'email' && problem?.code === 'email_taken' ? t('problem.email_taken') : undefined;
  };
  const elsewhere = joining.error !== null && !NAMES.some((name) => errorAt(name) !== undefined);

  const field = (name: Name) => ({
    name,
    value: values[name],
    error: errorAt(name),
    onChange: (event: { target: { value: string } }) => {
      setValues({ ...values, [name]: event.target.value });
      if (joining.error !== null) joining.reset();
    },
  });

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (NAMES.every((name) => found[name] === undefined)) joining.mutate();
    else focusFirstError(form.current);
  };

  return (
    <div className={layout.narrow}>
      <h1 tabIndex={-1}>{t('auth.signUpHeading')}</h1>
      {elsewhere && (
        <Alert>
          <p>{explain.problem(joining.error)}</p>
        </Alert>
      )}
      <form ref={form} className={layout.stack} onSubmit={submit} noValidate>
        <Field {...field('name')} label={t('auth.name')} autoComplete="name" maxLength={100} />
        <Field {...field('email')} label={t('auth.email')} type="email" autoComplete="email" />
        <PasswordField
          {...field('password')}
          label={t('auth.password')}
          hint={t('auth.passwordHint')}
          autoComplete="new-password"
          maxLength={PASSWORD_LONGEST}
        />
        <Button type="submit" wide busy={joining.isPending} busyText={t('auth.signingUp')}>
          {t('auth.signUp')}
        </Button>
      </form>
      <p>
        {t('auth.haveAccount')} <Link to={withNext('/sign-in', next)}>{t('auth.signIn')}</Link>
      </p>
    </div>
  );
}
