// Tests bodies that name other records: items, pricing tiers, centers, parts of a payload. An
// unknown name is stored, because merchants insert their records in any order, and the response
// warns about its field. Earlier, such a name had no effect and caused no warning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: { merchant_item_id: 'TEA', pricing: { cost: 5 } },
});
await app.request({ operation: 'insertPricingTier', body: { name: 'Gold' } });
await app.request({
  operation: 'updateMerchantSettings',
  body: { shipping_methods: [{ name: 'Ground', rates: [{ cost: 4 }] }] },
});
const customer = await app.request({
  operation: 'insertCustomer',
  body: { email: 'ann@example.com' },
});
const coupon = await app.request({
  operation: 'insertCoupon',
  body: { merchant_code: 'FREE', free_shipping: {} },
});
const params = { merchant_item_oid: 1 };

/** The names in a request: once of records that exist, and once of records that do not. */
const rows: readonly {
  readonly operation: TestRequest['operation'];
  readonly params?: TestRequest['params'];
  readonly body: (name: string | number) => object;
  readonly known: string | number;
  readonly unknown?: string | number;
  readonly field: string;
  readonly what: string;
}[] = [
  {
    operation: 'updateItem',
    params,
    body: (name) => ({ pricing: { cost: 5, tiers: [{ name }] } }),
    known: ' gold',
    field: 'pricing.tiers[0].name',
    what: 'pricing tier',
  },
  {
    operation: 'updateItem',
    params,
    body: (oid) => ({ pricing: { cost: 5, tiers: [{ pricing_tier_oid: oid, name: 'Gold' }] } }),
    known: 1,
    unknown: 99,
    field: 'pricing.tiers[0].pricing_tier_oid',
    what: 'pricing tier',
  },
  {
    operation: 'updateItem',
    params,
    body: (code) => ({ shipping: { distribution_centers: [{ distribution_center_code: code }] } }),
    known: 'dflt',
    field: 'shipping.distribution_centers[0].distribution_center_code',
    what: 'distribution center',
  },
  {
    operation: 'updateItem',
    params,
    body: (id) => ({ related: { related_items: [{ related_merchant_item_id: id }] } }),
    known: 'tea',
    field: 'related.related_items[0].related_merchant_item_id',
    what: 'item',
  },
  {
    operation: 'updateItem',
    params,
    body: (oid) => ({ related: { related_items: [{ related_merchant_item_oid: oid }] } }),
    known: 1,
    unknown: 99,
    field: 'related.related_items[0].related_merchant_item_oid',
    what: 'item',
  },
  {
    operation: 'insertCoupon',
    body: (id) => ({
      merchant_code: `C${id}`,
      percent_off_items: { discount_percent: 5, items: ['TEA'], excluded_items: [id] },
    }),
    known: 'tea',
    field: 'percent_off_items.excluded_items[0]',
    what: 'item',
  },
  {
    operation: 'updateCoupon',
    params: { coupon_oid: coupon.body.coupon.coupon_oid },
    body: (name) => ({ free_shipping: { shipping_methods: [name] } }),
    known: 'ground',
    field: 'free_shipping.shipping_methods[0]',
    what: 'shipping method',
  },
  {
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.body.customer.customer_profile_oid },
    body: (name) => ({ email: 'ann@example.com', pricing_tiers: [{ name }] }),
    known: 'GOLD',
    field: 'pricing_tiers[0].name',
    what: 'pricing tier',
  },
];

for (const { operation, body, known, unknown = 'MOON', field, what, ...to } of rows)
  test(`${operation}: ${field}`, async () => {
    const request = (name: string | number) =>
      app.request({ operation, ...to, body: body(name) } as TestRequest);
    const found = await request(known);
    assert.equal(found.status, 200, found.text);
    assert.equal(found.body.warning, undefined);
    const { status, text, body: answer } = await request(unknown);
    assert.equal(status, 200, text);
    assert.equal(
      answer.warning?.warning_message,
      `${field}: there is no ${what} ${unknown}, and it has no effect until there is one. ` +
        `Correct it, or add the ${what}.`,
    );
  });

test('a batch names the element, and counts what it does not list', async () => {
  const items = Array.from({ length: 12 }, (_, i) => `NO-${i}`);
  const { body } = await app.request({
    operation: 'insertCoupons',
    body: {
      coupons: [{ merchant_code: 'MANY', discount_items: { discount_price: 1, items } }],
    },
  });
  const words: string = body.warning.warning_message;
  assert.match(words, /^coupons\[0\]\.discount_items\.items\[0\]: there is no item NO-0, /);
  assert.match(words, / 2 more names stand for no record\.$/);
  const batch = await app.request({
    operation: 'updateItems',
    body: { items: [{ merchant_item_id: 'TEA', pricing: { cost: 5, tiers: [{ name: 'Tin' }] } }] },
  });
  assert.match(batch.body.warning.warning_message, /^items\[0\]\.pricing\.tiers\[0\]\.name: /);
});

test('a merchant without shipping methods names them freely', async () => {
  const free = await testApp();
  const { status, body } = await free.request({
    operation: 'insertCoupon',
    body: { merchant_code: 'AIR', free_shipping: { shipping_methods: ['Air'] } },
  });
  assert.equal(status, 200);
  assert.equal(body.warning, undefined);
});

test('an automatic coupon for an item that does not exist is refused: it has no response', async () => {
  const { status, body } = await app.request({
    operation: 'updateAutoApply',
    body: { required_items: [{ required_item_id: 'MOON', coupon_code: 'FREE' }] },
  });
  assert.equal(status, 400);
  assert.equal(
    body.error.user_message,
    'required_items[0].required_item_id is MOON, and there is no such item. Send the id of an ' +
      'item, or insert that item first.',
  );
});

test('a part that a webhook’s payload does not have', async () => {
  const { status, body } = await app.request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://example.com/hear',
      event_categories: [
        {
          event_category: 'item',
          events: [{ event_name: 'item_create', subscribed: true, expansion: 'pricing,prices' }],
        },
      ],
    },
  });
  assert.equal(status, 200);
  assert.equal(
    body.warning.warning_message,
    'event_categories[0].events[0].expansion: prices: no effect, because the payload has no such ' +
      'part. Check the spelling.',
  );
});

test('a new order with an email that cannot receive mails', async () => {
  const insert = (email: string) =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email },
        payment: { payment_method: 'Check' },
        items: [{ merchant_item_id: 'TEA', quantity: 1 }],
      },
    });
  const { status, body } = await insert('nobody');
  assert.equal(status, 200);
  assert.deepEqual(body.warning, {
    warning_code: 'no_email_address',
    warning_message:
      'billing.email: is not an email address, so nothing is mailed to the customer.',
  });
  assert.equal((await insert('ann@example.com')).body.warning, undefined);
});

test('a filter in a body by a word that nothing can have is refused', async () => {
  const statuses = await app.request({
    operation: 'getAutoOrdersByQuery',
    body: { status: 'paused' },
  });
  assert.equal(statuses.status, 400);
  assert.match(statuses.body.error.user_message, /^status holds an unknown value\. Send one of: /);
  const found = await app.request({
    operation: 'getAutoOrdersByQuery',
    body: { status: 'Active' },
  });
  assert.equal(found.status, 200);
  const types = await app.request({
    operation: 'getCouponsByQuery',
    body: { coupon_type: 'free lunch' },
  });
  assert.equal(types.status, 400);
  assert.match(types.body.error.user_message, /^coupon_type holds an unknown value/);
  const type = await app.request({
    operation: 'getCouponsByQuery',
    body: { coupon_type: 'Free Shipping' },
  });
  assert.ok(type.body.coupons.length > 0);
});

test('who searches by an email or a code is told to check that', async () => {
  const customers = await app.request({
    operation: 'getCustomerByEmail',
    params: { email: 'no@example.com' },
  });
  assert.match(customers.body.error.user_message, /no@example\.com\. Check the email\.$/);
  const coupons = await app.request({
    operation: 'getCouponByMerchantCode',
    params: { merchant_code: 'NONE' },
  });
  assert.match(coupons.body.error.user_message, /NONE\. Check the code\.$/);
});
