import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { dueAt } from '../autoOrders/calculated.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { afterPayment, type CreditAccount, sharesToUse } from '../customers/storeCredit.ts';
import { addDays } from '../kernel/calendar.ts';
import { isAfter, isReached, later } from '../kernel/moments.ts';
import { zero } from '../kernel/money.ts';
import { type DecisionInput, decide, usesOf } from '../rebill/plan.ts';
import type { RebillOrder } from '../rebill/rebillOrder.ts';
import { afterPaid } from '../rebill/settlement.ts';
import { type DateRule, dateRules } from './previewDates.ts';

/** The future rebills of an auto order. */
export interface Preview {
  readonly rebills: readonly PreviewedRebill[];
  readonly ends: PreviewEnd;
}

/**
 * Why there are fewer rebills than requested; `never` if there are not fewer. `parked`: the auto
 * order must be fixed first.
 */
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
  /** The time of the charge, on the merchant's clock. */
  readonly at: Temporal.Instant;
  readonly order: RebillOrder;
  readonly currency: string;
  /** The card that will be charged; absent when the order costs nothing. */
  readonly cardToken?: string | undefined;
  /** How the dates were determined, by item oid. */
  readonly dateRules: ReadonlyMap<number, readonly DateRule[]>;
  /** The times of the pre-shipment notices that are still to be sent, by item oid. */
  readonly notices: ReadonlyMap<number, Temporal.Instant>;
}

/**
 * Predicts rebills from the record alone by repeating what the engine does: the same decisions, the
 * same orders, the same record after each paid charge. `first` is the input of the engine's
 * decision now. With `until`, later rebills are left out.
 */
export function previewRebills(
  first: DecisionInput,
  count: number,
  until?: Temporal.Instant,
): Preview {
  const rebills: PreviewedRebill[] = [];
  let input = first;
  let traces = tracesOf(first.autoOrder);
  for (let idle = 0; rebills.length < count && idle < idleLooksMax; idle++) {
    const due = dueAt(input.autoOrder);
    if (due === undefined) return { rebills, ends: endOf(input.autoOrder) };
    input = { ...input, at: later(due, input.at) };
    if (until && isAfter(input.at, until)) return { rebills, ends: 'never' };
    const decision = decide(input);
    if (decision.kind === 'park') return { rebills, ends: 'parked' };
    if (decision.kind === 'wait') {
      traces = traced(traces, input, decision.autoOrder.items);
      input = {
        ...input,
        autoOrder: decision.autoOrder,
        at: nextLookAt(decision.autoOrder, input),
      };
      continue;
    }
    idle = 0;
    traces = traced(traces, input, decision.autoOrder.items);
    const {
      autoOrder,
      charge: { order, currency, card },
    } = decision;
    rebills.push({
      rebillNumber: autoOrder.rebillCount + 1,
      at: input.at,
      order,
      currency,
      cardToken: card?.token,
      dateRules: dateRulesOf(autoOrder, order, traces, input),
      notices: noticesOf(order, traces),
    });
    traces = new Map([...traces, ...shippedTraces(autoOrder.items, order)]);
    input = {
      ...input,
      catalog: afterSale(input.catalog, order),
      credit: input.credit && afterCredit(input.credit, order, input),
      autoOrder: afterPaid(autoOrder, order, input).autoOrder,
      firstDeclinedAt: undefined,
      kept: undefined,
    };
  }
  return { rebills, ends: rebills.length < count ? 'paused' : 'never' };
}

/** Returns the catalogue without the stock that a rebill takes. */
function afterSale(catalog: Catalog, order: RebillOrder): Catalog {
  const uses = new Map(usesOf(order, catalog).map((use) => [use.itemOid, use.quantity]));
  if (uses.size === 0) return catalog;
  return (itemId) => {
    const item = catalog(itemId);
    if (item?.stock === undefined) return item;
    const available = item.stock.available - (uses.get(item.itemOid) ?? 0);
    return { ...item, stock: { ...item.stock, available } };
  };
}

/** Returns the customer's store credit without the part that a rebill uses. */
function afterCredit(account: CreditAccount, order: RebillOrder, { kept, at }: DecisionInput) {
  const orderId = kept?.order.orderId;
  const shares = sharesToUse(account, orderId, order.credit ?? zero, at);
  return afterPayment(account, orderId, shares, at);
}

// An item is checked every day while its catalogue item is paused, which may last forever.
const idleLooksMax = 400;

/**
 * Returns when the engine processes the auto order: when something is due, or the next day if the
 * due date has not moved.
 */
function nextLookAt(autoOrder: AutoOrder, { at, zone }: DecisionInput): Temporal.Instant {
  const due = dueAt(autoOrder);
  return due !== undefined && isReached(due, at) ? addDays(at, 1, zone) : at;
}

function endOf({ status, completed, items }: AutoOrder): PreviewEnd {
  if (completed) return 'completed';
  if (status !== 'active') return status;
  return items.some((item) => item.paused) ? 'paused' : 'completed';
}

/** The rules so far that determined the date of an item's next shipment. */
interface Trace {
  /** The item as it was last billed; absent: the date is from the record. */
  readonly shipped?: AutoOrderItem;
  /** Days by which it has moved since, because its catalogue item is paused. */
  readonly slips: number;
  /** The time of the notice of that shipment; absent: none was sent in this preview. */
  readonly noticeAt?: Temporal.Instant;
}

type Traces = ReadonlyMap<number, Trace>;

const tracesOf = ({ items }: AutoOrder): Traces =>
  new Map(items.map((item) => [item.itemOid, { slips: 0 }]));

function traced(
  traces: Traces,
  { autoOrder: { items: before }, at }: DecisionInput,
  after: readonly AutoOrderItem[],
): Traces {
  if (before === after) return traces;
  return new Map(
    after.map((item, index): [number, Trace] => {
      const { slips, ...trace } = traces.get(item.itemOid) ?? { slips: 0 };
      const was = before[index];
      const hasSlipped =
        item.nextShipmentAt?.epochMilliseconds !== was?.nextShipmentAt?.epochMilliseconds;
      const isNoticed = item.preshipmentNoticeSent && was?.preshipmentNoticeSent === false;
      return [
        item.itemOid,
        { ...trace, slips: hasSlipped ? slips + 1 : slips, ...(isNoticed && { noticeAt: at }) },
      ];
    }),
  );
}

function noticesOf({ lines }: RebillOrder, traces: Traces): Map<number, Temporal.Instant> {
  const shipped = lines.flatMap(({ shipment, itemOid }) =>
    shipment === undefined || itemOid === undefined ? [] : itemOid,
  );
  return new Map(
    shipped.flatMap((oid): [number, Temporal.Instant][] => {
      const noticeAt = traces.get(oid)?.noticeAt;
      return noticeAt === undefined ? [] : [[oid, noticeAt]];
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
