// Stories of previews: the dates and prices of future rebills, and the rules that set them.
import assert from 'node:assert/strict';
import type { PreviewLine, PreviewRebill } from '@perennial/contract/perennial.ts';
import { type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 15, auto_order_cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
};

/**
 * Returns one line for each rebill: its minute, its total, and the rules for the date and the price
 * of its first line.
 */
async function preview(
  subscriber: Subscriber,
  count: number,
): Promise<{ lines: string[]; ends: string }> {
  const body = await subscriber.ask({ operation: 'previewAutoOrder', query: { count } });
  const rebills = body['rebills'] as readonly PreviewRebill[];
  return {
    ends: body['ends'],
    lines: rebills.map(
      (rebill) => `${rebill.shipment_dts?.slice(0, 16)} ${rebill.total}: ${why(rebill.lines![0]!)}`,
    ),
  };
}

const why = (line: PreviewLine): string =>
  [...(line.date_rules ?? []), ...(line.price_rules ?? [])]
    .map(({ rule, detail }) => `${rule} (${detail})`)
    .join(', ');

story(
  'a month that is too short, and a price that holds for one more order',
  { on: '2026-01-31T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([
      { merchant_item_id: 'COFFEE', quantity: 2, auto_order_schedule: 'Monthly' },
    ]);
    await ann.updateItem({
      arbitrary_unit_cost: 10,
      arbitrary_unit_cost_remaining_orders: 1,
      arbitrary_percentage_discount: 5,
    });
    assert.deepEqual(await preview(ann, 3), {
      ends: 'never',
      lines: [
        '2026-02-28T10:00 19: scheduled date (from the auto order), auto order price ' +
          '(COFFEE), arbitrary unit cost (remaining orders: 1), percentage discount (5 %), ' +
          'quantity (2)',
        '2026-03-31T10:00 24.68: frequency (Monthly after 2026-02-28), auto order price ' +
          '(COFFEE), percentage discount (5 %), quantity (2)',
        '2026-04-30T10:00 24.68: frequency (Monthly after 2026-03-31), end of month (counted ' +
          'from day 31, which this month lacks), auto order price (COFFEE), percentage ' +
          'discount (5 %), quantity (2)',
      ],
    });
  },
);

story('steps, a pause between them, and an end', { on: '2026-01-10T09:00' }, async (shop) => {
  await shop.sells(coffee, {
    merchant_item_id: 'TOUR',
    pricing: { cost: 15 },
    auto_order: {
      auto_order_upsell: true,
      steps: [
        {
          type: 'item',
          recurring_merchant_item_id: 'COFFEE',
          schedule: 'Monthly',
          repeat_count: 1,
          arbitrary_unit_cost: 9,
        },
        { type: 'pause', pause_days: 10 },
        { type: 'item', recurring_merchant_item_id: 'COFFEE', schedule: 'Weekly', repeat_count: 2 },
      ],
    },
  });
  const ann = await shop.order([{ merchant_item_id: 'TOUR' }]);
  assert.deepEqual(await preview(ann, 12), {
    ends: 'completed',
    lines: [
      '2026-02-10T09:00 9: scheduled date (from the auto order), step price (COFFEE)',
      '2026-02-27T09:00 12.99: pause (10 days), step (step 3 of 3: Weekly, shipment 1 of 2 ' +
        'after 2026-02-10), auto order price (COFFEE)',
      '2026-03-06T09:00 12.99: step (step 3 of 3: Weekly, shipment 2 of 2 after 2026-02-27), auto order price (COFFEE)',
    ],
  });
});

story(
  'a retry, and what had been missed meanwhile',
  { on: '2026-01-15T10:00', settings: { dunning: { retry_days: [10] } } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }]);
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_1x-preview',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-01-23T00:00');
    const { lines } = await preview(ann, 3);
    assert.deepEqual(lines, [
      '2026-02-01T10:00 12.99: scheduled date (from the auto order), next attempt (after 1 ' +
        'declined), auto order price (COFFEE)',
      '2026-02-01T10:00 12.99: frequency (Weekly after 2026-01-22), overdue (its date has ' +
        'passed, so it is billed at once), auto order price (COFFEE)',
      '2026-02-05T10:00 12.99: frequency (Weekly after 2026-01-29), auto order price (COFFEE)',
    ]);
  },
);

story('what cannot be previewed is said', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }]);
  await ann.updateItem({ paused: true });
  assert.deepEqual(await preview(ann, 12), { ends: 'paused', lines: [] });
  await ann.updateItem({ paused: false });
  await assert.rejects(preview(ann, 101), /count is out of range. Send a value from 1 to 100/);
  await ann.update({ enabled: false, cancel_reason: 'Enough' });
  assert.deepEqual(await preview(ann, 12), { ends: 'canceled', lines: [] });
  await assert.rejects(
    ann.ask({ operation: 'previewAutoOrder', params: { auto_order_oid: 999_999 } }),
    /There is no auto order 999999/,
  );
});
