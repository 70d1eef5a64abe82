import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { catalogItem, itemDue, itemStep } from '../../../test/support/ruleRecords.ts';
import type { ItemPricing, ItemStep } from '../items/item.ts';
import { minor } from '../kernel/money.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import { type PriceRequest, priceLine } from './pricing.ts';

const at = Temporal.Instant.from('2026-03-01T15:00:00Z');
const cost = (units: number) => minor(units);

interface PriceCase {
  readonly pricing?: ItemPricing;
  readonly step?: Partial<ItemStep>;
  readonly item?: Partial<AutoOrderItem>;
  readonly retryDays?: number;
  readonly signedUp?: string;
  /** The price change of each option, in minor units. */
  readonly options?: readonly number[];
}

function price({
  pricing = { cost: cost(2000) },
  step,
  item,
  retryDays = 0,
  signedUp = '2025-06-01T12:00:00Z',
  options = [],
}: PriceCase) {
  const request: PriceRequest = {
    item: itemDue('2026-03-01', item),
    shipped: catalogItem('COFFEE', { pricing }),
    step: step === undefined ? undefined : itemStep(step),
    at,
    signedUpAt: Temporal.Instant.from(signedUp),
    retryDays,
    options: options.map((change) => ({ label: 'Size', value: 'L', costChange: cost(change) })),
    zone: 'America/New_York',
  };
  return priceLine(request);
}

function amountAndRules(example: PriceCase): [amount: number | string, ...rules: string[]] {
  const outcome = price(example);
  return outcome.ok
    ? [outcome.value.amount, ...outcome.value.trace.map(({ rule }) => rule)]
    : [outcome.reason];
}

const grandfathered: Partial<ItemStep> = {
  unitCost: cost(1500),
  grandfatherPricing: [
    { onOrBefore: Temporal.PlainDate.from('2025-12-31'), unitCost: cost(1200) },
    { onOrBefore: Temporal.PlainDate.from('2024-12-31'), unitCost: cost(1000) },
  ],
};
const cheaperOnRetry: Partial<ItemStep> = {
  unitCost: cost(1500),
  unitCostSchedules: [
    { retryDays: 3, unitCost: cost(1300) },
    { retryDays: 6, unitCost: cost(1100) },
  ],
};

const sale = { cost: cost(2000), saleCost: cost(1700) };
const priceCases: [name: string, example: PriceCase, expected: [number | string, ...string[]]][] = [
  ["the catalogue's cost", {}, [2000, 'catalog price']],
  [
    'two options, one of them cheaper',
    { options: [500, -100] },
    [2400, 'catalog price', 'option', 'option'],
  ],
  [
    'options add up before a price below 0 becomes 0, as in the purchase',
    { options: [-2500, 800] },
    [300, 'catalog price', 'option', 'option'],
  ],
  ['options never make a price negative', { options: [-2500] }, [0, 'catalog price', 'option']],
  [
    'the arbitrary unit cost includes the options',
    { options: [500], item: { arbitraryUnitCost: cost(999) } },
    [999, 'catalog price', 'option', 'arbitrary unit cost'],
  ],
  [
    'the percentage is taken off the price with options',
    { options: [500], item: { arbitraryPercentageDiscount: 10 } },
    [2250, 'catalog price', 'option', 'percentage discount'],
  ],
  [
    'the auto order price before the cost and the sale',
    { pricing: { ...sale, autoOrderCost: cost(1800) } },
    [1800, 'auto order price'],
  ],
  ['a sale without bounds', { pricing: sale }, [1700, 'sale price']],
  ['a sale on its first moment', { pricing: { ...sale, saleStart: at } }, [1700, 'sale price']],
  ['a sale on its last moment', { pricing: { ...sale, saleEnd: at } }, [1700, 'sale price']],
  [
    'before a sale',
    { pricing: { ...sale, saleStart: at.add({ seconds: 1 }) } },
    [2000, 'catalog price'],
  ],
  [
    'after a sale',
    { pricing: { ...sale, saleEnd: at.subtract({ seconds: 1 }) } },
    [2000, 'catalog price'],
  ],
  ['no price anywhere', { pricing: {} }, ['no price']],
  ['a free item', { pricing: { cost: cost(0) } }, [0, 'catalog price']],
  ["the step's price", { step: { unitCost: cost(1500) } }, [1500, 'step price']],
  ['a step without a price', { step: {} }, [2000, 'catalog price']],
  [
    'signed up long ago: the earliest date that covers it',
    { step: grandfathered, signedUp: '2024-12-31T12:00:00Z' },
    [1000, 'step price', 'grandfathered price'],
  ],
  [
    'signed up late on the last local day',
    { step: grandfathered, signedUp: '2025-01-01T04:59:59Z' },
    [1000, 'step price', 'grandfathered price'],
  ],
  [
    'signed up a second later',
    { step: grandfathered, signedUp: '2025-01-01T05:00:00Z' },
    [1200, 'step price', 'grandfathered price'],
  ],
  [
    'signed up after all dates',
    { step: grandfathered, signedUp: '2026-01-02T12:00:00Z' },
    [1500, 'step price'],
  ],
  ['the first attempt', { step: cheaperOnRetry }, [1500, 'step price']],
  ['the day before the retry price', { step: cheaperOnRetry, retryDays: 2 }, [1500, 'step price']],
  [
    'the day of the retry price',
    { step: cheaperOnRetry, retryDays: 3 },
    [1300, 'step price', 'retry price'],
  ],
  [
    'the latest retry price',
    { step: cheaperOnRetry, retryDays: 9 },
    [1100, 'step price', 'retry price'],
  ],
  [
    'the retry price in place of the grandfathered one',
    {
      step: { ...grandfathered, ...cheaperOnRetry },
      signedUp: '2024-01-01T12:00:00Z',
      retryDays: 3,
    },
    [1300, 'step price', 'grandfathered price', 'retry price'],
  ],
  [
    'an arbitrary unit cost for every order',
    { item: { arbitraryUnitCost: cost(900) } },
    [900, 'catalog price', 'arbitrary unit cost'],
  ],
  [
    'an arbitrary unit cost for one more order',
    { item: { arbitraryUnitCost: cost(900), arbitraryUnitCostRemainingOrders: 1 } },
    [900, 'catalog price', 'arbitrary unit cost'],
  ],
  [
    'an arbitrary unit cost that is used up',
    { item: { arbitraryUnitCost: cost(900), arbitraryUnitCostRemainingOrders: 0 } },
    [2000, 'catalog price'],
  ],
  [
    'an arbitrary unit cost where nothing else has a price',
    { pricing: {}, item: { arbitraryUnitCost: cost(900) } },
    [900, 'arbitrary unit cost'],
  ],
  [
    'a percentage off the arbitrary unit cost',
    { item: { arbitraryUnitCost: cost(999), arbitraryPercentageDiscount: 10 } },
    [899, 'catalog price', 'arbitrary unit cost', 'percentage discount'],
  ],
  [
    'all of it off',
    { item: { arbitraryPercentageDiscount: 100 } },
    [0, 'catalog price', 'percentage discount'],
  ],
  [
    'the discount before the quantity',
    {
      pricing: { cost: cost(999) },
      item: { arbitraryPercentageDiscount: 10, originalQuantity: 3 },
    },
    [2697, 'catalog price', 'percentage discount', 'quantity'],
  ],
  [
    'another quantity than the original',
    { item: { originalQuantity: 3, arbitraryQuantity: 2 } },
    [4000, 'catalog price', 'quantity'],
  ],
  [
    'half a quantity',
    { pricing: { cost: cost(999) }, item: { arbitraryQuantity: 0.5 } },
    [500, 'catalog price', 'quantity'],
  ],
  [
    "an item in place of the step's costs its own price",
    {
      step: { ...grandfathered, ...cheaperOnRetry },
      item: { arbitraryItemId: 'COFFEE' },
      retryDays: 9,
    },
    [2000, 'catalog price'],
  ],
];

test('the price of a line, rule after rule', () => {
  for (const [name, example, expected] of priceCases)
    assert.deepEqual(amountAndRules(example), expected, name);
});

test("the trace shows the unit cost after each rule and ends with the line's", () => {
  const outcome = price({
    step: grandfathered,
    item: { arbitraryPercentageDiscount: 25, originalQuantity: 2 },
  });
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.value, {
    unitCost: 900,
    quantity: 2,
    amount: 1800,
    trace: [
      { rule: 'step price', detail: 'COFFEE', unitCost: 1500 },
      { rule: 'grandfathered price', detail: 'signed up on or before 2025-12-31', unitCost: 1200 },
      { rule: 'percentage discount', detail: '25 %', unitCost: 900 },
      { rule: 'quantity', detail: '2', unitCost: 900 },
    ],
  });
});

test('a discount never makes a line negative or dearer, and a larger one never costs more', () => {
  const percent = fc.integer({ min: -500, max: 12_000 }).map((hundredths) => hundredths / 100);
  const quantity = fc
    .integer({ min: 1, max: 100_000 })
    .map((tenThousandths) => tenThousandths / 10_000);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000 }),
      percent,
      percent,
      quantity,
      (units, one, other, originalQuantity) => {
        const amount = (arbitraryPercentageDiscount: number) => {
          const outcome = price({
            pricing: { cost: cost(units) },
            item: { arbitraryPercentageDiscount, originalQuantity },
          });
          assert.ok(outcome.ok);
          return outcome.value.amount;
        };
        const [least, less, more] = [
          amount(0),
          amount(Math.min(one, other)),
          amount(Math.max(one, other)),
        ];
        assert.ok(more >= 0 && more <= less && less <= least);
      },
    ),
  );
});
