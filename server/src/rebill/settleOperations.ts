import { calculate } from '../autoOrders/calculated.ts';
import { lockVersions, takeDueMarks } from '../autoOrders/dueStore.ts';
import { appendLogs, type Rebilled, saveAutoOrders, saveRebilled } from '../autoOrders/store.ts';
import { countSold } from '../items/stockOperations.ts';
import { insertOrders, saveOrder } from '../orders/store.ts';
import type { RoutedAnswer } from '../payments/payments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import {
  type AnsweredAttempt,
  goneGatewayOf,
  type KnownAnswer,
  referenceOf,
} from './answeredAttempt.ts';
import type { NewAttempt, SettledAttempt, StoredDecline } from './attempt.ts';
import { awaitedOf, markAwaited } from './awaitedOperations.ts';
import type { Settlement } from './chargeSettlement.ts';
import { returnUnusedCredit } from './creditOperations.ts';
import type { AutoOrderAfter } from './endings.ts';
import { logsOf, noteEvents } from './note.ts';
import type { PlannedCharge } from './plan.ts';
import type { RebillPolicy } from './policy.ts';
import { notesOf, orderEvents } from './settlementNotes.ts';
import { planSettlements } from './settlementReader.ts';
import { findInFlight, saveSettledAttempts, saveUnknown } from './store.ts';
import { strandedEnds, strandedEvents } from './stranded.ts';

/** The outcome of one attempt. */
export interface ChargeOutcome {
  readonly autoOrderOid: number;
  /** `paid` includes invoiced rebills: their order exists, and they need no charge. */
  readonly kind: 'paid' | 'declined' | 'unknown';
  readonly orderId: string;
  readonly reason?: string;
  /** Its payment waits for the customer. */
  readonly isAwaited?: true;
}

/** The inputs of settling besides the answers. */
export interface SettleTerms {
  readonly policy: RebillPolicy;
  /** The delay after which the gateway is queried about a charge without an answer. */
  readonly recheckMs: (answered: AnsweredAttempt) => number;
}

/**
 * Stores the outcomes of charges, any number in one transaction: orders, auto orders with their
 * schedules and counters, attempts, histories and events. Skips an attempt that another process has
 * already settled. Returns the outcomes that it stored.
 */
export function settle(
  context: Context,
  answered: readonly AnsweredAttempt[],
  terms: SettleTerms,
): Promise<ChargeOutcome[]> {
  return inTransaction(context, async (tx) => {
    const {
      db,
      merchant: { merchantId },
    } = tx;
    const attempts = answered.map(({ attempt }) => attempt);
    const versions = await lockVersions(
      db,
      merchantId,
      attempts.map((attempt) => attempt.autoOrderOid),
    );
    const inFlight = await findInFlight(db, merchantId, attempts);
    const context = await inCurrentZone(tx);
    const open = answered
      .filter(({ attempt }) => inFlight.has(attempt.autoOrderOid))
      .map((each) => asPlannedNow(each, inFlight.get(each.attempt.autoOrderOid)?.replanned));
    const unknown = open.filter(({ routed }) => routed?.answer.kind === 'unknown');
    const known = open.filter(({ routed }) => routed?.answer.kind !== 'unknown');
    await markUnknown(
      context,
      unknown.filter((each) => awaitedOf(each) === undefined),
      terms,
    );
    const awaited = unknown
      .filter((each) => awaitedOf(each) !== undefined)
      .map((each) => ({ ...each, recheckMs: terms.recheckMs(each) }));
    await markAwaited(context, awaited, inFlight, terms.policy.dunning.confirmationDays);
    const settlements = await planSettlements(context, known, { versions, inFlight }, terms.policy);
    await saveSettlements(context, settlements, terms);
    const stranded = [
      ...strandedEvents(unknown, inFlight, merchantId),
      ...strandedEnds(known, inFlight),
    ];
    if (stranded.length > 0) await context.events.emit(context, stranded);
    return [...unknown.map(unknownOutcome), ...settlements.map(settledOutcome)];
  });
}

/**
 * The attempt with its current plan, if a change of the time zone has moved the dates of the plan.
 */
export const asPlannedNow = (
  answered: AnsweredAttempt,
  charge: PlannedCharge | undefined,
): AnsweredAttempt =>
  charge === undefined ? answered : { ...answered, attempt: { ...answered.attempt, charge } };

async function markUnknown(
  context: Context,
  unknown: readonly AnsweredAttempt[],
  { recheckMs }: SettleTerms,
): Promise<void> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  // They can stay unknown for a long time, so they leave the due queue until they are known.
  await takeDueMarks(
    db,
    merchantId,
    unknown.map(({ attempt }) => attempt.autoOrderOid),
  );
  await saveUnknown(
    db,
    merchantId,
    unknown.map((each) => ({
      ...each.attempt,
      checks: each.checks ?? 0,
      recheckMs: recheckMs(each),
      goneGateway: goneGatewayOf(each),
    })),
  );
  // The history reports it once, not at every later query.
  const first = unknown.filter((each) => each.planned !== undefined);
  await appendLogs(
    db,
    merchantId,
    context.now,
    first.map(({ attempt, routed }) => ({
      autoOrderOid: attempt.autoOrderOid,
      at: attempt.at,
      message: `Rebill ${attempt.rebillNumber}: ${unknownMessage(routed)}`,
    })),
  );
}

function unknownMessage(routed: RoutedAnswer | undefined): string {
  if (routed?.answer.kind === 'unknown' && routed.answer.refusesAccount)
    return `${routed.answer.message}. Nothing was charged. It is sent again later.`;
  return routed?.answer.kind === 'unknown' && routed.answer.isUnsent
    ? `${routed.answer.message}. It is sent later, once ${routed.code} reports that it does not know it.`
    : `no answer from ${routed?.code}. Nothing is charged again before it has reported the outcome.`;
}

const unknownOutcome = ({ attempt, routed }: AnsweredAttempt): ChargeOutcome => ({
  autoOrderOid: attempt.autoOrderOid,
  orderId: attempt.orderId,
  kind: 'unknown',
  ...(routed?.answer.kind === 'unknown' && {
    reason: routed.answer.message,
    ...(routed.answer.awaits && { isAwaited: true as const }),
  }),
});

function settledOutcome({ attempt, gatewayAnswer: answer }: Settlement): ChargeOutcome {
  const { autoOrderOid, orderId } = attempt;
  return answer.kind !== 'declined'
    ? { autoOrderOid, orderId, kind: 'paid' }
    : { autoOrderOid, orderId, kind: 'declined', reason: `${answer.reason}\n${answer.message}` };
}

async function saveSettlements(
  context: Context,
  settlements: readonly Settlement[],
  { policy }: SettleTerms,
): Promise<void> {
  if (settlements.length === 0) return;
  const {
    db,
    merchant: { merchantId },
  } = context;
  const records = settlements.map((each) => ({
    ...each,
    rebilled: rebilledOf(each, context, policy),
  }));
  const moved = records
    .filter(({ after }) => after.isEdited !== true)
    .map(({ rebilled }) => rebilled);
  const edited = records
    .filter(({ after }) => after.isEdited === true)
    .map(({ rebilled }) => rebilled);
  if (moved.length > 0) await saveRebilled(db, merchantId, context.now, moved);
  if (edited.length > 0) await saveAutoOrders(db, merchantId, context.now, edited);
  const fresh = settlements.flatMap(({ order, isNewOrder }) =>
    order !== undefined && isNewOrder ? [order] : [],
  );
  if (fresh.length > 0) await insertOrders(db, merchantId, fresh);
  for (const { order, isNewOrder } of settlements)
    if (order !== undefined && !isNewOrder) await saveOrder(db, order);
  await saveSettledAttempts(
    db,
    merchantId,
    settlements.map((each) => settledAttempt(each)),
  );
  const noted = settlements.map((each) => ({
    autoOrderOid: each.attempt.autoOrderOid,
    at: each.at,
    notes: notesOf(each),
  }));
  await appendLogs(db, merchantId, context.now, logsOf(noted));
  await context.events.emit(context, [...noteEvents(noted), ...settlements.flatMap(orderEvents)]);
  await returnUnusedCredit(context, settlements);
  const unsold = settlements.flatMap(({ answer, attempt }) =>
    answer.kind === 'declined' ? (attempt.charge.stock ?? []) : [],
  );
  await countSold(context, unsold, true);
}

function rebilledOf(
  { after, catalog, at }: Settlement,
  { merchant }: Context,
  { missedShipments }: RebillPolicy,
): Rebilled {
  return {
    ...calculate(after.autoOrder, catalog, { now: at, zone: merchant.timeZone, missedShipments }),
    at,
  };
}

function settledAttempt({ attempt, answer, order, after }: Settlement): SettledAttempt {
  const { autoOrderOid, rebillNumber } = attempt;
  const { kind: state } = answer;
  return {
    autoOrderOid,
    rebillNumber,
    state,
    gatewayCode: answer.kind === 'invoiced' ? undefined : answer.gatewayCode,
    reference: referenceOf(answer),
    decline: answer.kind === 'declined' ? storedDecline(answer, attempt, after) : undefined,
    isKept: answer.kind === 'declined' && order !== undefined,
  };
}

const storedDecline = (
  { reason, message, isHard, gatewayCode, reference }: Extract<KnownAnswer, { kind: 'declined' }>,
  { charge }: NewAttempt,
  { autoOrder: { nextAttemptAt } }: AutoOrderAfter,
): StoredDecline => ({
  reason,
  message,
  hard: isHard,
  gateway: gatewayCode,
  reference,
  amount: charge.order.total,
  next: nextAttemptAt?.toString(),
});
