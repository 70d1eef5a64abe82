import type { Temporal } from 'temporal-polyfill';
import type { AddOn, AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { chargingCancelFee } from '../autoOrders/cancelFee.ts';
import { isMissedLeft, plannedAttempt, withoutWait } from '../autoOrders/pacing.ts';
import {
  advance,
  type Catalog,
  hasCompleted,
  type PlanContext,
  passOver,
  startAgain,
} from '../autoOrders/steps.ts';
import { addDays } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import { isBefore, later } from '../kernel/moments.ts';
import { minor } from '../kernel/money.ts';
import { afterDecline, type DunningStep } from './dunning.ts';
import {
  type AutoOrderAfter,
  canceledAfterOrders,
  canceledByEngine,
  completedByEngine,
  disabledByDeclines,
} from './endings.ts';
import type { RebillNote } from './note.ts';
import type { RebillPolicy } from './policy.ts';
import type { RebillLine, RebillOrder } from './rebillOrder.ts';

/*
 * Changes an auto order after the answer to a charge. The record may have changed since the charge
 * was planned. Billed items are counted in any case; if a person has moved the schedule since then,
 * that person's dates stay (docs/adr/0011-a-change-that-races-a-rebill.md).
 */

/** The inputs of settling besides the record and the order. */
export interface SettlingRules {
  readonly catalog: Catalog;
  readonly policy: RebillPolicy;
  readonly zone: string;
  /** The time of the charge, or of the payment, on the merchant's clock. */
  readonly at: Temporal.Instant;
  /**
   * The time at which the answer is stored, if that is later: the next dates are counted from it.
   */
  readonly now?: Temporal.Instant;
}

/** Returns the record after a paid rebill, which may have ended it. */
export function afterPaid(
  autoOrder: AutoOrder,
  order: RebillOrder,
  rules: SettlingRules,
): AutoOrderAfter {
  const shipped = shippedIn(autoOrder, order, rules);
  return ended(
    {
      ...shipped,
      rebillCount: autoOrder.rebillCount + 1,
      creditCardAttempt: 0,
      ...plannedAttempt(dayAfterMissed(shipped, rules)),
      failureReason: undefined,
    },
    rules,
  );
}

/**
 * At most one missed shipment is charged per day; the others wait until the same time tomorrow.
 * Nothing waits in a stopped auto order.
 */
function dayAfterMissed(
  { status, items }: AutoOrder,
  { at, now = at, zone }: SettlingRules,
): Temporal.Instant | undefined {
  return status === 'active' && isMissedLeft(items) ? addDays(now, 1, zone) : undefined;
}

/**
 * Returns the record after an order other than its next rebill shipped some of its items: an order
 * that was given up and then paid after all, or the rebill of an auto order that was merged into
 * it. Counts the shipment. The next rebill and its retries do not change, but a day's wait for
 * missed shipments ends if none is left.
 */
export function afterExtraShipment(
  autoOrder: AutoOrder,
  order: RebillOrder,
  rules: SettlingRules,
): AutoOrderAfter {
  const shipped = shippedIn(autoOrder, order, rules);
  return ended(isMissedLeft(shipped.items) ? shipped : withoutWait(shipped), rules);
}

/**
 * Counts everything that an order used: items, add-ons, and the orders left before a cancelation.
 */
function shippedIn(autoOrder: AutoOrder, order: RebillOrder, rules: SettlingRules): AutoOrder {
  const lines = shippedLines(order);
  const context = contextOf(autoOrder, rules);
  const left = autoOrder.cancelAfterNextXOrders;
  return {
    ...autoOrder,
    cancelAfterNextXOrders: left === undefined ? undefined : Math.max(0, left - 1),
    addOns: withoutUsed(
      autoOrder.addOns,
      order.lines.filter((line) => line.kind === 'add-on' && line.itemOid === undefined),
    ),
    items: autoOrder.items.map((item) =>
      shippedItem(item, lines.get(item.itemOid), order, context, rules),
    ),
  };
}

const shippedLines = (order: RebillOrder): ReadonlyMap<number | undefined, RebillLine> =>
  new Map(
    order.lines.filter((line) => line.shipment !== undefined).map((line) => [line.itemOid, line]),
  );

const contextOf = (
  autoOrder: AutoOrder,
  { at, now, zone, policy }: SettlingRules,
): PlanContext => ({
  autoOrder,
  now: now ?? at,
  zone,
  missedShipments: policy.missedShipments,
});

/**
 * Returns the record after staff marked the order of its next rebill as paid. If its last decline
 * had disabled it, it becomes active and starts again, and the paid order counts as the missed
 * shipment. Later missed shipments are billed only if the merchant bills all of them.
 */
export function afterPaidByStaff(
  autoOrder: AutoOrder,
  order: RebillOrder,
  declinedAt: Temporal.Instant,
  rules: SettlingRules,
): AutoOrderAfter {
  const isEndedByIt =
    isDisabledByDeclines(autoOrder) &&
    autoOrder.disabledAt?.epochMilliseconds === declinedAt.epochMilliseconds;
  return isEndedByIt ? afterReviving(autoOrder, order, rules) : afterPaid(autoOrder, order, rules);
}

/**
 * Returns a record that declines had disabled after its next rebill was paid after all: it is
 * active again, and the paid order counts as the missed shipment.
 */
export function afterReviving(
  autoOrder: AutoOrder,
  order: RebillOrder,
  rules: SettlingRules,
): AutoOrderAfter {
  const revived: AutoOrder = {
    ...autoOrder,
    status: 'active',
    enabled: true,
    disabledAt: undefined,
    items: autoOrder.items.map((item) => revivedItem(item, shippedLines(order), rules)),
  };
  const { notes, ...after } = afterPaid(revived, order, rules);
  return { ...after, notes: [{ message: 'Enabled again: the charge succeeded.' }, ...notes] };
}

/**
 * Returns the item when its auto order starts again; an item that the order shipped keeps its date,
 * so that the order matches it.
 */
function revivedItem(
  item: AutoOrderItem,
  shipped: ReadonlyMap<number | undefined, RebillLine>,
  { at, now = at, zone, catalog, policy }: SettlingRules,
): AutoOrderItem {
  const missedShipments = shipped.has(item.itemOid) ? 'one' : policy.missedShipments;
  return startAgain(item, catalog, { now, zone, missedShipments });
}

/** Returns whether declined charges, and not a person, stopped the auto order. */
export const isDisabledByDeclines = ({
  status,
  completed,
  creditCardAttempt,
}: Pick<AutoOrder, 'status' | 'completed' | 'creditCardAttempt'>): boolean =>
  status === 'disabled' && !completed && creditCardAttempt > 0;

/**
 * Returns the record after staff rejected the order of its next rebill. Counts only the rebill's
 * number, ends the retries, and skips the shipment. A rejected cancel fee is not charged, and the
 * auto order is canceled as planned.
 */
export function afterGivenUp(
  autoOrder: AutoOrder,
  order: RebillOrder,
  rules: SettlingRules,
): AutoOrderAfter {
  const passed = withoutShipment(autoOrder, order, rules);
  const skipped: AutoOrder = {
    ...passed,
    rebillCount: autoOrder.rebillCount + 1,
    ...(autoOrder.status === 'active'
      ? {
          creditCardAttempt: 0,
          ...plannedAttempt(dayAfterMissed(passed, rules)),
          failureReason: undefined,
        }
      : {}),
  };
  if (autoOrder.status === 'active' && order.lines.some((line) => line.kind === 'cancel fee'))
    return canceledByEngine(
      { ...skipped, cancelReason: autoOrder.cancelReason ?? 'The cancel fee was rejected' },
      rules.at,
      { reason: 'cancel fee rejected' },
    );
  return ended(skipped, rules);
}

/**
 * Skips the shipments of an order: each item whose date has not been moved since continues with its
 * next date, which is due at once if it fell due during the retries.
 */
export function withoutShipment(
  autoOrder: AutoOrder,
  order: RebillOrder,
  rules: SettlingRules,
): AutoOrder {
  const lines = shippedLines(order);
  const context = contextOf(autoOrder, rules);
  const items = autoOrder.items.map((item) => {
    const shipment = lines.get(item.itemOid)?.shipment;
    const isNext = shipment !== undefined && isAsPlanned(item, shipment);
    return isNext ? passOver(item, rules.catalog, context) : item;
  });
  return { ...autoOrder, items };
}

function ended(paid: AutoOrder, rules: SettlingRules): AutoOrderAfter {
  const { at } = rules;
  if (paid.status !== 'active') return { autoOrder: paid, notes: [] };
  if (paid.cancelAfterNextXOrders === 0) return canceledAfterOrders(paid, at);
  const isCompleted = hasCompleted(paid.items, rules.catalog, contextOf(paid, rules));
  return isCompleted ? completedByEngine(paid, at, []) : { autoOrder: paid, notes: [] };
}

function shippedItem(
  item: AutoOrderItem,
  line: RebillLine | undefined,
  order: RebillOrder,
  context: PlanContext,
  { catalog, at }: SettlingRules,
): AutoOrderItem {
  const shipment = line?.shipment;
  if (line === undefined || shipment === undefined) return item;
  const value = line.amount - line.discount;
  const counted: AutoOrderItem = {
    ...item,
    numberOfRebills: item.numberOfRebills + 1,
    lifeTimeValue: minor(item.lifeTimeValue + value),
    rebillValue: minor(item.rebillValue + value),
    firstOrderAt: item.firstOrderAt ?? at,
    lastOrderAt: later(item.lastOrderAt, at),
    addOns: withoutUsed(
      item.addOns,
      order.lines.filter((each) => each.kind === 'add-on' && each.itemOid === item.itemOid),
    ),
  };
  if (item.originalItemId !== shipment.originalItemId || item.nextShipmentAt === undefined)
    return counted;
  const advanced = advance(counted, shipment, catalog, context);
  if (isAsPlanned(item, shipment)) return advanced;
  // A date that was set since then and is before the next regular one was meant for this shipment.
  const isForThisShipment =
    advanced.nextShipmentAt !== undefined && isBefore(item.nextShipmentAt, advanced.nextShipmentAt);
  return isForThisShipment ? advanced : counted;
}

// An order that was given up may be paid after later ones.
/** Returns whether the item still has the schedule from which the charge was planned. */
function isAsPlanned(item: AutoOrderItem, shipment: NonNullable<RebillLine['shipment']>): boolean {
  return (
    item.originalItemId === shipment.originalItemId &&
    item.nextShipmentAt?.epochMilliseconds === shipment.at.epochMilliseconds
  );
}

/**
 * Returns the add-ons after an order that included `riding`: each of those has one order fewer
 * left, and add-ons without orders left are removed.
 */
function withoutUsed(addOns: readonly AddOn[], riding: readonly RebillLine[]): readonly AddOn[] {
  if (addOns.length === 0) return addOns;
  const ridden = new Set(riding.map((line) => fold(line.itemId)));
  return addOns
    .map((addOn) =>
      addOn.nextXOrders === undefined || !ridden.has(fold(addOn.itemId))
        ? addOn
        : { ...addOn, nextXOrders: addOn.nextXOrders - 1 },
    )
    .filter((addOn) => addOn.nextXOrders === undefined || addOn.nextXOrders > 0);
}

/** A charge that the gateway declined. */
export interface DeclinedCharge {
  readonly reason: string;
  readonly message: string;
  readonly isHard: boolean;
  readonly rebillNumber: number;
  /** The order in Accounts Receivable, if the merchant keeps declined orders. */
  readonly orderId?: string | undefined;
  /** The number of earlier declines of this rebill. */
  readonly earlierDeclines?: number;
  /** If set, the next attempt is at this time, whatever the policy says: there is a new card. */
  readonly retryAt?: Temporal.Instant | undefined;
}

/**
 * Returns the record after a declined rebill: with a next attempt, or ended by the merchant's
 * policy.
 */
export function afterDeclined(
  autoOrder: AutoOrder,
  order: RebillOrder,
  declined: DeclinedCharge,
  rules: SettlingRules,
): AutoOrderAfter {
  const { at, zone, policy } = rules;
  const { status, creditCardAttempt } = autoOrder;
  // The declines that disabled it may belong to a rebill that staff have given up since then.
  const counted =
    status === 'active'
      ? creditCardAttempt
      : Math.min(creditCardAttempt, declined.earlierDeclines ?? creditCardAttempt);
  const attempt = counted + 1;
  const failed: AutoOrder = {
    ...autoOrder,
    creditCardAttempt: attempt,
    failureReason: `${declined.reason}\n${declined.message}`,
    nextAttemptAt: undefined,
  };
  const step: DunningStep =
    declined.retryAt === undefined
      ? afterDecline(
          { attempt, reason: declined.reason, isHard: declined.isHard, at, zone },
          policy.dunning,
        )
      : { kind: 'retry', at: declined.retryAt };
  if (autoOrder.status !== 'active')
    return { autoOrder: failed, notes: [declineNote(declined, attempt, {})] };
  if (step.kind === 'retry') {
    return {
      autoOrder: { ...failed, ...plannedAttempt(step.at) },
      notes: [declineNote(declined, attempt, { next_attempt: step.at.toString() })],
    };
  }
  const end = endOfRetries(failed, order, step.isHard, rules);
  return {
    ...end,
    notes: [declineNote(declined, attempt, { hard: step.isHard, final: true }), ...end.notes],
  };
}

function endOfRetries(
  failed: AutoOrder,
  order: RebillOrder,
  isHard: boolean,
  { at, catalog, policy }: SettlingRules,
): AutoOrderAfter {
  const data = { reason: 'declined', hard: isHard };
  const wasFee = order.lines.some((line) => line.kind === 'cancel fee');
  const fee =
    policy.dunning.chargesCancelItem && !isHard && !wasFee
      ? chargingCancelFee(failed, catalog, at)
      : undefined;
  if (fee !== undefined) {
    const cancelReason = failed.cancelReason ?? 'Declined too often';
    const note: RebillNote = {
      message: 'The retries are used up: the cancel item is charged once.',
    };
    return {
      autoOrder: { ...fee, creditCardAttempt: 0, cancelReason },
      notes: [note],
      isEdited: true,
    };
  }
  if (policy.dunning.atEnd === 'disable') return disabledByDeclines(failed, at, data);
  return canceledByEngine(
    { ...failed, cancelReason: failed.cancelReason ?? 'The charge was declined' },
    at,
    data,
  );
}

function declineNote(
  declined: DeclinedCharge,
  attempt: number,
  more: Readonly<Record<string, unknown>>,
): RebillNote {
  const { reason, message, isHard, rebillNumber, orderId } = declined;
  return {
    message: `Rebill ${rebillNumber} declined, attempt ${attempt}: ${reason}. ${message}`,
    event: {
      name: 'auto_order_decline',
      data: {
        reason,
        message,
        hard: isHard,
        final: false,
        attempt,
        rebill_number: rebillNumber,
        ...(orderId === undefined ? {} : { order_id: orderId }),
        ...more,
      },
    },
  };
}
