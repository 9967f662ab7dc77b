import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { fr } from '../src/i18n/fr';

function texts(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return typeof value === 'string' ? [[here, value] as [string, string]] : texts(value as object, here);
  });
}

const english = new Map(texts(en));
const french = new Map(texts(fr));
const placeholders = (text = '') => [...text.matchAll(/\{\{\w+\}\}/g)].map(([name]) => name).sort();

/** Alike in both languages. */
const SAME = new Set(['brand', 'language.en', 'language.fr', 'pagination.label', 'pagination.page', 'cart.total', 'order.total', 'checkout.contact', 'auth.email']);

describe('the two languages', () => {
  it('have the same keys', () => {
    expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have no empty text', () => {
    expect([...english, ...french].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('fill in the same things', () => {
    const differing = [...english].filter(([key, text]) => placeholders(text).join() !== placeholders(french.get(key)).join());
    expect(differing).toEqual([]);
  });

  it('are both written', () => {
    expect([...english].filter(([key, text]) => !SAME.has(key) && french.get(key) === text)).toEqual([]);
  });

  it('use the French apostrophe', () => {
    expect([...french].filter(([, text]) => text.includes("'"))).toEqual([]);
  });
});
