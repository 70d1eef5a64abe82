// Tests the effects of a customer's profile on the customer's orders: store credit, and rules of
// payment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

async function ask<Id extends OperationId>(request: TestRequest<Id>, status = 200) {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

await ask({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

const _expand = 'item,summary,payment,payment.transaction,internal,affiliate';

async function customer(email: string, credit = 0, more: object = {}) {
  const inserted = await ask({ operation: 'insertCustomer', body: { email, ...more } });
  const params = { customer_profile_oid: String(inserted.customer.customer_profile_oid) };
  if (credit > 0)
    await ask({ operation: 'addCustomerStoreCredit', params, body: { amount: credit } });
  return params;
}

/** Returns the body of an order of three teas for 30.00 and 5.00 of shipping. */
const bodyOf = (email: string, credit?: number, change: Order = {}): Order => ({
  billing: { email },
  items: [{ merchant_item_id: 'TEA', quantity: 3 }],
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_approve',
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
  ...change,
  summary: {
    arbitrary_shipping_handling_total: { value: 5 },
    ...(credit === undefined ? {} : { internal_gift_certificate_amount: { value: credit } }),
  },
});

const place = (body: Order, status = 200) =>
  ask({ operation: 'insertOrder', query: { _expand }, body }, status);

const creditOf = async (params: { customer_profile_oid: string }) =>
  (await ask({ operation: 'getCustomerStoreCredit', params })).customer_store_credit;

const refund = (order: Order, body: object, query: object = {}) =>
  ask({
    operation: 'refundOrder',
    params: { order_id: order.order_id! },
    query: { _expand, ...query },
    body,
  });

const captured = ({ order_id }: Order): [number, number] => {
  const key = `order:${app.merchant.merchantId}:${order_id}`;
  const [capture] = app.books.captures().filter((each) => each.key === key);
  return [capture?.amount ?? 0, capture?.refunded ?? 0];
};

const shown = ({ summary, payment }: Order) => [
  summary?.internal_gift_certificate_amount?.value,
  summary?.total?.value,
  payment?.payment_status,
];

test('store credit pays a part of an order, and the card the rest', async () => {
  const ann = await customer('ann@example.com', 50);
  const { order } = await place(bodyOf('ann@example.com', 20));
  assert.deepEqual(shown(order), [20, 15, 'Processed']);
  assert.deepEqual(captured(order), [1500, 0]);
  const { order: whole } = await place(bodyOf('ann@example.com', 29));
  assert.deepEqual(shown(whole), [29, 6, 'Processed']);
  const refused = await place(bodyOf('ann@example.com', 2), 400);
  assert.match(
    refused.error.user_message,
    /^summary.internal_gift_certificate_amount.value is 2, but the customer has only 1 of store/,
  );
  const credit = await creditOf(ann);
  assert.deepEqual([credit.total, credit.available], [50, 1]);
});

test('a duplicate uses no store credit, so all of it is owed', async () => {
  await customer('twice@example.com', 20);
  const { order } = await place(bodyOf('twice@example.com', 20));
  const params = { order_id: order.order_id };
  const copied = await ask({ operation: 'duplicateOrder', params, query: { _expand } });
  assert.deepEqual(shown(copied.order), [undefined, 35, 'Unprocessed']);
});

test('store credit that pays all asks no gateway, and never more than the order costs', async () => {
  const bob = await customer('bob@example.com', 100);
  const { order } = await place(bodyOf('bob@example.com', 90));
  assert.deepEqual(shown(order), [35, 0, 'Processed']);
  assert.deepEqual(captured(order), [0, 0]);
  assert.equal((await creditOf(bob)).available, 65);
  await ask({ operation: 'cancelOrder', params: { order_id: order.order_id } });
  assert.equal((await creditOf(bob)).available, 100);
  const { order: canceled } = await ask({
    operation: 'getOrder',
    params: { order_id: order.order_id },
    query: { _expand },
  });
  assert.equal(canceled.current_stage, 'Rejected');
  assert.equal(canceled.summary.internal_gift_certificate_refunded.value, 35);
});

test('a declined card gives the store credit back, once', async () => {
  const eve = await customer('eve@example.com', 20);
  const card = { card_number_token: 'tok_decline', card_expiration_month: 12 };
  const payment: Order['payment'] = {
    payment_method: 'Credit Card',
    credit_card: { ...card, card_expiration_year: 2040 },
  };
  const { order } = await place(bodyOf('eve@example.com', 20, { payment }));
  assert.equal(order.current_stage, 'Rejected');
  const credit = await creditOf(eve);
  assert.equal(credit.available, 20);
  assert.deepEqual(
    credit.past_ledgers.map(({ action, amount }: { action: string; amount: number }) => [
      action,
      amount,
    ]),
    [
      ['Accrual', 20],
      ['Used', -20],
      ['Returned', 20],
    ],
  );
  const { order: kept } = await place(
    bodyOf('eve@example.com', 20, {
      payment,
      channel_partner: { store_if_payment_declines: true },
    }),
  );
  assert.equal(kept.current_stage, 'Accounts Receivable');
  assert.equal((await creditOf(eve)).available, 0);
  for (let again = 0; again < 2; again++) {
    const params = { order_id: kept.order_id };
    await ask({ operation: 'updateOrder', params, body: { current_stage: 'Rejected' } });
    assert.equal((await creditOf(eve)).available, 20);
  }
});

test('of two orders for the same store credit, one is refused', async () => {
  const params = await customer('race@example.com', 20);
  const answers = await Promise.all(
    [1, 2].map(() =>
      app.request({ operation: 'insertOrder', body: bodyOf('race@example.com', 20) }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 400],
  );
  assert.equal((await creditOf(params)).available, 0);
});

test('what cannot be used is refused before anything is stored', async () => {
  for (const [email, credit, words] of [
    ['nobody@example.com', 5, /has no customer profile/],
    ['nobody@example.com', -5, /is not a valid amount of store credit/],
    ['nobody@example.com', 1.001, /is not a valid amount of store credit/],
  ] as const) {
    const { error } = await place(bodyOf(email, credit), 400);
    assert.match(error.user_message, words);
  }
});

test('a refund gives money back first, then store credit', async () => {
  const dan = await customer('dan@example.com', 20);
  const { order } = await place(bodyOf('dan@example.com', 20));
  const { order: half } = await refund(order, { items: [{ quantity_refunded: 1 }] });
  assert.deepEqual(captured(order), [1500, 1000]);
  assert.equal((await creditOf(dan)).available, 0);
  assert.equal(half.payment.payment_status, 'Processed');
  const { order: all } = await refund(order, {
    items: [{ quantity_refunded: 3 }],
    summary: { shipping_handling_refunded: { value: 5 } },
  });
  assert.deepEqual(captured(order), [1500, 1500]);
  assert.equal((await creditOf(dan)).available, 20);
  assert.deepEqual(
    [
      all.payment.payment_status,
      all.summary.total_refunded.value,
      all.summary.internal_gift_certificate_refunded.value,
    ],
    ['Refunded', 15, 20],
  );
});

test('a refund may name the store credit that it gives back', async () => {
  const params = await customer('kim@example.com', 20);
  const { order } = await place(bodyOf('kim@example.com', 20));
  const body = (value: number) => ({
    items: [{ quantity_refunded: 1 }],
    summary: { internal_gift_certificate_refunded: { value } },
  });
  const wrong = await app.request({
    operation: 'refundOrder',
    params: { order_id: order.order_id },
    body: body(11),
  });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /internal_gift_certificate_refunded.value is 11, and between 0 and 10/);
  await refund(order, body(10));
  assert.deepEqual(captured(order), [1500, 0]);
  assert.equal((await creditOf(params)).available, 10);
});

test('issue_store_credit gives store credit instead of money', async () => {
  const params = await customer('lea@example.com');
  const { order } = await place(bodyOf('lea@example.com'));
  const body = { items: [{ quantity_refunded: 3 }] };
  const { order: refunded } = await refund(order, body, { issue_store_credit: true });
  assert.deepEqual(captured(order), [3500, 0]);
  assert.equal(refunded.summary.total_refunded.value, 30);
  const [, made] = refunded.payment.transactions;
  assert.equal(made.transaction_gateway, 'store credit');
  const credit = await creditOf(params);
  assert.deepEqual(
    [credit.available, credit.past_ledgers[0].reference_order_id],
    [30, order.order_id],
  );
  // A second refund returns nothing more to the store credit.
  const again = await app.request({
    operation: 'refundOrder',
    params: { order_id: order.order_id },
    query: { issue_store_credit: true },
    body,
  });
  assert.equal(again.status, 400);
  assert.equal((await creditOf(params)).available, 30);
});

test('an order that was paid elsewhere uses no store credit', async () => {
  const params = await customer('old@example.com', 20);
  const channel_partner = { skip_payment_processing: true };
  const { order, warning } = await place(bodyOf('old@example.com', 20, { channel_partner }));
  assert.deepEqual(shown(order), [undefined, 35, 'Skipped']);
  assert.match(warning.warning_message, /internal_gift_certificate_amount/);
  assert.equal((await creditOf(params)).available, 20);
});

test('profiles: purchase orders are approved, cards wait, and notes are added', async () => {
  const automatic_merchant_notes = 'Ring twice';
  await customer('po@example.com', 0, {
    auto_approve_purchase_order: true,
    no_realtime_charge: true,
    automatic_merchant_notes,
    sales_rep_code: 'REP1',
    affiliate_oid: 7,
  });
  const payment: Order['payment'] = {
    payment_method: 'Purchase Order',
    purchase_order: { purchase_order_number: 'PO 7' },
  };
  const { order: approved } = await place(bodyOf('po@example.com', undefined, { payment }));
  assert.equal(approved.payment.payment_status, 'Processed');
  assert.deepEqual(approved.internal, { merchant_notes: 'Ring twice', sales_rep_code: 'REP1' });
  assert.deepEqual(approved.affiliates, [{ affiliate_oid: 7 }]);
  const internal = { merchant_notes: 'Fragile', sales_rep_code: 'REP2' };
  const affiliates = [{ affiliate_oid: 8 }];
  const { order: waits } = await place(
    bodyOf('po@example.com', undefined, { internal, affiliates }),
  );
  assert.deepEqual(waits.affiliates, affiliates);
  assert.equal(waits.current_stage, 'Accounts Receivable');
  assert.deepEqual(waits.internal, {
    merchant_notes: 'Fragile\nRing twice',
    sales_rep_code: 'REP2',
  });
  assert.deepEqual(captured(waits), [0, 0]);
  await customer('plain@example.com');
  const { order: plain } = await place(bodyOf('plain@example.com', undefined, { payment }));
  assert.equal(plain.current_stage, 'Accounts Receivable');
});

test('properties of orders, lines, customers and items are gone at their end', async () => {
  await app.setClock('2026-03-01T12:00:00Z');
  const properties = [
    { name: 'short', value: '1', expiration_dts: '2026-03-10T12:00:00Z' },
    { name: 'long', value: '2', expiration_dts: '2027-03-10T12:00:00Z' },
    { name: 'endless', value: '3' },
  ];
  const params = await customer('prop@example.com', 0, { properties });
  const { order } = await place({
    ...bodyOf('prop@example.com'),
    items: [{ merchant_item_id: 'TEA', quantity: 1, properties }],
  });
  await ask({
    operation: 'updateOrder',
    params: { order_id: order.order_id },
    body: { properties },
  });
  const { item } = await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'FRAMED',
      description: 'Framed print',
      properties: properties.map(({ expiration_dts: expirationDts, ...property }) => ({
        ...property,
        expirationDts,
      })),
    },
  });
  const namesOf = (list: { name?: string }[]) => list.map(({ name }) => name);
  const names = async () => {
    const query = { _expand: 'properties,items' };
    const read = { params: { order_id: order.order_id }, query };
    const { order: seen } = await ask({ operation: 'getOrder', ...read });
    const { customer: profile } = await ask({ operation: 'getCustomer', params, query });
    const { item: framed } = await ask({
      operation: 'getItem',
      params: { merchant_item_oid: item.merchant_item_oid },
      query,
    });
    return [seen.properties, seen.items[0].properties, profile.properties, framed.properties].map(
      namesOf,
    );
  };
  const all = ['short', 'long', 'endless'];
  await app.setClock('2026-03-10T11:59:59Z');
  assert.deepEqual(await names(), [all, all, all, all]);
  await app.setClock('2026-03-10T12:00:00Z');
  const left = ['long', 'endless'];
  assert.deepEqual(await names(), [left, left, left, left]);
  const { customers } = await ask({
    operation: 'getCustomers',
    query: { email: 'prop@example.com', _expand: 'properties' },
  });
  assert.deepEqual(namesOf(customers[0].properties), left);
  await app.setClock('2027-03-10T12:00:00Z');
  assert.deepEqual(await names(), [['endless'], ['endless'], ['endless'], ['endless']]);
});

const faults: readonly (readonly [what: string, sql: string, undo: string, found: RegExp])[] = [
  [
    'a payment that the order does not show',
    `update store_credit_use set amount = amount - 1 where merchant_id = $1
       and purpose = 'payment' and amount = 2000 and order_id = $2`,
    `update store_credit_use set amount = amount + 1 where merchant_id = $1
       and purpose = 'payment' and amount = 1999 and order_id = $2`,
    /^order \S+ summary.internal_gift_certificate_amount 2000 1999$/m,
  ],
  [
    'a credit of which more was used than it held',
    `update store_credit set amount = 1500 where merchant_id = $1 and not is_refund
       and customer_profile_oid = (select customer_profile_oid from orders
         where merchant_id = $1 and order_id = $2)`,
    `update store_credit set amount = 2000 where merchant_id = $1 and not is_refund
       and customer_profile_oid = (select customer_profile_oid from orders
         where merchant_id = $1 and order_id = $2)`,
    /^store credit \d+\/\d+ used 2000 0 to 1500$/m,
  ],
  [
    'a refund that gave less',
    `update store_credit set amount = 1999 where merchant_id = $1 and order_id = $2 and is_refund`,
    `update store_credit set amount = 2000 where merchant_id = $1 and order_id = $2 and is_refund`,
    /^order \S+ summary.internal_gift_certificate_refunded 2000 1999$/m,
  ],
];

test('the audit compares the ledger of store credit with the orders', async () => {
  const audit = async () =>
    (await ask({ operation: 'getAudit' })).differences.map(
      (found: { object_type: string; object_id: string } & Record<string, unknown>) =>
        [found.object_type, found.object_id, found.field, found.stored, found.recomputed].join(' '),
    );
  await customer('audited@example.com', 20);
  const { order } = await place(bodyOf('audited@example.com', 20));
  await refund(order, {
    items: [{ quantity_refunded: 3 }],
    summary: { shipping_handling_refunded: { value: 5 } },
  });
  assert.deepEqual(await audit(), [], 'after all that happened above');
  for (const [what, sql, undo, found] of faults) {
    const values = [app.merchant.merchantId, order.order_id];
    await app.db.run(sql, values);
    assert.match((await audit()).join('\n'), found, what);
    await app.db.run(undo, values);
  }
  assert.deepEqual(await audit(), []);
});

test('the audit knows the store credit that a charge without an answer took', async () => {
  await app.setClock('2028-03-01T12:00:00Z');
  const params = await customer('doubt@example.com', 50);
  const lines = [{ merchant_item_id: 'TEA', quantity: 3, auto_order_schedule: 'Monthly' }];
  const { order } = await place(bodyOf('doubt@example.com', 20, { items: lines }));
  const { auto_order: autoOrder } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
  });
  await ask({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: autoOrder.auto_order_oid },
    body: {
      card_number_token: 'tok_timeout_always',
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  });
  await app.setClock('2028-04-01T12:00:00Z');
  await app.work('rebill');
  assert.equal(
    (await ask({ operation: 'getCharges', query: { state: 'unknown' } })).charges.length,
    1,
  );
  assert.equal((await creditOf(params)).available, 0);
  assert.deepEqual((await ask({ operation: 'getAudit' })).differences, []);
});
