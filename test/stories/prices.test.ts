// Stories of the price of a rebill: the options chosen at the purchase are priced again on every
// rebill.
import assert from 'node:assert/strict';
import type { PreviewLine, PreviewRebill, TaxRule } from '@perennial/contract/perennial.ts';
import { currencyExponent } from '../../server/src/kernel/money.ts';
import { type Subscriber, story } from '../support/stories.ts';

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

    // An option with another value has no agreed price. When the old value returns, its price does,
    // too.
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

/** Returns the tax of each rebill, with the rate that it shows and the city's share. */
const taxesOf = async (subscriber: Subscriber) =>
  (await subscriber.bills('summary,taxes')).map(({ summary, taxes }) => [
    summary?.tax?.value,
    taxes?.tax_rate,
    taxes?.tax_rate_city,
  ]);

const shown = (rules: TaxRule[]) => rules.map(({ rule, detail, tax }) => [rule, detail, tax]);

const rates = [
  { country_code: 'US', state_region: 'CA', tax_rate: 6, tax_shipping: true },
  { country_code: 'US', state_region: 'CA', city: 'Novato', county: 'Marin', tax_rate: 1.5 },
  { country_code: 'US', state_region: 'CA', county: 'Marin', tax_rate: 0.25 },
  { country_code: 'US', state_region: 'NV', tax_rate: 4.6 },
];
/** An item that is not taxed in California. */
const honey = {
  ...coffee,
  merchant_item_id: 'HONEY',
  pricing: { cost: 5 },
  tax: { exemptions: [{ country_code: 'us', state_code: 'CA' }, { country_code: 'FR' }] },
};

story(
  'a move to another state: the rates of the address are asked again for each rebill',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee, { ...tea, tax: { tax_free: true } }, honey);
    await shop.taxes(...rates);
    const lines = ['COFFEE', 'TEA'].map((merchant_item_id) => ({
      merchant_item_id,
      auto_order_schedule: 'Monthly',
    }));
    const novato = { country_code: 'US', state_region: 'CA', city: 'Novato' };
    const changeProfile = await shop.profile({ email: 'ann@example.com' });
    const summary = { arbitrary_shipping_handling_total: { value: 10 } };
    const untaxed = { merchant_item_id: 'HONEY', auto_order_schedule: 'Monthly' };
    const ann = await shop.order([...lines, untaxed], { shipping: novato, summary });
    const imported = await shop.order(lines, {
      shipping: novato,
      summary,
      taxes: { arbitrary_tax_rate: 8.25 },
      email: 'bob@example.com',
    });
    const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
    await shop.until('2026-02-16T00:00');
    const move = async (subscriber: typeof ann) =>
      subscriber.update({
        original_order: { shipping: { ...novato, state_region: 'NV', city: 'Reno' } },
      });
    await move(ann);
    await move(imported);
    const moved = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
    await shop.until('2026-03-16T00:00');
    // The first tax is 7.75 % of 19.99 and 10.00 shipping, without the honey. The second is 4.6 %
    // of 19.99 and the honey.
    assert.deepEqual(await taxesOf(ann), [
      [2.32, 7.75, 1.5],
      [1.15, 4.6, undefined],
    ]);
    assert.deepEqual(await taxesOf(imported), [
      [1.65, 8.25, undefined],
      [0.92, 4.6, undefined],
    ]);
    assert.deepEqual([rebills[0].tax, moved.rebills[0].tax], [2.32, 1.15]);
    const rules = [
      ['state rate', 'CA 6 %', 1.8],
      ['county rate', 'Marin 0.25 %', 1.87],
      ['city rate', 'Novato 1.5 %', 2.32],
    ];
    assert.deepEqual(shown(rebills[0].tax_rules), rules);
    const [first] = await ann.bills();
    const { explanation } = await ann.ask({
      operation: 'explainOrder',
      params: { order_id: first?.order_id ?? '' },
    });
    assert.deepEqual(shown(explanation.tax_rules), rules);

    await changeProfile({ tax_exempt: true });
    await shop.until('2026-04-16T00:00');
    assert.deepEqual((await taxesOf(ann)).at(-1), [0, 0, undefined]);
  },
);

story(
  'a state in words: the rates of its code apply, and of rates that were stored in words',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    await shop.taxes(...rates, { country_code: 'CA', state_region: 'Ontario', tax_rate: 13 });
    const lines = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
    const [nevada, ontario, both] = [
      await shop.order(lines, { shipping: { country_code: 'US', state_region: 'nevada ' } }),
      await shop.order(lines, { shipping: { country_code: 'CA', state_region: 'on' } }),
      await shop.order(lines, { shipping: { country_code: 'CA', state_region: 'Ontario' } }),
    ];
    await nevada.update({ original_order: { shipping: { state_region: 'NV' } } });
    await shop.until('2026-02-16T00:00');
    assert.deepEqual(await taxesOf(nevada), [[0.92, 4.6, undefined]]);
    assert.deepEqual(await taxesOf(ontario), [[2.6, 13, undefined]]);
    assert.deepEqual(await taxesOf(both), [[2.6, 13, undefined]]);
    const [first] = await nevada.bills('shipping');
    assert.equal(first?.shipping?.state_region, 'NV', 'an address stays as it was written');
  },
);

story(
  'a kind of product that one state does not tax, a move, and a taxable cost that was agreed',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee, tea);
    await shop.taxes(
      { country_code: 'US', state_region: 'NV', tax_rate: 5, exempt_digital_items: true },
      { country_code: 'US', state_region: 'OR', tax_rate: 10 },
      { country_code: 'US', state_region: 'WA', tax_rate: 20, exempt_digital_items: true },
    );
    const ann = await shop.order(
      [
        {
          merchant_item_id: 'COFFEE',
          auto_order_schedule: 'Monthly',
          tax_product_type: 'digital',
        },
        {
          merchant_item_id: 'TEA',
          quantity: 3,
          auto_order_schedule: 'Monthly',
          taxable_cost: { value: 2 },
        },
      ],
      { shipping: { country_code: 'US', state_region: 'NV' } },
    );
    const move = (state_region: string) =>
      ann.update({ original_order: { shipping: { country_code: 'US', state_region } } });
    await shop.until('2026-02-16T00:00');
    await move('OR');
    await shop.until('2026-03-16T00:00');
    await move('WA');
    await shop.until('2026-04-16T00:00');
    // The tea is taxed on 6.00. The coffee for 19.99 is taxed only in Oregon.
    assert.deepEqual(
      (await taxesOf(ann)).map(([tax]) => tax),
      [0.3, 2.6, 1.2],
    );
    const [first] = await ann.bills('item');
    assert.deepEqual(
      first?.items?.map((line) => [line.tax_product_type, line.taxable_cost?.value]),
      [
        ['digital', undefined],
        [undefined, 2],
      ],
    );
  },
);

type Amounts = Pick<PreviewRebill, 'subtotal' | 'discount' | 'shipping' | 'tax' | 'total'>;

// A yen has no decimals, a dinar has three. Quantities have up to four decimals in every currency.
for (const currency of ['JPY', 'KWD', 'USD'])
  story(
    `parts of units, a coupon, shipping and tax in ${currency}: to the smallest unit`,
    { on: '2026-01-15T10:00', currency },
    async (shop) => {
      const of = (units: number) => units / 10 ** currencyExponent(currency);
      const sold = (merchant_item_id: string, cost: number) => ({
        ...coffee,
        merchant_item_id,
        pricing: { cost: of(cost) },
      });
      await shop.sells(sold('COFFEE', 333), sold('TEA', 1));
      await shop.offers({
        merchant_code: 'THIRD',
        percent_off_subtotal: { discount_percent: 33.33 },
      });
      await shop.taxes({ country_code: 'US', tax_rate: 8.25 });
      const ann = await shop.order(
        [
          { merchant_item_id: 'COFFEE', quantity: 1.25, auto_order_schedule: 'Monthly' },
          { merchant_item_id: 'TEA', quantity: 2.0001, auto_order_schedule: 'Monthly' },
        ],
        {
          coupons: [{ coupon_code: 'THIRD' }],
          summary: { arbitrary_shipping_handling_total: { value: of(500) } },
        },
      );
      // The lines are 416.25 and 2.0002. The discount is 33.33 % of 418, split between 416 and 2,
      // and the tax is 8.25 % of 279.
      const expected = [418, 139, 500, 23, 802].map(of);
      const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
      const amounts = ({ subtotal, discount, shipping, tax, total }: Amounts) => [
        subtotal,
        discount,
        shipping,
        tax,
        total,
      ];
      assert.deepEqual(amounts(rebills[0]), expected);
      await shop.until('2026-02-16T00:00');
      const [bill] = await ann.bills('summary,item');
      const { summary } = bill!;
      assert.deepEqual(
        [
          summary?.subtotal?.value,
          summary?.subtotal_discount?.value,
          summary?.shipping_handling_total?.value,
          summary?.tax?.value,
          summary?.total?.value,
        ],
        expected,
      );
      assert.deepEqual(
        bill!.items?.map(({ discount }) => discount?.value),
        [138, 1].map(of),
      );
      const params = { order_id: bill!.order_id! };
      const { explanation } = await ann.ask({ operation: 'explainOrder', params });
      assert.deepEqual([amounts(explanation), explanation.differences], [expected, []]);
    },
  );

story(
  'lines of a rebill name the tier that priced them, their weight, and whether they are kits',
  { on: '2026-01-10T09:00' },
  async (shop) => {
    await shop.tiers({ name: 'Club', default_percentage_discount: 10 });
    await shop.profile({ email: 'club@example.com', pricing_tiers: [{ name: 'Club' }] });
    const monthly = { auto_orderable: true, auto_order_schedules: ['Monthly' as const] };
    await shop.sells({ merchant_item_id: 'SOAP', pricing: { cost: 3 } });
    await shop.sells({
      merchant_item_id: 'BOX',
      pricing: { cost: 20 },
      auto_order: monthly,
      kit_definition: {
        components: [{ component_merchant_item_id: 'SOAP', quantity: 2 }],
      },
      kit: true,
    });
    const weight = { uom: 'LB' as const, value: 2 };
    const box = { merchant_item_id: 'BOX', quantity: 3, auto_order_schedule: 'Monthly', weight };
    const ann = await shop.order([box], { email: 'club@example.com' });
    await shop.until('2026-02-11T00:00');
    await ann.updateItem({ original_quantity: 2 });
    await shop.until('2026-03-11T00:00');
    await ann.updateItem({ arbitrary_unit_cost: 15 });
    await shop.until('2026-04-11T00:00');
    const bills = await ann.bills('item,shipping');
    assert.deepEqual(
      bills.map(({ items, shipping }) => {
        const { kit, pricing_tier_name: tier, cost, weight } = items![0]!;
        return [kit, tier, cost?.value, weight?.value, shipping?.weight?.value];
      }),
      [
        [true, 'Club', 18, 2, 6],
        [true, 'Club', 18, 2, 4],
        [true, undefined, 15, 2, 4],
      ],
    );
  },
);
