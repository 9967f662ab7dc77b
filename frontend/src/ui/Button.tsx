import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './button.module.css';

interface Look {
  look?: 'primary' | 'secondary' | 'quiet';
  wide?: boolean;
}

function classOf({ look = 'primary', wide = false }: Look): string {
  return [styles.button, styles[look], wide && styles.wide].filter(Boolean).join(' ');
}

type ButtonProps = Look & Omit<ComponentProps<'button'>, 'className' | 'disabled'> & { busy?: boolean; busyText?: string };

/**
 * While `busy` the button stays focusable and keeps its place, but does nothing: a disabled one would
 * drop the focus of those who use a keyboard.
 */
export function Button({ look, wide, busy = false, busyText, children, onClick, type = 'button', ...rest }: ButtonProps) {
  const shown: ReactNode = busy ? (
    <>
      <span className={styles.spinner} aria-hidden="true" />
      {busyText ?? children}
    </>
  ) : (
    children
  );
  return (
    <button
      {...rest}
      type={type}
      className={classOf({ ...(look && { look }), ...(wide && { wide }) })}
      aria-disabled={busy || rest['aria-disabled']}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {shown}
    </button>
  );
}

export function ButtonLink({ look, wide, ...rest }: Look & Omit<ComponentProps<typeof Link>, 'className'>) {
  return <Link {...rest} className={classOf({ ...(look && { look }), ...(wide && { wide }) })} />;
}
