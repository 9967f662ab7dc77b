import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { LocalizedText } from '../api/types';
import { en } from './en';
import { fr } from './fr';
import { isLanguage, keepLanguage, preferredLanguage, type Language } from './language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

function showLanguage(language: string): void {
  document.documentElement.lang = language;
}

export async function startTranslations(): Promise<void> {
  i18next.on('languageChanged', showLanguage);
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, fr: { translation: fr } },
    lng: preferredLanguage(),
    fallbackLng: 'en',
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  });
}

export async function speak(language: Language): Promise<void> {
  keepLanguage(language);
  await i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return isLanguage(i18n.language) ? i18n.language : 'en';
}

/** Picks the shopper's language out of a text that the API gave in all of them. */
export function useLocalized(): (text: LocalizedText) => string {
  const language = useLanguage();
  return (text) => text[language] || text.en;
}
