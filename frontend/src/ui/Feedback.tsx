import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem';
import { useExplain } from '../i18n/explain';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import styles from './feedback.module.css';

/** A message that matters now: read out at once, and scrolled to so that it is seen on a phone. */
export function Alert({ tone = 'bad', children }: { tone?: 'bad' | 'warn'; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Nothing may be returned: newer browsers answer a promise, which React would take for a clean-up.
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box} role="alert" className={`${styles.alert ?? ''} ${styles[tone] ?? ''}`}>
      <Icon name="alert" size={20} />
      <div className={styles.body}>{children}</div>
    </div>
  );
}

interface StateProps {
  icon: IconName;
  title: string;
  text?: string;
  level?: 1 | 2;
  children?: ReactNode;
}

/** What stands where there is nothing to show: why, and what to do next. */
export function Placeholder({ icon, title, text, level = 2, children }: StateProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={styles.state}>
      <span className={styles.emblem}>
        <Icon name={icon} size={32} />
      </span>
      <Heading tabIndex={level === 1 ? -1 : undefined}>{title}</Heading>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

/** A failed load, with a way to try again and the reference to quote to support. */
export function Failure({ failure, onRetry, level }: { failure: unknown; onRetry: () => void; level?: 1 | 2 }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const traceId = failure instanceof ApiProblem && failure.status >= 500 ? failure.traceId : undefined;
  return (
    <div role="alert">
      <Placeholder icon="alert" title={t('state.failed')} text={explain.problem(failure)} {...(level && { level })}>
        <Button look="secondary" onClick={onRetry}>
          {t('state.retry')}
        </Button>
        {traceId && <p className={styles.trace}>{t('state.reference', { traceId })}</p>}
      </Placeholder>
    </div>
  );
}

type SkeletonShape = 'line' | 'short' | 'square' | 'block';

export function Skeleton({ shape = 'line' }: { shape?: SkeletonShape }) {
  const shapes = shape === 'short' ? `${styles.line ?? ''} ${styles.short ?? ''}` : styles[shape];
  return <div className={`${styles.skeleton ?? ''} ${shapes ?? ''}`} />;
}

/** A group of skeletons: one text for screen readers, nothing of the shapes. */
export function Loading({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <p role="status" className="hidden-text">
        {label}
      </p>
      <div aria-hidden="true">{children}</div>
    </>
  );
}
