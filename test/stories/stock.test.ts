// Stories of counted items: a sold-out month, the last piece, a decline that returns the piece to
// stock, and a kit.
import assert from 'node:assert/strict';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const tea = (level: number, more: object = {}) => ({
  merchant_item_id: 'TEA',
  description: 'Tea',
  pricing: { cost: 25 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly' as const] },
  shipping: {
    track_inventory: true,
    distribution_centers: [
      { distribution_center_code: 'DFLT', handles: true, inventory_level: level, ...more },
    ],
  },
});
const monthly = [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }];
const opening = { on: '2027-01-15T10:00' };

async function levelOf(ann: Subscriber, id = 'TEA'): Promise<number | undefined> {
  const { item } = await ann.ask({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: id },
    query: { _expand: 'shipping.distribution_centers' },
  });
  return item?.shipping?.distribution_centers?.[0]?.inventory_level;
}

async function twoCustomers(shop: Shop, level: number) {
  await shop.sells(tea(level));
  const ann = await shop.order(monthly);
  const bob = await shop.order(monthly, { email: 'bob@example.com' });
  assert.equal(await levelOf(ann), level - 2);
  return { ann, bob };
}

const billed = async (...all: Subscriber[]) => {
  const bills = await Promise.all(all.map((each) => each.bills()));
  return bills.map(({ length }) => length);
};

story(
  'a sold-out month: one wins the last piece, the other is billed later',
  opening,
  async (shop) => {
    const { ann, bob } = await twoCustomers(shop, 3);
    await shop.until('2027-02-20T00:00');
    assert.equal((await billed(ann, bob)).filter((count) => count === 1).length, 1);
    assert.equal(await levelOf(ann), 0);
    const reasons = [(await ann.read()).failure_reason, (await bob.read()).failure_reason];
    assert.equal(reasons.filter((each) => /item TEA: sold out/.test(each ?? '')).length, 1);
    await shop.changes('TEA', { shipping: tea(10).shipping });
    await shop.until('2027-02-20T01:00');
    assert.deepEqual(await billed(ann, bob), [1, 1]);
    assert.equal(await levelOf(ann), 9);
    const amounts = [...(await ann.bills('summary')), ...(await bob.bills('summary'))];
    assert.deepEqual(
      amounts.map(({ summary }) => summary?.total?.value),
      [25, 25],
    );
  },
);

const mug = {
  merchant_item_id: 'MUG',
  description: 'Mug',
  pricing: { cost: 8 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly' as const] },
};
const both = [...monthly, { merchant_item_id: 'MUG', auto_order_schedule: 'Monthly' }];

story(
  'sold_out_rebills is skip: the rest ships, and the item skips its shipment',
  { ...opening, settings: { sold_out_rebills: 'skip' } },
  async (shop) => {
    await shop.sells(tea(3), mug);
    const ann = await shop.order(both);
    const bob = await shop.order(both, { email: 'bob@example.com' });
    await shop.until('2027-03-16T00:00');
    assert.deepEqual(await billed(ann, bob), [2, 2]);
    assert.equal(await levelOf(ann), 0);
    const totals = async (who: Subscriber) =>
      (await who.bills('summary')).map(({ summary }) => summary?.total?.value);
    const february = [(await totals(ann))[0], (await totals(bob))[0]];
    // Both rebills were due together, and only one piece was in stock.
    assert.deepEqual(new Set(february), new Set([33, 8]));
    assert.deepEqual([(await totals(ann))[1], (await totals(bob))[1]], [8, 8]);
    await shop.changes('TEA', { shipping: tea(10).shipping });
    await shop.until('2027-04-16T00:00');
    assert.deepEqual([(await totals(ann))[2], (await totals(bob))[2]], [33, 33]);
    assert.equal((await ann.read()).failure_reason, undefined);
  },
);

story(
  'sold_out_rebills is skip: a rebill of nothing else charges nothing',
  { ...opening, settings: { sold_out_rebills: 'skip' } },
  async (shop) => {
    await shop.sells(tea(1));
    const ann = await shop.order(monthly);
    await shop.until('2027-03-01T00:00');
    assert.deepEqual(await billed(ann), [0]);
    await ann.lived('2027-01-15 10:00 create', '2027-02-15 10:00 update: sold out');
    await shop.changes('TEA', { shipping: tea(10).shipping });
    await shop.until('2027-03-16T00:00');
    assert.deepEqual([await billed(ann), await levelOf(ann)], [[1], 9]);
  },
);

story(
  'sold_out_rebills is split: the rest ships, and the item when it is in stock again',
  { ...opening, settings: { sold_out_rebills: 'split' } },
  async (shop) => {
    await shop.sells(tea(1), mug);
    const ann = await shop.order(both);
    await shop.until('2027-02-20T00:00');
    assert.match((await ann.read()).failure_reason ?? '', /item TEA: sold out/);
    await shop.changes('TEA', { shipping: tea(10).shipping });
    await shop.until('2027-03-16T00:00');
    await ann.lived(
      '2027-01-15 10:00 create',
      '2027-02-15 10:00 rebill: MUG 8.00 = 8.00',
      '2027-02-15 10:00 update: parked',
      '2027-02-20 00:00 update: unparked',
      '2027-02-20 00:00 rebill: TEA 25.00 = 25.00',
      '2027-03-15 10:00 rebill: TEA 25.00 + MUG 8.00 = 33.00',
    );
  },
);

const cardOf = (token: string) => ({
  card_number_token: token,
  card_expiration_month: 12,
  card_expiration_year: 2040,
});

/** Subscribes Ann to one piece of tea; the rebill for the next piece is declined. */
async function declined(shop: Shop, level: number): Promise<Subscriber> {
  await shop.sells(tea(level));
  const ann = await shop.order(monthly);
  await ann.ask({ operation: 'updateAutoOrderPayment', body: cardOf('tok_decline') });
  await shop.until('2027-02-16T00:00');
  return ann;
}

story('a declined rebill gives its piece back', opening, async (shop) => {
  const ann = await declined(shop, 2);
  assert.deepEqual([(await ann.read()).credit_card_attempt, await levelOf(ann)], [1, 1]);
  await ann.ask({ operation: 'updateAutoOrderPayment', body: cardOf('tok_approve') });
  await shop.until('2027-02-20T00:00');
  assert.deepEqual([await billed(ann), await levelOf(ann)], [[1], 0]);
});

story('what is sold out is refused before the charge', opening, async (shop) => {
  await shop.sells(tea(1));
  const ann = await shop.order(monthly);
  await assert.rejects(shop.order(monthly, { email: 'bob@example.com' }), /only 0 of TEA are left/);
  assert.equal(await levelOf(ann), 0);
  await shop.changes('TEA', { shipping: { allow_back_order: true } });
  await shop.order(monthly, { email: 'bob@example.com' });
  assert.equal(await levelOf(ann), -1);
});

story('lines of one item ask for its stock together', opening, async (shop) => {
  await shop.sells(tea(10), mug);
  const ann = await shop.order([both[1]!]);
  const items = [
    { merchant_item_id: 'TEA', quantity: 6 },
    { merchant_item_id: 'MUG' },
    { merchant_item_id: 'tea', quantity: 5 },
  ];
  const { estimate } = await ann.ask({ operation: 'estimatePricing', body: { items } });
  const short = /items\[2\]\.merchant_item_id .* only 4 of TEA are left/;
  assert.match(estimate.refusals.join(), short);
  await assert.rejects(shop.order(items, { email: 'bob@example.com' }), short);
  assert.equal(await levelOf(ann), 10);
  const { warning } = await ann.ask({
    operation: 'insertOrder',
    body: {
      items,
      billing: { email: 'carl@example.com' },
      payment: { payment_method: 'Cash' },
      channel_partner: { skip_payment_processing: true },
    },
  });
  assert.match(JSON.stringify(warning), /only 4 of TEA are left/);
});

story('digital goods that are counted', opening, async (shop) => {
  await shop.sells({ ...tea(3), tax: { tax_product_type: 'digital' } });
  const ann = await shop.order(monthly);
  assert.equal(await levelOf(ann), 2);
  await shop.until('2027-02-16T00:00');
  assert.equal(await levelOf(ann), 1);
  const [bill] = await ann.bills();
  const ask = {
    params: { order_id: bill!.order_id! },
    body: { current_stage: 'Rejected' },
  } as const;
  await ann.ask({ operation: 'updateOrder', ...ask });
  assert.equal(await levelOf(ann), 2);
  await shop.order([{ ...monthly[0]!, quantity: 2 }], { email: 'bob@example.com' });
  await assert.rejects(
    shop.order(monthly, { email: 'carl@example.com' }),
    /only 0 of TEA are left/,
  );
});

story('a kit takes its components', opening, async (shop) => {
  await shop.sells(
    { ...tea(5), merchant_item_id: 'BAG' },
    {
      ...tea(0),
      merchant_item_id: 'TEA',
      kit: true,
      shipping: { track_inventory: false },
      kit_definition: { components: [{ component_merchant_item_id: 'BAG', quantity: 2 }] },
    },
  );
  const ann = await shop.order(monthly);
  assert.equal(await levelOf(ann, 'BAG'), 3);
  await shop.until('2027-04-20T00:00');
  assert.deepEqual(await billed(ann), [1]);
  assert.equal(await levelOf(ann, 'BAG'), 1);
  assert.match((await ann.read()).failure_reason ?? '', /item BAG: sold out/);
  await ann.lived(
    '2027-01-15 10:00 create',
    '2027-02-15 10:00 rebill: TEA 25.00 = 25.00',
    '2027-03-15 10:00 update: parked',
  );
});

const unpaid = {
  billing: { email: 'ann@example.com' },
  items: [{ merchant_item_id: 'TEA', quantity: 2 }],
  payment: { payment_method: 'Purchase Order' as const },
};

story('an order that is paid later takes its pieces then, once', opening, async (shop) => {
  await shop.sells(tea(10));
  const ann = await shop.order(monthly);
  const place = async () =>
    (await ann.ask({ operation: 'insertOrder', body: unpaid })).order.order_id;
  const [charged, updated, rejected] = [await place(), await place(), await place()];
  assert.equal(await levelOf(ann), 9);
  const update = (order_id: string, body: object) =>
    ann.ask({ operation: 'updateOrder', params: { order_id }, body });
  const payment = { payment_status: 'Processed' };
  for (let again = 0; again < 2; again++) await update(updated, { payment });
  assert.equal(await levelOf(ann), 7);
  await update(charged, { payment: { payment_status: 'Skipped' } });
  assert.equal(await levelOf(ann), 5);
  for (let again = 0; again < 2; again++) await update(rejected, { current_stage: 'Rejected' });
  assert.equal(await levelOf(ann), 5);
});

story('a rejected order gives back what has not shipped', opening, async (shop) => {
  await shop.sells(tea(10));
  const ann = await shop.order(monthly);
  const order_id = (await ann.read()).original_order_id!;
  assert.equal(await levelOf(ann), 9);
  for (let again = 0; again < 2; again++)
    await ann.ask({ operation: 'cancelOrder', params: { order_id } });
  assert.equal(await levelOf(ann), 10);
});

story(
  'a rejection that is taken back takes the pieces again, and a paid order ships from there',
  opening,
  async (shop) => {
    await shop.sells(tea(10));
    const ann = await shop.order([{ ...monthly[0]!, quantity: 2 }]);
    const order_id = (await ann.read()).original_order_id!;
    const move = (current_stage: string) =>
      ann.ask({ operation: 'updateOrder', params: { order_id }, body: { current_stage } });
    const levels: (number | undefined)[] = [];
    for (const stage of ['Rejected', 'Accounts Receivable', 'Rejected', 'Shipping Department']) {
      await move(stage);
      levels.push(await levelOf(ann));
    }
    assert.deepEqual(levels, [10, 8, 10, 8]);
    await move('Rejected');
    const { stages } = await ann.ask({ operation: 'getOrderStages', params: { order_id } });
    assert.deepEqual(
      (['Shipping Department', 'Completed Order', 'Hold', 'Fraud Review'] as const).filter(
        (each) => !stages.allowed_stages?.includes(each),
      ),
      [],
    );
    const { order } = await move('Completed Order');
    assert.deepEqual([order.current_stage, order.reject_dts], ['Completed Order', undefined]);
    await move('Rejected');
    await ann.ask({
      operation: 'refundOrder',
      params: { order_id },
      query: { restock: true },
      body: { items: [{ quantity_refunded: 2 }] },
    });
    assert.equal(await levelOf(ann), 10, 'the rejection has put everything back');

    const invoice = (await ann.ask({ operation: 'insertOrder', body: unpaid })).order.order_id;
    await assert.rejects(
      (async () => {
        for (const current_stage of ['Rejected', 'Shipping Department'])
          await ann.ask({
            operation: 'updateOrder',
            params: { order_id: invoice },
            body: { current_stage },
          });
      })(),
      /cannot go from Rejected to Shipping Department/,
      'an order that is owed is paid first',
    );
  },
);

/**
 * Plays until Ann's declined rebill waits in Accounts Receivable and its piece is in stock again.
 */
async function waiting(shop: Shop, level: number) {
  const ann = await declined(shop, level);
  const [kept] = await ann.bills();
  assert.equal(kept?.current_stage, 'Accounts Receivable');
  assert.equal(await levelOf(ann), level - 1);
  const params = { order_id: kept.order_id! };
  return {
    ann,
    update: (body: object) => ann.ask({ operation: 'updateOrder', params, body }),
  };
}

story(
  'staff pay a declined rebill: it takes its piece again',
  { ...opening, settings: { store_declined_rebills: true } },
  async (shop) => {
    const { ann, update } = await waiting(shop, 2);
    await update({ payment: { payment_status: 'Processed' } });
    assert.equal(await levelOf(ann), 0);
  },
);

story('a refund puts back what it is told to, and a rejection the rest', opening, async (shop) => {
  await shop.sells(tea(10));
  const ann = await shop.order([{ ...monthly[0]!, quantity: 4 }]);
  assert.equal(await levelOf(ann), 6);
  const { original_order_id: orderId } = await ann.read();
  const refund = (quantity: number, query: Record<string, boolean>) =>
    ann.ask({
      operation: 'refundOrder',
      params: { order_id: orderId! },
      query,
      body: { items: [{ quantity_refunded: quantity }] },
    });
  await refund(1, {});
  assert.equal(await levelOf(ann), 6, 'a refund alone puts nothing back');
  await refund(2, { restock: true });
  assert.equal(await levelOf(ann), 7, 'one piece more was refunded');
  const again = await refund(2, { restock: true }).catch((error: Error) => error.message);
  assert.match(String(again), /refund/);
  await refund(4, { restock: true, reject_after_refund: true });
  assert.equal(await levelOf(ann), 10, 'three were put back by refunds, and one by the rejection');
});

story(
  'what a decline has put back is not put back again when staff give the order up',
  { ...opening, settings: { store_declined_rebills: true } },
  async (shop) => {
    const { ann, update } = await waiting(shop, 5);
    // The customer promised a check, which did not arrive.
    await update({ payment: { payment_method: 'Check' } });
    await update({ current_stage: 'Rejected' });
    assert.equal(await levelOf(ann), 4);
  },
);

story(
  'an invoiced rebill gives its pieces back, by whatever it was to be paid',
  opening,
  async (shop) => {
    await shop.sells(tea(5));
    const firm = await shop.order(monthly, {
      payment: { payment_method: 'Purchase Order' },
      channel_partner: { auto_approve_purchase_order: true },
    });
    await shop.until('2027-02-16T00:00');
    const [invoice] = await firm.bills();
    assert.equal(await levelOf(firm), 3);
    const update = (body: object) =>
      firm.ask({ operation: 'updateOrder', params: { order_id: invoice!.order_id! }, body });
    await update({ payment: { payment_method: 'Credit Card' } });
    const levels: (number | undefined)[] = [];
    for (const current_stage of ['Rejected', 'Accounts Receivable', 'Rejected']) {
      await update({ current_stage });
      levels.push(await levelOf(firm));
    }
    assert.deepEqual(levels, [4, 3, 4]);
  },
);

story('free lines of a held order take their pieces', opening, async (shop) => {
  await shop.sells(tea(5));
  const ann = await shop.order(monthly, { channel_partner: { store_completed: false } });
  const params = { order_id: (await ann.read()).original_order_id! };
  await ann.ask({ operation: 'updateOrder', params, body: { current_stage: 'Hold' } });
  await ann.ask({
    operation: 'heldOrderAddItemsAndRelease',
    params,
    body: { items: [{ merchant_item_id: 'TEA', quantity: 2 }] },
  });
  assert.equal(await levelOf(ann), 2);
  await ann.ask({ operation: 'cancelOrder', params });
  assert.equal(await levelOf(ann), 5);
});
