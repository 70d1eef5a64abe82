// Tests Stripe's reports of refunds and disputes that are made at Stripe: repeated, out of order,
// about a charge that is not known yet, and about a charge of another installation.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import StripeClient from 'stripe';
import { stripeWebhookPath } from '../../server/src/payments/stripeWebhook.ts';
import { testApp } from '../support/app.ts';
import { movedClock } from '../support/movedClock.ts';
import { startStripeStandIn } from '../support/stripeStandIn.ts';

const standIn = await startStripeStandIn();
after(() => standIn.close());
const webhookSecret = 'whsec_test';
const clock = movedClock('2026-01-15T17:00:00Z');
const app = await testApp({
  clock,
  gateways: { stripe: { secretKey: 'sk_test', host: standIn.host, webhookSecret } },
});
await app.addMerchant('REAL', { clock: { kind: 'real' } });
const key = await app.addKey('REAL');
await app.request({
  operation: 'insertItem',
  key,
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly'] },
  },
});

/** Inserts a paid order, and returns it with its payment at Stripe. */
async function paidOrder(more: Order = {}) {
  const { body, text } = await app.request({
    operation: 'insertOrder',
    key,
    body: {
      ...more,
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', quantity: 3, auto_order_schedule: 'Weekly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'cus_ann/pm_card',
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
      },
    },
  });
  assert.equal(body.success, true, text);
  const orderId: string = body.order.order_id;
  return { orderId, payment: standIn.paymentOf(orderId)! };
}

type Payment = Awaited<ReturnType<typeof paidOrder>>['payment'];
let events = 0;

/** Sends an event as Stripe does. With the `id` of an earlier event it repeats that event. */
async function stripeSends(type: string, object: object, id = `evt_${++events}`): Promise<number> {
  const nowSeconds = Math.floor(clock.now().epochMilliseconds / 1000);
  const payload = JSON.stringify({
    id,
    object: 'event',
    type,
    created: nowSeconds,
    data: { object },
  });
  const signature = new StripeClient('sk_test').webhooks.generateTestHeaderString({
    payload,
    secret: webhookSecret,
    timestamp: nowSeconds,
  });
  const { statusCode } = await app.app.http.inject({
    method: 'POST',
    url: stripeWebhookPath,
    payload,
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
  });
  return statusCode;
}

const refunded = ({ id, amount, metadata }: Payment, amountRefunded: number) => ({
  id: `ch_${id}`,
  object: 'charge',
  payment_intent: id,
  amount,
  amount_refunded: amountRefunded,
  currency: 'usd',
  metadata,
});

const disputed = ({ id, amount }: Payment, status: string) => ({
  id: `dp_${id}`,
  object: 'dispute',
  charge: `ch_${id}`,
  payment_intent: id,
  amount,
  currency: 'usd',
  reason: 'fraudulent',
  status,
  metadata: {},
  evidence_details: { due_by: 1_769_000_000 },
});

const readOrder = async (orderId: string) =>
  (
    await app.request({
      operation: 'getOrder',
      key,
      params: { order_id: orderId },
      query: { _expand: 'item,summary,payment,payment.transaction' },
    })
  ).body.order;

const disputesOf = async (orderId: string) =>
  (
    await app.request({
      operation: 'getChargebackDisputes',
      key,
      query: { order_id: orderId },
    })
  ).body.chargebacks;

const eventsOf = async (orderId: string) =>
  (
    await app.db.rows<{ name: string }>(
      `select name from event where merchant_id = 'REAL'
        and (object_id = $1 or data->>'order_id' = $1)
        and (name = 'order_refund' or object_type = 'chargeback') order by stamp, event_id`,
      [orderId],
    )
  ).map(({ name }) => name);

test('charge.refunded is recorded once, however often and in whatever order it comes', async () => {
  const { orderId, payment } = await paidOrder();
  const sends: [total: number, id: string | undefined, recorded: number][] = [
    [1000, 'evt_a', 10],
    [1000, 'evt_a', 10],
    [1000, 'evt_b', 10],
    [2500, 'evt_c', 25],
    [1000, 'evt_d', 25],
    [3000, 'evt_e', 30],
  ];
  for (const [total, id, recorded] of sends) {
    assert.equal(await stripeSends('charge.refunded', refunded(payment, total), id), 200);
    const { summary } = await readOrder(orderId);
    assert.equal(summary.total_refunded.value, recorded, `${id} ${total}`);
  }
  assert.deepEqual(await eventsOf(orderId), ['order_refund', 'order_refund', 'order_refund']);
  assert.equal((await readOrder(orderId)).payment.payment_status, 'Refunded');
});

test('a gateway that gives back all of an order, at once or in parts, gives back its lines', async () => {
  await app.request({
    operation: 'insertCoupon',
    key,
    body: { merchant_code: 'SHIP', percent_off_shipping: { discount_percent: 50 } },
  });
  for (const parts of [[3500], [1000, 3500]]) {
    const { orderId, payment } = await paidOrder({
      summary: { arbitrary_shipping_handling_total: { value: 10 } },
      coupons: [{ coupon_code: 'SHIP' }],
      channel_partner: { store_completed: false },
    });
    for (const total of parts) await stripeSends('charge.refunded', refunded(payment, total));
    const { items, summary, current_stage } = await readOrder(orderId);
    assert.deepEqual(
      [
        items[0].quantity_refunded,
        summary.shipping_handling_refunded.value,
        summary.other_refunded?.value ?? 0,
        summary.total_refunded.value,
        current_stage,
      ],
      [3, 5, 0, 35, 'Completed Order'],
    );
  }
});

test('a gateway that gives back all that it charged gives back the store credit of the order too', async () => {
  const { body } = await app.request({
    operation: 'insertCustomer',
    key,
    body: { email: 'ann@example.com' },
  });
  const params = { customer_profile_oid: body.customer.customer_profile_oid };
  await app.request({
    operation: 'addCustomerStoreCredit',
    key,
    params,
    body: { amount: 10, description: 'Sorry' },
  });
  const available = async () =>
    (await app.request({ operation: 'getCustomerStoreCredit', key, params })).body
      .customer_store_credit.available;
  const { orderId, payment } = await paidOrder({
    summary: { internal_gift_certificate_amount: { value: 10 } },
    channel_partner: { store_completed: false },
  });
  const read = async () => {
    const { items, summary, current_stage, payment: paid } = await readOrder(orderId);
    return [
      items[0].quantity_refunded ?? 0,
      summary.total_refunded?.value ?? 0,
      summary.other_refunded?.value ?? 0,
      summary.internal_gift_certificate_refunded?.value ?? 0,
      await available(),
      paid.payment_status,
      current_stage,
    ];
  };
  await stripeSends('charge.refunded', refunded(payment, 500));
  assert.deepEqual(await read(), [0, 5, 5, 0, 0, 'Processed', 'Shipping Department']);
  await stripeSends('charge.refunded', refunded(payment, 2000));
  assert.deepEqual(await read(), [3, 20, 0, 10, 10, 'Refunded', 'Completed Order']);
  await stripeSends('charge.refunded', refunded(payment, 2000));
  assert.equal(await available(), 10);
  const audit = await app.request({ operation: 'getAudit', key });
  assert.deepEqual(audit.body.differences, []);
});

test('the report of a refund that was made here changes nothing', async () => {
  const { orderId, payment } = await paidOrder();
  const { status, text } = await app.request({
    operation: 'refundOrder',
    key,
    params: { order_id: orderId },
    body: { items: [{ quantity_refunded: 1 }] },
  });
  assert.equal(status, 200, text);
  await stripeSends('charge.refunded', refunded(payment, 1000));
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 10);
  assert.deepEqual(await eventsOf(orderId), ['order_refund']);
});

const failedRefund = ({ id }: Payment, refundId: string, amount: number) => ({
  id: refundId,
  object: 'refund',
  payment_intent: id,
  amount,
  currency: 'usd',
  status: 'failed',
  failure_reason: 'lost_or_stolen_card',
  metadata: {},
});

test('a refund that fails later is taken back once, raises a task, and can be made in another way', async () => {
  const { orderId, payment } = await paidOrder();
  const refund = (items: object[], query: object = {}) =>
    app.request({
      operation: 'refundOrder',
      key,
      params: { order_id: orderId },
      query: { ...query },
      body: { items },
    });
  await refund([{ quantity_refunded: 1 }]);
  clock.move(1000);
  await refund([{ quantity_refunded: 3 }]);
  const whole = await readOrder(orderId);
  assert.deepEqual(
    [whole.summary.total_refunded.value, whole.payment.payment_status],
    [30, 'Refunded'],
  );
  type Made = { details: { name: string; value: string }[]; successful: boolean };
  const refundsOf = (order: typeof whole) =>
    (order.payment.transactions as Made[]).flatMap(({ details, successful }) => {
      const id = details.find(({ name }) => name === 'refund reference')?.value;
      return id === undefined ? [] : [{ id, successful }];
    });
  const [first, second] = refundsOf(whole);
  clock.move(1000);
  for (const type of ['charge.refund.updated', 'refund.failed', 'refund.failed'])
    assert.equal(await stripeSends(type, failedRefund(payment, first!.id, 1000)), 200);
  const left = await readOrder(orderId);
  assert.deepEqual(
    [left.summary.total_refunded.value, left.payment.payment_status],
    [20, 'Processed'],
  );
  assert.deepEqual(refundsOf(left), [
    { ...first, successful: false },
    { ...second, successful: true },
  ]);
  const { tasks } = (
    await app.request({ operation: 'searchWorkflowTasks', key, body: { object_id: orderId } })
  ).body;
  assert.deepEqual(
    tasks.map(({ task_name }: { task_name: string }) => task_name),
    ['Refund an order again'],
  );
  await stripeSends('charge.refunded', refunded(payment, 2000));
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 20);
  const again = await refund([{ quantity_refunded: 3, total_refunded: { value: 30 } }], {
    manual_refund: true,
  });
  assert.equal(again.status, 200, again.text);
  assert.equal((await readOrder(orderId)).payment.payment_status, 'Refunded');
});

test('a report from before the failure does not bring a failed refund back', async () => {
  const { orderId, payment } = await paidOrder();
  await stripeSends('charge.refunded', refunded(payment, 1000));
  await stripeSends('refund.failed', failedRefund(payment, 're_unknown', 1000));
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 0);
  await stripeSends('charge.refunded', refunded(payment, 1000));
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 0);
});

test('the same refund after a failed one is another refund for Stripe', async () => {
  const { orderId, payment } = await paidOrder();
  const refund = () =>
    app.request({
      operation: 'refundOrder',
      key,
      params: { order_id: orderId },
      body: { items: [{ quantity_refunded: 1 }] },
    });
  await refund();
  await stripeSends('refund.failed', failedRefund(payment, 're_unknown', 1000));
  await refund();
  const rows = await app.db.rows<{ key: string }>(
    `select idempotency_key as key from order_refund where merchant_id = 'REAL' and order_id = $1
     order by refund_number`,
    [orderId],
  );
  assert.deepEqual(
    rows.map((row) => row.key),
    [0, 1].map((failed) => `refund:REAL:${orderId}:0-1000:${failed}`),
  );
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 10);
});

test('a dispute that is closed stays closed, whatever comes late', async () => {
  const { orderId, payment } = await paidOrder();
  await stripeSends('charge.dispute.closed', disputed(payment, 'lost'));
  await stripeSends('charge.dispute.created', disputed(payment, 'needs_response'));
  await stripeSends('charge.dispute.funds_withdrawn', disputed(payment, 'needs_response'));
  const [dispute, ...others] = await disputesOf(orderId);
  assert.deepEqual(
    [dispute.status, dispute.amount, dispute.reason_code, dispute.case_number, others.length],
    ['lost', 30, 'fraudulent', `dp_${payment.id}`, 0],
  );
  assert.deepEqual(await eventsOf(orderId), ['chargeback_create']);
});

test('an open dispute stops the billing, and a dispute that is won lets it continue', async () => {
  const { orderId, payment } = await paidOrder();
  const captured = () =>
    standIn.captures().filter(({ key: charge }) => charge.startsWith('rebill:REAL:')).length;
  await stripeSends('charge.dispute.created', disputed(payment, 'needs_response'));
  const { auto_order: autoOrder } = (
    await app.request({
      operation: 'getAutoOrderByReferenceOrderId',
      key,
      params: { reference_order_id: orderId },
    })
  ).body;
  const rebillsOf = async () =>
    (
      await app.db.rows(
        `select 1 from rebill where merchant_id = 'REAL' and auto_order_oid = $1
          and state = 'paid'`,
        [autoOrder.auto_order_oid],
      )
    ).length;
  clock.move(8 * 86_400_000);
  await app.work();
  assert.equal(await rebillsOf(), 0, `${captured()} captures`);
  await stripeSends('charge.dispute.closed', disputed(payment, 'won'));
  await app.work();
  assert.equal(await rebillsOf(), 1);
  assert.deepEqual(await eventsOf(orderId), ['chargeback_create', 'chargeback_update']);
});

test('a charge that Perennial did not make is not ours', async () => {
  const { payment } = await paidOrder();
  const all = `select 1 from gateway_report where merchant_id = 'REAL'`;
  const before = await app.db.rows(all);
  assert.equal(
    await stripeSends('charge.refunded', {
      ...refunded(payment, 500),
      metadata: {},
      payment_intent: null,
    }),
    200,
  );
  assert.equal((await app.db.rows(all)).length, before.length);
});

test('a report about an order that is not stored yet waits for it', async () => {
  const { orderId, payment } = await paidOrder();
  await app.db.run(
    `update orders set payment = jsonb_set(payment::jsonb, '{transactions}', '[]')
     where merchant_id = 'REAL' and order_id = $1`,
    [orderId],
  );
  const { transactions } = (await readOrder(orderId)).payment;
  assert.deepEqual(transactions ?? [], []);
  await stripeSends('charge.refunded', refunded(payment, 500));
  const waiting = () =>
    app.db.rows(
      `select 1 from gateway_report where merchant_id = 'REAL' and next_try_at is not null`,
    );
  assert.equal((await waiting()).length, 1);
  await app.db.run(
    `update orders o set payment = jsonb_set(payment::jsonb, '{transactions}', $2::jsonb)
     where merchant_id = 'REAL' and order_id = $1`,
    [
      orderId,
      JSON.stringify([
        {
          transaction_id: 1,
          transaction_gateway: 'stripe',
          successful: true,
          details: [{ name: 'reference', type: 'text', value: payment.id }],
        },
      ]),
    ],
  );
  await app.db.run(
    `update gateway_report set next_try_at = now() where merchant_id = 'REAL'
      and next_try_at is not null`,
  );
  await app.work('gateway reports');
  assert.equal((await waiting()).length, 0);
  assert.equal((await readOrder(orderId)).summary.total_refunded.value, 5);
});

test('a card that the bank has updated: its fields, and what declines had stopped', async () => {
  const { orderId } = await paidOrder();
  const found = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    key,
    params: { reference_order_id: orderId },
    query: { _expand: 'original_order.payment' },
  });
  const oid = found.body.auto_order.auto_order_oid;
  await app.db.run(
    `update auto_order set status = 'disabled', enabled = false, credit_card_attempt = 3
     where merchant_id = 'REAL' and auto_order_oid = $1`,
    [oid],
  );
  const card = { brand: 'mastercard', last4: '4444', exp_month: 9, exp_year: 2044 };
  const updated = { object: 'payment_method', id: 'pm_card', customer: 'cus_ann', card };
  const read = async () => {
    const { body } = await app.request({
      operation: 'getAutoOrder',
      key,
      params: { auto_order_oid: oid },
      query: { _expand: 'original_order.payment,logs' },
    });
    const { status, credit_card_attempt, original_order, logs } = body.auto_order;
    const { card_type, card_number, card_expiration_month, card_expiration_year } =
      original_order.payment.credit_card;
    const said = (logs ?? []).filter(({ log_message: text }) => text.includes('by the bank'));
    const card = [card_type, card_number, card_expiration_month, card_expiration_year];
    return { card, status: [status, credit_card_attempt], updates: said.length };
  };
  const expected = {
    card: ['MasterCard', 'XXXXXXXXXXXX4444', 9, 2044],
    status: ['active', 0],
    updates: 1,
  };
  const name = 'payment_method.automatically_updated';
  assert.equal(await stripeSends(name, updated), 200);
  assert.deepEqual(await read(), expected);
  assert.equal(await stripeSends(name, updated), 200);
  assert.equal(await stripeSends(name, { ...updated, customer: 'cus_other' }), 200);
  assert.deepEqual(await read(), expected, 'reported twice, and for another customer');

  const atSimulator = await app.request({
    operation: 'actAtSimulator',
    key,
    body: {
      action: 'update card',
      order_id: orderId,
      card_last_four: '5555',
      card_expiration_month: 1,
      card_expiration_year: 2045,
    },
  });
  assert.equal(atSimulator.status, 200, atSimulator.text);
  assert.deepEqual((await read()).card, ['MasterCard', 'XXXXXXXXXXXX5555', 1, 2045]);
});
