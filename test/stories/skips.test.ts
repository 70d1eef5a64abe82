// Stories of skipping, bringing back, resuming and reactivating. Each request is sent twice, and
// the second time changes nothing.
import assert from 'node:assert/strict';
import { type Subscriber, story } from '../support/stories.ts';

const chosen = { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] };
const item = (merchant_item_id: string, cost: number) => ({
  merchant_item_id,
  description: merchant_item_id,
  pricing: { cost },
  auto_order: chosen,
});
const coffee = item('COFFEE', 12.99);
const tea = item('TEA', 9.5);
const line = (merchant_item_id: string, auto_order_schedule: string) => ({
  merchant_item_id,
  auto_order_schedule,
});
const bill = 'rebill: COFFEE 12.99 = 12.99';

type Action = 'skipAutoOrder' | 'unskipAutoOrder' | 'resumeAutoOrder' | 'reactivateAutoOrder';

/** Sends the change twice, and returns the days of the next rebills and the warning. */
async function act(ann: Subscriber, operation: Action, body: object) {
  const first = await ann.ask({ operation, body });
  const second = await ann.ask({ operation, body });
  assert.deepEqual(second.auto_order, first.auto_order, 'a repeat returns the same record');
  const days = first.preview.map(({ shipment_dts }: { shipment_dts: string }) =>
    shipment_dts.slice(0, 16),
  );
  return { days, warning: first.warning?.warning_message };
}

story('a month is skipped and the 31st comes back', { on: '2026-01-31T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([line('COFFEE', 'Monthly')]);
  const { days } = await act(ann, 'skipAutoOrder', { shipment_dts: '2026-02-28' });
  assert.deepEqual(days, ['2026-03-31T10:00', '2026-04-30T10:00', '2026-05-31T10:00']);
  const twoMore = await act(ann, 'skipAutoOrder', { shipment_dts: '2026-03-31', count: 2 });
  assert.deepEqual(twoMore.days, ['2026-05-31T10:00', '2026-06-30T10:00', '2026-07-31T10:00']);
  const back = await act(ann, 'unskipAutoOrder', { shipment_dts: '2026-04-30' });
  assert.deepEqual(back.days, ['2026-04-30T10:00', '2026-05-31T10:00', '2026-06-30T10:00']);
  await shop.until('2026-06-01T00:00');
  await ann.lived(
    '2026-01-31 10:00 create',
    '2026-01-31 10:00 update',
    '2026-01-31 10:00 update',
    '2026-01-31 10:00 update',
    `2026-04-30 10:00 ${bill}`,
    `2026-05-31 10:00 ${bill}`,
  );
});

story('only the day that is next can be skipped', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee, tea);
  const ann = await shop.order([line('COFFEE', 'Weekly'), line('TEA', 'Monthly')]);
  await shop.until('2026-01-23T00:00');
  const skip = (body: object) => ann.ask({ operation: 'skipAutoOrder', body });
  const unskip = (body: object) => ann.ask({ operation: 'unskipAutoOrder', body });
  await assert.rejects(skip({}), /shipment_dts is missing/);
  await assert.rejects(skip({ shipment_dts: '2026-01-30' }), /not the day of a shipment.*01-29/);
  await assert.rejects(skip({ shipment_dts: '2026-01-22' }), /was billed. The next one is at 20/);
  await assert.rejects(skip({ shipment_dts: '2026-01-29', count: 0 }), /count is out of range/);
  await assert.rejects(
    skip({ shipment_dts: '2026-01-29', auto_order_item_oid: 99_999 }),
    /auto_order_item_oid is not an item of this auto order/,
  );
  await assert.rejects(unskip({ shipment_dts: '2026-01-20' }), /has passed/);
  await assert.rejects(unskip({ shipment_dts: '2026-01-27' }), /not the day of a shipment/);
  const { days } = await act(ann, 'skipAutoOrder', { shipment_dts: '2026-01-29' });
  assert.deepEqual(days, ['2026-02-05T10:00', '2026-02-12T10:00', '2026-02-15T10:00']);
  await ann.update({ enabled: false, cancel_reason: 'Enough' });
  await assert.rejects(skip({ shipment_dts: '2026-02-05' }), /is canceled. Reactivate it first/);
});

story(
  'skipping one of two that ship together, and what the card declined',
  { on: '2026-01-15T10:00', settings: { dunning: { retry_days: [3, 3] } } },
  async (shop) => {
    await shop.sells(coffee, tea);
    const ann = await shop.order([line('COFFEE', 'Weekly'), line('TEA', 'Weekly')]);
    const { items = [] } = await ann.read();
    const oid = items.find(({ original_item_id: id }) => id === 'TEA')!.auto_order_item_oid!;
    await act(ann, 'skipAutoOrder', { shipment_dts: '2026-01-22', auto_order_item_oid: oid });
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_1x-skips',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-01-23T00:00');
    assert.equal((await ann.read()).credit_card_attempt, 1);
    const { days } = await act(ann, 'skipAutoOrder', { shipment_dts: '2026-01-22' });
    assert.deepEqual(days, ['2026-01-29T10:00', '2026-02-05T10:00', '2026-02-12T10:00']);
    const skipped = await ann.read();
    assert.equal(skipped.credit_card_attempt, 0);
    assert.equal(skipped.next_attempt, undefined);
    await shop.until('2026-01-30T00:00');
    assert.equal((await ann.bills()).length, 1);
  },
);

for (const [missed_shipments, days, billed] of [
  ['one', ['2026-08-01T12:00', '2026-08-15T10:00'], 'one shipment is charged'],
  ['skip', ['2026-08-15T10:00', '2026-09-15T10:00'], undefined],
  ['bill', ['2026-08-01T12:00', '2026-08-02T12:00'], '2 shipments are charged'],
] as const)
  story(
    `resumed after a summer, missed shipments: ${missed_shipments}`,
    { on: '2026-04-15T10:00', settings: { missed_shipments } },
    async (shop) => {
      await shop.sells(coffee);
      const ann = await shop.order([line('COFFEE', 'Monthly')]);
      await shop.until('2026-05-20T12:00');
      await ann.ask({ operation: 'pauseAutoOrder' });
      await shop.until('2026-08-01T12:00');
      const resumed = await act(ann, 'resumeAutoOrder', {});
      assert.deepEqual(resumed.days.slice(0, 2), days);
      if (billed !== undefined) assert.ok(resumed.warning?.includes(billed), resumed.warning);
      assert.equal((await ann.read()).items?.[0]?.paused, false);
    },
  );

story('resumed on a date, and a late repeat', { on: '2026-04-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([line('COFFEE', 'Monthly')]);
  await ann.ask({ operation: 'pauseAutoOrder' });
  await shop.until('2026-08-01T12:00');
  const resume = { shipment_dts: '2026-08-10T09:00:00-04:00' };
  await assert.rejects(
    ann.ask({ operation: 'resumeAutoOrder', body: { shipment_dts: '2026-07-10' } }),
    /shipment_dts has passed/,
  );
  const { days } = await act(ann, 'resumeAutoOrder', resume);
  assert.deepEqual(days, ['2026-08-10T09:00', '2026-09-10T09:00', '2026-10-10T09:00']);
  await shop.until('2026-08-11T00:00');
  const late = await act(ann, 'resumeAutoOrder', resume);
  assert.deepEqual(late.days, ['2026-09-10T09:00', '2026-10-10T09:00', '2026-11-10T09:00']);
  assert.match(late.warning ?? '', /shipment_dts had no effect/);
});

story(
  'reactivated: nothing of the time between is charged',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([line('COFFEE', 'Monthly')]);
    await ann.update({ enabled: false, cancel_reason: 'Enough' });
    await shop.until('2026-06-01T00:00');
    const { days } = await act(ann, 'reactivateAutoOrder', {});
    assert.deepEqual(days, ['2026-06-15T10:00', '2026-07-15T10:00', '2026-08-15T10:00']);
    await ann.update({ enabled: false });
    await shop.until('2026-08-20T00:00');
    const dated = await act(ann, 'reactivateAutoOrder', {
      shipment_dts: '2026-08-25T08:00:00-04:00',
    });
    assert.deepEqual(dated.days, ['2026-08-25T08:00', '2026-09-25T08:00', '2026-10-25T08:00']);
    await shop.until('2026-09-01T00:00');
    assert.equal((await ann.bills()).length, 1);
  },
);

story('an item that was ended is reopened', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee, tea);
  const ann = await shop.order([line('COFFEE', 'Monthly'), line('TEA', 'Monthly')]);
  await ann.updateItem({ no_order_after_dts: '2026-01-20T00:00:00-05:00' }, 'TEA');
  await shop.until('2026-02-20T00:00');
  const { items = [] } = await ann.read();
  const oid = items.find(({ original_item_id: id }) => id === 'TEA')!.auto_order_item_oid!;
  await assert.rejects(
    ann.ask({ operation: 'reactivateAutoOrder', body: { auto_order_item_oid: oid } }),
    /shipment_dts is missing, and item TEA has no next shipment/,
  );
  await act(ann, 'reactivateAutoOrder', {
    auto_order_item_oid: oid,
    shipment_dts: '2026-03-15T10:00:00-04:00',
  });
  await shop.until('2026-03-16T00:00');
  assert.deepEqual(
    (await ann.bills('summary')).map(({ summary }) => summary?.total?.value),
    [12.99, 22.49],
  );
});
