import { useTranslation } from 'react-i18next';
import { speak, useLanguage } from '../i18n';
import { LANGUAGES } from '../i18n/language';
import styles from './header.module.css';

/** Offers the other language, by its own name. */
export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  return LANGUAGES.filter((other) => other !== language).map((other) => (
    <button key={other} type="button" lang={other} className={styles.language} aria-label={`${other.toUpperCase()}, ${t(`language.${other}`)}`} onClick={() => void speak(other)}>
      {other.toUpperCase()}
    </button>
  ));
}
