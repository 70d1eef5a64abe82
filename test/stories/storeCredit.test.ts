// Stories of a customer's store credit, which pays for rebills.
import assert from 'node:assert/strict';
import type { Order } from '@perennial/contract/order.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
const on = '2026-01-15T10:00';

/** Subscribes a customer with 30.00 of store credit, of which 10.00 pay for the original order. */
async function subscribed(shop: Shop, used = 10, more: object = {}) {
  await shop.sells(coffee);
  const oid = await shop.credit('ann@example.com', 30);
  const order: Omit<Order, 'items'> = {
    billing: { email: 'ann@example.com' },
    ...(used > 0 && { summary: { internal_gift_certificate_amount: { value: used } } }),
  };
  return { oid, ann: await shop.order(monthly, { ...order, ...more }) };
}

const left = async (ann: Subscriber, oid: number): Promise<number> => {
  const params = { customer_profile_oid: oid };
  const { customer_store_credit: credit } = await ann.ask({
    operation: 'getCustomerStoreCredit',
    params,
  });
  return credit.available;
};

const paid = ({ summary, payment }: Order) => [
  summary?.internal_gift_certificate_amount?.value,
  summary?.total?.value,
  payment?.payment_status,
];

story('rebills use what is left of the credit that paid the original', { on }, async (shop) => {
  const { ann, oid } = await subscribed(shop);
  assert.equal(await left(ann, oid), 20);
  const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 3 } });
  const expected = [
    [12, 0],
    [8, 4],
    [undefined, 12],
  ];
  assert.deepEqual(
    rebills.map(({ store_credit: credit, total }: PreviewRebill) => [credit, total]),
    expected,
  );
  await shop.until('2026-04-16T00:00');
  const bills = await ann.bills('summary,payment');
  assert.deepEqual(
    bills.map(paid),
    expected.map(([credit, total]) => [credit, total, 'Processed']),
  );
  assert.equal(await left(ann, oid), 0);
  const { explanation } = await ann.ask({
    operation: 'explainOrder',
    params: { order_id: bills[1]!.order_id! },
  });
  assert.deepEqual([explanation.store_credit, explanation.total], [8, 4]);
});

story('the notes of a profile are added to rebills', { on }, async (shop) => {
  const { ann, oid } = await subscribed(shop, 0);
  await ann.ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: oid },
    body: { automatic_merchant_notes: 'Ring twice' },
  });
  await shop.until('2026-02-16T00:00');
  const [bill] = await ann.bills('internal');
  assert.equal(bill?.internal?.merchant_notes, 'Ring twice');
});

story('rebills of an original without store credit use none', { on }, async (shop) => {
  const { ann, oid } = await subscribed(shop, 0);
  await shop.until('2026-02-16T00:00');
  assert.deepEqual((await ann.bills('summary,payment')).map(paid), [[undefined, 12, 'Processed']]);
  assert.equal(await left(ann, oid), 30);
});

/** Replaces the card by one that is declined. */
const goesBad = (ann: Subscriber, token = 'tok_decline') =>
  ann.ask({
    operation: 'updateAutoOrderPayment',
    body: { card_number_token: token, card_expiration_month: 12, card_expiration_year: 2040 },
  });

story('a declined rebill without an order gives its credit back', { on }, async (shop) => {
  const { ann, oid } = await subscribed(shop);
  await shop.until('2026-02-16T00:00');
  await goesBad(ann);
  await shop.until('2026-03-16T00:00');
  assert.equal((await ann.bills()).length, 1);
  assert.equal(await left(ann, oid), 8);
  await goesBad(ann, 'tok_approve');
  await shop.until('2026-03-25T00:00');
  assert.deepEqual((await ann.bills('summary,payment')).map(paid), [
    [12, 0, 'Processed'],
    [8, 4, 'Processed'],
  ]);
});

story(
  'a kept order keeps its credit for the next attempt, until it is rejected',
  { on, settings: { store_declined_rebills: true } },
  async (shop) => {
    const { ann, oid } = await subscribed(shop, 12);
    await goesBad(ann);
    await shop.until('2026-03-16T00:00');
    const [, kept] = await ann.bills('summary,payment');
    assert.deepEqual(paid(kept!), [6, 6, 'Declined']);
    assert.equal(await left(ann, oid), 0);
    await ann.ask({
      operation: 'addCustomerStoreCredit',
      params: { customer_profile_oid: oid },
      body: { amount: 2.5 },
    });
    await shop.until('2026-03-31T00:00');
    const [, again] = await ann.bills('summary,payment');
    assert.deepEqual(paid(again!), [8.5, 3.5, 'Declined'], 'a retry uses what has come since');
    await ann.ask({
      operation: 'updateOrder',
      params: { order_id: again!.order_id! },
      body: { current_stage: 'Rejected' },
    });
    assert.equal(await left(ann, oid), 8.5);
  },
);

story('a rejected order that is owed again pays with its credit again', { on }, async (shop) => {
  await shop.sells(coffee);
  const oid = await shop.credit('ann@example.com', 10);
  const ann = await shop.order(monthly, { billing: { email: 'other@example.com' } });
  const insert = async (): Promise<Order> =>
    (
      await ann.ask({
        operation: 'insertOrder',
        body: {
          billing: { email: 'ann@example.com' },
          items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
          summary: { internal_gift_certificate_amount: { value: 10 } },
          channel_partner: { no_realtime_payment_processing: true },
          payment: { payment_method: 'Check' },
        },
      })
    ).order;
  const move = (order: Order, current_stage: 'Accounts Receivable' | 'Rejected') =>
    ann.ask({
      operation: 'updateOrder',
      params: { order_id: order.order_id! },
      body: { current_stage },
    });
  const first = await insert();
  await move(first, 'Rejected');
  assert.equal(await left(ann, oid), 10);
  await move(first, 'Accounts Receivable');
  assert.equal(await left(ann, oid), 0);
  await move(first, 'Rejected');
  await insert();
  await assert.rejects(move(first, 'Accounts Receivable'), /internal_gift_certificate_amount/);
});
