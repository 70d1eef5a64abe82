import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frequencies } from '@perennial/contract/frequency.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { aCatalog } from '../../../test/support/autoOrders.ts';
import {
  catalogItem,
  itemDue,
  itemStep,
  localWall,
  newYork,
  plain,
  planContext,
  steppedItem,
  wall,
} from '../../../test/support/ruleRecords.ts';
import type {
  CatalogItem,
  ItemStep,
  LoopStep,
  PauseStep,
  PauseUntilStep,
  Step,
} from '../items/item.ts';
import { wireDate } from '../kernel/calendar.ts';
import { minor } from '../kernel/money.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import { futureSchedules } from './futureSchedules.ts';
import { startSchedule } from './startSchedule.ts';
import {
  advance,
  type Catalog,
  hasCompleted,
  type PlanContext,
  type PlannedShipment,
  planNext,
  reschedule,
  skipMissed,
  slip,
  startAgain,
} from './steps.ts';

const pause = (pauseDays: number): PauseStep => ({ type: 'pause', pauseDays });
const pauseUntil = (given: Omit<PauseUntilStep, 'type'>): PauseUntilStep => ({
  type: 'pause until',
  ...given,
});
const loop: LoopStep = { type: 'loop' };
const ships = (itemId: string, schedule: ItemStep['schedule'], given: Partial<ItemStep> = {}) =>
  itemStep({ itemId, schedule, ...given });
const every = (days: number, itemId: string, given: Partial<ItemStep> = {}) =>
  ships(itemId, 'Every...', { arbitraryScheduleDays: days, ...given });

/**
 * Returns the deliveries to a customer who buys PLAN on a day, such as `2026-02-14 FULL`, and how
 * they end, if they do.
 */
function deliveries(
  bought: string,
  steps: readonly Step[],
  count: number,
  context: PlanContext = planContext(),
): string[] {
  const catalog = aCatalog([
    steppedItem('PLAN', ...steps),
    ...['FULL', 'YEAR', 'A', 'B'].map((itemId) => catalogItem(itemId)),
  ]);
  const start = startSchedule({ bought: catalog('PLAN')!, orderedAt: wall(bought), zone: newYork });
  assert.ok(start.ok, start.ok ? '' : start.reason);
  return shipments(
    itemDue(bought, { originalItemId: 'PLAN', ...start.value }),
    catalog,
    count,
    context,
  );
}

function shipments(
  item: AutoOrderItem,
  catalog: Catalog,
  count: number,
  context: PlanContext,
): string[] {
  const shown: string[] = [];
  for (let current = item; shown.length < count; ) {
    const plan = planNext(current, catalog, context);
    if (plan.kind !== 'ship') return [...shown, plan.kind === 'slip' ? 'slips' : plan.why];
    shown.push(`${wireDate(plan.at, newYork).slice(0, 10)} ${plan.itemId}`);
    current = advance(current, plan, catalog, context);
  }
  return shown;
}

const stepCases: [name: string, bought: string, steps: Step[], expected: string[]][] = [
  [
    'one endless step',
    '2026-01-31',
    [ships('FULL', 'Monthly')],
    ['2026-02-28 FULL', '2026-03-31 FULL', '2026-04-30 FULL'],
  ],
  [
    'a 14-day trial, then three months, then years',
    '2026-01-31',
    [
      every(14, 'FULL', { repeatCount: 1 }),
      ships('FULL', 'Monthly', { repeatCount: 2 }),
      ships('YEAR', 'Yearly'),
    ],
    ['2026-02-14 FULL', '2026-03-14 FULL', '2026-04-14 FULL', '2027-04-14 YEAR', '2028-04-14 YEAR'],
  ],
  [
    'a step that names no item ships the item itself',
    '2026-01-31',
    [itemStep()],
    ['2026-02-28 PLAN'],
  ],
  [
    'an end after the last step',
    '2026-01-15',
    [ships('A', 'Weekly', { repeatCount: 2 })],
    ['2026-01-22 A', '2026-01-29 A', 'remaining repeat count'],
  ],
  [
    'a step in the middle without a count ships once',
    '2026-01-15',
    [ships('A', 'Weekly'), ships('B', 'Weekly')],
    ['2026-01-22 A', '2026-01-29 B', '2026-02-05 B'],
  ],
  [
    'a step that ships no time is passed over',
    '2026-01-15',
    [ships('A', 'Weekly', { repeatCount: 0 }), ships('B', 'Weekly')],
    ['2026-01-22 B'],
  ],
  [
    'a loop goes back to the first step',
    '2026-01-15',
    [ships('A', 'Weekly', { repeatCount: 2 }), ships('B', 'Monthly'), loop],
    [
      '2026-01-22 A',
      '2026-01-29 A',
      '2026-02-28 B',
      '2026-03-07 A',
      '2026-03-14 A',
      '2026-04-14 B',
    ],
  ],
  [
    'a pause adds to the wait',
    '2026-01-15',
    [ships('A', 'Weekly'), pause(30), loop],
    ['2026-01-22 A', '2026-02-28 A', '2026-04-06 A'],
  ],
  [
    'a pause at the start',
    '2026-01-15',
    [pause(10), ships('A', 'Weekly')],
    ['2026-02-01 A', '2026-02-08 A'],
  ],
  ['pauses add up', '2026-01-15', [pause(1), pause(2), ships('A', 'Weekly')], ['2026-01-25 A']],
  [
    'a pause until a date ships on that date',
    '2026-01-15',
    [pauseUntil({ untilDate: Temporal.PlainDate.from('2026-03-01') }), ships('A', 'Monthly')],
    ['2026-03-01 A', '2026-04-01 A'],
  ],
  [
    'a date that has passed makes no pause',
    '2026-01-15',
    [pauseUntil({ untilDate: Temporal.PlainDate.from('2026-01-15') }), ships('A', 'Monthly')],
    ['2026-02-15 A'],
  ],
  [
    'the first of every month',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 1 }), ships('A', 'Monthly')],
    ['2026-02-01 A', '2026-03-01 A'],
  ],
  [
    'a day of the month is never the day of the order',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 15 }), ships('A', 'Monthly')],
    ['2026-02-15 A'],
  ],
  [
    'a day of the month just as far away as the least delay',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 1, minimumDelayDays: 17 }), ships('A', 'Monthly')],
    ['2026-02-01 A'],
  ],
  [
    'a day of the month nearer than the least delay',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 1, minimumDelayDays: 18 }), ships('A', 'Monthly')],
    ['2026-03-01 A'],
  ],
  [
    'the last day of every month',
    '2026-02-05',
    [pauseUntil({ untilDayOfMonth: 31 }), ships('A', 'Monthly')],
    ['2026-02-28 A', '2026-03-31 A', '2026-04-30 A'],
  ],
  [
    'a pause before a day of the month',
    '2026-01-15',
    [pause(20), pauseUntil({ untilDayOfMonth: 1 }), ships('A', 'Monthly')],
    ['2026-03-01 A'],
  ],
  [
    'a pause after a day of the month',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 1 }), pause(4), ships('A', 'Monthly')],
    ['2026-02-05 A', '2026-03-05 A'],
  ],
  [
    'the same day of every month, looped',
    '2026-01-15',
    [pauseUntil({ untilDayOfMonth: 1 }), ships('A', 'Monthly'), loop],
    ['2026-02-01 A', '2026-03-01 A', '2026-04-01 A'],
  ],
];

test('steps are followed as a merchant reads them', () => {
  for (const [name, bought, steps, expected] of stepCases)
    assert.deepEqual(deliveries(bought, steps, expected.length), expected, name);
});

test('an item that customers schedule repeats itself', () => {
  const catalog = aCatalog([catalogItem('COFFEE'), catalogItem('TEA')]);
  const cases: [name: string, item: AutoOrderItem, expected: string[]][] = [
    [
      'monthly',
      itemDue('2026-01-31', { frequency: 'Monthly' }),
      ['2026-01-31 COFFEE', '2026-02-28 COFFEE', '2026-03-31 COFFEE'],
    ],
    [
      'every three days',
      itemDue('2026-01-31', { frequency: 'Every...', arbitraryScheduleDays: 3 }),
      ['2026-01-31 COFFEE', '2026-02-03 COFFEE'],
    ],
    [
      'another item in its place',
      itemDue('2026-01-31', { frequency: 'Weekly', arbitraryItemId: 'TEA' }),
      ['2026-01-31 TEA', '2026-02-07 TEA'],
    ],
    [
      'N more times',
      itemDue('2026-01-31', { frequency: 'Weekly', remainingRepeatCount: 2 }),
      ['2026-01-31 COFFEE', '2026-02-07 COFFEE', 'remaining repeat count'],
    ],
    [
      'until a moment, that moment included',
      itemDue('2026-01-31', { frequency: 'Weekly', noOrderAfterAt: wall('2026-02-07') }),
      ['2026-01-31 COFFEE', '2026-02-07 COFFEE', 'completed'],
    ],
  ];
  for (const [name, item, expected] of cases)
    assert.deepEqual(shipments(item, catalog, expected.length, planContext()), expected, name);
});

const monthly = itemDue('2026-01-31', { frequency: 'Monthly' });
const coffee = catalogItem('COFFEE');
const stepped = (...steps: Step[]) => steppedItem('COFFEE', ...steps);
const stopCases: [
  name: string,
  item: AutoOrderItem,
  catalogItem: CatalogItem,
  context: PlanContext,
  kind: string,
  why: string,
][] = [
  ['canceled', monthly, coffee, planContext({}, { status: 'canceled' }), 'none', 'canceled'],
  ['merged', monthly, coffee, planContext({}, { status: 'merged' }), 'none', 'merged'],
  ['disabled', monthly, coffee, planContext({}, { status: 'disabled' }), 'none', 'disabled'],
  ['not enabled', monthly, coffee, planContext({}, { enabled: false }), 'none', 'disabled'],
  [
    'canceled after no more orders',
    monthly,
    coffee,
    planContext({}, { cancelAfterNextXOrders: 0 }),
    'none',
    'cancel after next x orders',
  ],
  ['paused', { ...monthly, paused: true }, coffee, planContext(), 'none', 'paused'],
  [
    'nothing remains',
    { ...monthly, remainingRepeatCount: 0 },
    coffee,
    planContext(),
    'none',
    'remaining repeat count',
  ],
  [
    'ended before its date',
    { ...monthly, noOrderAfterAt: wall('2026-01-30') },
    coffee,
    planContext(),
    'none',
    'no order after',
  ],
  [
    'ended while overdue',
    { ...monthly, noOrderAfterAt: wall('2026-02-02') },
    coffee,
    planContext({ now: wall('2026-02-03') }),
    'none',
    'no order after',
  ],
  [
    'no date',
    { ...monthly, nextShipmentAt: undefined },
    coffee,
    planContext(),
    'none',
    'completed',
  ],
  [
    'beyond the steps',
    { ...monthly, step: { index: 1, done: 0 } },
    stepped(itemStep({ repeatCount: 1 })),
    planContext(),
    'none',
    'completed',
  ],
  ['kit only', monthly, stepped({ type: 'kit only' }), planContext(), 'none', 'kit only'],
  [
    'a loop of pauses',
    monthly,
    stepped(pause(3), loop),
    planContext(),
    'broken',
    'steps ship nothing',
  ],
  ['nothing but a loop', monthly, stepped(loop), planContext(), 'broken', 'steps ship nothing'],
  [
    'a loop around a step that never ships',
    monthly,
    stepped(itemStep({ repeatCount: 0 }), loop),
    planContext(),
    'broken',
    'steps ship nothing',
  ],
  ['only pauses', monthly, stepped(pause(3)), planContext(), 'none', 'completed'],
  [
    'a step without its days',
    monthly,
    stepped(itemStep({ schedule: 'Every...' })),
    planContext(),
    'broken',
    'schedule days missing',
  ],
  [
    'the 32nd of a month',
    monthly,
    stepped(pauseUntil({ untilDayOfMonth: 32 }), itemStep()),
    planContext(),
    'broken',
    'no such day of the month',
  ],
  [
    'no frequency',
    { ...monthly, frequency: undefined },
    coffee,
    planContext(),
    'broken',
    'no schedule',
  ],
  [
    'a frequency without its days',
    { ...monthly, frequency: 'Every...' },
    coffee,
    planContext(),
    'broken',
    'schedule days missing',
  ],
  [
    'unknown original item',
    { ...monthly, originalItemId: 'GONE' },
    coffee,
    planContext(),
    'broken',
    'unknown item',
  ],
  [
    'unknown item in its place',
    { ...monthly, arbitraryItemId: 'GONE' },
    coffee,
    planContext(),
    'broken',
    'unknown item',
  ],
  ['no price', monthly, { ...coffee, pricing: {} }, planContext(), 'broken', 'no price'],
];

test('what stops an item, and what is broken about it', () => {
  for (const [name, record, catalogued, context, kind, why] of stopCases) {
    const plan = planNext(record, aCatalog([catalogued]), context);
    assert.equal(plan.kind, kind, name);
    assert.equal('why' in plan && plan.why, why, name);
  }
});

test('an auto order has completed when each of its items has ended', () => {
  const catalog = aCatalog([catalogItem('COFFEE')]);
  const running = itemDue('2026-01-31', { frequency: 'Monthly' });
  const ended = { ...running, remainingRepeatCount: 0 };
  const cases: [name: string, items: AutoOrderItem[], hasEnded: boolean][] = [
    ['all ended', [ended, { ...running, nextShipmentAt: undefined }], true],
    ['one still ships', [ended, running], false],
    ['one is paused', [ended, { ...ended, paused: true }], false],
    ['one is broken', [ended, { ...running, frequency: undefined }], false],
    ['no items yet', [], false],
  ];
  for (const [name, items, hasEnded] of cases)
    assert.equal(hasCompleted(items, catalog, planContext()), hasEnded, name);
});

test('a shipment moves the item to its next date, counts down, and its notice is due again', () => {
  const catalog = aCatalog([
    steppedItem('COFFEE', itemStep({ repeatCount: 3, preshipmentNoticeDays: 5 })),
  ]);
  const item = itemDue('2026-01-31', {
    remainingRepeatCount: 3,
    arbitraryUnitCost: minor(900),
    arbitraryUnitCostRemainingOrders: 2,
    preshipmentNoticeSent: true,
  });
  const once = advance(item, plannedShipment(item, catalog), catalog, planContext());
  assert.deepEqual(
    plain(once),
    plain({
      ...item,
      nextShipmentAt: wall('2026-02-28'),
      nextPreshipmentNoticeAt: wall('2026-02-23'),
      preshipmentNoticeSent: false,
      step: { index: 0, done: 1 },
      remainingRepeatCount: 2,
      arbitraryUnitCostRemainingOrders: 1,
    }),
  );
  const twice = advance(once, plannedShipment(once, catalog), catalog, planContext());
  const last = plannedShipment(twice, catalog);
  assert.equal(last.price.unitCost, 2000, 'the arbitrary unit cost is used up');
  const ended = advance(twice, last, catalog, planContext());
  assert.deepEqual(
    [ended.nextShipmentAt, ended.nextPreshipmentNoticeAt, ended.remainingRepeatCount],
    [undefined, undefined, 0],
  );
});

test('more repeats granted than the steps hold repeat the last step', () => {
  const catalog = aCatalog([
    steppedItem('COFFEE', itemStep({ schedule: 'Weekly', repeatCount: 2 })),
  ]);
  const item = itemDue('2026-01-31', { step: { index: 0, done: 2 }, remainingRepeatCount: 2 });
  assert.deepEqual(shipments(item, catalog, 3, planContext()), [
    '2026-01-31 COFFEE',
    '2026-02-07 COFFEE',
    'remaining repeat count',
  ]);
});

test('missed shipments are billed one after another, or one of them, or none', () => {
  const catalog = aCatalog([catalogItem('COFFEE')]);
  const item = itemDue('2025-10-31', { frequency: 'Monthly', remainingRepeatCount: 12 });
  const now = wall('2026-01-05');
  const everyMonth = [
    '2025-10-31 COFFEE',
    '2025-11-30 COFFEE',
    '2025-12-31 COFFEE',
    '2026-01-31 COFFEE',
  ];
  assert.deepEqual(shipments(item, catalog, 4, planContext({ now })), everyMonth);
  const late = planContext({ now, missedShipments: 'skip' });
  assert.deepEqual(shipments(item, catalog, 4, late), everyMonth, 'due while it was active');
  const again = (missedShipments: 'one' | 'skip' | 'bill', count: number) => {
    const context = planContext({ now, missedShipments });
    return shipments(startAgain(item, catalog, context), catalog, count, context);
  };
  assert.deepEqual(again('bill', 4), everyMonth);
  assert.deepEqual(again('one', 3), [
    '2025-10-31 COFFEE',
    '2026-01-31 COFFEE',
    '2026-02-28 COFFEE',
  ]);
  assert.deepEqual(again('skip', 2), ['2026-01-31 COFFEE', '2026-02-28 COFFEE']);
  const resumed = skipMissed(item, catalog, { now, zone: newYork });
  assert.deepEqual(
    plain([resumed.nextShipmentAt, resumed.remainingRepeatCount]),
    plain([wall('2026-01-31'), 12]),
  );
  assert.equal(skipMissed(resumed, catalog, { now, zone: newYork }), resumed);
});

test('a paused catalogue item delays due items and their schedules by a day at a time', () => {
  const catalog = aCatalog([catalogItem('COFFEE', {}, { paused: true })]);
  const item = itemDue('2026-01-31', { frequency: 'Monthly' });
  assert.equal(
    planNext(item, catalog, planContext({ now: wall('2026-01-31T09:59') })).kind,
    'ship',
    'not yet due',
  );
  const plan = planNext(item, catalog, planContext({ now: wall('2026-01-31') }));
  assert.deepEqual(plain(plan), plain({ kind: 'slip', until: wall('2026-02-01') }));
  const later = planNext(item, catalog, planContext({ now: wall('2026-02-04T09:00') }));
  assert.deepEqual(plain(later), plain({ kind: 'slip', until: wall('2026-02-04') }));
  const slipped = slip(item, { kind: 'slip', until: wall('2026-02-01') }, catalog, newYork);
  assert.deepEqual(shipments(slipped, aCatalog([catalogItem('COFFEE')]), 2, planContext()), [
    '2026-02-01 COFFEE',
    '2026-03-01 COFFEE',
  ]);
  const noticed = slip(
    { ...item, preshipmentNoticeSent: true },
    { kind: 'slip', until: wall('2026-02-01') },
    catalog,
    newYork,
  );
  assert.equal(noticed.preshipmentNoticeSent, true, 'the customer knows already');
});

test('later dates count from a date set by hand', () => {
  const catalog = aCatalog([
    steppedItem('COFFEE', pause(10), itemStep({ preshipmentNoticeDays: 3 })),
  ]);
  const item = itemDue('2026-01-31', { preshipmentNoticeSent: true });
  const moved = reschedule(item, wall('2026-02-10T08:15'), catalog, newYork);
  assert.deepEqual(
    plain([
      moved.nextShipmentAt,
      moved.anchor,
      moved.nextPreshipmentNoticeAt,
      moved.preshipmentNoticeSent,
    ]),
    plain([
      wall('2026-02-10T08:15'),
      localWall('2026-02-10T08:15'),
      wall('2026-02-07T08:15'),
      false,
    ]),
  );
  const next = advance(moved, plannedShipment(moved, catalog), catalog, planContext());
  assert.equal(String(next.nextShipmentAt), String(wall('2026-03-10T08:15')));
});

test('future schedules number the rebills to come and stop where the item does', () => {
  const catalog = aCatalog([catalogItem('COFFEE')]);
  const item = itemDue('2026-01-31', { frequency: 'Monthly', numberOfRebills: 4 });
  assert.equal(futureSchedules(item, catalog, planContext()).length, 10);
  assert.deepEqual(
    plain(futureSchedules(item, catalog, planContext({}, { cancelAfterNextXOrders: 2 }))),
    plain([
      { at: wall('2026-01-31'), itemId: 'COFFEE', unitCost: 2000, rebillCount: 5 },
      { at: wall('2026-02-28'), itemId: 'COFFEE', unitCost: 2000, rebillCount: 6 },
    ]),
  );
  assert.deepEqual(futureSchedules({ ...item, paused: true }, catalog, planContext()), []);
  assert.deepEqual(futureSchedules(item, catalog, planContext(), 0), []);
});

const stepKinds: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        schedule: fc.constantFrom(...frequencies),
        repeatCount: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        arbitraryScheduleDays: fc.integer({ min: 1, max: 100 }),
      })
      .map(({ repeatCount, ...step }) =>
        itemStep({ ...step, ...(repeatCount !== undefined && { repeatCount }) }),
      ),
  },
  fc.integer({ min: 0, max: 40 }).map(pause),
  fc
    .integer({ min: 1, max: 31 })
    .map((untilDayOfMonth) =>
      pauseUntil({ untilDayOfMonth, minimumDelayDays: untilDayOfMonth % 7 }),
    ),
  fc.constant(loop),
);

test('a preview of ten is ten times plan and advance, dates only move forward, and it ends', () => {
  fc.assert(
    fc.property(
      fc.array(stepKinds, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 400 }),
      (steps, days) => {
        const catalog = aCatalog([steppedItem('COFFEE', ...steps)]);
        let item = reschedule(
          itemDue('2026-01-01'),
          wall('2026-01-01').add({ hours: 24 * days }),
          catalog,
          newYork,
        );
        const preview = futureSchedules(item, catalog, planContext());
        for (const [index, foreseen] of preview.entries()) {
          const plan = plannedShipment(item, catalog);
          assert.deepEqual(
            [String(plan.at), plan.itemId, plan.price.unitCost],
            [String(foreseen.at), foreseen.itemId, foreseen.unitCost],
          );
          if (index > 0)
            assert.ok(plan.at.epochMilliseconds > preview[index - 1]!.at.epochMilliseconds);
          item = advance(item, plan, catalog, planContext());
        }
        if (preview.length < 10)
          assert.notEqual(planNext(item, catalog, planContext()).kind, 'ship');
      },
    ),
    { numRuns: 300 },
  );
});

function plannedShipment(item: AutoOrderItem, catalog: Catalog): PlannedShipment {
  const plan = planNext(item, catalog, planContext());
  assert.equal(plan.kind, 'ship');
  return plan;
}
