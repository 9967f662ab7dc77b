import { useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { withNext } from '../../app/destination';
import { focusFirstError } from '../../app/focus-error';
import { checkDraft, COUNTRIES, type Draft, type DraftErrors } from '../../checkout/draft';
import { localeOf } from '../../format/money';
import { useLanguage } from '../../i18n';
import { Button } from '../../ui/Button';
import { Field, SelectField } from '../../ui/Field';
import layout from '../../ui/layout.module.css';

interface DetailsFormProps {
  draft: Draft;
  user: { email: string } | undefined;
  onChange: (draft: Draft) => void;
  onDone: () => void;
}

export function DetailsForm({ draft, user, onChange, onDone }: DetailsFormProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [errors, setErrors] = useState<DraftErrors>({});
  const form = useRef<HTMLFormElement>(null);
  const names = new Intl.DisplayNames(localeOf(language), { type: 'region' });
  const countries = COUNTRIES.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, language));

  const field = (name: keyof Draft) => {
    const error = errors[name];
    return {
      name,
      value: draft[name],
      error: error && t(error),
      onChange: (event: { target: { value: string } }) => {
        onChange({ ...draft, [name]: event.target.value });
        setErrors(Object.fromEntries(Object.entries(errors).filter(([other]) => other !== name)));
      },
    };
  };

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = checkDraft(draft, user !== undefined);
    setErrors(found);
    if (Object.keys(found).length === 0) onDone();
    else focusFirstError(form.current);
  };

  return (
    <form ref={form} className={layout.stack} onSubmit={submit} noValidate>
      <fieldset className={layout.group}>
        <legend>{t('checkout.contact')}</legend>
        {user === undefined ? (
          <>
            <p className={layout.soft}>
              {t('checkout.guestHint')} <Link to={withNext('/sign-in', '/checkout')}>{t('checkout.signInInstead')}</Link>
            </p>
            <Field {...field('email')} label={t('auth.email')} hint={t('checkout.emailHint')} type="email" autoComplete="email" />
          </>
        ) : (
          <p className={layout.soft}>{t('checkout.signedInAs', { email: user.email })}</p>
        )}
        <Field {...field('name')} label={t('checkout.name')} autoComplete="name" />
      </fieldset>
      <fieldset className={layout.group}>
        <legend>{t('checkout.address')}</legend>
        <Field {...field('line1')} label={t('checkout.line1')} autoComplete="address-line1" />
        <Field {...field('line2')} label={t('checkout.line2')} autoComplete="address-line2" optional />
        <div className={`${layout.pair ?? ''} ${layout.postal ?? ''}`}>
          <Field {...field('postalCode')} label={t('checkout.postalCode')} autoComplete="postal-code" />
          <Field {...field('city')} label={t('checkout.city')} autoComplete="address-level2" />
        </div>
        <SelectField {...field('country')} label={t('checkout.country')} autoComplete="country">
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
      </fieldset>
      <Button type="submit" wide>
        {t('checkout.toReview')}
      </Button>
    </form>
  );
}
