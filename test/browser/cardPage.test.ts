// Tests the customer's card page in a browser: the gateway's own form, and the bank's question.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { prepareBillingLinks } from '../../server/src/payments/billingLinkStore.ts';
import type { GatewayConfig } from '../../server/src/payments/gateways.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type StripeStandIn, startStripeStandIn } from '../support/stripeStandIn.ts';
import { browser, withBrowser } from './chromium.ts';

/** Starts a shop with a subscription on a port. */
async function shop(cardToken: string, gateways: GatewayConfig, clock: 'real' | 'standing') {
  const app = await testApp({ gateways });
  await app.addMerchant('SHOP', clock === 'real' ? { clock: { kind: 'real' } } : {});
  const key = await app.addKey('SHOP');
  after(() => app.app.http.close());
  await app.app.http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.app.http.server.address() as { port: number };
  await prepareBillingLinks(app.db, randomIds, {
    url: `http://127.0.0.1:${port}`,
    origin: 'setting',
  });
  const opened: Shop = { app, key };
  return { ...opened, shop: opened, ...(await subscribed(opened, cardToken)) };
}

interface Shop {
  readonly app: TestApp;
  readonly key: string;
}

async function subscribed({ app, key }: Shop, cardToken: string) {
  await app.request({
    operation: 'insertItem',
    key,
    body: {
      merchant_item_id: 'COFFEE',
      description: 'Coffee',
      pricing: { cost: 12.99 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  const inserted = await app.request({
    operation: 'insertOrder',
    key,
    body: {
      billing: { first_name: 'Ann', email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: cardToken,
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
        payment_status: 'Skipped',
      },
      channel_partner: { skip_payment_processing: true },
    },
  });
  assert.equal(inserted.status, 200, inserted.text);
  const found = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    key,
    params: { reference_order_id: inserted.body.order.order_id },
  });
  const oid: number = found.body.auto_order.auto_order_oid;
  const link = await app.request({
    operation: 'getAutoOrderUpdateBillingUrl',
    key,
    params: { auto_order_oid: oid },
  });
  return { oid, url: link.body.update_billing_url };
}

/** Opens a new page, and collects the errors of its console and of its content security policy. */
async function openPage(url: string): Promise<{ page: Page; faults: string[] }> {
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  return { page, faults };
}

const cardOf = async ({ app, key }: Shop, oid: number) => {
  const { body } = await app.request({
    operation: 'getAutoOrder',
    key,
    params: { auto_order_oid: oid },
    query: { _expand: 'original_order.payment' },
  });
  const { card_type: type, card_number: number } =
    body.auto_order.original_order.payment.credit_card;
  const row = await app.db.row<{ card_token: string }>(
    `select o.card_token from orders o
     where o.merchant_id = 'SHOP' and o.order_id = $1`,
    [body.auto_order.original_order_id],
  );
  return [type, String(number).slice(-4), row?.card_token];
};

async function rebill({ app, key }: Shop, oid: number) {
  const { status, text } = await app.request({
    operation: 'attemptAutoOrderRebill',
    key,
    params: { auto_order_oid: oid },
  });
  assert.equal(status, 200, text);
}

async function stripeShop(cardToken: string) {
  const standIn: StripeStandIn = await startStripeStandIn();
  after(() => standIn.close());
  const stripe = {
    secretKey: 'sk_test_1',
    publishableKey: 'pk_test_1',
    host: standIn.host,
    scriptUrl: standIn.scriptUrl,
  };
  return { standIn, ...(await shop(cardToken, { stripe }, 'real')) };
}

test('Stripe’s form: a card, and one that the bank asks about', withBrowser, async () => {
  const { shop, oid, url, standIn } = await stripeShop('cus_9/pm_old');
  const first = await openPage(url);
  await first.page.frameLocator('iframe').getByLabel('Card').selectOption('pm_mastercard');
  await first.page.getByRole('button', { name: 'Save this card' }).click();
  await first.page.getByRole('heading', { name: 'Your card is updated' }).waitFor();
  assert.deepEqual(await cardOf(shop, oid), ['MasterCard', '4444', 'cus_9/pm_mastercard']);

  const second = await openPage(url);
  const frame = second.page.frameLocator('iframe');
  await frame.getByLabel('Card').selectOption('pm_authentication');
  await second.page.getByRole('button', { name: 'Save this card' }).click();
  await frame.getByRole('button', { name: 'No' }).click();
  await second.page.getByText('unable to authenticate').waitFor();
  await second.page.getByRole('button', { name: 'Save this card' }).click();
  await frame.getByRole('button', { name: 'Yes' }).click();
  await second.page.getByRole('heading', { name: 'Your card is updated' }).waitFor();
  assert.deepEqual(await cardOf(shop, oid), ['VISA', '4242', 'cus_9/pm_authentication']);
  assert.deepEqual([...first.faults, ...second.faults], []);
  assert.equal(
    standIn.requests.some(({ path }) => path === '/v1/customers'),
    false,
  );
});

test('a rebill that the bank asks about is confirmed at Stripe', withBrowser, async () => {
  const { shop, oid, url, standIn } = await stripeShop('cus_9/pm_authentication');
  await rebill(shop, oid);
  assert.deepEqual(standIn.captures(), []);
  const { page, faults } = await openPage(url);
  await page.getByRole('heading', { name: 'Confirm your payment' }).waitFor();
  await page.getByRole('button', { name: 'Confirm the payment' }).click();
  const frame = page.frameLocator('iframe');
  await frame.getByRole('button', { name: 'No' }).click();
  await page.getByText('unable to authenticate').waitFor();
  await page.getByRole('button', { name: 'Confirm the payment' }).click();
  await frame.getByRole('button', { name: 'Yes' }).click();
  await page.getByRole('heading', { name: 'Your payment is confirmed' }).waitFor();
  assert.equal(standIn.captures().length, 1);
  await page.goto(url);
  await page.getByRole('heading', { name: 'Update your card' }).waitFor();
  assert.deepEqual(faults, []);
});

test('the simulator’s bank asks in the same way', withBrowser, async () => {
  const opened = await shop('tok_confirm-1', {}, 'standing');
  const { app, oid, url } = opened;
  await rebill(opened, oid);
  assert.equal(app.books.captures().length, 0);
  const { page, faults } = await openPage(url);
  await page.getByRole('button', { name: 'Confirm the payment' }).click();
  await page.getByRole('button', { name: 'No' }).click();
  await page.getByText('The bank did not confirm the payment.').waitFor();
  await page.getByRole('button', { name: 'Confirm the payment' }).click();
  await page.getByRole('button', { name: 'Yes, it is me' }).click();
  await page.getByRole('heading', { name: 'Your payment is confirmed' }).waitFor();
  assert.equal(app.books.captures().length, 1);

  await page.goto(url);
  await page.getByLabel('Card token').fill('tok_confirm-2');
  await page.getByLabel('Month').selectOption('4');
  await page.getByLabel('Year').selectOption('2029');
  await page.getByRole('button', { name: 'Save this card' }).click();
  await page.getByRole('button', { name: 'Yes, it is me' }).click();
  await page.getByRole('heading', { name: 'Your card is updated' }).waitFor();
  assert.equal((await cardOf(opened, oid))[2], 'tok_confirm-2');
  // The browser's console reports the status 400 of the page after "No".
  assert.equal(
    faults.every((fault) => fault.includes('400')),
    true,
    faults.join(),
  );
});
