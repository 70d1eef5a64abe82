import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { totalWeight } from './weight.ts';

const cases: readonly [what: string, lines: OrderItem[], weight: object | undefined][] = [
  ['no lines', [], undefined],
  ['no weights', [{ quantity: 2 }], undefined],
  ['a quantity', [{ quantity: 3, weight: { uom: 'LB', value: 1.5 } }], { uom: 'LB', value: 4.5 }],
  [
    'the unit of the first line',
    [
      { quantity: 1, weight: { uom: 'KG', value: 1 } },
      { quantity: 2, weight: { uom: 'G', value: 250 } },
      { quantity: 5 },
    ],
    { uom: 'KG', value: 1.5 },
  ],
  [
    'options that add and take away',
    [
      {
        quantity: 2,
        weight: { uom: 'LB', value: 1 },
        options: [
          { label: 'Size', value: 'L', weight_change: { uom: 'OZ', value: 8 } },
          { label: 'Bag', value: 'none', weight_change: { uom: 'LB', value: -0.25 } },
        ],
      },
    ],
    { uom: 'LB', value: 2.5 },
  ],
  [
    'ounces in pounds',
    [
      { quantity: 1, weight: { uom: 'LB', value: 1 } },
      { quantity: 16, weight: { uom: 'OZ', value: 1 } },
    ],
    { uom: 'LB', value: 2 },
  ],
];
for (const [what, lines, weight] of cases)
  test(`the weight of an order: ${what}`, () => assert.deepEqual(totalWeight(lines), weight));
