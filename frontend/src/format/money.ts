import type { Money } from '../api/types';
import type { Language } from '../i18n/language';

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-IE', fr: 'fr-FR' };

export function localeOf(language: Language): string {
  return LOCALES[language];
}

function formatter(currency: string, language: Language): Intl.NumberFormat {
  return new Intl.NumberFormat(localeOf(language), { style: 'currency', currency });
}

/** How many digits the minor unit has: 2 for the euro, 0 for the yen. */
function minorDigits(currency: string): number {
  return formatter(currency, 'en').resolvedOptions().maximumFractionDigits ?? 2;
}

export function formatMoney({ amount, currency }: Money, language: Language): string {
  return formatter(currency, language).format(amount / 10 ** minorDigits(currency));
}

/** A price typed in major units (`12`, `12.5`, `12,50`) in minor units; `undefined` if it is none. */
export function parsePrice(typed: string, currency: string): number | undefined {
  const text = typed.trim().replace(',', '.');
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(text)) return undefined;
  return Math.round(Number(text) * 10 ** minorDigits(currency));
}

/** Minor units as one would type them into a price field. */
export function typedPrice(amount: number, currency: string): string {
  return String(amount / 10 ** minorDigits(currency));
}
