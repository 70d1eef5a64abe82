import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { wireDate } from '../kernel/calendar.ts';
import { isDisabledByDeclines } from './settlement.ts';

/*
 * Decides whether an auto order may be charged at the request of a person. The rules read the
 * locked record: when two requests arrive together, the second one sees the result of the first.
 */

/** The facts about an auto order for which a person requests a charge. */
export interface RequestedCharge {
  readonly autoOrder: Pick<
    AutoOrder,
    'autoOrderOid' | 'status' | 'items' | 'completed' | 'creditCardAttempt'
  >;
  /** The time at which the engine examines it next. */
  readonly dueAt: Temporal.Instant | undefined;
  readonly recent: RecentRebills;
  readonly now: Temporal.Instant;
  readonly zone: string;
}

/** The rebills of an auto order that decide about its next charge. */
export interface RecentRebills {
  /** The charge that waits for its gateway's answer. */
  readonly inFlight?: RecentRebill;
  readonly lastPaid?: RecentRebill;
}

/** A rebill, as it is named in messages. */
export interface RecentRebill {
  readonly rebillNumber: number;
  readonly orderId: string;
  readonly at: Temporal.Instant;
}

/** Why a request for a charge is refused, and what the client can do instead. */
export interface RequestFault {
  readonly reason: string;
  readonly fix: string;
}

const soonMinutes = 5;
const restHours = 24;

/**
 * Returns why the next rebill cannot be charged on request: a charge is in flight, one succeeded
 * within a day, the engine is about to charge it, or the auto order has stopped for another reason
 * than declines. Undefined: it may be charged.
 */
export function requestFault(requested: RequestedCharge): RequestFault | undefined {
  const { autoOrder, dueAt, recent, now, zone } = requested;
  const name = `Auto order ${autoOrder.autoOrderOid}`;
  if (recent.inFlight !== undefined) return inFlightFault(name, recent.inFlight, zone);
  if (autoOrder.status !== 'active' && !isDisabledByDeclines(autoOrder))
    return { reason: `${name} is ${autoOrder.status}`, fix: 'Enable it before it is rebilled' };
  const billed = lastBilled(requested);
  if (billed !== undefined && billed.at.add({ hours: restHours }).since(now).sign > 0)
    return {
      reason: `${name} was billed at ${wireDate(billed.at, zone)}${billed.by}, within ${restHours} hours`,
      fix: 'Try again when a day has passed',
    };
  if (dueAt !== undefined && dueAt.since(now.add({ minutes: soonMinutes })).sign <= 0)
    return {
      reason: `${name} is due at ${wireDate(dueAt, zone)}, within ${soonMinutes} minutes`,
      fix: 'Wait: the engine charges it then',
    };
  return undefined;
}

/**
 * Returns why a charge request charged nothing, for the response of an operation that has done the
 * rest of its work.
 */
export function nothingCharged(
  oid: number,
  { inFlight, lastPaid }: RecentRebills,
  zone: string,
): string {
  const name = `Auto order ${oid}`;
  if (inFlight !== undefined) {
    const { reason, fix } = inFlightFault(name, inFlight, zone);
    return `${reason}. ${fix}.`;
  }
  const nothingDue = 'Nothing is due to be charged now.';
  if (lastPaid === undefined) return nothingDue;
  const billedAt = wireDate(lastPaid.at, zone);
  return `${nothingDue} ${name} was last billed at ${billedAt}${paidBy(lastPaid)}.`;
}

function inFlightFault(name: string, { rebillNumber, at }: RecentRebill, zone: string) {
  return {
    reason:
      `${name} is being charged: rebill ${rebillNumber} was sent to the gateway ` +
      `at ${wireDate(at, zone)}, which has not answered yet`,
    fix: 'Read the auto order again in a moment',
  };
}

/**
 * Returns when a rebill was last paid. An imported auto order has no rebills in this database, so
 * its items count as well.
 */
function lastBilled({ autoOrder, recent: { lastPaid } }: RequestedCharge) {
  const moments = [
    ...(lastPaid === undefined ? [] : [{ at: lastPaid.at, by: paidBy(lastPaid) }]),
    ...autoOrder.items.flatMap(({ numberOfRebills, lastOrderAt: at }) =>
      numberOfRebills > 0 && at !== undefined ? [{ at, by: '' }] : [],
    ),
  ];
  return moments.reduce<(typeof moments)[number] | undefined>(
    (last, each) => (last === undefined || each.at.since(last.at).sign > 0 ? each : last),
    undefined,
  );
}

const paidBy = ({ rebillNumber, orderId }: RecentRebill): string =>
  ` (rebill ${rebillNumber}, order ${orderId})`;
