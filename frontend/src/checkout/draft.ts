import type { Address } from '../api/types';
import { isRecord, isText, keep, readKept } from '../storage/kept';

/** What was typed at the checkout, kept for the tab so that a reload loses nothing. */
export interface Draft {
  name: string;
  email: string;
  line1: string;
  line2: string;
  postalCode: string;
  city: string;
  country: string;
}

const KEY = 'mc.checkout';
export const EMPTY_DRAFT: Draft = { name: '', email: '', line1: '', line2: '', postalCode: '', city: '', country: 'FR' };

/** Where the shop delivers (ISO 3166-1 alpha-2). */
export const COUNTRIES = ['AT', 'BE', 'CH', 'DE', 'ES', 'FR', 'GB', 'IE', 'IT', 'LU', 'NL', 'PT'] as const;

function parse(value: unknown): Draft | undefined {
  if (!isRecord(value)) return undefined;
  const names = Object.keys(EMPTY_DRAFT) as (keyof Draft)[];
  const said = names.map((name) => [name, isText(value[name]) ? value[name] : EMPTY_DRAFT[name]] as const);
  return { ...EMPTY_DRAFT, ...Object.fromEntries(said) };
}

export function loadDraft(): Draft {
  return readKept(sessionStorage, KEY, parse) ?? EMPTY_DRAFT;
}

export function storeDraft(draft: Draft): void {
  keep(sessionStorage, KEY, draft);
}

export function addressOf(draft: Draft): Address {
  const line2 = draft.line2.trim();
  return {
    line1: draft.line1.trim(),
    ...(line2 !== '' && { line2 }),
    postalCode: draft.postalCode.trim(),
    city: draft.city.trim(),
    country: draft.country,
  };
}

export type DraftErrors = Partial<Record<keyof Draft, 'field.required' | 'field.email' | 'field.tooLong'>>;

/** As the API has them. */
const LONGEST = 200;
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What is missing or cannot be right. A signed-in shopper's e-mail is the account's. */
export function checkDraft(draft: Draft, signedIn: boolean): DraftErrors {
  const errors: DraftErrors = {};
  for (const name of ['name', 'line1', 'postalCode', 'city', 'country'] as const) {
    if (draft[name].trim() === '') errors[name] = 'field.required';
  }
  for (const name of Object.keys(draft) as (keyof Draft)[]) {
    if (draft[name].length > LONGEST) errors[name] = 'field.tooLong';
  }
  if (!signedIn && draft.email.trim() === '') errors.email = 'field.required';
  else if (!signedIn && !EMAIL.test(draft.email.trim())) errors.email = 'field.email';
  return errors;
}

/** Which input of the form the API means by a path such as `shippingAddress.city`. */
export function draftFieldOf(path: string): keyof Draft | undefined {
  const name = path.replace(/^shippingAddress\./, '');
  return (Object.keys(EMPTY_DRAFT) as (keyof Draft)[]).find((known) => known === name);
}
