import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inspect, SHOP } from './browser.mjs';

/** What is read and pressed by name, by language. */
export const WORDS = {
  en: { add: 'Add to cart', thanks: /^Thank you/, confirmed: 'Confirmed', signOut: 'Sign out' },
  fr: { add: 'Ajouter au panier', thanks: /^Merci/, confirmed: 'Confirmée', signOut: 'Se déconnecter' },
};

export const PASSWORD = 'a short walk in the rain';
const DEADLINE_MS = 30_000;

export function newEmail() {
  return `walker-${randomUUID()}@example.org`;
}

/** Opens the shop and puts the product at `index` of the first page that has any into the cart. */
export async function fillCart(walker, words, index) {
  const { page } = walker;
  await page.goto('/');
  await page.locator('h1').waitFor();
  await page.locator('main article').first().waitFor();
  await inspect(walker, 'home');

  await page.locator('header nav a[href="/products"]').click();
  await page.getByRole('checkbox').check();
  await page.waitForURL(/inStock=true/);
  await page.locator('main article').first().waitFor();
  await inspect(walker, 'products');

  await page.locator('main article a').nth(index).click();
  const add = page.getByRole('button', { name: words.add });
  await add.waitFor();
  await inspect(walker, 'product');
  await add.click();
  await page.locator('[role=status] a[href="/cart"]').click();
  await page.waitForURL('**/cart');
  await page.reload();
  await page.locator('main a[href="/checkout"]').waitFor();
  await inspect(walker, 'cart');
}

export async function signUp(walker, email, path = '/sign-up') {
  const { page } = walker;
  await page.goto(path);
  await page.locator('input[name=name]').fill('Camille Martin');
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(PASSWORD);
  await inspect(walker, 'sign-up');
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL('**/account');
  await page.locator('main h1').waitFor();
  await inspect(walker, 'account');
}

/** From the cart to a paid and confirmed order; answers its number and address. */
export async function buy(walker, words, guestEmail) {
  const { page } = walker;
  await page.goto('/cart');
  await page.locator('main a[href="/checkout"]').click();
  await page.locator('input[name=line1]').waitFor();
  if (guestEmail !== undefined) await page.locator('input[name=email]').fill(guestEmail);
  await page.locator('input[name=name]').fill('Camille Martin');
  await page.locator('input[name=line1]').fill('12 rue des Lilas');
  await page.locator('input[name=postalCode]').fill('69003');
  await page.locator('input[name=city]').fill('Lyon');
  await inspect(walker, 'checkout');
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(/step=review/);
  await inspect(walker, 'review');

  // Twice at once, as impatient people do.
  await page.locator('main section ~ button').dblclick();
  await page.waitForURL('**/orders/*/pay');
  await page.locator('input[name=number]').waitFor();
  await inspect(walker, 'payment');
  await page.locator('input[name=number]').pressSequentially('4242424242424242');
  assert.equal(await page.locator('input[name=number]').inputValue(), '4242 4242 4242 4242');
  await page.locator('input[name=expiry]').pressSequentially('1230');
  await page.locator('input[name=securityCode]').fill('123');
  await page.locator('input[name=holder]').fill('Camille Martin');
  await page.locator('main form button[type=submit]').dblclick();

  await page.waitForURL(/\/orders\/[^/]+$/);
  await page.getByRole('heading', { level: 1, name: words.thanks }).waitFor();
  await page
    .locator('li[aria-current=step]', { hasText: words.confirmed })
    .waitFor({ timeout: DEADLINE_MS });
  for (const path of ['/api/orders', '/api/payments']) {
    assert.equal(walker.posted.filter((posted) => posted === path).length, 1, `a double click posts to ${path} once`);
  }
  await inspect(walker, 'order');
  const number = /MC-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await page.locator('main').innerText())?.[0];
  assert.ok(number, 'the page tells the order’s number');
  return { number, path: new URL(page.url()).pathname };
}

async function mailsAbout(number) {
  const response = await fetch(new URL('/_inbox/messages', SHOP));
  assert.equal(response.status, 200, 'the inbox answers');
  const mails = await response.json();
  assert.ok(Array.isArray(mails), 'the inbox is a list');
  return mails.filter(({ subject, text }) => `${subject} ${text}`.includes(number));
}

/** Waits for the mail about an order. */
export async function mailAbout(number) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const [mail] = await mailsAbout(number);
    if (mail !== undefined) return mail;
    assert.ok(Date.now() < deadline, `no mail about ${number}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export async function countMailsAbout(number) {
  return (await mailsAbout(number)).length;
}
