import { useId, useState, type ComponentProps, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './field.module.css';

interface FrameProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  optional?: boolean;
}

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
  className: string | undefined;
}

/** Label, control, hint and error, tied together for those who cannot see them side by side. */
function Frame({ label, hint, error, optional, children }: FrameProps & { children: (wiring: Wiring) => ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} {optional && <span className={styles.optional}>({t('checkout.optional')})</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': Boolean(error), className: styles.control })}
      {hint && !error && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className={styles.error} id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Field({ label, hint, error, optional = false, ...input }: FrameProps & ComponentProps<'input'>) {
  return (
    <Frame label={label} hint={hint} error={error} optional={optional}>
      {(wiring) => <input {...input} {...wiring} required={!optional} />}
    </Frame>
  );
}

export function SelectField({ label, hint, error, children, ...select }: FrameProps & ComponentProps<'select'>) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(wiring) => (
        <select {...select} {...wiring}>
          {children}
        </select>
      )}
    </Frame>
  );
}

export function PasswordField({ label, hint, error, ...input }: FrameProps & Omit<ComponentProps<'input'>, 'type'>) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Frame label={label} hint={hint} error={error}>
      {(wiring) => (
        <div className={styles.withAction}>
          <input {...input} {...wiring} type={shown ? 'text' : 'password'} required />
          <button
            type="button"
            className={styles.action}
            aria-label={t(shown ? 'auth.hidePassword' : 'auth.showPassword')}
            onClick={() => setShown(!shown)}
          >
            {shown ? t('auth.hide') : t('auth.show')}
          </button>
        </div>
      )}
    </Frame>
  );
}
