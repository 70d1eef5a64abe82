import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aCatalog } from '../../../test/support/autoOrders.ts';
import {
  catalogItem,
  itemDue,
  itemStep,
  newYork,
  plain,
  planContext,
  steppedItem,
  wall,
} from '../../../test/support/ruleRecords.ts';
import { wireDate } from '../kernel/calendar.ts';
import { minor } from '../kernel/money.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import {
  futureRebills,
  futureSchedulesOf,
  type PlannedRebill,
  planRebill,
} from './futureRebills.ts';
import type { PlanContext } from './steps.ts';

const catalog = aCatalog([
  catalogItem('COFFEE'),
  catalogItem('TEA'),
  catalogItem('MUG', {}, { paused: true }),
  steppedItem('BOX', itemStep({ unitCostSchedules: [{ retryDays: 3, unitCost: minor(1500) }] })),
]);
const coffee = itemDue('2026-01-31', { itemOid: 1, frequency: 'Monthly' });
const tea = itemDue('2026-01-31T18:00', {
  itemOid: 2,
  originalItemId: 'TEA',
  frequency: 'Every 2 Months',
});
const mug = itemDue('2026-01-10', { itemOid: 3, originalItemId: 'MUG', frequency: 'Weekly' });

/** Lists the future rebills as a merchant would. */
function listed(items: readonly AutoOrderItem[], count: number, context: PlanContext): string[] {
  return foreseen(items, count, context).map(
    ({ at, lines }) =>
      `${wireDate(at, newYork).slice(0, 16)} ${lines.map(({ shipment }) => shipment.itemId).join('+')}`,
  );
}

function foreseen(
  items: readonly AutoOrderItem[],
  count: number,
  context: PlanContext,
): PlannedRebill[] {
  const found: PlannedRebill[] = [];
  for (const rebill of futureRebills(items, catalog, context)) {
    found.push(rebill);
    if (found.length === count) break;
  }
  return found;
}

test("items due on one local day are one rebill, at the first one's time", () => {
  assert.deepEqual(listed([tea, coffee], 3, planContext()), [
    '2026-01-31T10:00 TEA+COFFEE',
    '2026-02-28T10:00 COFFEE',
    '2026-03-31T10:00 TEA+COFFEE',
  ]);
  const late = { ...tea, nextShipmentAt: wall('2026-02-01T00:00') };
  assert.deepEqual(listed([late, coffee], 2, planContext()), [
    '2026-01-31T10:00 COFFEE',
    '2026-02-01T00:00 TEA',
  ]);
});

test('what is overdue is billed with what is due today', () => {
  const overdue = { ...coffee, nextShipmentAt: wall('2026-01-28') };
  assert.deepEqual(listed([overdue, tea], 1, planContext({ now: wall('2026-01-31T07:00') })), [
    '2026-01-28T10:00 COFFEE+TEA',
  ]);
  assert.deepEqual(listed([overdue, tea], 1, planContext({ now: wall('2026-01-30T07:00') })), [
    '2026-01-28T10:00 COFFEE',
  ]);
});

test('stopped items are not part of a rebill, and without other items there is none', () => {
  assert.deepEqual(listed([{ ...coffee, paused: true }, tea], 1, planContext()), [
    '2026-01-31T18:00 TEA',
  ]);
  assert.equal(planRebill([{ ...coffee, paused: true }], catalog, planContext()), undefined);
  assert.equal(planRebill([], catalog, planContext()), undefined);
});

test('an item whose catalogue item is paused is planned for the first day after now', () => {
  assert.deepEqual(listed([mug], 2, planContext({ now: wall('2026-01-10') })), [
    '2026-01-11T10:00 MUG',
    '2026-01-18T10:00 MUG',
  ]);
});

test('a cancelation after N orders ends the schedules of all items at the same order', () => {
  const weekly = { ...coffee, frequency: 'Weekly' } as const;
  const context = planContext({}, { cancelAfterNextXOrders: 3 });
  assert.deepEqual(listed([weekly, tea], 9, context), [
    '2026-01-31T10:00 COFFEE+TEA',
    '2026-02-07T10:00 COFFEE',
    '2026-02-14T10:00 COFFEE',
  ]);
  const schedules = futureSchedulesOf([weekly, tea], catalog, context);
  assert.deepEqual(
    [schedules.get(1)?.length, plain(schedules.get(2))],
    [3, plain([{ at: wall('2026-01-31T18:00'), itemId: 'TEA', unitCost: 2000, rebillCount: 1 }])],
  );
});

test('future schedules of several items are independent unless a cancelation ends them', () => {
  for (const context of [planContext(), planContext({}, { cancelAfterNextXOrders: 1_000_000 })]) {
    const schedules = futureSchedulesOf([coffee, tea], catalog, context, 4);
    assert.deepEqual([schedules.get(1)?.length, schedules.get(2)?.length], [4, 4]);
  }
});

test("a retry's price is for the rebill that is being retried", () => {
  const costs = foreseen(
    [itemDue('2026-01-31', { originalItemId: 'BOX' })],
    2,
    planContext({ retryDays: 3 }),
  ).map(({ lines }) => lines[0]?.shipment.price.unitCost);
  assert.deepEqual(costs, [1500, 2000]);
});
