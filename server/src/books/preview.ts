import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { dueAt } from '../autoOrders/calculated.ts';
import { addDays } from '../kernel/calendar.ts';
import type { DecisionInput } from '../rebill/plan.ts';
import { decide } from '../rebill/plan.ts';
import type { RebillOrder } from '../rebill/rebillOrder.ts';
import { afterPaid } from '../rebill/settlement.ts';
import type { DateRule } from './previewDates.ts';
import { dateRules } from './previewDates.ts';

/** The rebills to come of an auto order. */
export interface Preview {
  readonly rebills: readonly PreviewedRebill[];
  readonly ends: PreviewEnd;
}

/** Why there are fewer rebills than were asked for; `never` when there are not. `parked`: something about it must be fixed first. */
export type PreviewEnd =
  | 'never'
  | 'completed'
  | 'canceled'
  | 'disabled'
  | 'merged'
  | 'paused'
  | 'parked';

/** A rebill as it will be ordered if its charge succeeds. */
export interface PreviewedRebill {
  readonly rebillNumber: number;
  /** When it is charged on the merchant's clock. */
  readonly at: Temporal.Instant;
  readonly order: RebillOrder;
  readonly currency: string;
  /** How the date came about, by item oid. */
  readonly dateRules: ReadonlyMap<number, readonly DateRule[]>;
}

/**
 * Looks ahead by doing what the engine does, look after look on the record alone: the same decisions, the same orders, the same record after each paid
 * charge. `first` is the look that the engine would take now.
 */
export function previewRebills(first: DecisionInput, count: number): Preview {
  const rebills: PreviewedRebill[] = [];
  let look = first;
  let traces = tracesOf(first.autoOrder);
  for (let idle = 0; rebills.length < count && idle < idleLooksMax; idle++) {
    const due = dueAt(look.autoOrder);
    if (due === undefined) return { rebills, ends: endOf(look.autoOrder) };
    look = { ...look, at: later(due, look.at) };
    const decision = decide(look);
    if (decision.kind === 'park') return { rebills, ends: 'parked' };
    if (decision.kind === 'wait') {
      traces = traced(traces, look.autoOrder.items, decision.autoOrder.items);
      look = { ...look, autoOrder: decision.autoOrder, at: nextLookAt(decision.autoOrder, look) };
      continue;
    }
    idle = 0;
    traces = traced(traces, look.autoOrder.items, decision.autoOrder.items);
    const {
      autoOrder,
      charge: { order, currency },
    } = decision;
    rebills.push({
      rebillNumber: autoOrder.rebillCount + 1,
      at: look.at,
      order,
      currency,
      dateRules: dateRulesOf(autoOrder, order, traces, look),
    });
    traces = new Map([...traces, ...shippedTraces(autoOrder.items, order)]);
    look = {
      ...look,
      autoOrder: afterPaid(autoOrder, order, look).autoOrder,
      firstDeclinedAt: undefined,
      kept: undefined,
    };
  }
  return { rebills, ends: rebills.length < count ? 'paused' : 'never' };
}

// An item whose catalogue item is paused is looked at every day for as long as that lasts, which nobody knows.
const idleLooksMax = 400;

/** The engine comes back when something is due, and the next day where nothing has moved on. */
function nextLookAt(autoOrder: AutoOrder, { at, zone }: DecisionInput): Temporal.Instant {
  const due = dueAt(autoOrder);
  return due !== undefined && due.epochMilliseconds <= at.epochMilliseconds
    ? addDays(at, 1, zone)
    : at;
}

function endOf({ status, completed, items }: AutoOrder): PreviewEnd {
  if (completed) return 'completed';
  if (status !== 'active') return status;
  return items.some((item) => item.paused) ? 'paused' : 'completed';
}

const later = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  a.epochMilliseconds >= b.epochMilliseconds ? a : b;

// ------------------------------------------------------------------------------------------------------------ how the dates came about

/** What is known of the date of an item's next shipment. */
interface Trace {
  /** The item as it was billed before; absent: the date stands in the record. */
  readonly shipped?: AutoOrderItem;
  /** Days that it has slipped since, because its catalogue item is paused. */
  readonly slips: number;
}

type Traces = ReadonlyMap<number, Trace>;

const tracesOf = ({ items }: AutoOrder): Traces =>
  new Map(items.map((item) => [item.itemOid, { slips: 0 }]));

function traced(
  traces: Traces,
  before: readonly AutoOrderItem[],
  after: readonly AutoOrderItem[],
): Traces {
  if (before === after) return traces;
  return new Map(
    after.map((item, index): [number, Trace] => {
      const trace = traces.get(item.itemOid) ?? { slips: 0 };
      const hasSlipped =
        item.nextShipmentAt?.epochMilliseconds !== before[index]?.nextShipmentAt?.epochMilliseconds;
      return [item.itemOid, hasSlipped ? { ...trace, slips: trace.slips + 1 } : trace];
    }),
  );
}

function shippedTraces(items: readonly AutoOrderItem[], order: RebillOrder): [number, Trace][] {
  const shipped = new Set(
    order.lines.filter((line) => line.shipment !== undefined).map((line) => line.itemOid),
  );
  return items
    .filter((item) => shipped.has(item.itemOid))
    .map((item) => [item.itemOid, { shipped: item, slips: 0 }]);
}

function dateRulesOf(
  autoOrder: AutoOrder,
  order: RebillOrder,
  traces: Traces,
  { at, catalog, zone }: DecisionInput,
): Map<number, readonly DateRule[]> {
  const rules = new Map<number, readonly DateRule[]>();
  for (const { shipment, itemOid } of order.lines) {
    const item = autoOrder.items.find((each) => each.itemOid === itemOid);
    if (shipment === undefined || item === undefined) continue;
    rules.set(
      item.itemOid,
      dateRules({
        item,
        scheduledAt: shipment.at,
        at,
        catalog,
        zone,
        nextAttemptAt: autoOrder.nextAttemptAt,
        declines: autoOrder.creditCardAttempt,
        ...(traces.get(item.itemOid) ?? { slips: 0 }),
      }),
    );
  }
  return rules;
}
