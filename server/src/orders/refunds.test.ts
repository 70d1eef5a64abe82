// Tests refunds over HTTP, and compares the gateway's books, the order, its auto order and the
// events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';
import { queueOtherRefunds } from './otherRefundStore.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
await app.request({
  operation: 'insertItem',
  body: { merchant_item_id: 'MUG', pricing: { cost: 8 }, tax: { tax_free: true } },
});

const expand = 'item,summary,payment,payment.transaction,internal,gift';
const read = { _expand: expand };

/** Orders three coffees taxed with 10 %, a mug without tax, and 5.00 for shipping: 46.00 in all. */
async function placedOrder(change: Order = {}): Promise<Order & { order_id: string }> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    query: read,
    body: {
      billing: { email: 'ann@example.com' },
      items: [
        { merchant_item_id: 'COFFEE', quantity: 3, auto_order_schedule: 'Monthly' },
        { merchant_item_id: 'MUG', quantity: 1 },
      ],
      summary: { arbitrary_shipping_handling_total: { value: 5 } },
      taxes: { arbitrary_tax_rate: 10 },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_approve',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      },
      ...change,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.order.summary.total.value, 46);
  return body.order;
}

const refund = (order: Order, body: object, query: object = {}) =>
  app.request({
    operation: 'refundOrder',
    params: { order_id: order.order_id! },
    query: { ...read, ...query },
    body,
  });

const quantities = (...given: number[]) => ({
  items: given.map((quantity_refunded) => ({ quantity_refunded })),
});

const refundedAt = (order: Order): number =>
  app.books
    .captures()
    .filter(({ key }) => key === `order:${app.merchant.merchantId}:${order.order_id}`)
    .reduce((sum, capture) => sum + capture.refunded, 0);

test('every quantity and the shipping: the whole order', async () => {
  const order = await placedOrder();
  const { status, body } = await refund(order, {
    ...quantities(3, 1),
    summary: { shipping_handling_refunded: { value: 5 } },
    refund_reason: 'Arrived late',
  });
  assert.equal(status, 200, JSON.stringify(body));
  const refunded: Order = body.order;
  assert.deepEqual(
    [
      refunded.summary?.total_refunded?.value,
      refunded.summary?.subtotal_refunded?.value,
      refunded.summary?.tax_refunded?.value,
      refunded.summary?.shipping_handling_refunded?.value,
    ],
    [46, 38, 3, 5],
  );
  assert.equal(refunded.payment?.payment_status, 'Refunded');
  assert.equal(refunded.refund_reason, 'Arrived late');
  assert.ok(refunded.refund_dts);
  assert.ok(refunded.internal?.refund_by_user);
  assert.equal(refundedAt(order), 4600);
  assert.equal(body.warning, undefined);
});

test('the quantities alone, as a published sample sends them: the shipping stays, with a warning', async () => {
  const order = await placedOrder();
  const items = order.items!.map((item) => ({ ...item, quantity_refunded: item.quantity }));
  const { body } = await refund(order, { ...order, items });
  assert.equal(body.order.summary.total_refunded.value, 41);
  assert.match(body.warning.warning_message, /Shipping and handling of 5 USD was not refunded/);
  assert.equal(refundedAt(order), 4100);
});

test('one line after the other: the tax adds up to the cent, and totals are not refunded twice', async () => {
  const order = await placedOrder();
  const taxes: number[] = [];
  for (const [quantity, total] of [
    [1, 11],
    [2, 22],
    [3, 33],
  ] as const) {
    const { body } = await refund(order, quantities(quantity));
    assert.equal(body.order.summary.total_refunded.value, total);
    taxes.push(body.order.summary.tax_refunded.value);
    assert.equal(refundedAt(order), total * 100);
  }
  assert.deepEqual(taxes, [1, 2, 3]);
  const again = await refund(order, quantities(3));
  assert.equal(again.status, 400);
  assert.match(again.body.error.user_message, /request no refund beyond what was refunded before/);
  assert.equal(refundedAt(order), 3300);
});

test('a line that cost nothing: it is given back without money, a transaction and a mail', async () => {
  const order = await placedOrder({
    items: [
      { merchant_item_id: 'COFFEE', quantity: 3 },
      { merchant_item_id: 'MUG', quantity: 1 },
      { merchant_item_id: 'COFFEE', quantity: 2, arbitrary_unit_cost: { value: 0 } },
    ],
  });
  const one = await refund(order, quantities(0, 0, 1));
  assert.equal(one.status, 200, one.text);
  const repeat = await refund(order, quantities(0, 0, 1));
  assert.match(repeat.body.error.user_message, /request no refund beyond/);
  const shown: Order = one.body.order;
  assert.deepEqual(
    [
      shown.items?.map(({ quantity_refunded: pieces }) => pieces ?? 0),
      shown.summary?.total_refunded?.value,
      shown.payment?.payment_status,
      shown.payment?.transactions?.length,
      refundedAt(order),
    ],
    [[0, 0, 1], 0, 'Processed', 1, 0],
  );
  const rest = await refund(order, {
    ...quantities(3, 1, 2),
    summary: { shipping_handling_refunded: { value: 5 } },
  });
  assert.deepEqual([rest.body.order.payment.payment_status, refundedAt(order)], ['Refunded', 4600]);
  const mailed = await app.db.rows<{ mails: string }>(
    `select data->>'notify_customer' as mails from event
     where merchant_id = $1 and object_id = $2 and name = 'order_refund' order by stamp, event_id`,
    [app.merchant.merchantId, order.order_id],
  );
  assert.deepEqual(
    mailed.map(({ mails }) => mails),
    ['false', 'true'],
  );
});

test('an amount of a line without its quantity, and a part of the tax', async () => {
  const order = await placedOrder();
  const { body } = await refund(order, {
    items: [{ total_refunded: { value: 4.5 } }],
    summary: { tax_refunded: { value: 0.45 } },
  });
  assert.equal(body.order.items[0].total_refunded.value, 4.5);
  assert.equal(body.order.summary.total_refunded.value, 4.95);
  assert.equal(body.order.payment.payment_status, 'Processed');
});

for (const [what, body, message] of [
  ['more than was ordered', quantities(4), /items\[0\]\.quantity_refunded is 4, and at most 3/],
  ['a negative quantity', quantities(-1), /items\[0\]\.quantity_refunded is -1, and 0 was/],
  [
    'more than the line cost',
    { items: [{ total_refunded: { value: 30.01 } }] },
    /items\[0\]\.total_refunded is 30\.01, and at most 30/,
  ],
  [
    'more tax than was charged',
    { summary: { tax_refunded: { value: 3.01 } } },
    /summary\.tax_refunded is 3\.01, and at most 3/,
  ],
  [
    'more shipping than was charged',
    { summary: { shipping_handling_refunded: { value: 6 } } },
    /summary\.shipping_handling_refunded is 6, and at most 5/,
  ],
  [
    'a third decimal',
    { summary: { tax_refunded: { value: 0.001 } } },
    /summary\.tax_refunded\.value is not a valid amount in USD/,
  ],
  ['nothing', {}, /request no refund/],
  [
    'a line that the order does not have',
    { items: [{ item_index: 3, quantity_refunded: 1 }] },
    /items\[0\]\.item_index is 3, and the order has no such line/,
  ],
  [
    'another item than that line has',
    { items: [{ item_index: 1, merchant_item_id: 'OTHER', quantity_refunded: 1 }] },
    /items\[0\]\.merchant_item_id is OTHER, and that line is/,
  ],
  [
    'another item at that position',
    { items: [{ merchant_item_id: 'OTHER', quantity_refunded: 1 }] },
    /items\[0\]\.merchant_item_id is OTHER/,
  ],
  [
    'one line twice',
    {
      items: [
        { item_index: 1, quantity_refunded: 1 },
        { item_index: 1, quantity_refunded: 2 },
      ],
    },
    /items\[1\]\.item_index names line 1 a second time/,
  ],
  ['one line too many', quantities(1, 1, 1), /items has 3 lines, and the order has 2/],
] as const) {
  test(`refused before the gateway is asked: ${what}`, async () => {
    const order = await placedOrder();
    const answer = await refund(order, body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.user_message, message);
    assert.equal(refundedAt(order), 0);
  });
}

test('ten equal refunds at once: the money is given back once', async () => {
  const order = await placedOrder();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => refund(order, quantities(1, 1))),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.equal(refundedAt(order), 1900);
});

test('no answer of the gateway: a worker asks again, and nothing is refunded twice', async () => {
  const order = await placedOrder();
  app.books.setDown(true);
  const { status, body } = await refund(order, quantities(1));
  app.books.setDown(false);
  assert.equal(status, 200);
  assert.match(body.warning.warning_message, /has not answered the refund yet/);
  assert.equal(body.order.summary.total_refunded, undefined);
  const meanwhile = await refund(order, quantities(2));
  assert.equal(meanwhile.status, 400);
  assert.match(meanwhile.body.error.user_message, /a refund whose outcome is not known yet/);
  await askForRefunds();
  assert.equal(refundedAt(order), 1100);
  const after = await app.request({
    operation: 'getOrder',
    params: { order_id: order.order_id },
    query: read,
  });
  assert.equal(after.body.order.summary.total_refunded.value, 11);
});

test('what was not charged by a gateway needs manual_refund, which asks no gateway', async () => {
  const order = await placedOrder({ payment: { payment_method: 'Cash' } });
  const refused = await refund(order, quantities(1));
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.user_message, /manual_refund=true/);
  const { status, body } = await refund(order, quantities(1), { manual_refund: true });
  assert.equal(status, 200);
  assert.equal(body.order.summary.total_refunded.value, 11);
});

test('a gateway that the settings do not name any more: refused, or recorded as manual', async () => {
  const [kept, given] = [await placedOrder(), await placedOrder()];
  await nameGateways('OTHER');
  const canceled = { operation: 'cancelOrder', params: { order_id: kept.order_id } } as const;
  for (const { status, body } of [await refund(kept, quantities(1)), await app.request(canceled)]) {
    assert.equal(status, 400);
    assert.match(body.error.user_message, /the gateway simulator, which the settings do not name/);
  }
  assert.deepEqual(await refundable(given), [false, 'gateway_not_named']);
  const manual = await refund(given, quantities(1), { manual_refund: true });
  assert.equal(manual.body.order.summary.total_refunded.value, 11);
  await nameGateways('OTHER', 'simulator');
  assert.deepEqual(await refundable(kept), [true, undefined]);
  assert.equal((await refund(kept, quantities(1))).status, 200);
  await nameGateways();
  assert.deepEqual([refundedAt(kept), refundedAt(given)], [1100, 0]);
});

const readOrder = async (order: Order & { readonly order_id: string }) =>
  (
    await app.request({
      operation: 'getOrder',
      params: { order_id: order.order_id },
      query: read,
    })
  ).body.order;

/** Sets the gateways of the merchant; without codes, the default one is used. */
const nameGateways = (...codes: string[]) =>
  app.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list: codes.map((code) => ({ code, kind: 'simulator' as const })) } },
  });

/** Asks the gateway again about all refunds without a known outcome. */
async function askForRefunds() {
  await app.db.run(
    `update order_refund set lease_until = now() - interval '1 second' where merchant_id = $1`,
    [app.merchant.merchantId],
  );
  await app.work('refunds');
}

/** Returns the states of the tasks about refunds of an order whose gateway was removed. */
async function strandedTasks({ order_id: object_id }: { readonly order_id: string }) {
  const { body } = await app.request({ operation: 'searchWorkflowTasks', body: { object_id } });
  const tasks = (body.tasks ?? []).filter(({ task_name }) =>
    task_name?.includes('gateway is gone'),
  );
  for (const { task_details } of tasks)
    assert.match(task_details, /^A refund of 11 USD of order .+ at the gateway simulator/);
  return tasks.map(({ status }) => status);
}

test('a refund whose gateway was removed meanwhile: a person ends it, or the gateway is back', async () => {
  const [ended, asked] = [await placedOrder(), await placedOrder()];
  app.books.setDown(true);
  for (const order of [ended, asked]) await refund(order, quantities(1));
  app.books.setDown(false);
  assert.deepEqual(await refundable(ended), [false, undefined]);
  await nameGateways('OTHER');
  await askForRefunds();
  await askForRefunds();
  for (const order of [ended, asked])
    assert.deepEqual(await strandedTasks(order), ['open'], 'one task, however often it is asked');
  const other = await refund(ended, quantities(1));
  assert.match(other.body.error.user_message, /do not name its gateway simulator any more/);
  assert.deepEqual(await refundable(ended), [false, 'gateway_not_named']);
  const manual = await refund(ended, quantities(1), { manual_refund: true });
  assert.equal(manual.body.order.summary.total_refunded.value, 11);
  await nameGateways();
  await askForRefunds();
  assert.deepEqual([refundedAt(ended), refundedAt(asked)], [0, 1100]);
  for (const order of [ended, asked])
    assert.deepEqual(await strandedTasks(order), ['closed - system']);
});

test('a refund whose gateway is gone is withdrawn once, and the order can be refunded again', async () => {
  const order = await placedOrder();
  const withdraw = (query: { readonly preview?: boolean } = {}, key = app.key) =>
    app.request({
      operation: 'withdrawRefund',
      params: { order_id: order.order_id },
      query,
      key,
    });
  const before = await readOrder(order);
  const refused = async (words: RegExp) => {
    const { status, body } = await withdraw();
    assert.equal(status, 400);
    assert.match(body.error.user_message, words);
  };
  await refused(/no refund without an outcome/);
  app.books.setDown(true);
  await refund(order, quantities(1));
  app.books.setDown(false);
  await refused(/is queried about its outcome/);
  await nameGateways('OTHER');
  await refused(/is queried about its outcome/);
  await askForRefunds();
  assert.deepEqual(await strandedTasks(order), ['open']);
  const { body: shown } = await app.request({
    operation: 'isRefundableOrder',
    params: { order_id: order.order_id },
    query: { manual: true },
  });
  const stranded = { gateway: 'simulator', amount: 11, currency_code: 'USD' };
  assert.deepEqual(shown.stranded_refund, stranded);
  const reader = await app.addKey(app.merchant.merchantId, ['order_read']);
  assert.equal((await withdraw({}, reader)).status, 401);
  const preview = await withdraw({ preview: true });
  assert.deepEqual(preview.body.withdrawn_refund, {
    order_id: order.order_id,
    preview: true,
    ...stranded,
  });
  assert.deepEqual(await strandedTasks(order), ['open'], 'a preview changes nothing');
  const all = await Promise.all(Array.from({ length: 5 }, () => withdraw()));
  assert.deepEqual(
    all.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 400, 400, 400, 400],
  );
  assert.deepEqual(await strandedTasks(order), ['closed - system']);
  assert.deepEqual(await readOrder(order), before, 'a refund changes its order when it is made');
  const { body: log } = await app.request({
    operation: 'getAuditLog',
    query: { act: 'withdrawRefund' },
  });
  assert.equal(log.entries.length, 1);
  await nameGateways();
  await askForRefunds();
  assert.equal(refundedAt(order), 0);
  assert.equal((await refund(order, quantities(2))).body.order.summary.total_refunded.value, 22);
  assert.equal(refundedAt(order), 2200);
});

test('an order that is not paid has nothing to refund', async () => {
  const order = await placedOrder({ payment: { payment_method: 'Check' } });
  const { status, body } = await refund(order, quantities(1), { manual_refund: true });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /is not paid/);
});

test('a refund cancels the auto order and rejects the order where the client wants it', async () => {
  const order = await placedOrder();
  const { body } = await refund(order, quantities(3), {
    auto_order_cancel: true,
    auto_order_cancel_reason: 'Allergic',
    reject_after_refund: true,
  });
  assert.equal(body.order.current_stage, 'Rejected');
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
  });
  assert.deepEqual(
    [found.auto_order.status, found.auto_order.cancel_reason],
    ['canceled', 'Allergic'],
  );
});

test('an ordinary update refunds nothing and says so', async () => {
  const order = await placedOrder();
  const { status, body } = await app.request({
    operation: 'updateOrder',
    params: { order_id: order.order_id },
    query: read,
    body: {
      ...quantities(3, 0),
      summary: {
        tax_refunded: { value: 3 },
        other_refunded: { value: 1 },
        subtotal_refunded: { value: 2 },
        total_refunded: { value: 6 },
      },
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const [names, words] = body.warning.warning_message.split(': ');
  assert.deepEqual(names?.split(', '), [
    'items[0].quantity_refunded',
    'summary.tax_refunded',
    'summary.other_refunded',
    'summary.subtotal_refunded',
    'summary.total_refunded',
  ]);
  assert.match(words ?? '', /^an update refunds nothing/);
  assert.equal(body.order.items[0].quantity_refunded, undefined);
  assert.equal(body.order.summary.tax_refunded, undefined);
});

test('an original order in an update of its auto order refunds nothing either', async () => {
  const order = await placedOrder();
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
  });
  const { auto_order_oid: oid } = found.auto_order;
  const change = {
    original_order: { ...quantities(2, 0), summary: { tax_refunded: { value: 3 } } },
  };
  const names =
    'original_order.items[0].quantity_refunded, original_order.summary.tax_refunded: an update ' +
    'refunds nothing';
  const updated = await app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: change,
  });
  assert.equal(updated.body.warning.warning_code, 'without_effect');
  assert.ok(updated.body.warning.warning_message.startsWith(names), updated.text);
  const batch = await app.request({
    operation: 'updateAutoOrdersBatch',
    body: { autoOrders: [{ auto_order_oid: oid, ...change }] },
  });
  assert.ok(batch.body.warning.warning_message.startsWith(`autoOrders[0].${names}`), batch.text);
  const preview = await app.request({
    operation: 'previewAutoOrderChange',
    params: { auto_order_oid: oid },
    body: { auto_order: change },
  });
  assert.ok(preview.text.includes(names), preview.text);
});

test('a refund warns of sums that it does not give back, and refuses parts of parts', async () => {
  const order = await placedOrder();
  const fine = await refund(order, quantities(1.00001));
  assert.match(fine.body.error.user_message, /quantity_refunded has more than four decimals/);
  const summary = { total_refunded: { value: 30 }, other_refunded: { value: 19 } };
  const { body } = await refund(order, { ...quantities(1), summary });
  assert.deepEqual([body.order.summary.total_refunded.value, refundedAt(order)], [11, 1100]);
  assert.match(
    body.warning.warning_message,
    /^summary\.other_refunded, summary\.total_refunded: no effect/,
  );
  const again = await refund(order, { ...body.order, ...quantities(2) });
  assert.equal(again.body.warning, undefined);
});

/**
 * Returns whether a gateway can refund an order, and otherwise why a refund can only be recorded.
 */
async function refundable({ order_id }: { readonly order_id: string }) {
  const asked = { operation: 'isRefundableOrder', params: { order_id } } as const;
  const { body } = await app.request({ ...asked, query: { manual: true } });
  // The published response has no `manual_only`, and the Java client refuses fields that its model
  // lacks.
  assert.ok(!('manual_only' in (await app.request(asked)).body));
  return [body.refundable, body.manual_only];
}

test('refundable says what can still be refunded at the gateway', async () => {
  const order = await placedOrder();
  assert.deepEqual(await refundable(order), [true, undefined]);
  await refund(order, {
    ...quantities(3, 1),
    summary: { shipping_handling_refunded: { value: 5 } },
  });
  assert.deepEqual(await refundable(order), [false, undefined]);
});

const settings = (order_reasons: object) =>
  app.request({ operation: 'updateMerchantSettings', body: { order_reasons } });

test('a reason is offered once', async () => {
  const twice = await settings({ order_level_refund_reasons: [{ value: 'a' }, { value: 'a' }] });
  assert.match(
    twice.body.error.user_message,
    /^order_reasons\.order_level_refund_reasons\[1\]\.value is a, which an earlier reason already has/,
  );
});

const reasons = {
  order_level_refund_reasons: [
    { value: 'late', description: 'Arrived late', default_reason: true },
    { value: 'broken', description: 'Arrived broken' },
  ],
  item_level_refund_reasons: [{ value: 'taste' }],
  item_level_return_reasons: [{ value: 'size' }],
  order_level_reject_reasons: [{ value: 'fraud' }],
  item_level_refund_reason_required: true,
  order_level_refund_reason_required: false,
  order_level_reject_reason_required: true,
};

test('a merchant offers reasons, and those that it requires are refused where they are missing', async () => {
  await settings(reasons);
  const order = await placedOrder();
  const params = { order_id: order.order_id };
  const {
    metadata: _,
    success: _1,
    ...offered
  } = (await app.request({ operation: 'isRefundableOrder', params })).body;
  assert.deepEqual(offered, {
    ...reasons,
    refundable: true,
    manual_because_multiple_charges: false,
  });
  const faultOf = async (body: object, query = {}) =>
    (await refund(order, body, query)).body.error?.user_message;
  const line = { quantity_refunded: 1 };
  assert.match(
    await faultOf({ items: [line] }),
    /^items\[0\]\.refund_reason is missing, .*Send one of: taste\.$/,
  );
  await settings({ ...reasons, order_level_refund_reason_required: true });
  assert.match(
    await faultOf({ items: [{ ...line, refund_reason: 'taste' }] }),
    /^refund_reason is missing, .*Send one of: late, broken\.$/,
  );
  const given = { items: [line], refund_reason: 'late' };
  const rejects = { reject_after_refund: true };
  assert.match(await faultOf(given, rejects), /^reject_reason is missing, .*Send one of: fraud\.$/);
  assert.equal(refundedAt(order), 0);
  const { order: rejected } = (await refund(order, { ...given, reject_reason: 'fraud' }, rejects))
    .body;
  assert.deepEqual(
    [rejected.current_stage, rejected.reject_reason, rejected.refund_reason, refundedAt(order)],
    ['Rejected', 'fraud', 'late', 1100],
  );
  const other = { order_id: (await placedOrder()).order_id };
  const reject = (more: object) =>
    app.request({
      operation: 'updateOrder',
      params: other,
      body: { current_stage: 'Rejected', ...more },
    });
  assert.match((await reject({})).body.error.user_message, /^reject_reason is missing/);
  assert.equal((await reject({ reject_reason: 'spam' })).body.order.reject_reason, 'spam');
  await settings({});
});

test('issue_store_credit needs a customer profile', async () => {
  const order = await placedOrder();
  const { status, body } = await refund(order, quantities(1), { issue_store_credit: true });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /has no customer profile that could get store credit/);
});

test('refund_other_auto_orders: the customer’s others are refunded once, and failures named', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'SET',
      pricing: { cost: 10 },
      auto_order: {
        auto_orderable: true,
        auto_order_schedules: ['Monthly'],
        refund_other_auto_orders: true,
      },
    },
  });
  const billing = { email: 'bob@example.com' };
  const [coffee, blocked] = [await placedOrder({ billing }), await placedOrder({ billing })];
  const foreign = await placedOrder({ billing: { email: 'cleo@example.com' } });
  await app.request({
    operation: 'blockRefundOnOrder',
    params: { order_id: blocked.order_id },
    query: { block_reason: 'disputed' },
  });
  const set = await placedOrder({
    billing,
    items: [
      { merchant_item_id: 'SET', quantity: 3, auto_order_schedule: 'Monthly' },
      { merchant_item_id: 'MUG', quantity: 1 },
    ],
  });
  const given = () => [set, coffee, blocked, foreign].map(refundedAt);
  const part = await refund(set, quantities(2));
  assert.deepEqual([part.body.warning, given()], [undefined, [2200, 0, 0, 0]]);
  const whole = await refund(set, quantities(3), { auto_order_cancel: true });
  assert.equal(whole.status, 200, whole.text);
  assert.deepEqual(given(), [3300, 4600, 0, 0]);
  assert.match(
    whole.body.warning.warning_message,
    new RegExp(`Order ${blocked.order_id} was not refunded: Refunds of order .* were blocked`),
  );
  assert.match(whole.body.order.internal.merchant_notes, /was not refunded/);
  await refund(set, quantities(3, 1));
  await app.work();
  assert.deepEqual(given(), [4100, 4600, 0, 0]);
  const states = await Promise.all(
    [set, coffee, blocked, foreign].map(async ({ order_id }) => {
      const { body } = await app.request({
        operation: 'getAutoOrderByReferenceOrderId',
        params: { reference_order_id: order_id },
      });
      return body.auto_order.status;
    }),
  );
  assert.deepEqual(states, ['canceled', 'canceled', 'active', 'active']);
});

test('an order that the background could not refund along with another one becomes a task', async () => {
  const billing = { email: 'dora@example.com' };
  const [cause, blocked] = [await placedOrder({ billing }), await placedOrder({ billing })];
  await app.request({ operation: 'blockRefundOnOrder', params: { order_id: blocked.order_id } });
  const { body } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: blocked.order_id },
  });
  const { merchantId } = app.merchant;
  await queueOtherRefunds(app.db, merchantId, cause.order_id, [body.auto_order.auto_order_oid], {
    user: 'Ann',
    rejectAfterRefund: false,
    cancelAutoOrder: false,
    notifyCustomer: false,
  });
  await app.db.run(
    `update other_refund set lease_until = now() - interval '1 second' where merchant_id = $1`,
    [merchantId],
  );
  await app.work('refunds of other orders');
  await app.work('refunds of other orders');
  const { body: found } = await app.request({
    operation: 'searchWorkflowTasks',
    body: { object_id: blocked.order_id },
  });
  const [task, ...more] = (found.tasks ?? []).filter(
    ({ task_name }) => task_name === 'Refund an order again',
  );
  assert.deepEqual(more, []);
  assert.match(
    task!.task_details,
    new RegExp(`along with order ${cause.order_id}, and was not: Refunds of order .* blocked`),
  );
});

test('the audit finds no difference after all of this', async () => {
  const { body } = await app.request({ operation: 'getAudit' });
  assert.deepEqual(body.differences ?? [], []);
});
