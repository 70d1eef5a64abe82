// Tests changes of one auto order: the write of a form, its undo, and what a conflict shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { actionsIn, allOf } from '../../web/src/autoOrder/actions.ts';
import { shownIn } from '../../web/src/autoOrder/shown.ts';
import { bodyOf, effective, inverseOf } from '../../web/src/edits/change.ts';
import { chosenChanges, conflictFields, keyOf } from '../../web/src/edits/conflict.ts';
import { fieldWords, recordedWords, valueWords } from '../../web/src/edits/fieldWords.ts';
import { type FormContext, faultOf, numberOf, type Values } from '../../web/src/edits/form.ts';
import { type PartName, partOf, parts } from '../../web/src/edits/parts.ts';
import { comparedRebills, differenceWords } from '../../web/src/edits/previewed.ts';
import { movedDay } from '../../web/src/kit/days.ts';

const order: AutoOrder = {
  auto_order_oid: 7,
  status: 'active',
  enabled: true,
  items: [
    {
      auto_order_item_oid: 1,
      original_item_id: 'TEA',
      next_item_id: 'TEA',
      original_quantity: 2,
      frequency: 'Monthly',
      next_shipment_dts: '2026-03-03T09:30:00-05:00',
    },
    {
      auto_order_item_oid: 2,
      original_item_id: 'MUG',
      original_quantity: 1,
      arbitrary_unit_cost: 5,
      paused: true,
    },
  ],
  add_ons: [{ item_id: 'HONEY', quantity: 1, free_shipping: true }],
  original_order: { shipping: { city: 'Boston', address1: '1 Main St' } },
};
const context: FormContext = {
  now: '2026-02-01T12:00:00-05:00',
  zone: 'America/New_York',
  login: 'dana',
  cancelReasons: ['Too much'],
  mergeable: [{ value: '9', label: 'ABC' }],
};
const shown = shownIn('America/New_York', 'USD', context.now);

/** Returns the write of a form after these values have replaced some of its initial ones. */
const deedOf = (name: PartName, typed: Values) => {
  const part = partOf(name)!;
  return part.deed(order, { ...part.start(order, context), ...typed }, context);
};

const meanings: [part: PartName, typed: Values, changes: object[]][] = [
  [
    'date',
    { 'date.1': '2026-03-10' },
    [{ item: 1, field: 'next_shipment_dts', value: '2026-03-10T09:30:00' }],
  ],
  ['quantity', { 'quantity.1': '3' }, [{ item: 1, field: 'arbitrary_quantity', value: 3 }]],
  ['quantity', { 'quantity.1': '2,5' }, [{ item: 1, field: 'arbitrary_quantity', value: 2.5 }]],
  [
    'frequency',
    { 'frequency.1': 'Every...', 'days.1': '9' },
    [
      { item: 1, field: 'frequency', value: 'Every...' },
      { item: 1, field: 'arbitrary_schedule_days', value: 9 },
    ],
  ],
  ['item', { 'item.1': 'MATE' }, [{ item: 1, field: 'arbitrary_item_id', value: 'MATE' }]],
  ['price', { 'cost.2': '' }, [{ item: 2, field: 'arbitrary_unit_cost', value: null }]],
  ['address', { city: '' }, [{ field: 'original_order.shipping.city', value: null }]],
  ['stops', { orders: '2' }, [{ field: 'cancel_after_next_x_orders', value: 2 }]],
  [
    'stops',
    { 'after.1': '2026-06-30' },
    [{ item: 1, field: 'no_order_after_dts', value: '2026-06-30T23:59:59' }],
  ],
  // The parts of an add-on that the form does not show stay unchanged.
  [
    'add-ons',
    { addOns: [{ item: 'HONEY', quantity: '2', orders: '', cost: '' }] },
    [{ field: 'add_ons', value: [{ item_id: 'HONEY', quantity: 2, free_shipping: true }] }],
  ],
  [
    'properties',
    { properties: [{ name: 'vip', value: 'yes' }] },
    [{ field: 'properties', value: [{ name: 'vip', value: 'yes' }] }],
  ],
  ['pause', {}, [{ item: 1, field: 'paused', value: true }]],
  [
    'add-item',
    { item: ' MATE ', quantity: '2', cost: '4.5' },
    [
      { item: 0, field: 'original_item_id', value: 'MATE' },
      { item: 0, field: 'original_quantity', value: 2 },
      // The added item ships with the next shipment, at its time of day.
      { item: 0, field: 'next_shipment_dts', value: '2026-03-03T09:30:00' },
      { item: 0, field: 'arbitrary_unit_cost', value: 4.5 },
    ],
  ],
  ['remove-item', { item: '2' }, [{ item: 2, field: 'removed', value: true }]],
  [
    'cancel',
    {},
    [
      { field: 'enabled', value: false },
      { field: 'cancel_reason', value: 'Too much' },
    ],
  ],
  [
    'cancel',
    { fee: true },
    [
      { field: 'enabled', value: false },
      { field: 'cancel_reason', value: 'Too much' },
      { field: 'canceled_by_user', value: 'dana' },
    ],
  ],
  ['cancel', { when: 'orders', orders: '3' }, [{ field: 'cancel_after_next_x_orders', value: 3 }]],
];

test('typed values become the fields of the request', () => {
  for (const [part, typed, changes] of meanings)
    assert.deepEqual(deedOf(part, typed), { kind: 'update', changes }, `${part} ${changes}`);
});

test('what cannot be read, and what changes nothing, is not saved', () => {
  const table: [part: PartName, typed: Values][] = [
    ['date', {}],
    ['date', { 'date.1': '' }],
    ['quantity', { 'quantity.1': 'many' }],
    ['quantity', { 'quantity.1': '' }],
    ['price', { 'cost.1': '1.2.3' }],
    ['add-ons', {}],
    ['add-ons', { addOns: [{ item: 'HONEY', quantity: 'two', orders: '', cost: '' }] }],
    ['add-item', {}],
    ['add-item', { item: 'MATE', quantity: '' }],
    ['add-item', { item: 'MATE', cost: '1,200' }],
    ['remove-item', {}],
    ['cancel', { reason: ' ' }],
    ['cancel', { when: 'date' }],
    ['skip', { count: '0' }],
    ['skip', { count: '1.5' }],
    ['unskip', {}],
    ['card', { token: 'tok_approve', month: '4' }],
    ['merge', {}],
  ];
  for (const [part, typed] of table)
    assert.equal(deedOf(part, typed), undefined, `${part} ${JSON.stringify(typed)}`);
});

test('actions name the shipment that is meant', () => {
  assert.deepEqual(deedOf('skip', { count: '2' }), {
    kind: 'skip',
    request: { shipment_dts: '2026-03-03T09:30:00-05:00', count: 2 },
  });
  assert.deepEqual(deedOf('resume', { date: '' }), { kind: 'resume', request: {} });
  assert.deepEqual(deedOf('merge', { 'merge.9': true }), { kind: 'merge', oids: [9] });
  assert.deepEqual(
    deedOf('card', { token: 'tok_approve', month: '4', year: '2029', charges: true }),
    {
      kind: 'card',
      request: {
        card_number_token: 'tok_approve',
        card_expiration_month: 4,
        card_expiration_year: 2029,
        attempt_rebill: true,
      },
    },
  );
});

test('an update names every item, because it removes those that it leaves out', () => {
  const changes = [
    { item: 1, field: 'arbitrary_quantity', value: 3 },
    { field: 'original_order.shipping.city', value: 'Salem' },
  ];
  assert.deepEqual(bodyOf(order, changes), {
    original_order: { shipping: { city: 'Salem' } },
    items: [{ auto_order_item_oid: 1, arbitrary_quantity: 3 }, { auto_order_item_oid: 2 }],
  });
  assert.deepEqual(bodyOf(order, [{ field: 'enabled', value: false }]), { enabled: false });
  const added = { item: 0, field: 'original_item_id', value: 'MATE' };
  assert.deepEqual(bodyOf(order, [added]).items, [
    { auto_order_item_oid: 1 },
    { auto_order_item_oid: 2 },
    { original_item_id: 'MATE' },
  ]);
  const gone = { item: 2, field: 'removed', value: true };
  assert.deepEqual(bodyOf(order, [gone]).items, [{ auto_order_item_oid: 1 }]);
});

test('the inverse restores each field that people can change, and nothing that the engine counts', () => {
  const [tea, mug] = order.items!;
  const after: AutoOrder = {
    ...order,
    items: [
      { ...tea, arbitrary_quantity: 3, number_of_rebills: 4 },
      { ...mug, paused: false, next_shipment_dts: '2026-04-01T09:30:00-04:00' },
    ],
    properties: [{ name: 'vip', value: 'yes' }],
  };
  assert.deepEqual(
    inverseOf(order, after),
    [
      { field: 'properties', value: null },
      { item: 1, field: 'arbitrary_quantity', value: null },
      { item: 2, field: 'paused', value: true },
      { item: 2, field: 'next_shipment_dts', value: null },
    ].map((change) => (change.field === 'properties' ? { ...change, value: [] } : change)),
  );
  // To undo a cancelation, only `enabled` is sent: a reason would cancel again.
  const canceled = { ...order, enabled: false, cancel_reason: 'Too much' };
  assert.deepEqual(inverseOf(order, canceled), [{ field: 'enabled', value: true }]);
  assert.deepEqual(inverseOf(order, order), []);
  // An added item can be removed again; a removed one cannot be brought back.
  const added = { ...order, items: [...order.items!, { auto_order_item_oid: 3 }] };
  const gone = { item: 3, field: 'removed', value: true };
  assert.deepEqual(inverseOf(order, added), [gone]);
  assert.deepEqual(inverseOf(added, order), []);
});

test('a conflict shows was, theirs and mine; the person chooses by field', () => {
  const [tea, mug] = order.items!;
  const theirs: AutoOrder = {
    ...order,
    items: [{ ...tea, arbitrary_quantity: 5, frequency: 'Weekly' }, mug!],
  };
  const mine = [
    { item: 1, field: 'next_shipment_dts', value: '2026-03-10T09:30:00' },
    { item: 1, field: 'arbitrary_quantity', value: 3 },
  ];
  const fields = conflictFields(order, theirs, mine);
  assert.deepEqual(
    fields.map(({ field, was, theirs, mine, isContested }) => [
      field,
      was,
      theirs,
      mine,
      isContested,
    ]),
    [
      ['arbitrary_quantity', undefined, 5, 3, true],
      [
        'next_shipment_dts',
        '2026-03-03T09:30:00-05:00',
        '2026-03-03T09:30:00-05:00',
        '2026-03-10T09:30:00',
        false,
      ],
      ['frequency', 'Monthly', 'Weekly', undefined, false],
    ],
  );
  assert.deepEqual(chosenChanges(mine, new Set([keyOf(fields[0]!)])), [mine[0]]);
  assert.deepEqual(effective(theirs, [{ item: 1, field: 'frequency', value: 'Weekly' }]), []);
  assert.equal(fieldWords(order, fields[0]!), 'Quantity of TEA');
  assert.equal(valueWords('2026-03-03T09:30:00-05:00', shown), 'Tue 3 Mar, 09:30');
  assert.equal(valueWords([{ item_id: 'HONEY', quantity: 2 }], shown), '2 × HONEY');
  assert.equal(valueWords(undefined, shown), '–');
  const recorded: [change: object, words: string][] = [
    [{ field: 'items[TEA].arbitrary_quantity', before: '3' }, 'Quantity of TEA: 3 → none'],
    [{ field: 'items[TEA].paused', before: 'false', after: 'true' }, 'Paused of TEA: no → yes'],
    [{ field: 'items[MATE]', after: 'added' }, 'Item MATE: undefined → added'],
    [
      { field: 'next_attempt', after: '2026-03-03T09:30:00-05:00' },
      'Next attempt: undefined → Tue 3 Mar, 09:30',
    ],
    [{ field: 'add_ons', after: '[{"item_id":"HONEY"}]' }, 'Add-ons: undefined → HONEY'],
    [{ field: 'properties', after: '[1' }, 'Properties: undefined → [1'],
  ];
  for (const [change, words] of recorded) {
    const { name, before, after } = recordedWords(change, shown);
    assert.equal(`${name}: ${before} → ${after}`, words);
  }
});

test('before and after are paired, and the money is summed', () => {
  const rebill = (day: string, total: number, quantity = 1) => ({
    shipment_dts: `${day}T09:30:00-05:00`,
    currency_code: 'USD',
    total,
    lines: [{ merchant_item_id: 'TEA', quantity }],
  });
  const preview = {
    before: [rebill('2026-03-03', 10), rebill('2026-04-03', 10)],
    after: [rebill('2026-03-03', 20.1, 2)],
    ends_after: 'canceled' as const,
  };
  const [first, second] = comparedRebills(preview, shown);
  assert.deepEqual(first, {
    name: '1st',
    before: { day: 'Tue 3 Mar', goods: 'TEA', total: '$10.00' },
    after: { day: 'Tue 3 Mar', goods: '2 × TEA', total: '$20.10' },
    isChanged: true,
  });
  assert.deepEqual([second?.after, second?.isChanged], [undefined, true]);
  assert.equal(
    differenceWords(preview, shown, 'USD'),
    '+$0.10 over these rebills ($20.00 → $20.10). After that nothing more ships: it is canceled.',
  );
  assert.equal(
    differenceWords(
      { before: [rebill('2026-03-03', 10)], after: [], ends_after: 'paused' },
      shown,
      'USD',
    ),
    'Nothing ships while it is paused.',
  );
});

test('days are moved by the calendar', () => {
  assert.equal(movedDay('2026-01-31', { months: 1 }), '2026-02-28');
  assert.equal(movedDay('2026-12-30', { days: 7 }), '2027-01-06');
  assert.equal(movedDay('2026-11-30', { months: 3 }), '2027-02-28');
  assert.equal(movedDay('', { days: 7 }), '');
});

test('numbers are read as people type them', () => {
  assert.deepEqual(
    ['', ' 2 ', '2,5', '.5', '-1', 'two', '2x', '1e3', '1,200', '1,200.50'].map(numberOf),
    [null, 2, 2.5, 0.5, -1, ...Array(5).fill(undefined)],
  );
  assert.equal(faultOf('count', '1.5'), 'Type a whole number.');
  assert.match(faultOf('amount', '1,200') ?? '', /^Type a number/);
  assert.equal(faultOf('amount', ''), undefined);
  assert.equal(faultOf('text', 'two'), undefined);
});

test('every action leads to a dialog, and says what cannot be undone', () => {
  for (const state of ['active', 'paused', 'retrying', 'canceled', 'disabled', 'merged'] as const)
    for (const { part } of allOf(actionsIn(state))) assert.ok(partOf(part), `${state}: ${part}`);
  assert.deepEqual(allOf(actionsIn('merged')), []);
  assert.equal(partOf('constructor'), undefined);
  const final = Object.entries(parts)
    .filter(([, part]) => part.isFinal?.(part.start(order, context)) !== undefined)
    .map(([name]) => name);
  assert.deepEqual(final, ['remove-item', 'card', 'charge', 'cancel', 'reactivate', 'merge']);
  assert.match(parts.reactivate.hindrance?.(order) ?? '', /running/);
  assert.match(parts.pause.hindrance?.({ ...order, status: 'canceled' }) ?? '', /Reactivate it/);
});
