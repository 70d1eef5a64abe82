// What a rebill costs: what the customer chose with the purchase, priced again on every rebill.
import assert from 'node:assert/strict';
import type { PreviewLine } from '@perennial/contract/perennial.ts';
import { story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 19.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const tea = { ...coffee, merchant_item_id: 'TEA', description: 'Tea', pricing: { cost: 9 } };

const rulesOf = ({ price_rules }: PreviewLine): string[] =>
  (price_rules ?? []).map(({ rule, detail, unit_cost }) => `${rule} (${detail}) ${unit_cost}`);

story(
  'an option is on every rebill, a fee only on the purchase, and a replacement has no options',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee, tea);
    const ann = await shop.order([
      {
        merchant_item_id: 'COFFEE',
        auto_order_schedule: 'Monthly',
        options: [
          { label: 'Size', value: 'Large', cost_change: { value: 5 } },
          { label: 'Engraving', value: 'Ann', cost_change: { value: 3 }, one_time_fee: true },
          { label: 'Bag', value: 'none', cost_change: { value: -0.49 } },
          { label: 'Grind', value: 'fine' },
        ],
      },
    ]);
    const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
    assert.deepEqual(rulesOf(rebills[0].lines[0]), [
      'catalog price (COFFEE) 19.99',
      'option (Size: Large) 24.99',
      'option (Bag: none) 24.5',
    ]);
    await shop.until('2026-02-16T00:00');
    const [first] = await ann.bills('summary,item');
    assert.equal(first?.summary?.total?.value, rebills[0].total);
    assert.equal(first?.summary?.total?.value, 24.5);
    assert.deepEqual(
      first?.items?.[0]?.options?.map(({ label, cost_change }) => [label, cost_change?.value]),
      [
        ['Size', 5],
        ['Engraving', undefined],
        ['Bag', -0.49],
        ['Grind', undefined],
      ],
    );
    const { explanation } = await ann.ask({
      operation: 'explainOrder',
      params: { order_id: first?.order_id ?? '' },
    });
    assert.deepEqual(rulesOf(explanation.lines[0]), rulesOf(rebills[0].lines[0]));

    // An option with another value has no agreed price. The old value has its price again.
    await ann.updateItem({ options: [{ label: 'Size', value: 'Small' }] });
    await shop.until('2026-03-16T00:00');
    await ann.updateItem({ options: [{ label: 'Size', value: 'Large' }] });
    await shop.until('2026-04-16T00:00');
    await ann.updateItem({ arbitrary_item_id: 'TEA' });
    await shop.until('2026-05-16T00:00');
    const bills = await ann.bills('summary,item');
    assert.deepEqual(
      bills.map(({ summary, items }) => [summary?.total?.value, items?.[0]?.options?.length]),
      [
        [24.5, 4],
        [19.99, 1],
        [24.99, 1],
        [9, undefined],
      ],
    );
  },
);
