// Tests new cards: every operation that accepts one, with every rule about cards. Also tests the
// authorization of an amount that is released at once, at the simulator and at Stripe.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import type { MerchantSettings } from '@perennial/contract/perennial.ts';
import { testApp } from '../../../test/support/app.ts';
import { movedClock } from '../../../test/support/movedClock.ts';
import { startStripeStandIn } from '../../../test/support/stripeStandIn.ts';

const standIn = await startStripeStandIn();
after(() => standIn.close());
const clock = movedClock('2026-01-15T17:00:00Z');
const app = await testApp({
  clock,
  gateways: { stripe: { secretKey: 'sk_test', host: standIn.host } },
});
await app.addMerchant('REAL', { clock: { kind: 'real' } });
const keys = { TEST: app.key, REAL: await app.addKey('REAL') };
await app.setClock('2026-01-15T17:00:00Z');
type MerchantId = keyof typeof keys;

for (const key of Object.values(keys))
  for (const [merchant_item_id, auto_order] of [
    ['COFFEE', {}],
    ['TRIAL', { auth_test_amount: 5 }],
    ['LASTING', { auto_order_prohibit_expiring_cards: 6 }],
  ] as const)
    await app.request({
      operation: 'insertItem',
      key,
      body: {
        merchant_item_id,
        pricing: { cost: 10 },
        auto_order: { ...auto_order, auto_orderable: true, auto_order_schedules: ['Monthly'] },
      },
    });

async function set(settings: MerchantSettings, merchantId: MerchantId = 'TEST') {
  const all: MerchantSettings = {
    accepted_card_types: [],
    prohibit_expiring_cards_months: 0,
    auth_test_amount: 0,
    auth_test_card_changes: false,
    ...settings,
  };
  const { status, text } = await app.request({
    operation: 'updateMerchantSettings',
    key: keys[merchantId],
    body: all,
  });
  assert.equal(status, 200, text);
}

interface Given {
  readonly token: string;
  readonly expires?: readonly [month: number, year: number];
}

const cardOf = ({ token, expires = [12, 2040] }: Given) => ({
  card_number_token: token,
  card_expiration_month: expires[0],
  card_expiration_year: expires[1],
});

const bodyOf = (itemId: string, given: Given, cost?: number): Order => ({
  billing: { email: 'ann@example.com' },
  items: [
    {
      merchant_item_id: itemId,
      auto_order_schedule: 'Monthly',
      ...(cost === undefined ? {} : { arbitrary_unit_cost: { value: cost } }),
    },
  ],
  payment: { payment_method: 'Credit Card', credit_card: cardOf(given) },
});

const insert = (body: Order, merchantId: MerchantId = 'TEST') =>
  app.request({
    operation: 'insertOrder',
    key: keys[merchantId],
    query: { _expand: 'payment.transaction,auto_order' },
    body,
  });

/** Places an order, and returns the auto order that it starts. */
async function subscribed(itemId: string, merchantId: MerchantId = 'TEST') {
  const token = merchantId === 'TEST' ? 'tok_old' : 'cus_1/pm_visa';
  const { body, text } = await insert(bodyOf(itemId, { token }), merchantId);
  const orderId: string = body.order?.order_id;
  assert.ok(orderId, text);
  const oid: number = body.order.auto_order.auto_order_oid;
  return { orderId, oid, merchantId };
}
type Subscribed = Awaited<ReturnType<typeof subscribed>>;

const tokenOf = async ({ orderId, merchantId }: Subscribed) =>
  (
    await app.db.row<{ card_token: string }>(
      'select card_token from orders where merchant_id = $1 and order_id = $2',
      [merchantId, orderId],
    )
  )?.card_token;

type Road = (shop: Subscribed, given: Given) => Promise<{ status: number; text: string }>;

const elementOf = ({ oid }: Subscribed, given: Given) => ({
  auto_order_oid: oid,
  original_order: { payment: { credit_card: cardOf(given) } },
});

/** Every operation by which the card of an auto order changes. */
const roads: Readonly<Record<string, Road>> = {
  'PUT /payment': ({ oid, merchantId }, given) =>
    app.request({
      operation: 'updateAutoOrderPayment',
      key: keys[merchantId],
      params: { auto_order_oid: oid },
      body: cardOf(given),
    }),
  'the card page': async ({ oid }, { token, expires = [12, 2040] }) => {
    const params = { auto_order_oid: oid };
    const link = await app.request({ operation: 'getAutoOrderUpdateBillingUrl', params });
    const [month, year] = expires;
    return app.request({
      method: 'POST',
      path: new URL(link.body.update_billing_url).pathname,
      key: null,
      rawBody: new URLSearchParams({
        card_token: token,
        expiration_month: String(month),
        expiration_year: String(year),
      }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  },
  'PUT auto order': (shop, given) =>
    app.request({
      operation: 'updateAutoOrder',
      key: keys[shop.merchantId],
      params: { auto_order_oid: shop.oid },
      body: elementOf(shop, given),
    }),
  'PUT order': ({ orderId, merchantId }, given) =>
    app.request({
      operation: 'updateOrder',
      key: keys[merchantId],
      params: { order_id: orderId },
      body: { payment: { credit_card: cardOf(given) } },
    }),
  batch: async (shop, given) => {
    const body = { autoOrders: [elementOf(shop, given)] };
    const {
      status,
      text,
      body: answer,
    } = await app.request({
      operation: 'updateAutoOrdersBatch',
      body,
    });
    return { status: answer.error ? 400 : status, text };
  },
  'queued batch': async (shop, given) => {
    const body = { autoOrders: [elementOf(shop, given)] };
    const query = { _async: true };
    const key = keys[shop.merchantId];
    const queued = await app.request({ operation: 'updateAutoOrdersBatch', key, query, body });
    if (queued.status >= 400) return queued;
    await app.work('auto orders');
    const params = { auto_order_oid: shop.oid };
    const logs = { _expand: 'logs' };
    const { text } = await app.request({ operation: 'getAutoOrder', key, params, query: logs });
    return { status: /Update by [^"]* failed/.test(text) ? 400 : 200, text };
  },
};

const soon = { token: 'tok_visa_0326_1111', expires: [3, 2026] } as const;
const visaOnly = { accepted_card_types: ['VISA'] };
const testing = { auth_test_card_changes: true, auth_test_amount: 2.5 };
/** The request contradicts the gateway about the card; the gateway's facts decide. */
const lies = (token: string): Given => ({ token, expires: [12, 2040] });

const rules: readonly [
  what: string,
  settings: MerchantSettings,
  item: string,
  given: Given,
  refusal?: RegExp,
][] = [
  ['a card without rules', {}, 'COFFEE', { token: 'tok_amex_1240_0005' }],
  ['an accepted type', visaOnly, 'COFFEE', { token: 'tok_visa_1240_1111' }],
  ['a type that is not accepted', visaOnly, 'COFFEE', lies('tok_amex_1240_0005'), /card_type/],
  [
    'a card that expires soon, by the merchant',
    { prohibit_expiring_cards_months: 3 },
    'COFFEE',
    soon,
    /less than 3 months away/,
  ],
  ['a card that expires soon, by the item', {}, 'LASTING', soon, /less than 6 months away/],
  ['the same, said to expire later', {}, 'LASTING', lies(soon.token), /less than 6 months away/],
  ['a card that lasts', {}, 'LASTING', { token: 'tok_visa_0826_1111' }],
  ['a card that passes its test', testing, 'COFFEE', { token: 'tok_approve' }],
  [
    'a card that fails its test',
    testing,
    'COFFEE',
    { token: 'tok_decline_stolen_card' },
    /names a card that did not pass its test: The simulator declined the card: stolen card/,
  ],
  [
    'a card whose test has no answer',
    testing,
    'COFFEE',
    { token: 'tok_timeout_after' },
    /The gateway has not answered the test of the card/,
  ],
];

for (const [what, settings, item, given, refusal] of rules)
  test(`${refusal ? 'refused' : 'accepted'} on every road: ${what}`, async () => {
    await set({});
    const shops = await Promise.all(Object.keys(roads).map(() => subscribed(item)));
    await set(settings);
    const captures = app.books.captures().length;
    await Promise.all(
      Object.entries(roads).map(async ([road, go], index) => {
        const shop = shops[index]!;
        const { status, text } = await go(shop, given);
        assert.equal(status < 400, refusal === undefined, `${road}: ${text}`);
        if (refusal) assert.match(text, refusal, road);
        assert.equal(await tokenOf(shop), refusal ? 'tok_old' : given.token, road);
      }),
    );
    await app.db.run(
      "update card_test set due_at = now() - interval '1 second' where merchant_id = 'TEST'",
    );
    await app.work('tests of cards');
    for (const { orderId } of shops) {
      const holds = app.books.holds().filter(({ orderReference }) => orderReference === orderId);
      assert.deepEqual(
        holds.map(({ amount, releases, declined }) => [amount, declined ? 1 : releases]),
        settings.auth_test_card_changes ? [[250, 1]] : [],
      );
    }
    assert.equal(app.books.captures().length, captures, 'a new card is never charged');
  });

test('the card of an order that starts nothing, and the same card again, are not tested', async () => {
  await set(testing);
  const before = app.books.holds().length;
  const { body } = await insert({
    ...bodyOf('COFFEE', { token: 'tok_approve' }),
    items: [{ merchant_item_id: 'COFFEE' }],
  });
  const params = { order_id: body.order.order_id };
  const payment = { credit_card: cardOf({ token: 'tok_decline' }) };
  const changed = await app.request({ operation: 'updateOrder', params, body: { payment } });
  assert.equal(changed.status, 200, changed.text);
  const shop = await subscribed('COFFEE');
  const again = await roads['PUT /payment']!(shop, { token: 'tok_old' });
  assert.equal(again.status, 200, again.text);
  assert.equal(app.books.holds().length, before);
});

const purchases: readonly [
  what: string,
  settings: MerchantSettings,
  body: Order,
  held: number | undefined,
  stage: string,
][] = [
  [
    'nothing is tested without an amount',
    {},
    bodyOf('COFFEE', { token: 'tok_approve' }, 0),
    undefined,
    'Completed Order',
  ],
  ['the item says', {}, bodyOf('TRIAL', { token: 'tok_approve' }, 0), 500, 'Completed Order'],
  [
    'the merchant says',
    { auth_test_amount: 1 },
    bodyOf('COFFEE', { token: 'tok_approve' }, 0),
    100,
    'Completed Order',
  ],
  [
    'the item before the merchant',
    { auth_test_amount: 1 },
    bodyOf('TRIAL', { token: 'tok_approve' }, 0),
    500,
    'Completed Order',
  ],
  [
    'a charge tests the card',
    { auth_test_amount: 1 },
    bodyOf('TRIAL', { token: 'tok_approve' }),
    undefined,
    'Completed Order',
  ],
  ['a stolen card', {}, bodyOf('TRIAL', { token: 'tok_decline_stolen_card' }, 0), 500, 'Rejected'],
  [
    'a stolen card, although declined orders are kept',
    {},
    {
      ...bodyOf('TRIAL', { token: 'tok_decline_stolen_card' }, 0),
      channel_partner: { store_if_payment_declines: true },
    },
    500,
    'Rejected',
  ],
  [
    'an order that was paid elsewhere',
    { auth_test_amount: 1 },
    {
      ...bodyOf('TRIAL', { token: 'tok_approve' }, 0),
      channel_partner: { skip_payment_processing: true },
    },
    undefined,
    'Completed Order',
  ],
];

for (const [what, settings, body, held, stage] of purchases)
  test(`an order that costs nothing: ${what}`, async () => {
    await set(settings);
    const before = app.books.holds().length;
    const items = body.items!.map((line) => ({ ...line, tax_product_type: 'digital' as const }));
    const { body: answer, text } = await insert({ ...body, items });
    assert.equal(answer.order?.current_stage, stage, text);
    assert.equal(answer.order.auto_order !== undefined, stage !== 'Rejected');
    const holds = app.books.holds().slice(before);
    assert.deepEqual(
      holds.map(({ amount, releases, declined }) => [amount, declined ? 0 : releases]),
      held === undefined ? [] : [[held, stage === 'Rejected' ? 0 : 1]],
    );
    const key = `order:TEST:${answer.order.order_id}`;
    const isCharged = held === undefined && body.items![0]!.arbitrary_unit_cost === undefined;
    assert.equal(app.books.captures().filter((each) => each.key === key).length, isCharged ? 1 : 0);
    if (held === undefined) return;
    const [transaction] = answer.order.payment.transactions;
    const detail = transaction.details.find(({ name }: { name: string }) => name === 'card test');
    assert.equal(detail?.value, String(held / 100));
  });

test('a test whose answer was lost is finished later, with one hold', async () => {
  await set({});
  for (const [token, stage] of [
    ['tok_timeout_before', 'Completed Order'],
    ['tok_timeout_after', 'Completed Order'],
  ] as const) {
    const before = app.books.holds().length;
    const { body } = await insert({
      ...bodyOf('TRIAL', { token: `${token}-${before}` }, 0),
    });
    assert.equal(body.order.current_stage, 'Pending Clearance');
    assert.match(body.warning.warning_message, /gateway has not answered/);
    await app.db.run(
      `update orders set charge_lease_until = now() - interval '1 second'
       where merchant_id = 'TEST' and charge_lease_until is not null`,
    );
    await app.work('unsettled charges');
    const params = { order_id: body.order.order_id };
    const { body: read } = await app.request({ operation: 'getOrder', params });
    assert.notEqual(read.order.current_stage, 'Pending Clearance', stage);
    const holds = app.books.holds().slice(before);
    assert.deepEqual(
      holds.map(({ releases }) => releases),
      [1],
    );
  }
});

test('a test whose gateway left the settings: another gateway tests the card', async () => {
  await set({ gateways: { list: [{ code: 'GONE', kind: 'simulator' }] } });
  app.books.setDown(true);
  const { body } = await insert(bodyOf('TRIAL', { token: 'tok_approve-gone' }, 0));
  app.books.setDown(false);
  assert.equal(body.order.current_stage, 'Pending Clearance');
  await set({ gateways: { list: [] } });
  await app.db.run(
    `update orders set charge_lease_until = now() - interval '1 second'
     where merchant_id = 'TEST' and charge_lease_until is not null`,
  );
  await app.work('unsettled charges');
  const params = { order_id: body.order.order_id };
  const { body: read } = await app.request({ operation: 'getOrder', params });
  assert.notEqual(read.order.current_stage, 'Pending Clearance');
  const holds = app.books.holds().filter(({ cardToken }) => cardToken === 'tok_approve-gone');
  assert.deepEqual(
    holds.map(({ account, releases }) => [account, releases]),
    [['simulator', 1]],
  );
});

test('what a gateway that left the settings may hold is given up after the bank gave it back', async () => {
  await set({
    auth_test_card_changes: true,
    gateways: { list: [{ code: 'GONE', kind: 'simulator' }] },
  });
  const shop = await subscribed('COFFEE');
  app.books.setDown(true);
  const refused = await roads['PUT /payment']!(shop, { token: 'tok_approve-left' });
  app.books.setDown(false);
  assert.equal(refused.status, 400, refused.text);
  await set({ gateways: { list: [] } });
  const left = async () => {
    await app.db.run(
      `update card_test set due_at = now() - interval '1 second'
       where merchant_id = 'TEST' and due_at is not null`,
    );
    await app.work('tests of cards');
    return (
      await app.db.rows(
        `select state from card_test where merchant_id = 'TEST' and state <> 'ended'`,
      )
    ).length;
  };
  assert.equal(await left(), 1);
  await app.setClock('2026-02-20T17:00:00Z');
  assert.equal(await left(), 0);
  await app.setClock('2026-01-15T17:00:00Z');
});

test('a card that came by a queued batch shows what the gateway knows, not what the client says', async () => {
  await set({}, 'REAL');
  const shown: unknown[] = [];
  for (const road of ['PUT auto order', 'queued batch']) {
    const shop = await subscribed('COFFEE', 'REAL');
    const { status, text } = await roads[road]!(shop, { token: 'cus_1/pm_mastercard' });
    assert.equal(status, 200, text);
    const params = { order_id: shop.orderId };
    const query = { _expand: 'payment' };
    const { body } = await app.request({ operation: 'getOrder', key: keys.REAL, params, query });
    const { card_number, card_type, card_expiration_month } = body.order.payment.credit_card;
    shown.push([card_type, card_number, card_expiration_month]);
  }
  const known = ['MasterCard', 'XXXXXXXXXXXX4444', 8];
  assert.deepEqual(shown, [known, known]);
});

test('at Stripe, a hold is canceled and nothing is captured', async () => {
  await set(testing, 'REAL');
  const { body, text } = await insert(bodyOf('TRIAL', { token: 'cus_1/pm_visa' }, 0), 'REAL');
  assert.equal(body.order?.payment.payment_status, 'Processed', text);
  assert.deepEqual(standIn.holds(), [
    { key: `test:REAL:${body.order.order_id}`, amount: 500, releases: 1 },
  ]);
  const refused = await insert(bodyOf('TRIAL', { token: 'cus_2/pm_stolen' }, 0), 'REAL');
  assert.equal(refused.body.order.current_stage, 'Rejected');
  const shop = await subscribed('COFFEE', 'REAL');
  const captures = standIn.captures().length;
  for (const [road, token, accepted] of [
    ['PUT order', 'cus_1/pm_mastercard', true],
    ['PUT /payment', 'cus_2/pm_stolen', false],
    ['PUT auto order', 'cus_4/pm_authentication', false],
    ['PUT auto order', 'cus_1/pm_other', true],
  ] as const) {
    const { status, text } = await roads[road]!(shop, { token });
    assert.equal(status === 200, accepted, text);
    assert.equal((await tokenOf(shop)) === token, accepted, road);
  }
  assert.deepEqual(
    standIn.holds().map(({ amount, releases }) => [amount, releases]),
    [
      [250, 1],
      [250, 1],
      [500, 1],
    ],
  );
  assert.equal(standIn.captures().length, captures);
});
