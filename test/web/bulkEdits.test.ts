// Tests one change of many auto orders: the meaning of each response, and the sentence about the
// money.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { bulkActions } from '../../web/src/autoOrders/bulkActions.ts';
import { type BulkPart, editParts } from '../../web/src/edits/bulkEdits.ts';
import { deedWords } from '../../web/src/edits/deedWords.ts';
import type { Deed, FormContext } from '../../web/src/edits/form.ts';
import { type BulkForecast, moneyWords, remarks } from '../../web/src/kit/bulkMoney.ts';
import type { Draft } from '../../web/src/kit/draft.ts';

const zone = 'America/New_York';
const context: FormContext = {
  now: '2026-02-01T12:00:00-05:00',
  zone,
  login: 'dana',
  cancelReasons: [],
  mergeable: [],
};
const order: AutoOrder = {
  items: [
    { auto_order_item_oid: 1, original_item_id: 'TEA', original_quantity: 2, frequency: 'Weekly' },
    { auto_order_item_oid: 2, original_item_id: 'BOX', original_quantity: 1 },
  ],
  add_ons: [{ item_id: 'HONEY', quantity: 1 }],
  properties: [{ name: 'tier', value: 'gold' }],
};

const deedOf = (id: keyof typeof editParts, answers: Draft): Deed | undefined => {
  const { part, valuesOf }: BulkPart = editParts[id];
  const start = part.start(order, context);
  return part.deed(order, valuesOf(order, answers, start, zone), context);
};

const meanings: [id: keyof typeof editParts, answers: Draft, changes: object[] | undefined][] = [
  // The auto order's item BOX has a fixed schedule.
  ['frequency', { frequency: 'Monthly' }, [{ item: 1, field: 'frequency', value: 'Monthly' }]],
  ['frequency', { frequency: 'Monthly', item: 'box' }, undefined],
  ['frequency', { frequency: 'Weekly' }, undefined],
  [
    'frequency',
    { frequency: 'Every...', days: '9' },
    [
      { item: 1, field: 'frequency', value: 'Every...' },
      { item: 1, field: 'arbitrary_schedule_days', value: 9 },
    ],
  ],
  [
    'swap',
    { item: 'tea', other: ' MATE ' },
    [{ item: 1, field: 'arbitrary_item_id', value: 'MATE' }],
  ],
  ['swap', { item: 'COFFEE', other: 'MATE' }, undefined],
  ['swap', { item: '', other: 'MATE' }, undefined],
  [
    'quantity',
    { quantity: '3' },
    [
      { item: 1, field: 'arbitrary_quantity', value: 3 },
      { item: 2, field: 'arbitrary_quantity', value: 3 },
    ],
  ],
  [
    'quantity',
    { quantity: '3', item: 'BOX' },
    [{ item: 2, field: 'arbitrary_quantity', value: 3 }],
  ],
  ['quantity', { quantity: '' }, undefined],
  ['quantity', { quantity: 'three' }, undefined],
  [
    'price',
    { cost: '4,50', percent: '', orders: '2', item: 'TEA' },
    [
      { item: 1, field: 'arbitrary_unit_cost', value: 4.5 },
      { item: 1, field: 'arbitrary_unit_cost_remaining_orders', value: 2 },
    ],
  ],
  ['price', { cost: '', percent: '', orders: '' }, undefined],
  [
    'addOn',
    { addOn: 'CUP', quantity: '2', orders: '1' },
    [
      {
        field: 'add_ons',
        value: [
          { item_id: 'HONEY', quantity: 1 },
          { item_id: 'CUP', quantity: 2, next_x_orders: 1 },
        ],
      },
    ],
  ],
  ['addOn', { addOn: ' ' }, undefined],
  [
    'property',
    { name: 'tier', value: 'silver' },
    [{ field: 'properties', value: [{ name: 'tier', value: 'silver' }] }],
  ],
  ['property', { name: 'tier', value: 'gold' }, undefined],
];

test('the answers are the change of each auto order, and change nothing where they do not fit', () => {
  for (const [id, answers, changes] of meanings) {
    const expected = changes && { kind: 'update', changes };
    assert.deepEqual(plain(deedOf(id, answers)), expected, `${id} ${JSON.stringify(answers)}`);
  }
});

/** Removes the undefined parts of changes. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

test('a row shows the fields that change, before and after', () => {
  assert.deepEqual(deedWords(order, deedOf('quantity', { quantity: '3', item: 'TEA' })!, context), [
    'Quantity of TEA: 2',
    'Quantity of TEA: 3',
  ]);
  const swapped = { items: [{ ...order.items![0]!, arbitrary_item_id: 'MATE' }] };
  const back: Deed = {
    kind: 'update',
    changes: [{ item: 1, field: 'arbitrary_item_id', value: null }],
  };
  assert.deepEqual(deedWords(swapped, back, context), [
    'Item that ships of TEA: MATE',
    'Item that ships of TEA: TEA',
  ]);
  assert.deepEqual(deedWords(order, deedOf('addOn', { addOn: 'CUP', quantity: '1' })!, context), [
    'Add-ons: HONEY',
    'Add-ons: HONEY, CUP',
  ]);
});

test('every field that an action asks for has an answer at the start', () => {
  for (const { id, fields = [], draft = {} } of bulkActions)
    assert.deepEqual(Object.keys(draft).sort(), fields.map(({ key }) => key).sort(), id);
});

test('the money of a plan is one sentence per currency; risks and refusals are by row', () => {
  const money = (name: string, before: number, after: number, currency?: string): BulkForecast => ({
    name,
    money: { before, after, currency, risks: after > before ? ['costs more than before'] : [] },
  });
  const forecasts = [
    money('A', 10.1, 12.3, 'USD'),
    money('B', 20.2, 20.2, 'USD'),
    money('C', 5, 4, 'CAD'),
    money('D', 0, 0),
    { name: 'E', refused: 'The item TAE does not exist.' },
  ];
  assert.deepEqual(moneyWords(forecasts), [
    'Next 30 days: $30.30 → $32.50 (+$2.20).',
    'Next 30 days: $5.00 → $4.00 (−$1.00).',
  ]);
  assert.deepEqual(remarks(forecasts), [
    { name: 'A', words: 'costs more than before' },
    { name: 'E', words: 'would be refused: The item TAE does not exist.' },
  ]);
  assert.deepEqual(moneyWords([money('D', 0, 0)]), [
    'Nothing is charged in the next 30 days, before or after.',
  ]);
});
