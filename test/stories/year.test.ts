// Plays a year of a shop with everything that changes its books: shipments from two centers,
// refunds of one order and of all orders of a customer, declined cards, orders that staff or the
// retry of Accounts Receivable collect, disputes, invoices, and an auto order that another system
// billed before. At the end the audit finds no difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Item } from '@perennial/contract/item.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { Temporal } from 'temporal-polyfill';
import type { AnswerBody } from '../support/answerBody.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
const merchantId = 'YEAR';
await app.addMerchant(merchantId, {
  settings: { store_declined_rebills: true, notices: { receipt: true } },
  clock: { kind: 'standing', at: Temporal.Instant.from('2027-01-15T15:00:00Z') },
});
const key = await app.addKey(merchantId);

async function ask<Id extends OperationId>(request: TestRequest<Id>): Promise<AnswerBody<Id>> {
  const { status, body } = await app.request({ ...request, key });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const until = (wall: string) => ask({ operation: 'setClock', body: { now_dts: wall } });

async function sells(merchant_item_id: string, cost: number, more: Item = {}): Promise<void> {
  const auto_order = {
    auto_orderable: true,
    auto_order_schedules: ['Monthly'],
    ...more.auto_order,
  };
  await ask({
    operation: 'insertItem',
    body: { merchant_item_id, pricing: { cost }, ...more, auto_order },
  });
}

const card = (card_number_token: string) => ({
  card_number_token,
  card_expiration_month: 12,
  card_expiration_year: 2040,
});

/** Places a customer's monthly order of these items, and returns its id. */
async function orders(name: string, itemIds: string[], more: Order = {}): Promise<string> {
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { email: `${name}@example.com`, first_name: name },
      items: itemIds.map((merchant_item_id) => ({
        merchant_item_id,
        quantity: 1,
        auto_order_schedule: 'Monthly',
      })),
      summary: { arbitrary_shipping_handling_total: { value: 5 } },
      taxes: { arbitrary_tax_rate: 8.25 },
      payment: { payment_method: 'Credit Card', credit_card: card('tok_approve') },
      ...more,
    },
  });
  return order.order_id;
}

async function autoOrderOf(orderId: string, expand = ''): Promise<AutoOrder> {
  const { auto_order: found } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: orderId },
    query: { _expand: expand },
  });
  return found;
}

/** Returns the ids of an order's rebills, oldest first. */
async function rebillsOf(orderId: string): Promise<string[]> {
  const { rebill_orders: rebills = [] } = await autoOrderOf(orderId, 'rebill_orders');
  return rebills.map(({ order_id }) => order_id!).sort();
}

async function readOrder(orderId: string): Promise<Order> {
  const { order } = await ask({
    operation: 'getOrder',
    params: { order_id: orderId },
    query: { _expand: 'item,summary,payment' },
  });
  return order;
}

const refund = (order_id: string, body: Order, query: object = {}) =>
  ask({ operation: 'refundOrder', params: { order_id }, query: { ...query }, body });

const act = (action: string, order_id: string) =>
  ask({ operation: 'actAtSimulator', body: { action, order_id } });

const put = (order_id: string, body: Order) =>
  ask({ operation: 'updateOrder', params: { order_id }, body });

const ship = (center: string, order_id: string) =>
  ask({
    operation: 'shipOrders',
    params: { distribution_center_code: center },
    body: [{ order_id, tracking_numbers: [`1Z-${center}`] }] as never,
  });

const newCard = (oid: number, token: string) =>
  ask({
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: card(token),
  });

async function openShop() {
  await sells('COFFEE', 20);
  await sells('TEA', 25);
  await sells('MUG', 10, {
    shipping: { distribution_centers: [{ distribution_center_code: 'WEST', handles: true }] },
  });
  await sells('SET', 15, { auto_order: { refund_other_auto_orders: true } });
  await ask({ operation: 'insertDistributionCenter', body: { code: 'WEST', name: 'West' } });
  await ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: {
      active: true,
      daily_activity_list: [
        { day: 1, charge: true },
        { day: 3, charge: true },
      ],
    },
  });
}

/** Places the original order of each customer. */
async function placeOrders() {
  return {
    shipped: await orders('ann', ['COFFEE', 'MUG'], {
      channel_partner: { store_completed: false },
    }),
    refunded: await orders('bob', ['TEA']),
    declined: await orders('cleo', ['TEA']),
    owed: await orders('dan', ['TEA'], {
      payment: { payment_method: 'Credit Card', credit_card: card('tok_decline_1x-dan') },
      channel_partner: { store_if_payment_declines: true },
    }),
    disputed: await orders('eve', ['COFFEE']),
    lost: await orders('fay', ['COFFEE']),
    invoiced: await orders('firm', ['TEA'], {
      payment: {
        payment_method: 'Purchase Order',
        purchase_order: { purchase_order_number: 'PO-7' },
      },
      channel_partner: { auto_approve_purchase_order: true },
    }),
    set: await orders('hal', ['SET']),
    mug: await orders('hal', ['MUG']),
    moved: await orders('gus', ['TEA'], { channel_partner: { skip_payment_processing: true } }),
  };
}

type Placed = Awaited<ReturnType<typeof placeOrders>>;

/** Writes the opening balance of an auto order that another system billed seven times. */
async function writeOpening(orderId: string): Promise<void> {
  const { auto_order_oid: oid, items = [] } = await autoOrderOf(orderId, 'items');
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid! },
    body: {
      items: [
        {
          auto_order_item_oid: items[0]!.auto_order_item_oid!,
          number_of_rebills: 7,
          rebill_value: 175,
          life_time_value: 200,
          first_order_dts: '2026-05-15T10:00:00-04:00',
        },
      ],
    },
  });
}

async function inMarch({ shipped, refunded, declined, owed, disputed, lost, invoiced }: Placed) {
  await until('2027-03-20T12:00');
  assert.equal((await readOrder(owed)).payment?.payment_status, 'Processed');
  const [first, second] = await rebillsOf(shipped);
  await ship('WEST', first!);
  await ship('DFLT', first!);
  await ship('WEST', second!);
  const bobs = await rebillsOf(refunded);
  await refund(bobs[0]!, { items: [{ total_refunded: { value: 7.5 } }] });
  await refund(bobs[1]!, {
    items: [{ quantity_refunded: 1 }],
    summary: { shipping_handling_refunded: { value: 5 } },
  });
  await newCard((await autoOrderOf(declined)).auto_order_oid!, 'tok_decline');
  for (const id of [disputed, lost]) await act('dispute', (await rebillsOf(id))[1]!);
  const [february] = await rebillsOf(invoiced);
  await put(february!, {
    current_stage: 'Completed Order',
    payment: { payment_method: 'Wire Transfer' },
  });
  return february!;
}

async function inApril({ declined, disputed, lost, invoiced }: Placed): Promise<string> {
  await until('2027-04-17T12:00');
  const kept = (await rebillsOf(declined)).at(-1)!;
  assert.equal((await readOrder(kept)).current_stage, 'Accounts Receivable');
  await put(kept, { current_stage: 'Completed Order', payment: { payment_method: 'Check' } });
  await act('win dispute', (await rebillsOf(disputed))[1]!);
  await act('lose dispute', (await rebillsOf(lost))[1]!);
  const [, march] = await rebillsOf(invoiced);
  await put(march!, { current_stage: 'Rejected' });
  return kept;
}

async function inJune({ declined, disputed, set, mug }: Placed): Promise<void> {
  await until('2027-06-20T12:00');
  await newCard((await autoOrderOf(declined)).auto_order_oid!, 'tok_approve');
  await act('refund', (await rebillsOf(disputed)).at(-1)!);
  const { warning } = await refund(
    set,
    { items: [{ quantity_refunded: 1 }] },
    { auto_order_cancel: true, auto_order_cancel_reason: 'Moved away' },
  );
  assert.match(warning.warning_message, /Shipping and handling/);
  const given = [...(await rebillsOf(set)), mug, ...(await rebillsOf(mug))];
  assert.equal(given.length, 11);
  for (const id of given) {
    const { payment, summary } = await readOrder(id);
    assert.deepEqual(
      [payment?.payment_status, summary?.total_refunded?.value],
      ['Refunded', summary?.total?.value],
    );
  }
}

test('a year with everything: the audit finds no difference', async () => {
  await openShop();
  const placed = await placeOrders();
  await writeOpening(placed.moved);
  const paidInvoice = await inMarch(placed);
  const paidByCheque = await inApril(placed);
  await inJune(placed);
  await until('2028-01-20T12:00');
  await app.work();

  const states = await Promise.all(
    Object.entries(placed).map(async ([name, id]) => [name, (await autoOrderOf(id)).status]),
  );
  const ended = states.filter(([, status]) => status !== 'active');
  assert.deepEqual(ended, [
    ['lost', 'canceled'],
    ['set', 'canceled'],
    ['mug', 'canceled'],
  ]);
  const [item] = (await autoOrderOf(placed.moved, 'items')).items!;
  assert.deepEqual(
    [item!.number_of_rebills, item!.rebill_value, item!.life_time_value],
    [19, 475, 500],
  );
  const receipts = await app.db.rows(
    `select 1 from notice where merchant_id = $1 and kind = 'receipt' and order_id = any($2)`,
    [merchantId, [paidInvoice, paidByCheque]],
  );
  assert.equal(receipts.length, 2, 'one receipt each');
  const audit = await ask({ operation: 'getAudit' });
  assert.deepEqual(audit.differences, []);
});
