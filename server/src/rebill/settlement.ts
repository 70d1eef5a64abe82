import type { Temporal } from 'temporal-polyfill';
import type { AddOn, AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { chargingCancelFee } from '../autoOrders/cancelFee.ts';
import type { Catalog, PlanContext } from '../autoOrders/steps.ts';
import { advance, hasCompleted } from '../autoOrders/steps.ts';
import { minor } from '../kernel/money.ts';
import { afterDecline } from './dunning.ts';
import type { Ended } from './endings.ts';
import { canceled, canceledAfterOrders, completed, disabledByDeclines } from './endings.ts';
import type { Note } from './note.ts';
import type { RebillPolicy } from './policy.ts';
import type { RebillLine, RebillOrder } from './rebillOrder.ts';

/*
 * What an answered charge makes of an auto order. The record may have been changed since the charge was planned: what was billed is counted in any
 * case, and where somebody moved the schedule meanwhile, theirs stands (docs/adr/0011-a-change-that-races-a-rebill.md).
 */

/** What settling needs besides the record and the order. */
export interface SettlingRules {
  readonly catalog: Catalog;
  readonly policy: RebillPolicy;
  readonly zone: string;
  /** The moment of the charge on the merchant's clock. */
  readonly at: Temporal.Instant;
}

/** The record after a paid rebill, and whether it has ended by it. */
export function afterPaid(autoOrder: AutoOrder, order: RebillOrder, rules: SettlingRules): Ended {
  const lines = new Map(
    order.lines.filter((line) => line.shipment !== undefined).map((line) => [line.itemOid, line]),
  );
  const context: PlanContext = {
    autoOrder,
    now: rules.at,
    zone: rules.zone,
    missedShipments: rules.policy.missedShipments,
  };
  const left = autoOrder.cancelAfterNextXOrders;
  const paid: AutoOrder = {
    ...autoOrder,
    rebillCount: autoOrder.rebillCount + 1,
    creditCardAttempt: 0,
    nextAttemptAt: undefined,
    failureReason: undefined,
    cancelAfterNextXOrders: left === undefined ? undefined : Math.max(0, left - 1),
    addOns: withoutUsed(
      autoOrder.addOns,
      order.lines.filter((line) => line.kind === 'add-on' && line.itemOid === undefined),
    ),
    items: autoOrder.items.map((item) =>
      shippedItem(item, lines.get(item.itemOid), order, context, rules),
    ),
  };
  return ended(paid, rules);
}

function ended(paid: AutoOrder, { at, catalog, policy, zone }: SettlingRules): Ended {
  if (paid.status !== 'active') return { autoOrder: paid, notes: [] };
  if (paid.cancelAfterNextXOrders === 0) return canceledAfterOrders(paid, at);
  const isCompleted = hasCompleted(paid.items, catalog, {
    autoOrder: paid,
    now: at,
    zone,
    missedShipments: policy.missedShipments,
  });
  return isCompleted ? completed(paid, at, []) : { autoOrder: paid, notes: [] };
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
    lastOrderAt: at,
    addOns: withoutUsed(
      item.addOns,
      order.lines.filter((each) => each.kind === 'add-on' && each.itemOid === item.itemOid),
    ),
  };
  return isAsPlanned(item, shipment) ? advance(counted, shipment, catalog, context) : counted;
}

/** Whether the item's schedule is still the one that the charge was planned on. */
function isAsPlanned(item: AutoOrderItem, shipment: NonNullable<RebillLine['shipment']>): boolean {
  return (
    item.originalItemId === shipment.originalItemId &&
    item.nextShipmentAt?.epochMilliseconds === shipment.at.epochMilliseconds
  );
}

/** The add-ons after one more order with those that rode along in it: their orders left are counted down, and used up ones are gone. */
function withoutUsed(addOns: readonly AddOn[], riding: readonly RebillLine[]): readonly AddOn[] {
  if (addOns.length === 0) return addOns;
  const ridden = new Set(riding.map((line) => line.itemId.toLowerCase()));
  return addOns
    .map((addOn) =>
      addOn.nextXOrders === undefined || !ridden.has(addOn.itemId.toLowerCase())
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
  /** The order in Accounts Receivable, where the merchant keeps one. */
  readonly orderId?: string | undefined;
}

/** The record after a declined rebill: a next attempt, or the end that the merchant's policy wants. */
export function afterDeclined(
  autoOrder: AutoOrder,
  order: RebillOrder,
  declined: DeclinedCharge,
  rules: SettlingRules,
): Ended {
  const { at, zone, policy } = rules;
  const attempt = autoOrder.creditCardAttempt + 1;
  const failed: AutoOrder = {
    ...autoOrder,
    creditCardAttempt: attempt,
    failureReason: `${declined.reason}\n${declined.message}`,
    nextAttemptAt: undefined,
  };
  const step = afterDecline(
    { attempt, reason: declined.reason, isHard: declined.isHard, at, zone },
    policy.dunning,
  );
  if (autoOrder.status !== 'active')
    return { autoOrder: failed, notes: [declineNote(declined, attempt, {})] };
  if (step.kind === 'retry') {
    return {
      autoOrder: { ...failed, nextAttemptAt: step.at },
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
): Ended {
  const data = { reason: 'declined', hard: isHard };
  const wasFee = order.lines.some((line) => line.kind === 'cancel fee');
  const fee =
    policy.dunning.chargesCancelItem && !isHard && !wasFee
      ? chargingCancelFee(failed, catalog, at)
      : undefined;
  if (fee !== undefined) {
    const cancelReason = failed.cancelReason ?? 'Declined too often';
    const note: Note = { message: 'The retries are used up: the cancel item is charged once.' };
    return {
      autoOrder: { ...fee, creditCardAttempt: 0, cancelReason },
      notes: [note],
      isEdited: true,
    };
  }
  if (policy.dunning.atEnd === 'disable') return disabledByDeclines(failed, at, data);
  return canceled(
    { ...failed, cancelReason: failed.cancelReason ?? 'The charge was declined' },
    at,
    data,
  );
}

function declineNote(
  declined: DeclinedCharge,
  attempt: number,
  more: Readonly<Record<string, unknown>>,
): Note {
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
