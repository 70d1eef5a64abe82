import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { type TestApp, testApp } from '../../../test/support/app.ts';
import { startStripeStandIn } from '../../../test/support/stripeStandIn.ts';
import { randomIds } from '../kernel/ids.ts';
import { rotateLinkKey } from './billingLinkStore.ts';

const app = await testApp();
const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Dark <b>roast</b>',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
await app.request({ operation: 'insertItem', body: coffee });

/** Starts a new auto order, and returns its oid and the link to its card page. */
async function subscribed({ request, key }: Pick<TestApp, 'request' | 'key'> = app): Promise<{
  oid: number;
  orderId: string;
  url: URL;
}> {
  const inserted = await request({
    operation: 'insertOrder',
    key,
    body: {
      billing: { first_name: 'Ann', last_name: 'Smith', email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: 'VISA',
          card_number_token: 'tok_old',
          card_number: 'XXXXXXXXXXXX1111',
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
      },
    },
  });
  const orderId: string = inserted.body.order.order_id;
  const found = await request({
    operation: 'getAutoOrderByReferenceOrderId',
    key,
    params: { reference_order_id: orderId },
  });
  const oid: number = found.body.auto_order.auto_order_oid;
  return { oid, orderId, url: await linkOf(oid, { request, key }) };
}

async function linkOf(
  oid: number,
  { request, key }: Pick<TestApp, 'request' | 'key'> = app,
): Promise<URL> {
  const { status, body } = await request({
    operation: 'getAutoOrderUpdateBillingUrl',
    key,
    params: { auto_order_oid: oid },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return new URL(body.update_billing_url);
}

const open = (url: URL) => app.request({ path: url.pathname, key: null });
const send = (url: URL, fields: Record<string, string>) =>
  app.request({
    method: 'POST',
    path: url.pathname,
    key: null,
    rawBody: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
const card = { card_token: 'tok_new', expiration_month: '4', expiration_year: '2029' };

test('the page shows what it is for, and no other site can cache, frame or script it', async () => {
  const { url } = await subscribed();
  assert.equal(url.origin, 'http://perennial.test');
  const { status, text, headers } = await open(url);
  assert.equal(status, 200);
  assert.match(text, /We now charge your VISA ending in 1111/);
  assert.match(text, /Dark &lt;b&gt;roast&lt;\/b&gt;/);
  assert.doesNotMatch(text, /<script|tok_old|http:/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.match(
    String(headers['content-security-policy']),
    /default-src 'none'; style-src 'sha256-[^;]+; form-action 'self'; base-uri 'none'; frame-ancestors 'none'/,
  );
  assert.equal(headers['set-cookie'], undefined);
});

test('a card that is sent becomes the card of the original order', async () => {
  const { url, orderId } = await subscribed();
  const { status, text } = await send(url, card);
  assert.equal(status, 200, text);
  assert.match(text, /Your card is updated/);
  const order = await app.db.row<{ card_token: string }>(
    "select card_token from orders where merchant_id = 'TEST' and order_id = $1",
    [orderId],
  );
  assert.equal(order!.card_token, 'tok_new');
  const read = await app.request({
    operation: 'getOrder',
    params: { order_id: orderId },
    query: { _expand: 'payment' },
  });
  const { card_expiration_month: month, card_expiration_year: year } =
    read.body.order.payment.credit_card;
  assert.deepEqual([month, year], [4, 2029]);
});

test('a card number is refused in a friendly way and never shown again', async () => {
  const { url, orderId } = await subscribed();
  const { status, text } = await send(url, { ...card, card_token: '4444333322221111' });
  assert.equal(status, 400);
  assert.match(text, /role="alert"/);
  assert.match(text, /never accept card numbers/);
  assert.doesNotMatch(text, /4444333322221111/);
  assert.match(text, /<option value="2029" selected>/);
  const order = await app.db.row<{ card_token: string }>(
    "select card_token from orders where merchant_id = 'TEST' and order_id = $1",
    [orderId],
  );
  assert.equal(order!.card_token, 'tok_old');
});

test('links that were changed, expired or made elsewhere open nothing', async () => {
  const { url, oid } = await subscribed();
  const [merchantId, , expires, signature] = url.pathname.split('/').at(-1)!.split('.');
  const forged = [
    `${merchantId}.${oid + 1}.${expires}.${signature}`,
    `OTHER.${oid}.${expires}.${signature}`,
    `${merchantId}.${oid}.${Number(expires) + 1}.${signature}`,
    `${merchantId}.${oid}.${expires}.${'A'.repeat(43)}`,
    `${merchantId}.${oid}.${expires}`,
    'nonsense',
  ];
  for (const token of forged) {
    const answer = await open(new URL(`/billing/${token}`, url));
    assert.equal(answer.status, 404, token);
    assert.match(answer.text, /This link does not work/);
  }
  await app.setClock('2026-02-14T16:59:59Z');
  assert.equal((await open(url)).status, 200);
  await app.setClock('2026-02-14T17:00:00Z');
  assert.equal((await open(url)).status, 410);
  assert.equal((await send(url, card)).status, 410);
  assert.equal((await open(await linkOf(oid))).status, 200);
});

test('a canceled auto order takes no card', async () => {
  const { url, oid } = await subscribed();
  await app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { enabled: false, cancel_reason: 'moved away' },
  });
  const { status, text } = await send(url, card);
  assert.equal(status, 410);
  assert.match(text, /This subscription has ended/);
});

test('the link is for those who may write, and for auto orders that exist', async () => {
  const { oid } = await subscribed();
  const reader = await app.addKey('TEST', ['auto_order_read']);
  const ask = (auto_order_oid: number, key?: string) =>
    app.request({
      operation: 'getAutoOrderUpdateBillingUrl',
      params: { auto_order_oid },
      ...(key === undefined ? {} : { key }),
    });
  assert.equal((await ask(oid, reader)).status, 401);
  assert.equal((await ask(999_999)).status, 404);
});

test('an auto order shows its link when management is expanded, and only to those who may write', async () => {
  const { oid } = await subscribed();
  const read = async (query: Record<string, string>, key?: string) =>
    (
      await app.request({
        operation: 'getAutoOrder',
        params: { auto_order_oid: oid },
        query,
        ...(key === undefined ? {} : { key }),
      })
    ).body.auto_order;
  assert.equal((await read({})).management, undefined);
  assert.equal(
    (await read({ _expand: 'management' }, await app.addKey('TEST', ['auto_order_read'])))
      .management,
    undefined,
  );
  const { management } = await read({ _expand: 'management' });
  assert.equal((await open(new URL(management.update_billing_url))).status, 200);
});

test('links of the key before a rotation work until its date, and those of now always', async () => {
  const { oid, url } = await subscribed();
  const inAnHour = Temporal.Now.instant().add({ hours: 1 });
  assert.equal(await rotateLinkKey(app.db, randomIds, inAnHour), true);
  const second = await linkOf(oid);
  assert.notEqual(second.pathname.split('.').at(-1), url.pathname.split('.').at(-1));
  const statuses = async () =>
    Promise.all([url, second, await linkOf(oid)].map(async (each) => (await open(each)).status));
  assert.deepEqual(await statuses(), [200, 200, 200]);
  await app.db.run(`update billing_link_key set previous_until = '2026-01-01'`, []);
  assert.deepEqual(await statuses(), [404, 200, 200]);
  await rotateLinkKey(app.db, randomIds, inAnHour);
  assert.deepEqual(await statuses(), [404, 200, 200], 'only the key before the last rotation');
});

test('a merchant with Stripe takes no typed tokens, and a card only from its own form', async () => {
  const standIn = await startStripeStandIn();
  after(() => standIn.close());
  const stripe = { secretKey: 'sk_test', publishableKey: 'pk_test', host: standIn.host };
  const shop = await testApp({ gateways: { stripe } });
  await shop.addMerchant('SHOP', { clock: { kind: 'real' } });
  const key = await shop.addKey('SHOP');
  await shop.request({ operation: 'insertItem', key, body: coffee });
  const one = await subscribed({ ...shop, key });
  const other = await subscribed({ ...shop, key });
  const post = (url: URL, path: string, fields: Record<string, string>) =>
    shop.request({
      method: 'POST',
      path: url.pathname + path,
      key: null,
      rawBody: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const begin = async ({ url }: typeof one) => {
    const { client_secret: secret } = (await post(url, '/card', {})).body as unknown as {
      client_secret: string;
    };
    standIn.choose({ what: 'setup', clientSecret: secret, card: 'pm_visa', outcome: 'succeeds' });
    return secret.split('_secret_')[0]!;
  };
  const stolen = await begin(other);
  for (const fields of [
    { ...card, card_token: 'cus_other/pm_other' },
    { setup_intent: stolen },
    { setup_intent: 'seti_999' },
    { setup_intent: '../customers/cus_1' },
  ]) {
    const answer = await post(one.url, '', fields);
    assert.equal(answer.status, 400, JSON.stringify(fields));
    assert.match(answer.text, /Stripe does not know this card/);
  }
  assert.equal((await post(one.url, '', { setup_intent: await begin(one) })).status, 200);
  const page = await shop.request({ path: one.url.pathname, key: null });
  assert.match(
    String(page.headers['content-security-policy']),
    /script-src 'sha256-[^ ]+ https:\/\/js\.stripe\.com; frame-src https:\/\/js\.stripe\.com/,
  );
  // The limit is twenty forms an hour for each auto order. The limits of API clients do not change
  // it.
  const begun = standIn.requests.filter(({ path }) => path === '/v1/setup_intents').length;
  const statuses: number[] = [];
  for (let count = 0; count < 21; count++) statuses.push((await post(one.url, '/card', {})).status);
  assert.deepEqual([statuses.indexOf(429), statuses.at(-1)], [19, 429]);
  assert.ok(Number((await post(one.url, '/card', {})).headers['retry-after']) > 0);
  const all = standIn.requests.filter(({ path }) => path === '/v1/setup_intents').length;
  assert.equal(all - begun, 19);
  assert.equal((await post(other.url, '/card', {})).status, 200);
  standIn.setDown(true);
  assert.equal((await post(one.url, '', { setup_intent: 'seti_1' })).status, 503);
});

test('a customer gets one mail for a card that expires soon, with the link to this page', async () => {
  await app.addMerchant('SOON', { settings: { card_expiry_notice_months: 2 } });
  const key = await app.addKey('SOON');
  await app.request({ operation: 'insertItem', key, body: coffee });
  const { oid } = await subscribed({ ...app, key });
  let day = 15;
  const mailsWith = async (card_number_token: string) => {
    await app.setClock(`2026-01-${day++}T17:00:00Z`, 'SOON');
    const { status, text } = await app.request({
      operation: 'updateAutoOrderPayment',
      key,
      params: { auto_order_oid: oid },
      body: { card_number_token },
    });
    assert.equal(status, 200, text);
    for (let times = 0; times < 2; times++) {
      await app.work('card expiry');
      await app.work('notices');
    }
    return app.mails.filter(({ subject }) => subject.includes('expires soon'));
  };
  assert.equal((await mailsWith('tok_visa_0426_1111')).length, 0);
  const [mail, ...more] = await mailsWith('tok_visa_0326_2222');
  assert.equal(more.length, 0);
  assert.match(mail?.text ?? '', /Your VISA ending in 2222 expires at the end of March 2026/);
  const link = /http\S+\/billing\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  assert.match((await open(new URL(link))).text, /We now charge your VISA ending in 2222/);
  assert.equal((await mailsWith('tok_visa_0326_2222')).length, 1, 'the same card again');
  assert.equal((await mailsWith('tok_visa_0226_3333')).length, 2, 'another month');
  const invoiced = await app.request({
    operation: 'updateAutoOrder',
    key,
    params: { auto_order_oid: oid },
    body: { original_order: { payment: { payment_method: 'Purchase Order' } } },
  });
  assert.equal(invoiced.status, 200, invoiced.text);
  assert.equal((await mailsWith('tok_visa_0126_4444')).length, 2, 'a card that pays nothing');
});

test('an address that asks too often gets a page that says so, and its form changes nothing', async () => {
  const limited = await testApp({ db: app.db, rateLimits: [{ limit: 3, seconds: 3600 }] });
  const get = (url: string, remoteAddress = '203.0.113.9') =>
    limited.app.http.inject({ url, remoteAddress });
  for (const status of [404, 404, 404, 429])
    assert.equal((await get('/billing/not-a-link')).statusCode, status);
  const { url } = await subscribed();
  const refused = await get(url.pathname);
  assert.equal(refused.statusCode, 429);
  assert.match(refused.body, /too many requests/);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  for (const path of ['/customer/a-link', '/customer/a-link/cancel/CODE'])
    assert.equal((await get(path)).statusCode, 429, path);
  const forms = [url.pathname, `${url.pathname}/card`, '/customer/a-link/cancel/CODE'];
  for (const path of forms) {
    const posted = await limited.app.http.inject({
      method: 'POST',
      url: path,
      remoteAddress: '203.0.113.9',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'card_token=tok_1',
    });
    assert.equal(posted.statusCode, 429, path);
  }
  assert.equal((await get(url.pathname, '203.0.113.10')).statusCode, 200);
});
