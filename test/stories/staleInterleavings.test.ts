// Tests reads, rebills and write-backs in any order: each month is billed once, on its day, and
// real edits are kept.
import assert from 'node:assert/strict';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import fc from 'fast-check';
import { story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 10 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const expand = { _expand: 'items,rebill_orders' };
const step = fc.oneof(
  fc.record({ kind: fc.constant('days' as const), value: fc.integer({ min: 1, max: 25 }) }),
  fc.record({ kind: fc.constant('read' as const), value: fc.constant(0) }),
  fc.record({ kind: fc.constant('write' as const), value: fc.nat(5) }),
);
const lives = fc.sample(fc.array(step, { minLength: 25, maxLength: 25 }), { numRuns: 6, seed: 44 });

for (const [number, steps] of lives.entries()) {
  story(`life ${number + 1} of seed 44`, { on: '2026-01-15T10:00' }, async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }]);
    await ann.update({ cancel_after_next_x_orders: 4 });
    const read = async (): Promise<AutoOrder> =>
      (await ann.ask({ operation: 'getAutoOrder', query: expand }))['auto_order'];
    const forms = [await read()];
    let day = 0;
    let quantity = 1;
    const until = (days: number) =>
      shop.until(new Date(Date.UTC(2026, 0, 15 + days, 12)).toISOString().slice(0, 16));
    for (const { kind, value } of steps) {
      if (kind === 'days') await until((day += value));
      else if (kind === 'read') forms.push(await read());
      else {
        const form = forms[value % forms.length]!;
        const [item] = form.items!;
        await ann.update({ ...form, items: [{ ...item, original_quantity: ++quantity }] });
        assert.equal((await read()).items![0]!.original_quantity, quantity);
      }
    }
    await until((day += 200));
    const after = await read();
    const dates = after.rebill_orders!.map(({ creation_dts: at }) => at!.slice(0, 10));
    assert.deepEqual(dates, ['2026-02-15', '2026-03-15', '2026-04-15', '2026-05-15']);
    assert.deepEqual([after.status, after.items![0]!.number_of_rebills], ['canceled', 4]);
  });
}
