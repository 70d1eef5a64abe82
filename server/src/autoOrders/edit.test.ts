import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  aCatalog,
  aCatalogItem,
  anAutoOrder,
  anItem,
  at,
  someRules,
} from '../../../test/support/autoOrders.ts';
import { minor } from '../kernel/money.ts';
import type { AutoOrder } from './autoOrder.ts';
import { changesBetween } from './changeWords.ts';
import { completed, editAutoOrder, editEvents } from './edit.ts';
import type { EditRules } from './editItem.ts';

const stepped = aCatalogItem({
  itemId: 'BOX',
  autoOrder: {
    ...aCatalogItem().autoOrder!,
    upsell: true,
    steps: [
      {
        type: 'item',
        schedule: 'Monthly',
        repeatCount: 2,
        unitCostSchedules: [],
        grandfatherPricing: [],
        preshipmentNoticeDays: 3,
      },
    ],
  },
});
const rules: EditRules = {
  ...someRules,
  currency: 'USD',
  catalog: aCatalog([aCatalogItem(), stepped]),
};
const now = '2026-02-01T12:00:00-05:00';

function edit(given: Partial<AutoOrder>, body: object, more: Partial<EditRules> = {}): AutoOrder {
  const outcome = editAutoOrder(anAutoOrder(given), body, { ...rules, ...more }, [900, 901]);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

const canceled: Partial<AutoOrder> = {
  status: 'canceled',
  enabled: false,
  canceledAt: at('2026-01-20T00:00:00Z'),
  cancelReason: 'moved',
  canceledByUser: 'ann',
};
const disabled: Partial<AutoOrder> = {
  status: 'disabled',
  enabled: false,
  disabledAt: at('2026-01-20T00:00:00Z'),
};
const merged: Partial<AutoOrder> = { status: 'merged', enabled: false, mergedIntoAutoOrderOid: 5 };

const switches: readonly [
  what: string,
  given: Partial<AutoOrder>,
  body: object,
  status: string,
  reason?: string,
][] = [
  ['nothing said: as it was', {}, {}, 'active'],
  ['enabled true: as it was', {}, { enabled: true }, 'active'],
  ['enabled false alone: disabled', {}, { enabled: false }, 'disabled'],
  [
    'enabled false and a reason: canceled',
    {},
    { enabled: false, cancel_reason: 'moved' },
    'canceled',
    'moved',
  ],
  [
    'enabled false and a user: canceled',
    {},
    { enabled: false, canceled_by_user: 'ann' },
    'canceled',
  ],
  [
    'enabled false and an empty reason: disabled',
    {},
    { enabled: false, cancel_reason: ' ' },
    'disabled',
  ],
  [
    'enabled false and a null reason: disabled',
    {},
    { enabled: false, cancel_reason: null },
    'disabled',
  ],
  [
    'a reason without enabled (clients that cannot send false): canceled',
    {},
    { cancel_reason: 'moved' },
    'canceled',
    'moved',
  ],
  ['a date without enabled: canceled', {}, { canceled_dts: now }, 'canceled'],
  [
    'disabled, then a reason: canceled',
    disabled,
    { enabled: false, cancel_reason: 'moved' },
    'canceled',
    'moved',
  ],
  ['disabled, sent back: as it was', disabled, { enabled: false }, 'disabled'],
  [
    'canceled, sent back: as it was',
    canceled,
    { enabled: false, cancel_reason: 'moved', canceled_by_user: 'ann' },
    'canceled',
    'moved',
  ],
  ['canceled, without a word of it: as it was', canceled, { enabled: false }, 'canceled', 'moved'],
  [
    'canceled, another reason: the new reason',
    canceled,
    { enabled: false, cancel_reason: 'too much' },
    'canceled',
    'too much',
  ],
  ['canceled, the reason cleared: no reason', canceled, { cancel_reason: null }, 'canceled'],
  [
    'canceled, enabled: active, nothing left of it',
    canceled,
    { enabled: true, cancel_reason: 'moved', canceled_by_user: 'ann' },
    'active',
  ],
  ['disabled, enabled: active', disabled, { enabled: true }, 'active'],
  ['merged stays merged', merged, { enabled: false, cancel_reason: 'moved' }, 'merged'],
];
for (const [what, given, body, status, reason] of switches) {
  test(`state: ${what}`, () => {
    const after = edit(given, body);
    assert.deepEqual(
      [after.status, after.enabled, after.cancelReason],
      [status, status === 'active', reason],
    );
    assert.equal(after.status === 'canceled', after.canceledAt !== undefined);
  });
}

const refused: readonly [body: object, field: string][] = [
  [{ credit_card_attempt: -1 }, 'credit_card_attempt'],
  [{ cancel_after_next_x_orders: 0 }, 'cancel_after_next_x_orders'],
  [{ add_ons: [{ item_id: 'COFFEE', quantity: 0 }] }, 'add_ons[0].quantity'],
  [{ items: [{ auto_order_item_oid: 11, original_quantity: 0 }] }, 'items[0].original_quantity'],
  [{ items: [{ auto_order_item_oid: 11, arbitrary_quantity: -1 }] }, 'items[0].arbitrary_quantity'],
  [
    { items: [{ auto_order_item_oid: 11, arbitrary_percentage_discount: 101 }] },
    'items[0].arbitrary_percentage_discount',
  ],
  [{ items: [{ auto_order_item_oid: 11, number_of_rebills: -1 }] }, 'items[0].number_of_rebills'],
  [
    { items: [{ auto_order_item_oid: 11, arbitrary_unit_cost: 0.001 }] },
    'items[0].arbitrary_unit_cost',
  ],
  [
    { items: [{ auto_order_item_oid: 11, frequency: 'Every...' }] },
    'items[0].arbitrary_schedule_days',
  ],
  [{ items: [{ auto_order_item_oid: 11, frequency: null }] }, 'items[0].frequency'],
  [
    { items: [{ auto_order_item_oid: 11, arbitrary_item_id: 'NOTHING' }] },
    'items[0].arbitrary_item_id',
  ],
  [
    { items: [{ auto_order_item_oid: 11 }, { auto_order_item_oid: 11 }] },
    'items[1].auto_order_item_oid',
  ],
  [
    { items: [{ auto_order_item_oid: 11, add_ons: [{ item_id: 'NOTHING' }] }] },
    'items[0].add_ons[0].item_id',
  ],
];
for (const [body, field] of refused) {
  test(`refused: ${JSON.stringify(body)}`, () => {
    const outcome = editAutoOrder(anAutoOrder(), body, rules, []);
    assert.equal(outcome.ok ? 'taken' : outcome.reason.field, field);
  });
}

test('stopping clears the retry; enabling again forgets the declines', () => {
  const retrying = { creditCardAttempt: 2, nextAttemptAt: at('2026-02-03T00:00:00Z') };
  assert.equal(edit(retrying, { enabled: false }).nextAttemptAt, undefined);
  assert.equal(edit({ ...disabled, creditCardAttempt: 3 }, { enabled: true }).creditCardAttempt, 0);
  assert.equal(
    edit({ ...disabled, creditCardAttempt: 3 }, { enabled: true, credit_card_attempt: 1 })
      .creditCardAttempt,
    1,
  );
});

test('declines are forgotten or stay; none are added, and what is stopped has no next attempt', () => {
  const next = '2026-02-09T00:00:00Z';
  const written = (given: Partial<AutoOrder>, body: object) => {
    const { creditCardAttempt, nextAttemptAt } = edit(given, body);
    return [creditCardAttempt, nextAttemptAt?.toString()];
  };
  assert.deepEqual(written({ creditCardAttempt: 2 }, { credit_card_attempt: 1 }), [1, undefined]);
  assert.deepEqual(written({ creditCardAttempt: 2 }, { credit_card_attempt: 3 }), [2, undefined]);
  assert.deepEqual(written({}, { credit_card_attempt: 1, next_attempt: next }), [0, next]);
  for (const stopped of [canceled, disabled, merged])
    assert.deepEqual(written(stopped, { next_attempt: next }), [0, undefined]);
  assert.deepEqual(written(disabled, { enabled: true, next_attempt: next }), [0, next]);
  assert.deepEqual(written({}, { enabled: false, next_attempt: next }), [0, undefined]);
});

test('enabling again bills missed shipments, or skips them where the merchant says so', () => {
  const late = anItem({ nextShipmentAt: at('2025-12-15T10:00:00-05:00') });
  const next = (missedShipments: 'bill' | 'skip') =>
    String(
      edit({ ...disabled, items: [late] }, { enabled: true }, { missedShipments }).items[0]
        ?.nextShipmentAt,
    );
  assert.equal(next('bill'), '2025-12-15T15:00:00Z');
  assert.equal(next('skip'), '2026-02-15T15:00:00Z');
  const unpaused = edit(
    { items: [{ ...late, paused: true }] },
    { items: [{ auto_order_item_oid: 11, paused: false }] },
    { missedShipments: 'skip' },
  );
  assert.equal(String(unpaused.items[0]?.nextShipmentAt), '2026-02-15T15:00:00Z');
});

test('read-only and calculated fields are ignored', () => {
  const body = {
    auto_order_code: 'X',
    original_order_id: 'X',
    completed: true,
    disabled_dts: now,
    failure_reason: 'x',
    merchant_id: 'X',
    status: 'canceled',
    merged_dts: now,
    logs: [],
  };
  assert.deepEqual(changesBetween(anAutoOrder(), edit({}, body), rules), []);
  const item = {
    auto_order_item_oid: 11,
    next_item_id: 'X',
    calculated_next_shipment_dts: now,
    future_schedules: [],
    simple_schedule: {},
  };
  assert.deepEqual(changesBetween(anAutoOrder(), edit({}, { items: [item] }), rules), []);
});

test('the same date in another offset is not a new date, so the anchor stays', () => {
  const anchored = anItem({ nextShipmentAt: at('2026-02-28T10:00:00-05:00') });
  const same = edit(
    { items: [anchored] },
    { items: [{ auto_order_item_oid: 11, next_shipment_dts: '2026-02-28T15:00:00.000Z' }] },
  ).items[0]!;
  assert.equal(String(same.anchor), '2026-01-15T10:00:00');
  const moved = edit(
    { items: [anchored] },
    { items: [{ auto_order_item_oid: 11, next_shipment_dts: '2026-02-27T10:00:00' }] },
  ).items[0]!;
  assert.equal(String(moved.anchor), '2026-02-27T10:00:00');
});

test('another driving item begins its steps, with its count and its notice', () => {
  const item = edit(
    {},
    {
      items: [
        {
          auto_order_item_oid: 11,
          original_item_id: 'box',
          next_shipment_dts: '2026-03-10T09:00:00',
        },
      ],
    },
  ).items[0]!;
  assert.deepEqual(
    [item.originalItemId, item.frequency, item.remainingRepeatCount, item.step],
    ['BOX', undefined, 2, { index: 0, done: 0 }],
  );
  assert.equal(String(item.nextPreshipmentNoticeAt), '2026-03-07T14:00:00Z');
});

test('a list removes the items that it leaves out, and new items get oids', () => {
  const items = [anItem({ itemOid: 1 }), anItem({ itemOid: 2 })];
  const added = {
    original_item_id: 'coffee',
    original_quantity: 2,
    next_shipment_dts: '2026-03-01',
    frequency: 'Weekly',
    rebill_value: 12.99,
  };
  const after = edit(
    { items },
    { items: [{ auto_order_item_oid: 2 }, added, { ...added, auto_order_item_oid: 0 }] },
  );
  assert.deepEqual(
    after.items.map(({ itemOid, originalItemId }) => [itemOid, originalItemId]),
    [
      [2, 'COFFEE'],
      [900, 'COFFEE'],
      [901, 'COFFEE'],
    ],
  );
  const { arbitraryUnitCost, rebillValue } = after.items[1]!;
  assert.deepEqual([arbitraryUnitCost, rebillValue], [minor(1299), minor(0)]);
  assert.deepEqual(edit({ items }, { items: null }).items.length, 2);
});

const events: readonly [
  what: string,
  before: Partial<AutoOrder>,
  after: Partial<AutoOrder>,
  names: string[],
][] = [
  ['any change', {}, { overrideAffiliateId: 1 }, []],
  ['canceled', {}, canceled, ['auto_order_cancel']],
  ['disabled', {}, disabled, ['auto_order_disable']],
  ['completed', {}, { ...disabled, completed: true }, []],
  ['merged', {}, merged, []],
  ['paused', {}, { items: [anItem({ paused: true })] }, ['auto_order_item_pause']],
  ['unpaused', { items: [anItem({ paused: true })] }, {}, ['auto_order_item_unpause']],
  [
    'to end later',
    {},
    { items: [anItem({ noOrderAfterAt: at('2026-06-01T00:00:00Z') })] },
    ['auto_order_item_cancel_scheduled'],
  ],
  ['ended', {}, { items: [anItem({ noOrderAfterAt: at(now) })] }, ['auto_order_item_cancel']],
  ['removed', {}, { items: [] }, ['auto_order_item_cancel']],
  [
    'back again',
    { items: [anItem({ noOrderAfterAt: at(now) })] },
    {},
    ['auto_order_item_reactivate'],
  ],
];
for (const [what, before, after, names] of events) {
  test(`events: ${what}`, () =>
    assert.deepEqual(editEvents(anAutoOrder(before), anAutoOrder(after), rules.now), [
      'auto_order_update',
      ...names,
    ]));
}

test('an auto order with nothing left to ship completes; with a paused item or none it waits', () => {
  const over = anItem({ remainingRepeatCount: 0 });
  assert.deepEqual(completed(anAutoOrder({ items: [over] }), rules).status, 'disabled');
  assert.equal(
    completed(anAutoOrder({ items: [over, anItem({ itemOid: 12, paused: true })] }), rules)
      .completed,
    false,
  );
  assert.equal(completed(anAutoOrder({ items: [] }), rules).completed, false);
});

const over = anItem({ remainingRepeatCount: 0 });
const closed = { ...disabled, completed: true };
const reopenings: readonly (readonly [
  what: string,
  record: Partial<AutoOrder>,
  change: object,
  isCompleted: boolean,
])[] = [
  ['more shipments', { ...closed, items: [over] }, { remaining_repeat_count: 2 }, false],
  ['another price', { ...closed, items: [over] }, { arbitrary_unit_cost: 3 }, true],
  ['a pause', { ...closed, items: [over] }, { paused: true }, true],
  [
    'no end any more',
    { ...closed, items: [anItem({ noOrderAfterAt: rules.now.subtract({ hours: 24 }) })] },
    { no_order_after_dts: null },
    false,
  ],
  [
    'more shipments of a canceled one',
    { ...closed, status: 'canceled', items: [over] },
    { remaining_repeat_count: 2 },
    false,
  ],
];
for (const [what, record, change, isCompleted] of reopenings) {
  test(`a completed auto order that gets ${what} is ${isCompleted ? 'still' : 'no longer'} completed`, () => {
    const edited = edit(record, { items: [{ auto_order_item_oid: 11, ...change }] });
    const after = completed(edited, rules);
    assert.deepEqual(
      [after.completed, after.status, after.enabled],
      [isCompleted, record.status, false],
    );
  });
}
