import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coupon } from '@perennial/contract/coupon.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';
import { readMigrations, splitStatements } from '../platform/storage/migrate.ts';

const app = await testApp();

async function ask<Id extends OperationId>(request: TestRequest<Id>) {
  const { status, body } = await app.request(request);
  assert.ok(status < 300, JSON.stringify(body));
  return body;
}
const insert = async (body: Coupon) => (await ask({ operation: 'insertCoupon', body })).coupon;

test('a coupon is stored with its type and its description, and found by its code', async () => {
  const made = await insert({
    merchant_code: 'Spring10',
    percent_off_subtotal: { discount_percent: 10 },
    expiration_dts: '2026-06-01',
  });
  assert.deepEqual(made, {
    coupon_oid: made.coupon_oid,
    merchant_code: 'Spring10',
    percent_off_subtotal: { discount_percent: 10 },
    expiration_dts: '2026-06-01T23:59:59-04:00',
    coupon_type: 'percent off subtotal',
    calculated_description: '10% off the subtotal',
  });
  const params = { merchant_code: 'SPRING10' };
  const { coupon } = await ask({ operation: 'getCouponByMerchantCode', params });
  assert.deepEqual(coupon, made);
  const { exists, coupon_code } = await ask({ operation: 'doesCouponCodeExist', params });
  assert.deepEqual([exists, coupon_code], [true, 'SPRING10']);
});

test('an update changes what it names; another discount takes the place of the first', async () => {
  const { coupon_oid } = await insert({
    merchant_code: 'CHANGES',
    description: 'Changes',
    percent_off_subtotal: { discount_percent: 10 },
  });
  const put = async (body: Coupon) =>
    (await ask({ operation: 'updateCoupon', params: { coupon_oid }, body })).coupon;
  assert.deepEqual(
    (await put({ percent_off_subtotal: { discount_percent: 20 } })).description,
    'Changes',
  );
  const other = await put({ amount_off_subtotal: { discount_amount: 5 } });
  assert.deepEqual(
    [other.percent_off_subtotal, other.calculated_description],
    [undefined, '5 USD off the subtotal'],
  );
});

const refused: readonly [what: string, body: Coupon, words: RegExp][] = [
  ['no code', { free_shipping: {} }, /merchant_code is missing/],
  ['a space in the code', { merchant_code: 'A B', free_shipping: {} }, /merchant_code/],
  ['no discount', { merchant_code: 'NONE' }, /has no discount.*percent_off_subtotal/],
  [
    'two discounts',
    { merchant_code: 'TWO', free_shipping: {}, no_discount: {} },
    /no_discount is a second discount next to free_shipping/,
  ],
  [
    '101 percent',
    { merchant_code: 'MUCH', percent_off_subtotal: { discount_percent: 101 } },
    /percent_off_subtotal.discount_percent is not a valid percentage/,
  ],
  [
    'a tenth of a cent',
    { merchant_code: 'FINE', amount_off_subtotal: { discount_amount: 0.001 } },
    /amount_off_subtotal.discount_amount is not a valid amount in USD/,
  ],
  [
    'another currency',
    { merchant_code: 'EURO', amount_off_subtotal: { discount_amount: 1, currency_code: 'EUR' } },
    /currency_code is not the merchant’s currency/,
  ],
  [
    'no items for a fixed price',
    { merchant_code: 'FIXED', discount_items: { discount_price: 1 } },
    /discount_items.items is missing/,
  ],
  [
    'an end before its start',
    {
      merchant_code: 'BACK',
      free_shipping: {},
      start_dts: '2026-02-01',
      expiration_dts: '2026-01-01',
    },
    /expiration_dts is not after start_dts/,
  ],
  ['a code that is taken', { merchant_code: 'sPRING10', free_shipping: {} }, /is taken/],
];

for (const [what, body, words] of refused)
  test(`refused: ${what}`, async () => {
    const { status, body: answer } = await app.request({ operation: 'insertCoupon', body });
    assert.equal(status, 400);
    assert.match(answer.error.user_message, words);
  });

test('a batch is written whole or not at all, and names the element at fault', async () => {
  const { status, body } = await app.request({
    operation: 'insertCoupons',
    body: {
      coupons: [{ merchant_code: 'BATCH1', free_shipping: {} }, { merchant_code: 'BATCH2' }],
    },
  });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /coupons\[1\]/);
  const params = { merchant_code: 'BATCH1' };
  assert.equal((await ask({ operation: 'doesCouponCodeExist', params })).exists, false);
  const { coupons } = await ask({
    operation: 'insertCoupons',
    body: {
      coupons: [
        { merchant_code: 'BATCH1', free_shipping: {} },
        { merchant_code: 'BATCH2', no_discount: {} },
      ],
    },
  });
  const updated = await ask({
    operation: 'updateCoupons',
    body: {
      coupons: coupons.map(({ coupon_oid }: Coupon) => ({ coupon_oid, skip_on_rebill: true })),
    },
  });
  assert.deepEqual(
    updated.coupons.map(({ merchant_code, skip_on_rebill }: Coupon) => [
      merchant_code,
      skip_on_rebill,
    ]),
    [
      ['BATCH1', true],
      ['BATCH2', true],
    ],
  );
  await ask({ operation: 'deleteCouponsByCode', body: { coupon_codes: ['batch1', 'BATCH2'] } });
  assert.equal((await ask({ operation: 'doesCouponCodeExist', params })).exists, false);
});

test('lists are filtered by code, description, type and dates, and sorted', async () => {
  await insert({ merchant_code: 'LIST-B', description: 'Für Freunde', free_shipping: {} });
  await insert({
    merchant_code: 'LIST-A',
    description: 'Old',
    free_shipping: {},
    expiration_dts: '2025-12-31',
  });
  const codes = async (body: object) =>
    (
      await ask({
        operation: 'getCouponsByQuery',
        query: { _sort: 'merchant_code' },
        body: { merchant_code: 'list-', ...body },
      })
    ).coupons.map(({ merchant_code }: Coupon) => merchant_code);
  assert.deepEqual(await codes({}), ['LIST-A', 'LIST-B']);
  assert.deepEqual(await codes({ exclude_expired: true }), ['LIST-B']);
  assert.deepEqual(await codes({ description: 'FREUNDE' }), ['LIST-B']);
  assert.deepEqual(await codes({ merchant_code_or_description: 'old' }), ['LIST-A']);
  assert.deepEqual(await codes({ expiration_dts_begin: '2026-01-01' }), []);
  assert.deepEqual(await codes({ coupon_type: 'percent off subtotal' }), []);
});

test('one-time codes are made, uploaded and listed with the coupon', async () => {
  const { coupon_oid } = await insert({
    merchant_code: 'ONCE',
    free_shipping: {},
    usable_by: 'UniqueCode',
  });
  const made = await ask({
    operation: 'generateOneTimeCodesByMerchantCode',
    params: { merchant_code: 'once' },
    body: { quantity: 3, prefix: 'SP', expiration_dts: '2026-03-01' },
  });
  assert.equal(new Set(made.coupon_codes).size, 3);
  assert.ok(made.coupon_codes.every((code: string) => /^SP[A-Z0-9]{10}$/.test(code)));
  assert.equal(made.expiration_dts, '2026-03-01T23:59:59-05:00');
  const uploaded = await ask({
    operation: 'uploadCouponCodes',
    params: { coupon_oid },
    body: { coupon_codes: ['ANN-1', 'ann-1', 'BOB 2', made.coupon_codes[0], 'SPRING10'] },
  });
  assert.deepEqual(
    [uploaded.uploaded_codes, uploaded.duplicate_codes, uploaded.rejected_codes],
    [['ann-1'], ['ANN-1', made.coupon_codes[0], 'SPRING10'], ['BOB 2']],
  );
  const { codes } = await ask({ operation: 'getCouponCodes', params: { coupon_oid } });
  assert.equal(codes.length, 4);
  const { status } = await app.request({
    operation: 'insertCoupon',
    body: { merchant_code: 'Ann-1', free_shipping: {} },
  });
  assert.equal(status, 400);
});

test('conditions of automatic coupons name coupons that exist', async () => {
  const conditions = {
    required_items: [{ coupon_code: 'SPRING10', required_item_id: 'COFFEE' }],
    subtotal_levels: [{ coupon_code: 'SPRING10', minimum_subtotal: 50 }],
  };
  await ask({ operation: 'updateAutoApply', body: conditions });
  const { required_items, subtotal_levels } = await ask({ operation: 'getAutoApply' });
  assert.deepEqual({ required_items, subtotal_levels }, conditions);
  const { status, body } = await app.request({
    operation: 'updateAutoApply',
    body: { subtotal_levels: [{ coupon_code: 'NO', minimum_subtotal: 1 }] },
  });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /subtotal_levels\[0\].coupon_code is not the code/);
  await ask({ operation: 'updateAutoApply', body: {} });
});

await ask({
  operation: 'insertItem',
  body: { merchant_item_id: 'COFFEE', pricing: { cost: 12.99 } },
});
await ask({ operation: 'insertItem', body: { merchant_item_id: 'MUG', pricing: { cost: 8 } } });

let people = 0;
const orderWith = (codes: readonly string[], more: Order = {}): Order => ({
  billing: { email: `p${++people}@example.com`, country_code: 'US', postal_code: '10001' },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_approve',
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
  items: [{ merchant_item_id: 'COFFEE', quantity: 2 }, { merchant_item_id: 'MUG' }],
  summary: { arbitrary_shipping_handling_total: { value: 5 } },
  coupons: codes.map((coupon_code) => ({ coupon_code })),
  ...more,
});
const place = async (codes: readonly string[], more?: Order) => {
  const { order, warning } = await ask({
    operation: 'insertOrder',
    query: { _expand: 'item,summary,coupon' },
    body: orderWith(codes, more),
  });
  return { order: order as Order, warning: warning?.warning_message as string | undefined };
};
const totalOf = ({ order }: { order: Order }) => order.summary?.total?.value;

test('an order with a coupon: shares to the cent, the coupon, the total', async () => {
  const placed = await place(['spring10']);
  const { order, warning } = placed;
  assert.deepEqual(
    order.items?.map(({ discount, total_cost_with_discount: cost }) => [
      discount?.value,
      cost?.value,
    ]),
    [
      [2.6, 23.38],
      [0.8, 7.2],
    ],
  );
  assert.deepEqual(
    [order.summary?.subtotal_discount?.value, order.summary?.total?.value],
    [3.4, 35.58],
  );
  assert.doesNotMatch(warning ?? '', /coupon/);
  assert.deepEqual(order.coupons, [
    { coupon_code: 'spring10', base_coupon_code: 'Spring10', automatically_applied: false },
  ]);
});

test('a coupon that an order does not keep has one warning', async () => {
  const codes = ['spring10', 'SPRING10', 'nowhere'];
  const { order, warning } = await place(codes);
  assert.equal(totalOf({ order }), 35.58);
  assert.match(warning ?? '', /^coupons\[1\]\.coupon_code: .* coupons\[2\]\.coupon_code: [^:]*$/);
});

test('an update adds no coupon to a stored order, and says so', async () => {
  const { order } = await place(['spring10']);
  const update = (coupons: Order['coupons']) =>
    ask({
      operation: 'updateOrder',
      params: { order_id: order.order_id ?? '' },
      query: { _expand: 'coupon' },
      body: { coupons },
    });
  const added = await update([
    { coupon_code: 'spring10' },
    { coupon_code: 'LIST-B', base_coupon_code: 'LIST-B' },
  ]);
  assert.deepEqual(added.order.coupons, order.coupons);
  assert.match(
    added.warning.warning_message,
    /^coupons\[1\]\.coupon_code, coupons\[1\]\.base_coupon_code: no effect/,
  );
  assert.equal((await update(order.coupons)).warning, undefined);
  assert.deepEqual((await update([])).order.coupons, []);
});

test('free shipping is a discount on shipping', async () => {
  await insert({ merchant_code: 'SHIP', free_shipping: {} });
  const { order } = await place(['SHIP']);
  assert.deepEqual(
    [
      order.summary?.shipping_handling_total?.value,
      order.summary?.shipping_handling_total_discount?.value,
      order.summary?.total?.value,
    ],
    [5, 5, 33.98],
  );
});

const warned: readonly [what: string, code: string, words: RegExp][] = [
  ['a code that is not a coupon', 'NOBODY', /coupons\[0\].coupon_code: NOBODY is not a coupon/],
  ['an expired coupon', 'LIST-A', /LIST-A has expired, so it gave no discount/],
  ['a coupon for one-time codes', 'ONCE', /ONCE applies only with a one-time code/],
];

for (const [what, code, words] of warned)
  test(`a warning, or a refusal where the partner asks for it: ${what}`, async () => {
    const placed = await place([code]);
    assert.equal(totalOf(placed), 38.98);
    assert.match(placed.warning ?? '', words);
    const { status } = await app.request({
      operation: 'insertOrder',
      body: orderWith([code], { channel_partner: { treat_warnings_as_errors: true } }),
    });
    assert.equal(status, 400);
  });

test('an excluded line and a customer without coupons', async () => {
  const excluded = await place(['SPRING10'], {
    items: [
      { merchant_item_id: 'COFFEE', quantity: 2, exclude_coupon: true },
      { merchant_item_id: 'MUG' },
    ],
  });
  assert.equal(totalOf(excluded), 38.18);
  const email = 'none@example.com';
  await ask({ operation: 'insertCustomer', body: { email, no_coupons: true } });
  const refusedCustomer = await place(['SPRING10'], { billing: { email } });
  assert.equal(totalOf(refusedCustomer), 38.98);
  assert.match(refusedCustomer.warning ?? '', /is not for this customer/);
});

/**
 * Sends orders at the same moment, and returns how many got the discount and how many were refused.
 */
async function race(orders: readonly Order[]): Promise<{ reduced: number; refused: number }> {
  const answers = await Promise.all(
    orders.map((body) =>
      app.request({ operation: 'insertOrder', query: { _expand: 'summary' }, body }),
    ),
  );
  return {
    reduced: answers.filter(({ body }) => body.order?.summary?.subtotal_discount?.value > 0).length,
    refused: answers.filter(({ status }) => status === 400).length,
  };
}

test('a one-time code has one winner among orders at the same moment', async () => {
  const { coupon_oid } = await insert({
    merchant_code: 'LUCKY',
    percent_off_subtotal: { discount_percent: 50 },
  });
  await ask({
    operation: 'uploadCouponCodes',
    params: { coupon_oid },
    body: { coupon_codes: ['LUCKY-1'] },
  });
  const { reduced } = await race(Array.from({ length: 6 }, () => orderWith(['LUCKY-1'])));
  assert.equal(reduced, 1);
  const { codes } = await ask({ operation: 'getCouponCodes', params: { coupon_oid } });
  assert.equal(codes[0].code, 'LUCKY-1');
  assert.match(codes[0].order_id, /^TEST-/);
  assert.match((await place(['LUCKY-1'])).warning ?? '', /was used by another order/);
});

test('each customer once: also with orders at the same moment, in any case of the email', async () => {
  await insert({
    merchant_code: 'HELLO',
    percent_off_subtotal: { discount_percent: 50 },
    usable_by: 'OncePerCustomer',
  });
  const emails = ['eve@example.com', 'Eve@Example.com', ' EVE@example.com'];
  const { reduced } = await race(
    emails.map((email) => orderWith(['HELLO'], { billing: { email } })),
  );
  assert.equal(reduced, 1);
  const again = await place(['HELLO'], { billing: { email: 'eve@example.com' } });
  assert.match(again.warning ?? '', /was used by this customer before/);
});

/** A payment by a card that is declined. */
const declined: NonNullable<Order['payment']> = {
  payment_method: 'Credit Card',
  credit_card: {
    card_number_token: 'tok_decline',
    card_expiration_month: 12,
    card_expiration_year: 2040,
  },
};
const owedBy = (email: string): Order => ({
  billing: { email },
  channel_partner: { no_realtime_payment_processing: true },
});
const moved = (order: Order, current_stage: 'Accounts Receivable' | 'Rejected') =>
  app.request({
    operation: 'updateOrder',
    params: { order_id: order.order_id! },
    body: { current_stage },
  });

test('an order that is lost gives its coupons back, and takes them again when it is revived', async () => {
  const { coupon_oid } = await insert({
    merchant_code: 'TRYAGAIN',
    percent_off_subtotal: { discount_percent: 50 },
    usable_by: 'OncePerCustomer',
  });
  const codes = ['AGAIN-1', 'AGAIN-2'];
  await ask({
    operation: 'uploadCouponCodes',
    params: { coupon_oid },
    body: { coupon_codes: codes },
  });
  const half = 21.99;
  for (const [index, code] of [codes[0]!, 'TRYAGAIN'].entries()) {
    const billing = { email: `again${index}@example.com` };
    const first = await place([code], { billing, payment: declined });
    assert.deepEqual([first.order.current_stage, totalOf(first)], ['Rejected', half]);
    assert.equal(totalOf(await place([code], { billing })), half, `${code} after a decline`);
    assert.match((await place([code], { billing })).warning ?? '', /was used by/);
    const late = await moved(first.order, 'Accounts Receivable');
    assert.equal(late.status, 400);
    assert.match(late.body.error.user_message, /was used by another order meanwhile/);
  }
  const owed = await place([codes[1]!], owedBy('owes@example.com'));
  assert.equal((await moved(owed.order, 'Rejected')).status, 200);
  assert.equal((await moved(owed.order, 'Accounts Receivable')).status, 200);
  assert.match((await place([codes[1]!])).warning ?? '', /was used by another order/);
  await app.request({ operation: 'deleteOrder', params: { order_id: owed.order.order_id! } });
  assert.equal(totalOf(await place([codes[1]!])), half, 'after the order was deleted');
});

test('orders that were lost before coupons were given back give them back once (0380)', async () => {
  const { coupon_oid } = await insert({
    merchant_code: 'LONGAGO',
    percent_off_subtotal: { discount_percent: 50 },
    usable_by: 'OncePerCustomer',
  });
  const codes = ['paid', 'owed', 'lost', 'deleted'];
  await ask({
    operation: 'uploadCouponCodes',
    params: { coupon_oid },
    body: { coupon_codes: codes },
  });
  const ordered = async (who: string, more: Partial<Order>) => {
    const order = { billing: { email: `${who}@longago.example.com` }, ...more };
    return [
      [who, (await place([who], order)).order.order_id!],
      ['LONGAGO', (await place(['LONGAGO'], order)).order.order_id!],
    ] as const;
  };
  const lost = await ordered('lost', { payment: declined });
  const deleted = await ordered('deleted', owedBy('deleted@longago.example.com'));
  for (const [, order_id] of deleted) await ask({ operation: 'deleteOrder', params: { order_id } });
  await ordered('paid', {});
  await ordered('owed', owedBy('owed@longago.example.com'));
  // Changes the rows to those that an older release left.
  for (const [code, orderId] of [...lost, ...deleted])
    await app.db.run(
      code === 'LONGAGO'
        ? `insert into coupon_use (merchant_id, coupon_oid, customer_key, order_id, used_at)
           values ('TEST', $1, $2, $2, now())`
        : `update coupon_code set order_id = $2, used_at = now()
           where merchant_id = 'TEST' and coupon_oid = $1 and order_id is null and code_lc = $3`,
      code === 'LONGAGO' ? [coupon_oid, orderId] : [coupon_oid, orderId, code],
    );
  const migration = readMigrations().find(({ name }) => name.startsWith('0380'));
  for (const statement of splitStatements(migration!.sql)) await app.db.run(statement);
  const { codes: left } = await ask({ operation: 'getCouponCodes', params: { coupon_oid } });
  assert.deepEqual(
    left.filter(({ order_id }: { order_id?: string }) => order_id).map(({ code }) => code),
    ['owed', 'paid'],
  );
  const uses = await app.db.rows<{ customer_key: string }>(
    `select customer_key from coupon_use where merchant_id = 'TEST' and coupon_oid = $1
     order by customer_key`,
    [coupon_oid],
  );
  assert.deepEqual(
    uses.map(({ customer_key }) => customer_key),
    ['owed@longago.example.com', 'paid@longago.example.com'],
  );
});

test('a coupon for new customers is not for one who bought before', async () => {
  await insert({
    merchant_code: 'WELCOME',
    amount_off_subtotal: { discount_amount: 5 },
    usable_by: 'OncePerNewCustomer',
  });
  const billing = { email: 'new@example.com' };
  assert.equal(totalOf(await place(['WELCOME'], { billing })), 33.98);
  await place([], { billing: { email: 'old@example.com' } });
  const old = await place(['WELCOME'], { billing: { email: 'old@example.com' } });
  assert.match(old.warning ?? '', /is for new customers/);
});

test('coupons are applied without a code by item and by subtotal, and never twice', async () => {
  await ask({
    operation: 'updateAutoApply',
    body: {
      required_items: [{ coupon_code: 'SPRING10', required_item_id: 'mug' }],
      subtotal_levels: [{ coupon_code: 'SHIP', minimum_subtotal: 1000 }],
    },
  });
  const placed = await place([]);
  assert.equal(totalOf(placed), 35.58);
  assert.equal(placed.order.coupons?.[0]?.automatically_applied, true);
  assert.equal(totalOf(await place(['SPRING10'])), 35.58);
  const elsewhere = await place([], { channel_partner: { skip_payment_processing: true } });
  assert.equal(totalOf(elsewhere), 38.98);
  await ask({ operation: 'updateAutoApply', body: {} });
});
