import type { ChargeSettleRequest } from '@perennial/contract/perennial.ts';
import { lockVersions } from '../autoOrders/dueStore.ts';
import { appendLogs } from '../autoOrders/store.ts';
import { required } from '../kernel/assert.ts';
import {
  type HandOutcome,
  type HandSettled,
  handOutcomeOf,
  notChargedCode,
  notChargedWords,
} from '../orders/handOutcome.ts';
import {
  type HandParts,
  recordHandSettlement,
  refuseAsked,
  refuseFurther,
  refuseSettled,
  refuseUnderWay,
  settleOrderByHand,
} from '../orders/handSettlementOperations.ts';
import { findFurther, type RoutedAnswer } from '../payments/payments.ts';
import { subjectOfKey } from '../payments/restored.ts';
import { forgetRestoredCharge } from '../payments/restoredStore.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import { type AnsweredAttempt, attemptAnswer } from './answeredAttempt.ts';
import { chargeKey, chargeRequest, type InFlight } from './attempt.ts';
import type { Settlement } from './chargeSettlement.ts';
import type { RebillParts } from './dueOperations.ts';
import { attemptOfKey, type NamedAttempt } from './knownAttemptStore.ts';
import { type RebillPolicy, rebillPolicy } from './policy.ts';
import { planSettlements } from './settlementReader.ts';
import { asPlannedNow, settle } from './settleOperations.ts';
import { findInFlight } from './store.ts';
import { findDoubtful, lockTaken, takeStranded } from './strandedStore.ts';
import { parkUnreadable } from './unreadableOperations.ts';

/**
 * Settles a charge without an answer as a person states, because the settings no longer name its
 * gateway. Charges of rebills and of orders alike. In a preview it changes nothing.
 */
export async function settleByHand(
  context: Context,
  body: ChargeSettleRequest,
  isPreview: boolean,
  parts: RebillParts,
  orders: HandParts,
): Promise<HandSettled> {
  const key = body.key?.trim() || refuse('missing_field', { field: 'key' });
  const stated = body.outcome ? handOutcomeOf(body) : refuse('missing_field', { field: 'outcome' });
  const outcome = stated.ok ? stated.value : refuse('invalid_field', stated.reason);
  const { merchantId } = context.merchant;
  if (key.startsWith(`order:${merchantId}:`))
    return settleOrderByHand(context, key, outcome, orders, isPreview);
  const named = attemptOfKey(key);
  if (named === undefined || !key.startsWith(`rebill:${merchantId}:`) || !isStorable(named))
    return refuse('not_found', { what: 'charge', id: key });
  return settleRebill(context, { key, named, outcome, isPreview }, parts, orders);
}

/** The parts of a key that no row can have make a key of no charge. */
const isStorable = (named: NamedAttempt): boolean =>
  Object.values(named).every((number) => number <= 2 ** 31 - 1) && named.attempt < 2 ** 15;

interface StatedRebill {
  readonly key: string;
  readonly named: NamedAttempt;
  readonly outcome: HandOutcome;
  readonly isPreview: boolean;
}

async function settleRebill(
  context: Context,
  { key, named, outcome, isPreview }: StatedRebill,
  parts: RebillParts,
  { isNamed }: HandParts,
): Promise<HandSettled> {
  const { db, merchant } = context;
  const found = await findDoubtful(db, merchant.merchantId, named);
  if (found === undefined) return refuse('not_found', { what: 'charge', id: key });
  if (found === 'ended' || chargeKey(merchant.merchantId, found.inFlight) !== key)
    return refuseSettled(key);
  const gateway = refuseAsked(context, key, found.goneGateway, isNamed);
  const routed = statedAnswer(outcome, gateway, context.actor.name);
  const policy = rebillPolicy(merchant);
  const asked = { key, gateway, policy };
  if (isPreview)
    return inTransaction(context, (context) => preview(context, asked, found.inFlight, routed));
  const inFlight = await takeStranded(db, merchant.merchantId, named, parts.timing.leaseMs);
  if (inFlight === undefined) return refuseUnderWay(key);
  const further =
    outcome.kind === 'captured' ? undefined : await askFurther(context, parts, inFlight, gateway);
  if (further?.answer.kind === 'unknown') {
    await leaveStranded(context, asked, inFlight, parts);
    return refuseFurther(key);
  }
  return settleTaken(context, asked, inFlight, further ?? routed, parts);
}

/** A charge that is being settled. */
interface AskedCharge {
  readonly key: string;
  /** The gateway that the settings no longer name. */
  readonly gateway: string;
  readonly policy: RebillPolicy;
}

/** Returns what a person states as the answer of the gateway. */
const statedAnswer = (outcome: HandOutcome, code: string, by: string): RoutedAnswer =>
  outcome.kind === 'captured'
    ? {
        code,
        kind: outcome.gatewayKind,
        answer: { kind: 'approved', reference: outcome.reference },
      }
    : {
        code,
        answer: {
          kind: 'declined',
          reason: notChargedCode,
          isHard: false,
          message: `${notChargedWords(by, code)}.`,
        },
      };

/** Looks for the charge at the gateways that follow in its route. Moves no money. */
async function askFurther(
  context: Context,
  { payments }: RebillParts,
  inFlight: InFlight,
  gateway: string,
): Promise<RoutedAnswer | undefined> {
  const request = chargeRequest(context.merchant.merchantId, inFlight);
  if (request === undefined) return undefined;
  const gateways = await payments.of(context);
  const found = await findFurther(inFlight.route, gateway, (code) => gateways.find(code, request));
  return found && { ...found, kind: gateways.kindOf(found.code) };
}

const answeredBy = (inFlight: InFlight, routed: RoutedAnswer): AnsweredAttempt => ({
  attempt: inFlight,
  checks: inFlight.checks,
  routed,
});

/** Gives a charge back that was taken over: a person may settle it later. */
async function leaveStranded(
  context: Context,
  { gateway, policy }: AskedCharge,
  inFlight: InFlight,
  { timing }: RebillParts,
): Promise<void> {
  const answer = { kind: 'unknown', isGone: true, message: 'another gateway did not say' } as const;
  const terms = { policy, recheckMs: () => timing.recheckMs };
  await settle(context, [answeredBy(inFlight, { code: gateway, answer })], terms);
}

async function settleTaken(
  context: Context,
  asked: AskedCharge,
  inFlight: InFlight,
  routed: RoutedAnswer,
  { timing }: RebillParts,
): Promise<HandSettled> {
  const { autoOrderOid } = inFlight;
  const answered = answeredBy(inFlight, routed);
  try {
    return await inTransaction(context, async (context) => {
      const after = presented(asked, await planned(context, asked, answered));
      if (!(await lockTaken(context.db, context.merchant.merchantId, inFlight)))
        return refuseUnderWay(asked.key);
      const terms = { policy: asked.policy, recheckMs: () => timing.recheckMs };
      const [outcome] = await settle(context, [answered], terms);
      if (outcome === undefined) return refuseSettled(asked.key);
      await noteSettlement(context, asked, after);
      return after;
    });
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    await parkUnreadable(context, autoOrderOid, error);
    return refuse('state_conflict', {
      reason: `Auto order ${autoOrderOid} cannot be read, so the charge cannot be stored`,
      fix: 'Repair what its failure_reason names, and repeat the request after five minutes',
    });
  }
}

async function noteSettlement(
  context: Context,
  { key, gateway }: AskedCharge,
  after: HandSettled,
): Promise<void> {
  const { db, now, merchant, actor } = context;
  const { merchantId } = merchant;
  const subject = required(subjectOfKey(key), 'subject of a rebill');
  // A charge of before a restore that was not made must not be found again for the next attempt.
  if (after.outcome === 'not_charged') await forgetRestoredCharge(db, merchantId, subject);
  const message =
    after.outcome === 'captured'
      ? `${actor.name} recorded that ${after.gateway} captured it: ${after.reference}.`
      : `${notChargedWords(actor.name, gateway)}.`;
  const autoOrderOid = required(after.autoOrderOid, 'auto order of a rebill');
  await appendLogs(db, merchantId, now, [
    { autoOrderOid, at: now, message: `The charge of order ${after.orderId}: ${message}` },
  ]);
  await recordHandSettlement(context, gateway, after);
}

const preview = async (
  context: Context,
  asked: AskedCharge,
  inFlight: InFlight,
  routed: RoutedAnswer,
): Promise<HandSettled> =>
  presented(asked, await planned(context, asked, answeredBy(inFlight, routed)));

/** Plans the settlement on the locked records. Refuses if the charge is settled meanwhile. */
async function planned(
  before: Context,
  { key, policy }: AskedCharge,
  answered: AnsweredAttempt,
): Promise<Settlement> {
  const { merchantId } = before.merchant;
  const { attempt } = answered;
  const versions = await lockVersions(before.db, merchantId, [attempt.autoOrderOid]);
  const inFlight = await findInFlight(before.db, merchantId, [attempt]);
  const open = inFlight.get(attempt.autoOrderOid);
  if (open === undefined) return refuseSettled(key);
  const now = asPlannedNow(answered, open.replanned);
  const context = await inCurrentZone(before);
  const [settlement] = await planSettlements(context, [now], { versions, inFlight }, policy);
  return required(settlement, 'settlement of a charge');
}

function presented({ key }: AskedCharge, settlement: Settlement): HandSettled {
  const { attempt, routed, order, after } = settlement;
  const answer = attemptAnswer(routed);
  const { status, nextAttemptAt } = after.autoOrder;
  return {
    key,
    gateway: routed?.code ?? '',
    outcome: answer.kind === 'paid' ? 'captured' : 'not_charged',
    reference: answer.kind === 'paid' ? answer.reference : undefined,
    amount: attempt.charge.order.total,
    currency: attempt.charge.currency,
    orderId: attempt.orderId,
    orderStage: order?.document.current_stage,
    autoOrderOid: attempt.autoOrderOid,
    autoOrderStatus: status,
    nextAttemptAt: answer.kind === 'paid' ? undefined : nextAttemptAt,
  };
}
