// Tests payments that staff request, the retry of Accounts Receivable, refunds, and tests of cards.
// For every k, the process stops after the k-th effect (a statement, a commit, a call of the
// gateway, its answer), and a new process finishes the work. The gateway's own books show the
// outcome.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { Temporal } from 'temporal-polyfill';
import { orderHooks } from '../../server/src/autoOrders/hooks.ts';
import { auditCaptures, auditMerchant } from '../../server/src/books/auditOperations.ts';
import { insertCustomer } from '../../server/src/customers/store.ts';
import { availableCredit } from '../../server/src/customers/storeCredit.ts';
import { giveCredit, storePayments } from '../../server/src/customers/storeCreditOperations.ts';
import { readAccount } from '../../server/src/customers/storeCreditStore.ts';
import { minor } from '../../server/src/kernel/money.ts';
import { cardTestWorker } from '../../server/src/orders/cardTestWorker.ts';
import { insertOrder, type OrderParts } from '../../server/src/orders/insertOperations.ts';
import { askNewCard } from '../../server/src/orders/newCardOperations.ts';
import type { OrderRecord } from '../../server/src/orders/order.ts';
import { refundOthers } from '../../server/src/orders/otherRefundOperations.ts';
import { otherRefundWorker } from '../../server/src/orders/otherRefundWorker.ts';
import { processPayment } from '../../server/src/orders/processPaymentOperations.ts';
import {
  runRetries,
  updateRetryConfig,
} from '../../server/src/orders/receivableRetryOperations.ts';
import { wholeRefund } from '../../server/src/orders/refund.ts';
import { type RefundParts, refundOrder } from '../../server/src/orders/refundOperations.ts';
import { refundWorker } from '../../server/src/orders/refundWorker.ts';
import { findOrders, insertOrders } from '../../server/src/orders/store.ts';
import { unsettledChargesWorker } from '../../server/src/orders/unsettledChargesWorker.ts';
import { cardTester } from '../../server/src/payments/cardTester.ts';
import { orderCharge, orderObstacle } from '../../server/src/payments/orderCharge.ts';
import { orderRefund } from '../../server/src/payments/orderRefund.ts';
import { createPayments } from '../../server/src/payments/payments.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import type { Context } from '../../server/src/platform/context.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import { runDue } from '../../server/src/rebill/dueOperations.ts';
import { lockRebill } from '../../server/src/rebill/keptOrderOperations.ts';
import { anItem } from '../support/autoOrders.ts';
import { testDatabase } from '../support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';
import { reportPlaces, Stop, stoppableDatabase, stoppableGateways } from './stopping.ts';

const due = '2026-03-15T14:00:00Z';
const dayAfter = '2026-03-16T15:00:00Z';
const effectsMax = 300;
const cards = ['tok_approve', 'tok_decline', 'tok_timeout_after'];
const kept = 1;

/** Prepares a shop with an unpaid order for each card, and the order of a declined rebill. */
async function openShop(db: Database, merchantId: string) {
  const settings = { store_declined_rebills: true };
  const rebills = await rebillsOn(db, { merchantId, settings });
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: kept }, { cardToken: `tok_decline_1x-${merchantId}` });
  await rebills.run(due);
  await insertOrders(
    db,
    merchantId,
    cards.map((card, index) => unpaid(merchantId, index, `${card}-${merchantId}`)),
  );
  const [row] = await db.rows<{ order_id: string }>(
    'select order_id from rebill where merchant_id = $1 and state = $2',
    [merchantId, 'declined'],
  );
  const orderIds = [row!.order_id, ...cards.map((_, index) => orderId(merchantId, index))];
  return { rebills, orderIds };
}

const orderId = (merchantId: string, index: number) => `${merchantId}-99999999${10 + index}`;

function unpaid(merchantId: string, index: number, cardToken: string): OrderRecord {
  const at = Temporal.Instant.from(due);
  return {
    merchantId,
    orderId: orderId(merchantId, index),
    document: {
      order_id: orderId(merchantId, index),
      current_stage: 'Accounts Receivable',
      payment: { payment_method: 'Credit Card', payment_status: 'Declined' },
      items: [{ merchant_item_id: 'MUG', quantity: 1, total_cost_with_discount: { value: 9 } }],
      summary: { subtotal: { value: 9 }, total: { value: 9 } },
    },
    createdAt: at,
    modifiedAt: at,
    currency: 'USD',
    total: minor(900),
    cardToken,
  };
}

/**
 * Returns the parts that orders need, for a process that stops, or without `stop` for a new
 * process.
 */
function partsOf(rebills: Rebills, now: string, stop?: Stop) {
  const plain = rebills.context(now);
  const context = stop ? { ...plain, db: stoppableDatabase(rebills.db, stop) } : plain;
  const payments = createPayments(
    stop ? stoppableGateways(rebills.gateways, stop) : rebills.gateways,
  );
  const contextFor = async () => context;
  const parts: OrderParts & RefundParts = {
    charge: orderCharge(payments, contextFor),
    cardTests: cardTester(payments),
    refund: orderRefund(payments, contextFor),
    isNamed: payments.isNamed,
    obstacle: orderObstacle(payments),
    hooks: { ...orderHooks, lockRebill },
    clock: systemClock,
  };
  return { context, parts };
}

type Work = (context: Context, parts: OrderParts & RefundParts) => Promise<unknown>;

/** Does the work and stops it after effect `k`. Returns false when the work ended before that. */
async function runUntilEffect(k: number, rebills: Rebills, now: string, work: Work) {
  const stop = new Stop(k);
  const { context, parts } = partsOf(rebills, now, stop);
  await work(context, parts).catch((error: unknown) => {
    if (!stop.hasCome) throw error;
  });
  return stop.hasCome;
}

/** Starts a new process after the leases have ended: its workers query the open charges. */
async function finishOpen(rebills: Rebills, now: string): Promise<void> {
  const { merchantId } = rebills.merchant;
  const { context, parts } = partsOf(rebills, now);
  await rebills.db.run(
    `update orders set charge_lease_until = now() - interval '1 second'
     where merchant_id = $1 and charge_lease_until is not null`,
    [merchantId],
  );
  await rebills.db.run(
    `update order_refund set lease_until = now() - interval '1 second'
     where merchant_id = $1 and lease_until is not null`,
    [merchantId],
  );
  const rounds = { db: rebills.db, log: context.log, contextFor: async () => context };
  await unsettledChargesWorker(rounds, parts).runOnce();
  await refundWorker(rounds, parts).runOnce();
  await rebills.db.run(
    `update other_refund set lease_until = now() - interval '1 second' where merchant_id = $1`,
    [merchantId],
  );
  await otherRefundWorker(rounds, parts).runOnce();
}

/** Returns the amounts that the gateway captured for each order, in minor units. */
function capturesOf({ gateways, merchant }: Rebills): Map<string, number[]> {
  const captured = gateways.books
    .captures()
    .filter(({ merchantId }) => merchantId === merchant.merchantId);
  return new Map(
    [...Map.groupBy(captured, ({ orderReference }) => orderReference)].map(([order, list]) => [
      order,
      list.map(({ amount }) => amount),
    ]),
  );
}

/** Asserts that each paid order is captured as a whole, once, and each unpaid one never. */
async function checkOrders(rebills: Rebills, orderIds: readonly string[], where: string) {
  const { db, merchant, gateways } = rebills;
  const captures = capturesOf(rebills);
  const orders = await findOrders(db, merchant.merchantId, orderIds);
  for (const order of orders)
    assert.deepEqual(
      captures.get(order.orderId) ?? [],
      order.paidAt === undefined ? [] : [order.total],
      `${order.orderId}, ${where}`,
    );
  assert.deepEqual((await auditMerchant(db, merchant)).differences, [], where);
  const own = gateways.books
    .captures()
    .filter(({ merchantId }) => merchantId === merchant.merchantId);
  assert.deepEqual((await auditCaptures(db, merchant.merchantId, own)).differences, [], where);
  return orders.filter(({ paidAt }) => paidAt !== undefined).length;
}

test('whatever the process did last, a payment that staff request is captured once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const { rebills, orderIds } = await openShop(db, `P${k}`);
    const payAll: Work = async (context, parts) => {
      for (const id of orderIds) await processPayment(context, id, {}, parts);
    };
    isStopped = await runUntilEffect(k, rebills, dayAfter, payAll);
    await finishOpen(rebills, dayAfter);
    // Staff repeat each payment without an answer. An order that is already paid is refused.
    const { context, parts } = partsOf(rebills, dayAfter);
    for (const id of orderIds) await processPayment(context, id, {}, parts).catch(() => undefined);
    await finishOpen(rebills, dayAfter);
    const paid = await checkOrders(rebills, orderIds, `stopped after effect ${k}`);
    assert.equal(paid, orderIds.length - 1, `stopped after effect ${k}`);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

test('whatever the process did last, the retry charges each order once a day', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const { rebills, orderIds } = await openShop(db, `R${k}`);
    await updateRetryConfig(rebills.context(due), {
      active: true,
      daily_activity_list: [{ day: 1, charge: true }],
    });
    const retry: Work = (context, parts) => runRetries(context, parts, context.now);
    isStopped = await runUntilEffect(k, rebills, dayAfter, retry);
    await finishOpen(rebills, dayAfter);
    const { context, parts } = partsOf(rebills, dayAfter);
    await retry(context, parts);
    await finishOpen(rebills, dayAfter);
    const paid = await checkOrders(rebills, orderIds, `stopped after effect ${k}`);
    // One order belongs to a declined rebill, and only the rebill's own retries charge it.
    assert.equal(paid, cards.length - 1, `stopped after effect ${k}`);
    const attempts = await db.rows<{ count: number }>(
      `select count(*)::int as count from order_payment_attempt
       where merchant_id = $1 group by order_id`,
      [rebills.merchant.merchantId],
    );
    assert.deepEqual(
      attempts.map(({ count }) => count),
      cards.map(() => 1),
    );
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

test('whatever the process did last, a refund is made once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const { rebills } = await openShop(db, `F${k}`);
    const id = orderId(`F${k}`, 0);
    const fresh = partsOf(rebills, dayAfter);
    await processPayment(fresh.context, id, {}, fresh.parts);
    const refundIt: Work = (context, parts) =>
      refundOrder(context, id, { items: [{ quantity_refunded: 1 }] }, wishes, parts);
    isStopped = await runUntilEffect(k, rebills, dayAfter, refundIt);
    await finishOpen(rebills, dayAfter);
    await refundIt(fresh.context, fresh.parts).catch(() => undefined);
    const refunded = rebills.gateways.books
      .captures()
      .filter(({ orderReference }) => orderReference === id)
      .map((capture) => capture.refunded);
    assert.deepEqual(refunded, [900], `stopped after effect ${k}`);
    const [order] = await findOrders(db, `F${k}`, [id]);
    assert.deepEqual(
      [order?.document.summary?.total_refunded?.value, order?.document.payment?.payment_status],
      [9, 'Refunded'],
      `stopped after effect ${k}`,
    );
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

/** Finishes the tests of cards that a stopped process began. */
async function finishTests(rebills: Rebills, now: string): Promise<void> {
  const { merchantId } = rebills.merchant;
  const { context, parts } = partsOf(rebills, now);
  await rebills.db.run(
    "update card_test set due_at = now() - interval '1 second' where merchant_id = $1 and due_at is not null",
    [merchantId],
  );
  const rounds = { db: rebills.db, log: context.log, contextFor: async () => context };
  await cardTestWorker(rounds, parts).runOnce();
}

const holdsOf = ({ gateways, merchant }: Rebills, orderId: string) =>
  gateways.books
    .holds()
    .filter((each) => each.merchantId === merchant.merchantId && each.orderReference === orderId);

test('whatever the process did last, a test of a card holds once and gives back once', async (t) => {
  const db = await testDatabase(t);
  for (const [token, step] of [
    ['tok_approve', 1],
    ['tok_decline', 5],
    ['tok_timeout_after', 4],
  ] as const) {
    let k = 0;
    for (let isStopped = true; isStopped; k += step) {
      const where = `${token}, stopped after effect ${k}`;
      const merchantId = `${token.slice(4, 5).toUpperCase()}${k}`;
      const settings = { auth_test_amount: 1, auth_test_card_changes: true };
      const rebills = await rebillsOn(db, { merchantId, settings });
      await rebills.addItem(coffee);
      const cardToken = `${token}-${merchantId}`;
      const buy: Work = (context, parts) => insertOrder(context, trialBy(cardToken), parts);
      isStopped = await runUntilEffect(k, rebills, due, buy);
      await finishOpen(rebills, due);
      if (token === 'tok_timeout_after') await finishOpen(rebills, due);
      await finishTests(rebills, due);
      const stored = await db.rows<{ order_id: string; current_stage: string }>(
        'select order_id, current_stage from orders where merchant_id = $1',
        [merchantId],
      );
      assert.ok(stored.length <= 1, where);
      for (const order of stored) {
        const isPassed = token !== 'tok_decline';
        assert.equal(order.current_stage, isPassed ? 'Completed Order' : 'Rejected', where);
        const holds = holdsOf(rebills, order.order_id);
        assert.deepEqual(
          holds.map(({ releases }) => releases),
          [isPassed ? 1 : 0],
          where,
        );
        if (isPassed) await changeCards(rebills, order.order_id, where);
      }
      assert.deepEqual([...capturesOf(rebills)], [], where);
      assert.deepEqual((await auditMerchant(db, rebills.merchant)).differences, [], where);
      assert.ok(k < effectsMax, 'a run without an end');
    }
    reportPlaces(t, k, `${token}, each ${step}. of `);
  }
});

let changes = 0;

/** Changes the card, in a process that stops after one more effect each time. */
async function changeCards(rebills: Rebills, orderId: string, where: string): Promise<void> {
  const stopAt = changes++ % 12;
  const cardToken = `tok_approve-${orderId}-new`;
  const before = holdsOf(rebills, orderId).length;
  const change: Work = (context, parts) =>
    askNewCard(context, { orderId, cardToken, path: '' }, parts);
  await runUntilEffect(stopAt, rebills, dayAfter, change);
  await finishTests(rebills, dayAfter);
  const holds = holdsOf(rebills, orderId).slice(before);
  assert.ok(holds.length <= 1, `${where}; changed until effect ${stopAt}`);
  assert.ok(
    holds.every(({ releases }) => releases === 1),
    `${where}; changed until effect ${stopAt}`,
  );
}

const trialBy = (cardToken: string): Order => ({
  billing: { email: 'ann@example.com' },
  items: [
    {
      merchant_item_id: 'COFFEE',
      auto_order_schedule: 'Monthly',
      arbitrary_unit_cost: { value: 0 },
    },
  ],
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: cardToken,
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
});

/** Prepares a shop whose customer has two auto orders, each with a charged rebill. */
async function shopOfOne(db: Database, merchantId: string) {
  const rebills = await rebillsOn(db, { merchantId });
  const autoOrder = { ...coffee.auto_order, refund_other_auto_orders: true };
  await rebills.addItem({ ...coffee, auto_order: autoOrder });
  await addCustomer(rebills);
  for (const autoOrderOid of [1, 2])
    await rebills.add({ autoOrderOid, items: [itemOf(autoOrderOid)] });
  await db.run('update orders set customer_profile_oid = 1 where merchant_id = $1', [merchantId]);
  await orderHooks.onOriginalOrderChanged(rebills.context(due), originalsOf(merchantId));
  await rebills.run(due);
  const orders = [...(await rebills.orders(1)), ...(await rebills.orders(2))];
  return { rebills, orderIds: orders.map(({ document }) => document.order_id!) };
}

const originalsOf = (merchantId: string) =>
  [1, 2].map((oid) => `${merchantId}-${String(oid).padStart(10, '0')}`);

const itemOf = (autoOrderOid: number) => anItem({ itemOid: 10 + autoOrderOid });

const addCustomer = ({ db, merchant: { merchantId } }: Rebills) =>
  insertCustomer(
    db,
    merchantId,
    { document: { customer_profile_oid: 1, email: 'ann@example.com' }, cardTokens: {} },
    Temporal.Instant.from(due),
  );

const wishes = {
  user: 'staff',
  isManual: false,
  rejectAfterRefund: false,
  cancelAutoOrder: false,
  notifyCustomer: false,
};

/** Refunds the whole rest of an order. */
const refundAll =
  (id: string): Work =>
  async (context, parts) => {
    const [order] = await findOrders(context.db, context.merchant.merchantId, [id]);
    await refundOrder(context, id, wholeRefund(order!), wishes, parts);
  };

const refundedAt = ({ gateways, merchant }: Rebills, id: string) =>
  gateways.books
    .captures()
    .filter((each) => each.merchantId === merchant.merchantId && each.orderReference === id)
    .map(({ amount, refunded }) => [amount, refunded]);

test('whatever the process did last, refunds of other orders are made once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k += 2) {
    const { rebills, orderIds } = await shopOfOne(db, `O${k}`);
    const [cause = '', other = ''] = orderIds;
    isStopped = await runUntilEffect(k, rebills, dayAfter, async (context, parts) => {
      await refundAll(cause)(context, parts);
      await refundOthers(context, cause, parts);
    });
    await finishOpen(rebills, dayAfter);
    const fresh = partsOf(rebills, dayAfter);
    await refundAll(cause)(fresh.context, fresh.parts).catch(() => undefined);
    await finishOpen(rebills, dayAfter);
    for (const id of [cause, other])
      assert.deepEqual(refundedAt(rebills, id), [[1906, 1906]], `${id}, stopped after effect ${k}`);
    const left = await db.rows('select from other_refund where merchant_id = $1', [`O${k}`]);
    assert.equal(left.length, 0);
    await checkOrders(rebills, orderIds, `stopped after effect ${k}`);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

/**
 * Prepares a customer who has 12.00 of store credit left after two original orders used some. The
 * first auto order's card pays the rest of its rebill; the second one's is declined.
 */
async function creditShop(db: Database, merchantId: string) {
  const rebills = await rebillsOn(db, { merchantId });
  await rebills.addItem(coffee);
  await addCustomer(rebills);
  const usd = (value: number) => ({ value, currency_code: 'USD' });
  const document = {
    summary: {
      shipping_handling_total: usd(5),
      total: usd(19.06),
      internal_gift_certificate_amount: usd(4),
    },
  };
  for (const [index, cardToken] of ['tok_approve', 'tok_decline'].entries())
    await rebills.add(
      { autoOrderOid: index + 1, items: [itemOf(index + 1)] },
      { cardToken, document },
    );
  await db.run('update orders set customer_profile_oid = 1 where merchant_id = $1', [merchantId]);
  const context = rebills.context(due);
  await giveCredit(context, 1, {
    amount: minor(2000),
    description: '',
    enteredAt: context.now,
    vestsAt: context.now,
  });
  for (const orderId of originalsOf(merchantId))
    await storePayments(context, [
      {
        orderId,
        customerOid: 1,
        entryOid: 1,
        amount: minor(400),
        description: '',
        usedAt: context.now,
      },
    ]);
  return rebills;
}

/** Finishes the rebills in a new process after the leases have ended. */
async function finishRebills(rebills: Rebills): Promise<void> {
  await rebills.db.run(
    `update rebill set lease_until = statement_timestamp()
     where merchant_id = $1 and lease_until is not null`,
    [rebills.merchant.merchantId],
  );
  await rebills.resolve(due);
  await rebills.run(due);
}

const availableIn = async ({ db, merchant: { merchantId } }: Rebills): Promise<number> =>
  availableCredit(await readAccount(db, merchantId, 1), Temporal.Instant.from(dayAfter));

test('whatever the process did last, a rebill uses store credit once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k += 2) {
    const rebills = await creditShop(db, `C${k}`);
    isStopped = await runUntilEffect(k, rebills, due, async (context) => {
      const payments = createPayments(rebills.gateways);
      const until = context.now;
      await runDue(context, { ...rebills.parts, payments }, { until, moment: 'now' });
    });
    await finishRebills(rebills);
    const orders = await rebills.orders(1);
    const where = `stopped after effect ${k}`;
    const used = orders.map(({ total, document: { summary } }) => [
      summary?.internal_gift_certificate_amount?.value,
      total,
    ]);
    // The rebill that was claimed first got the credit.
    assert.deepEqual(used, [[12, 706]], where);
    assert.equal((await rebills.orders(2)).length, 0, where);
    assert.equal(await availableIn(rebills), 0, where);
    await checkOrders(rebills, [orders[0]!.document.order_id!], where);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});

test('whatever the process did last, a refund gives store credit back once', async (t) => {
  const db = await testDatabase(t);
  let k = 0;
  for (let isStopped = true; isStopped; k++) {
    const rebills = await creditShop(db, `G${k}`);
    await rebills.run(due);
    const [order] = await rebills.orders(1);
    const id = order!.document.order_id!;
    isStopped = await runUntilEffect(k, rebills, dayAfter, refundAll(id));
    await finishOpen(rebills, dayAfter);
    const fresh = partsOf(rebills, dayAfter);
    await refundAll(id)(fresh.context, fresh.parts).catch(() => undefined);
    await finishOpen(rebills, dayAfter);
    const where = `stopped after effect ${k}`;
    assert.deepEqual(refundedAt(rebills, id), [[706, 706]], where);
    assert.equal(await availableIn(rebills), 1200, where);
    await checkOrders(rebills, [id], where);
    assert.ok(k < effectsMax, 'a run without an end');
  }
  reportPlaces(t, k);
});
