import type { Card } from '../api/types';

/** The card as typed. Never stored, never logged. */
export interface CardInput {
  number: string;
  expiry: string;
  securityCode: string;
  holder: string;
}

export const EMPTY_CARD: CardInput = { number: '', expiry: '', securityCode: '', holder: '' };

function digits(text: string): string {
  return text.replace(/\D/g, '');
}

/** Groups of four, as on the card. */
export function formatCardNumber(typed: string): string {
  return digits(typed).slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** `MM/YY`; a lone digit above 1 can only be a month of its own. */
export function formatExpiry(typed: string): string {
  let text = digits(typed).slice(0, 4);
  if (/^[2-9]/.test(text)) text = `0${text}`.slice(0, 4);
  if (text.length > 2) return `${text.slice(0, 2)}/${text.slice(2)}`;
  return text.length === 2 && typed.endsWith('/') ? `${text}/` : text;
}

function passesLuhn(number: string): boolean {
  const sum = Array.from(number).reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

export type CardErrors = Partial<
  Record<keyof CardInput, 'field.required' | 'field.cardNumber' | 'field.expiry' | 'field.expired' | 'field.securityCode'>
>;

function expiryOf(input: CardInput): { month: number; year: number } | undefined {
  const match = /^(0[1-9]|1[0-2])\/(\d{2})$/.exec(input.expiry);
  return match === null ? undefined : { month: Number(match[1]), year: 2000 + Number(match[2]) };
}

/** A card is good to the end of its month. */
export function checkCard(input: CardInput, today: Date): CardErrors {
  const errors: CardErrors = {};
  const number = digits(input.number);
  if (number.length < 12 || !passesLuhn(number)) errors.number = 'field.cardNumber';
  const expiry = expiryOf(input);
  if (expiry === undefined) errors.expiry = 'field.expiry';
  else if (new Date(expiry.year, expiry.month, 1) <= today) errors.expiry = 'field.expired';
  if (!/^\d{3,4}$/.test(input.securityCode)) errors.securityCode = 'field.securityCode';
  if (input.holder.trim() === '') errors.holder = 'field.required';
  return errors;
}

/** The card for the API, out of an input that {@link checkCard} found nothing wrong with. */
export function cardOf(input: CardInput): Card {
  const expiry = expiryOf(input);
  return {
    number: digits(input.number),
    expiryMonth: expiry?.month ?? 0,
    expiryYear: expiry?.year ?? 0,
    securityCode: input.securityCode,
    holder: input.holder.trim(),
  };
}

/** Which input the API means by a path such as `card.expiryYear`. */
export function cardFieldOf(path: string): keyof CardInput | undefined {
  const name = path.replace(/^card\./, '');
  if (name.startsWith('expiry')) return 'expiry';
  return (Object.keys(EMPTY_CARD) as (keyof CardInput)[]).find((known) => known === name);
}

export const TEST_CARDS = [
  { number: '4242424242424242', outcome: 'succeeds' },
  { number: '4000000000000002', outcome: 'declined' },
  { number: '4000000000009995', outcome: 'insufficient' },
  { number: '4000000000000119', outcome: 'retry' },
  { number: '4000000000000259', outcome: 'timeout' },
] as const;
