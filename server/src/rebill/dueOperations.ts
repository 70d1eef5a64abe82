import type { Temporal } from 'temporal-polyfill';
import type { MerchantPayments, Payments, RoutedAnswer } from '../payments/payments.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { batches, gauge, limiter } from '../platform/jobs/batches.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import type { NewAttempt } from './attempt.ts';
import { chargeRequest } from './attempt.ts';
import type { ClaimMoment, ClaimNowRequest } from './claimOperations.ts';
import { claimDue, claimNow } from './claimOperations.ts';
import { claimLimit } from './dueStore.ts';
import { orderIdsOf } from './orderIds.ts';
import { rebillPolicy } from './policy.ts';
import { nothingCharged } from './request.ts';
import { settleEach } from './settleEachOperations.ts';
import type { AnsweredAttempt, ChargeOutcome, SettleTerms } from './settleOperations.ts';
import { findRecentRebills, takeOverdue } from './store.ts';
import { parkUnreadable } from './unreadableOperations.ts';

/*
 * The engine. Due auto orders are claimed in batches (transaction 1), charged outside any transaction, and settled in batches as the answers arrive
 * (transaction 2). Claiming, charging and settling go on side by side, so that a slow answer holds up nobody.
 */

/** What the engine is given when the app is put together. */
export interface RebillParts {
  readonly payments: Payments;
  readonly timing: RebillTiming;
  readonly clock: SystemClock;
}

/** How the machine's time is dealt out; nothing of it is the merchant's. */
export interface RebillTiming {
  /**
   * How long a charge belongs to the process that claimed it; far longer than any gateway takes to answer. A charge that waits
   * for its turn until the gateway's answer could come after the lease is not sent by this process.
   */
  readonly leaseMs: number;
  /** After how long an unanswered charge is asked about again; doubles from time to time up to an hour. */
  readonly recheckMs: number;
}

export const defaultTiming: RebillTiming = { leaseMs: 300_000, recheckMs: 30_000 };

/** How a run over due work went. */
export interface RunCounts {
  /** Auto orders examined at, each time counted. */
  readonly examined: number;
  readonly paid: number;
  readonly declined: number;
  /** Charges without an answer: they wait for {@link resolveUnanswered}. */
  readonly unknown: number;
  readonly notices: number;
  readonly parked: number;
}

/** What to run. */
export interface RunRequest {
  /** Everything due until then, this moment included. */
  readonly until: Temporal.Instant;
  /** `now`: it happens at the context's moment. `due`: each auto order at the moment that made it due, as a test clock plays it. */
  readonly moment: ClaimMoment;
  /** Looks after which the run ends although more is due; absent: none. */
  readonly examinedMax?: number;
}

/**
 * Does all due work of one merchant: rebills, retries, notices, endings. Safe beside any number of other processes and of clients who change auto orders.
 * Fails when the store does, once nothing of the run is under way any more; charges whose answers could not be written are settled later by
 * {@link resolveUnanswered}.
 */
export async function runDue(
  context: Context,
  parts: RebillParts,
  { until, moment, examinedMax = Infinity }: RunRequest,
): Promise<RunCounts> {
  const run = await startRun(context, parts);
  const orderIds = orderIdsOf(context);
  let [examined, notices, parked] = [0, 0, 0];
  for (;;) {
    await run.room(inFlightMax);
    const isAlone = run.underWay === 0;
    const lease = leaseFrom(parts.clock, parts.timing.leaseMs);
    const claimed =
      examined < examinedMax
        ? await run.orFail(
            claimDue(context, until, moment, { ...run, orderIds, leaseMs: parts.timing.leaseMs }),
          )
        : undefined;
    examined += claimed?.examinedCount ?? 0;
    notices += claimed?.noticeCount ?? 0;
    parked += claimed?.parked.length ?? 0;
    for (const { attempt, autoOrder, original } of claimed?.claims ?? [])
      run.charge({ attempt, planned: { autoOrder, original } }, lease);
    if ((claimed?.examinedCount ?? 0) > 0) continue;
    // What was in flight may be due again once it is settled, and that may have come about while the claim examined.
    if (isAlone) break;
    await run.room(Math.max(0, run.underWay - 1));
  }
  return { examined, notices, parked, ...run.counts };
}

/**
 * Asks the gateways what became of charges that nobody answered for, because a process stopped or an answer was lost, and settles them. Never guesses: what is
 * still not known is left for later. Answers how many were asked about.
 */
export async function resolveUnanswered(context: Context, parts: RebillParts): Promise<RunCounts> {
  const run = await startRun(context, parts);
  let examined = 0;
  for (;;) {
    const lease = leaseFrom(parts.clock, parts.timing.leaseMs);
    const overdue = await takeOverdue(
      context.db,
      context.merchant.merchantId,
      claimLimit,
      parts.timing.leaseMs,
    );
    if (overdue.count === 0) break;
    examined += overdue.count;
    for (const { autoOrderOid, error } of overdue.unreadable)
      await parkUnreadable(context, autoOrderOid, error);
    for (const { checks, ...attempt } of overdue.readable) run.resolve({ attempt, checks }, lease);
    await run.room(0);
  }
  return { examined, notices: 0, parked: 0, ...run.counts };
}

/** What came of rebilling one auto order by itself. */
export interface RebillResult {
  readonly isAttempted: boolean;
  readonly isPaid: boolean;
  readonly orderId?: string;
  /** Why it was not paid, or not even attempted. */
  readonly reason?: string;
}

/** Rebills one auto order now and waits for the answer. */
export async function rebillNow(
  context: Context,
  { payments: all, timing, clock }: RebillParts,
  autoOrderOid: number,
  request: ClaimNowRequest,
): Promise<RebillResult> {
  const payments = await all.of(context);
  const policy = rebillPolicy(context.merchant);
  const lease = leaseFrom(clock, timing.leaseMs);
  const claimed = await claimNow(context, autoOrderOid, request, {
    policy,
    payments,
    orderIds: orderIdsOf(context, 1),
    leaseMs: timing.leaseMs,
  });
  const [claim] = claimed.claims;
  if (claim === undefined)
    return {
      isAttempted: false,
      isPaid: false,
      reason: claimed.parked[0]?.reason ?? (await whyNothing(context, autoOrderOid)),
    };
  const { attempt, autoOrder, original } = claim;
  const routed = await ask(context, payments, limiter(1), 'charge', attempt, lease);
  const answered = { attempt, routed, planned: { autoOrder, original } };
  const [outcome] = await settleEach(context, [answered], {
    policy,
    recheckMs: () => timing.recheckMs,
  });
  if (outcome?.kind === 'paid')
    return { isAttempted: true, isPaid: true, orderId: outcome.orderId };
  return {
    isAttempted: true,
    isPaid: false,
    reason: outcome?.kind === 'declined' ? outcome.reason : unansweredReason,
  };
}

async function whyNothing({ db, merchant }: Context, autoOrderOid: number): Promise<string> {
  const recent = await findRecentRebills(db, merchant.merchantId, autoOrderOid);
  return nothingCharged(autoOrderOid, recent, merchant.timeZone);
}

const unansweredReason =
  'The gateway has not answered. It will be asked what became of the charge before anything is charged again.';

// Enough to keep a claim, two settlings and a gateway busy at once.
const inFlightMax = 3 * claimLimit;
const settleParallel = 2;

/** Charges and settles what it is given. */
interface Run {
  readonly policy: SettleTerms['policy'];
  readonly payments: MerchantPayments;
  charge(unanswered: PendingCharge, lease: Lease): void;
  /** Asks what became of it first. */
  resolve(unanswered: PendingCharge, lease: Lease): void;
  /** Resolves once at most so many are under way. When a settling failed, it waits for all the others and fails. */
  room(most: number): Promise<void>;
  /** What the work answers; when it fails, waits for all that is under way and fails with it. */
  orFail<Value>(work: Promise<Value>): Promise<Value>;
  readonly underWay: number;
  readonly counts: Readonly<Record<ChargeOutcome['kind'], number>>;
}

type PendingCharge = Omit<AnsweredAttempt, 'routed'>;

async function startRun(context: Context, { payments: all, timing }: RebillParts): Promise<Run> {
  const payments = await all.of(context);
  const terms: SettleTerms = {
    policy: rebillPolicy(context.merchant),
    recheckMs: ({ checks = 0 }) => recheckMs(timing, checks),
  };
  const counts = { paid: 0, declined: 0, unknown: 0 };
  const underWay = gauge();
  let failure: { readonly error: unknown } | undefined;
  const settling = batches<AnsweredAttempt>(
    async (batch) => {
      try {
        for (const { kind } of await settleEach(context, batch, terms)) counts[kind]++;
      } catch (error) {
        failure ??= { error };
      }
      underWay.down(batch.length);
    },
    { sizeMax: claimLimit, parallel: settleParallel },
  );
  const turn = limiter(payments.concurrency);
  const begin = (by: 'charge' | 'resolve') => (unanswered: PendingCharge, lease: Lease) => {
    underWay.up();
    void ask(context, payments, turn, by, unanswered.attempt, lease).then((routed) =>
      settling.add({ ...unanswered, routed }),
    );
  };
  return {
    policy: terms.policy,
    payments,
    counts,
    charge: begin('charge'),
    resolve: begin('resolve'),
    async room(most) {
      await underWay.until(most);
      if (failure === undefined) return;
      await underWay.until(0);
      throw failure.error;
    },
    async orFail(work) {
      try {
        return await work;
      } catch (error) {
        await underWay.until(0);
        throw error;
      }
    },
    get underWay() {
      return underWay.count;
    },
  };
}

/** Asks the gateway; undefined where there is nothing to charge. A gateway that breaks its promise not to throw has not answered. */
async function ask(
  { merchant, log }: Context,
  payments: MerchantPayments,
  turn: ReturnType<typeof limiter>,
  by: 'charge' | 'resolve',
  attempt: NewAttempt,
  lease: Lease,
): Promise<RoutedAnswer | undefined> {
  const request = chargeRequest(merchant.merchantId, attempt);
  if (request === undefined) return undefined;
  try {
    return await turn(() => payments[by](attempt.route, request, lease));
  } catch (error) {
    log.error(
      { err: error, merchantId: merchant.merchantId, key: request.key },
      'a gateway failed instead of answering',
    );
    return {
      code: attempt.route[0] ?? '',
      answer: { kind: 'unknown', message: 'the gateway failed instead of answering' },
    };
  }
}

/** Half a minute at first, then longer and longer up to an hour: a gateway that is down for a day is not asked a thousand times. */
function recheckMs({ recheckMs: first }: RebillTiming, checks: number): number {
  return Math.min(first * 2 ** Math.min(checks, 7), 120 * first);
}
