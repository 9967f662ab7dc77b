import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, launch, shopper } from './browser.mjs';
import { buy, countMailsAbout, fillCart, mailAbout, newEmail, PASSWORD, signUp, WORDS } from './walk.mjs';

const VIEWPORTS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const LOCALES = { en: 'en-GB', fr: 'fr-FR' };

let browser;
const ordered = [];

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function walking(options, walk) {
  const walker = await shopper(browser, options);
  try {
    await walk(walker);
    assert.deepEqual(walker.faults, [], `${options.name} met errors`);
  } finally {
    await walker.close();
  }
}

async function expectMail(number, email) {
  const mail = await mailAbout(number);
  assert.ok(JSON.stringify(mail.to).includes(email), 'the mail goes to the buyer');
  ordered.push(number);
}

let index = 0;
for (const [size, viewport] of Object.entries(VIEWPORTS)) {
  for (const [language, locale] of Object.entries(LOCALES)) {
    const words = WORDS[language];
    const options = (who) => ({ locale, viewport, name: `${size}-${language}-${who}` });
    const nth = index++;

    test(`a new customer buys, in ${language}, on a ${size}`, async () => {
      const email = newEmail();
      await walking(options('customer'), async (walker) => {
        const { page } = walker;
        await fillCart(walker, words, nth);
        await signUp(walker, email);
        const { number, path } = await buy(walker, words);
        await expectMail(number, email);

        await page.goto('/orders');
        await page.locator(`main a[href="${path}"]`).waitFor();
        assert.equal(await page.locator('main li h2').count(), 1, 'one order was made');
        await inspect(walker, 'orders');

        await page.goto('/account');
        await page.getByRole('button', { name: words.signOut }).waitFor();
        await page.getByRole('button', { name: words.signOut }).click();
        await page.locator('header a[href="/sign-in"]').waitFor();
        await page.goto('/sign-in?next=/orders');
        await page.locator('input[autocomplete=username]').fill(email);
        await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
        await inspect(walker, 'sign-in');
        await page.locator('main form button[type=submit]').click();
        await page.locator(`main a[href="${path}"]`).waitFor();
      });
    });

    test(`a guest buys and finds the order again, in ${language}, on a ${size}`, async () => {
      const email = newEmail();
      let bought;
      await walking(options('guest'), async (walker) => {
        await fillCart(walker, words, nth);
        bought = await buy(walker, words, email);
        await expectMail(bought.number, email);
      });
      await walking(options('other-device'), async (walker) => {
        const { page } = walker;
        await page.goto('/orders/lookup');
        await inspect(walker, 'lookup');
        await page.locator('main input').first().fill(bought.number.toLowerCase());
        await page.locator('main input[type=email]').fill(email);
        await page.locator('main form button[type=submit]').click();
        await page.waitForURL(`**${bought.path}`);
        await page.locator('li[aria-current=step]', { hasText: words.confirmed }).waitFor();
      });
    });
  }
}

test('the language is switched and kept, and a page that is not there says so', async () => {
  await walking({ locale: LOCALES.en, viewport: VIEWPORTS.phone, name: 'switch' }, async (walker) => {
    const { page } = walker;
    await page.goto('/nowhere');
    await page.getByRole('heading', { level: 1, name: 'Nothing on this shelf' }).waitFor();
    await inspect(walker, 'not-found');
    await page.locator('header button[lang=fr]').click();
    await page.getByRole('heading', { level: 1, name: 'Rien sur cette étagère' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Rien sur cette étagère' }).waitFor();
    assert.match(await page.title(), /Page introuvable/);
    await page.goto('/cart');
    await page.locator('h1').waitFor();
    await inspect(walker, 'empty-cart');
  });
});

test('every paid order has its one mail', async () => {
  assert.ok(ordered.length > 0, 'something was bought');
  for (const number of ordered) assert.equal(await countMailsAbout(number), 1, `mails about ${number}`);
});
