// Stories of forms that were read, kept while the engine worked, and written back.
import assert from 'node:assert/strict';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Order } from '@perennial/contract/order.ts';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const chosen = { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] };
const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: chosen,
};
const mug = { merchant_item_id: 'MUG', description: 'Mug', pricing: { cost: 4 } };
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
const everything = {
  _expand: 'items,add_ons,properties,original_order.billing,rebill_orders',
};
const bill = 'rebill: COFFEE 12.99 = 12.99';

const read = async (ann: Subscriber, query: Record<string, string> = everything) =>
  (await ann.ask({ operation: 'getAutoOrder', query }))['auto_order'] as AutoOrder;

/** Writes a form back and returns the warnings of the response. */
async function write(ann: Subscriber, body: AutoOrder): Promise<string> {
  const answer = await ann.ask({ operation: 'updateAutoOrder', body, query: everything });
  return answer['warning']?.warning_message ?? '';
}

const newCard = (ann: Subscriber, token: string) =>
  ann.ask({
    operation: 'updateAutoOrderPayment',
    body: { card_number_token: token, card_expiration_month: 12, card_expiration_year: 2040 },
  });

const namesAll = (warning: string, ...fields: string[]) => {
  for (const field of fields) assert.ok(warning.includes(field), `${field} in: ${warning}`);
};

const states = ({ status, completed }: AutoOrder) => [status, completed];

/** Asserts that the audit finds no difference. */
const isBalanced = async (ann: Subscriber) =>
  assert.deepEqual((await ann.ask({ operation: 'getAudit' }))['differences'], []);

story('read before a rebill, written after it', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee, mug);
  const ann = await shop.order(monthly);
  await ann.update({
    cancel_after_next_x_orders: 3,
    add_ons: [{ item_id: 'MUG', next_x_orders: 1 }],
  });
  await ann.updateItem({
    remaining_repeat_count: 5,
    arbitrary_unit_cost: 10,
    arbitrary_unit_cost_remaining_orders: 1,
  });
  const form = await read(ann);
  await shop.until('2026-02-16T00:00');
  const [item] = form.items!;
  const warning = await write(ann, {
    ...form,
    items: [{ ...item, original_quantity: 2 }],
    original_order: { billing: { ...form.original_order!.billing, city: 'Albany' } },
  });
  namesAll(
    warning,
    'items[0].next_shipment_dts',
    'items[0].remaining_repeat_count',
    'items[0].arbitrary_unit_cost_remaining_orders',
    'cancel_after_next_x_orders',
    'add_ons[0]',
  );
  const after = await read(ann);
  assert.deepEqual(
    [
      after.items![0]!.next_shipment_dts,
      after.items![0]!.remaining_repeat_count,
      after.cancel_after_next_x_orders,
      after.add_ons,
    ],
    ['2026-03-15T10:00:00-04:00', 4, 2, []],
  );
  assert.equal(after.items![0]!.original_quantity, 2);
  assert.equal(after.original_order!.billing!.city, 'Albany');
  assert.equal(await write(ann, after), '', 'a form of now is taken whole');
  await shop.until('2026-12-01T00:00');
  assert.deepEqual(
    (await read(ann)).rebill_orders!.map(({ creation_dts: at }) => at!.slice(0, 10)),
    ['2026-02-15', '2026-03-15', '2026-04-15'],
  );
});

story('a date that was billed is not a new date', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await shop.until('2026-03-20T00:00');
  for (const date of ['2026-02-15T10:00:00-05:00', '2026-03-15T14:00:00Z', '2026-03-15'])
    namesAll(
      await write(ann, { items: [{ ...oidOf(await read(ann)), next_shipment_dts: date }] }),
      'items[0].next_shipment_dts',
    );
  await ann.updateItem({ next_shipment_dts: '2026-04-20T10:00:00-04:00' });
  await shop.until('2026-05-01T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    `2026-02-15 10:00 ${bill}`,
    `2026-03-15 10:00 ${bill}`,
    '2026-03-20 00:00 update',
    `2026-04-20 10:00 ${bill}`,
  );
});

story('read before a decline, written after it', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await newCard(ann, 'tok_decline_2x-forms');
  await shop.until('2026-02-01T00:00');
  const never = await read(ann);
  await shop.until('2026-02-16T00:00');
  const once = await read(ann);
  namesAll(await write(ann, never), 'credit_card_attempt');
  assert.deepEqual((await read(ann)).credit_card_attempt, 1);
  await shop.until('2026-02-19T00:00');
  namesAll(await write(ann, once), 'credit_card_attempt', 'next_attempt');
  const twice = await read(ann);
  assert.equal(twice.credit_card_attempt, 2);
  assert.equal(await write(ann, twice), '');
  await shop.until('2026-03-01T00:00');
  namesAll(await write(ann, twice), 'credit_card_attempt', 'next_attempt', 'next_shipment_dts');
  assert.equal((await read(ann)).credit_card_attempt, 0);
});

story('read before the end, written after it', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await ann.updateItem({ remaining_repeat_count: 1 });
  const form = await read(ann);
  await shop.until('2026-03-01T00:00');
  namesAll(await write(ann, form), 'enabled', 'next_shipment_dts', 'remaining_repeat_count');
  const after = await read(ann);
  assert.deepEqual([after.status, after.completed, after.enabled], ['disabled', true, false]);
});

story(
  'canceled after its end, and a form that takes the end back',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.updateItem({ no_order_after_dts: '2026-02-01T00:00:00-05:00' });
    assert.equal((await read(ann)).completed, true);
    await ann.update({ enabled: false, cancel_reason: 'Changed my mind' });
    assert.deepEqual(states(await read(ann)), ['canceled', true]);
    await ann.updateItem({ no_order_after_dts: null });
    assert.deepEqual(states(await read(ann)), ['canceled', false]);
    await isBalanced(ann);
  },
);

story(
  'completed by its end, and moved to a day before that end',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.updateItem({ no_order_after_dts: '2026-01-20T00:00:00-05:00' });
    await shop.until('2026-01-25T12:00');
    await ann.updateItem({ next_shipment_dts: '2026-01-18T10:00:00-05:00' });
    assert.deepEqual(
      states(await read(ann)),
      ['disabled', true],
      'it would be billed now, too late',
    );
    await isBalanced(ann);
  },
);

story('disabled by declines, and a form from before', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await newCard(ann, 'tok_decline_9x-forms');
  const form = await read(ann);
  await shop.until('2026-03-01T00:00');
  namesAll(await write(ann, form), 'enabled', 'credit_card_attempt');
  const stopped = await read(ann);
  assert.deepEqual([stopped.status, stopped.credit_card_attempt], ['disabled', 3]);
  namesAll(
    await write(ann, { ...stopped, enabled: true }),
    'one shipment is charged for it',
    'The next one ships at 2026-03-15',
  );
  assert.equal((await read(ann)).status, 'active');
  await newCard(ann, 'tok_approve');
  await shop.until('2026-03-01T01:00');
  assert.equal((await read(ann)).items![0]!.next_shipment_dts, '2026-03-15T10:00:00-04:00');
  assert.equal((await ann.bills()).length, 1);
});

story('slipped meanwhile', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  const form = await read(ann);
  await shop.changes('COFFEE', { auto_order: { ...chosen, auto_order_paused: true } });
  await shop.until('2026-02-18T12:00');
  namesAll(await write(ann, form), 'next_shipment_dts');
  assert.equal((await read(ann)).items![0]!.next_shipment_dts, '2026-02-19T10:00:00-05:00');
});

/*
 * A case with an item without a calculated date: a paused item, or one of a canceled auto order. A
 * skipped date is not a billed one. The form is read before the date is moved, and written back
 * after the next pause or cancelation. Ann's tea ships on the 15th.
 */
interface Road {
  readonly what: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Removes the calculated date, before the form is read and again before it is written back. */
  readonly stops: (ann: Subscriber) => Promise<unknown>;
  readonly moves: (ann: Subscriber, shop: Shop) => Promise<unknown>;
  /** The date of the item when the form is written back. */
  readonly next: string;
}

const pauses = (ann: Subscriber) => ann.updateItem({ paused: true });
const goesOn = (ann: Subscriber) => ann.updateItem({ paused: false });
const cancels = (ann: Subscriber) => ann.update({ enabled: false, cancel_reason: 'Enough' });
const moveTo = (ann: Subscriber, time_zone: string) =>
  ann.ask({ operation: 'updateMerchantSettings', body: { time_zone } });
const skips = (ann: Subscriber, { auto_order_item_oid }: { auto_order_item_oid: number }) =>
  ann.ask({
    operation: 'skipAutoOrder',
    body: { shipment_dts: '2026-02-15', auto_order_item_oid },
  });

/** Declines the shipment of 15 February, and changes its order as staff decide. */
const declinesAnd = (change: Order) => async (ann: Subscriber, shop: Shop) => {
  await newCard(ann, 'tok_decline');
  await goesOn(ann);
  await shop.until('2026-02-16T00:00');
  const [kept] = await ann.bills();
  const params = { order_id: kept!.order_id! };
  await ann.ask({ operation: 'updateOrder', params, body: change });
};

const roads: readonly Road[] = [
  {
    what: 'a reactivation skipped it',
    stops: cancels,
    moves: async (ann, shop) => {
      await shop.until('2026-02-20T00:00');
      await ann.update({ enabled: true });
    },
    next: '2026-03-15T10:00:00-04:00',
  },
  ...(['one', 'skip', 'bill'] as const).map((missed_shipments) => ({
    what: `it was missed (${missed_shipments})`,
    settings: { missed_shipments },
    stops: pauses,
    moves: async (ann: Subscriber, shop: Shop) => {
      await shop.until('2026-02-20T00:00');
      await goesOn(ann);
      await shop.until('2026-02-21T00:00');
    },
    next: '2026-03-15T10:00:00-04:00',
  })),
  {
    what: 'its order was rejected',
    settings: { store_declined_rebills: true },
    stops: pauses,
    moves: declinesAnd({ current_stage: 'Rejected' }),
    next: '2026-03-15T10:00:00-04:00',
  },
  {
    what: 'its order was paid by cheque',
    settings: { store_declined_rebills: true },
    stops: pauses,
    moves: declinesAnd({ payment: { payment_method: 'Check' }, current_stage: 'Completed Order' }),
    next: '2026-03-15T10:00:00-04:00',
  },
  {
    what: 'it was skipped',
    stops: pauses,
    moves: async (ann) => skips(ann, oidOf(await read(ann))),
    next: '2026-03-15T10:00:00-04:00',
  },
  {
    what: 'staff moved it on',
    stops: pauses,
    moves: (ann) => ann.updateItem({ next_shipment_dts: '2026-02-22T10:00:00-05:00' }),
    next: '2026-02-22T10:00:00-05:00',
  },
  {
    what: 'staff moved it forward',
    stops: pauses,
    moves: (ann) => ann.updateItem({ next_shipment_dts: '2026-02-10T10:00:00-05:00' }),
    next: '2026-02-10T10:00:00-05:00',
  },
  {
    what: 'it slipped',
    stops: pauses,
    moves: async (ann, shop) => {
      await shop.changes('COFFEE', { auto_order: { ...chosen, auto_order_paused: true } });
      await goesOn(ann);
      await shop.until('2026-02-18T12:00');
    },
    next: '2026-02-19T10:00:00-05:00',
  },
  {
    what: 'the merchant moved to Tokyo and on to Berlin',
    stops: pauses,
    moves: async (ann) => {
      await moveTo(ann, 'Asia/Tokyo');
      await moveTo(ann, 'Europe/Berlin');
    },
    next: '2026-02-15T10:00:00+01:00',
  },
];

for (const { what, settings = {}, stops, moves, next } of roads)
  story(
    `a form with the date from before ${what}`,
    { on: '2026-01-15T10:00', settings },
    async (shop) => {
      await shop.sells(coffee);
      const ann = await shop.order(monthly);
      await stops(ann);
      const form = await read(ann, { _expand: 'items' });
      assert.equal(form.items![0]!.next_shipment_dts, '2026-02-15T10:00:00-05:00');
      await moves(ann, shop);
      await stops(ann);
      const warning = await write(ann, { ...form, override_affiliate_id: 7 });
      namesAll(warning, 'items[0].next_shipment_dts');
      const after = await read(ann);
      assert.deepEqual(
        [after.items![0]!.next_shipment_dts, after.override_affiliate_id],
        [next, 7],
      );
      const item = { ...oidOf(after), next_shipment_dts: '2026-04-20T10:00:00Z' };
      assert.equal(await write(ann, { ...after, items: [item] }), '', 'a new date is taken');
    },
  );

const oidOf = ({ items = [] }: AutoOrder) => ({
  auto_order_item_oid: items[0]!.auto_order_item_oid!,
});

story(
  'the history of another system is not a stale form',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    const form = await read(ann);
    const history = {
      number_of_rebills: 14,
      life_time_value: 194.85,
      rebill_value: 181.86,
      first_order_dts: '2024-11-15T10:00:00-05:00',
      last_order_dts: '2025-12-15T10:00:00-05:00',
      next_shipment_dts: '2026-01-28T10:00:00-05:00',
    };
    const items = [{ ...form.items![0], ...history }];
    assert.equal(await write(ann, { ...form, items }), '');
    const [item] = (await read(ann)).items!;
    assert.deepEqual({ ...item, ...history }, item);
    await shop.until('2026-02-01T00:00');
    const [billed] = (await read(ann)).items!;
    assert.deepEqual([billed?.number_of_rebills, billed?.rebill_value], [15, 194.85]);
    await assert.rejects(
      ann.updateItem({ number_of_rebills: -1 }),
      /number_of_rebills is out of range/,
    );
    await isBalanced(ann);
  },
);
