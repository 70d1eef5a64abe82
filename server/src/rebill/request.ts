import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { wireDate } from '../kernel/calendar.ts';

/*
 * Whether a person may have an auto order charged now. The rules see the locked record: two requests that arrive together see
 * one after the other what the first has done.
 */

/** What is known of an auto order when a person asks for a charge. */
export interface RequestedCharge {
  readonly autoOrder: Pick<AutoOrder, 'autoOrderOid' | 'status' | 'items'>;
  /** When the engine looks at it next. */
  readonly dueAt: Temporal.Instant | undefined;
  readonly recent: RecentRebills;
  readonly now: Temporal.Instant;
  readonly zone: string;
}

/** The rebills of an auto order that bear on the next charge. */
export interface RecentRebills {
  /** The charge that waits for its gateway's answer. */
  readonly inFlight?: RecentRebill;
  readonly lastPaid?: RecentRebill;
}

export interface RecentRebill {
  readonly rebillNumber: number;
  readonly orderId: string;
  readonly at: Temporal.Instant;
}

/** Why a charge is not asked for, and what the client can do instead. */
export interface RequestFault {
  readonly reason: string;
  readonly fix: string;
}

const soonMinutes = 5;
const restHours = 24;

/**
 * Why the next rebill is not charged on request: a charge is under way, one succeeded within a day, the engine is about to charge
 * it, or the auto order has stopped. Undefined: it may be charged.
 */
export function requestFault(requested: RequestedCharge): RequestFault | undefined {
  const { autoOrder, dueAt, recent, now, zone } = requested;
  const name = `Auto order ${autoOrder.autoOrderOid}`;
  if (recent.inFlight !== undefined) return inFlightFault(name, recent.inFlight, zone);
  if (autoOrder.status !== 'active')
    return { reason: `${name} is ${autoOrder.status}`, fix: 'Enable it before it is rebilled' };
  const billed = lastBilled(requested);
  if (billed !== undefined && billed.at.add({ hours: restHours }).since(now).sign > 0)
    return {
      reason: `${name} was billed at ${wireDate(billed.at, zone)}${billed.by}, within ${restHours} hours`,
      fix: 'Wait until a day has passed',
    };
  if (dueAt !== undefined && dueAt.since(now.add({ minutes: soonMinutes })).sign <= 0)
    return {
      reason: `${name} is due at ${wireDate(dueAt, zone)}, within ${soonMinutes} minutes`,
      fix: 'Wait: the engine charges it then',
    };
  return undefined;
}

/** Why a charge of what is due charged nothing, in words for the answer of an operation that has done its other work. */
export function nothingCharged(oid: number, { inFlight, lastPaid }: RecentRebills, zone: string) {
  const name = `Auto order ${oid}`;
  if (inFlight !== undefined) {
    const { reason, fix } = inFlightFault(name, inFlight, zone);
    return `${reason}. ${fix}.`;
  }
  if (lastPaid === undefined) return 'Nothing is to be charged now.';
  return `Nothing is to be charged now. ${name} was last billed at ${wireDate(lastPaid.at, zone)}${paidBy(lastPaid)}.`;
}

function inFlightFault(name: string, { rebillNumber, at }: RecentRebill, zone: string) {
  return {
    reason: `${name} is being charged: rebill ${rebillNumber} went to the gateway at ${wireDate(at, zone)} and its answer is not known yet`,
    fix: 'Read the auto order in a moment',
  };
}

/** The last time that a rebill was paid. An imported auto order has no rebills here, and only its items know. */
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
