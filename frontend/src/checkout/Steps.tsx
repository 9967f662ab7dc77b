import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import styles from './steps.module.css';

const STEPS = ['details', 'review', 'payment'] as const;

export function Steps({ current }: { current: (typeof STEPS)[number] }) {
  const { t } = useTranslation();
  const at = STEPS.indexOf(current);
  return (
    <ol className={styles.steps} aria-label={t('checkout.steps')}>
      {STEPS.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined} data-done={index < at || undefined}>
          <span className={styles.dot} aria-hidden="true">
            {index < at ? <Icon name="check" size={16} /> : index + 1}
          </span>
          <span className={styles.label}>{t(`checkout.step.${step}`)}</span>
          {index < at && <span className="hidden-text">, {t('checkout.stepDone')}</span>}
        </li>
      ))}
    </ol>
  );
}
