import type { Temporal } from 'temporal-polyfill';
import { isAfter } from '../kernel/moments.ts';
import type { NewCardParts } from '../orders/newCardOperations.ts';
import type { ProcessedPayment } from '../orders/processPaymentOperations.ts';
import type { ChargeRequest } from '../payments/gateway.ts';
import type {
  AwaitedTurn,
  MerchantPayments,
  Payments,
  RoutedAnswer,
} from '../payments/payments.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { type Batches, batches, concurrencyLimit, gauge } from '../platform/jobs/batches.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import type { AnsweredAttempt } from './answeredAttempt.ts';
import { type AwaitedAttempt, chargeRequest, type NewAttempt } from './attempt.ts';
import {
  type ClaimMoment,
  type ClaimNowRequest,
  type ClaimResult,
  claimDue,
  claimNow,
  noClaims,
} from './claimOperations.ts';
import { claimLimit } from './dueStore.ts';
import { orderIdsOf } from './orderIds.ts';
import { type RebillPolicy, rebillPolicy } from './policy.ts';
import { nothingCharged } from './request.ts';
import { settleEach } from './settleEachOperations.ts';
import type { ChargeOutcome, SettleTerms } from './settleOperations.ts';
import { findRecentRebills, takeOverdue } from './store.ts';
import { parkUnreadable } from './unreadableOperations.ts';

/*
 * The engine. It claims due auto orders in batches (transaction 1), charges them outside any
 * transaction, and settles them in batches as the answers arrive (transaction 2). Claiming,
 * charging and settling run concurrently, so that a slow answer delays no other charge.
 */

/** The dependencies that `app/` passes to the engine. */
export interface RebillParts {
  readonly payments: Payments;
  readonly timing: RebillTiming;
  readonly clock: SystemClock;
  /** Tests new cards at their gateway. Absent: they are not tested. */
  readonly newCards?: NewCardParts;
  /** Charges an order in Accounts Receivable (orders/processPaymentOperations.ts). */
  readonly collectOrder?: (
    context: Context,
    orderId: string,
  ) => Promise<ProcessedPayment | undefined>;
}

/** The time limits of the process. They do not depend on the merchant. */
export interface RebillTiming {
  /**
   * How long a charge belongs to the process that claimed it; far longer than any gateway takes to
   * answer. When a charge has waited so long that the gateway's answer could come after the lease,
   * the process does not send it.
   */
  readonly leaseMs: number;
  /**
   * How long after a charge without an answer the gateway is queried; doubles each time, up to an
   * hour.
   */
  readonly recheckMs: number;
}

/** The timing in production. */
export const defaultTiming: RebillTiming = { leaseMs: 300_000, recheckMs: 30_000 };

/** The counts of a run over due work. */
export interface RunCounts {
  /** The number of auto orders that were examined; one that was examined twice counts twice. */
  readonly examined: number;
  /** The number of finished rebills: paid or invoiced. */
  readonly paid: number;
  readonly declined: number;
  /** Charges without an answer: they wait for {@link resolveUnanswered}. */
  readonly unknown: number;
  readonly notices: number;
  readonly parked: number;
}

/** The range of a run. */
export interface RunRequest {
  /** The end of the due period; due at this moment counts as well. */
  readonly until: Temporal.Instant;
  readonly moment: ClaimMoment;
  /** The run ends after this many auto orders, even if more are due; absent: no limit. */
  readonly examinedMax?: number;
}

/**
 * Does all due work of one merchant: rebills, retries, notices, endings. Any number of processes
 * may run it at once, and clients may change auto orders at the same time. Throws when the database
 * fails, after all charges of the run have ended; {@link resolveUnanswered} later settles the
 * charges whose answers could not be stored.
 */
export async function runDue(
  context: Context,
  parts: RebillParts,
  { until, moment, examinedMax = Infinity }: RunRequest,
): Promise<RunCounts> {
  const run = await startRun(context, parts);
  const { policy, payments } = run;
  const { leaseMs } = parts.timing;
  const terms = { policy, payments, orderIds: orderIdsOf(context), leaseMs };
  let counts = { examined: 0, notices: 0, parked: 0 };
  for (;;) {
    await run.waitUntilUnderWay(underWayMax);
    const isAlone = run.underWay === 0;
    const lease = leaseFrom(parts.clock, leaseMs);
    const claimed =
      counts.examined < examinedMax
        ? await run.orDrain(claimDue(context, until, moment, terms))
        : noClaims;
    counts = {
      examined: counts.examined + claimed.examinedCount,
      notices: counts.notices + claimed.noticeCount,
      parked: counts.parked + claimed.parked.length,
    };
    for (const claim of claimed.claims) run.charge(pendingCharge(claim), lease);
    if (claimed.examinedCount > 0) continue;
    // A charge in flight may be due again once it is settled, and that may have happened while the
    // claim was reading.
    if (isAlone) break;
    await run.waitUntilUnderWay(Math.max(0, run.underWay - 1));
  }
  return { ...counts, ...run.counts };
}

/**
 * Queries the gateways about charges without a stored answer, because a process stopped, an answer
 * was lost or the customer must confirm the payment, and settles those charges. It never guesses: a
 * charge whose outcome is still unknown is left for later. Gives up payments whose customers had
 * until `until` to confirm them.
 */
export async function resolveUnanswered(
  context: Context,
  parts: RebillParts,
  until = context.now,
): Promise<RunCounts> {
  const { leaseMs } = parts.timing;
  const run = await startRun(context, parts);
  let examined = 0;
  for (;;) {
    const lease = leaseFrom(parts.clock, leaseMs);
    const { merchantId } = context.merchant;
    const overdue = await takeOverdue(context.db, merchantId, claimLimit, leaseMs);
    if (overdue.count === 0) break;
    examined += overdue.count;
    for (const { autoOrderOid, error } of overdue.unreadable)
      await parkUnreadable(context, autoOrderOid, error);
    for (const { checks, awaits, ...attempt } of overdue.readable)
      if (awaits === undefined) run.resolve({ attempt, checks }, lease);
      else
        run.confirmation({ attempt, checks }, { ...awaits, isOver: !isAfter(awaits.until, until) });
    await run.waitUntilUnderWay(0);
  }
  return { examined, notices: 0, parked: 0, ...run.counts };
}

/** The outcome of a rebill of one auto order. */
export interface RebillResult {
  readonly isAttempted: boolean;
  /** True if its order was created: paid, or unpaid if the customer pays by invoice. */
  readonly isPaid: boolean;
  readonly orderId?: string;
  /** Why it was not paid, or not even attempted. */
  readonly reason?: string;
}

/** Rebills one auto order now and waits for the gateway's answer. */
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
    orderIds: orderIdsOf(context),
    leaseMs: timing.leaseMs,
  });
  const [claim] = claimed.claims;
  if (claim === undefined) {
    const reason = claimed.parked[0]?.reason ?? (await whyNothing(context, autoOrderOid));
    return { isAttempted: false, isPaid: false, reason };
  }
  const pending = pendingCharge(claim);
  const { attempt } = claim;
  const routed = await askGateway(context, { attempt, policy }, (charge) =>
    payments.charge(attempt.route, charge, lease),
  );
  const terms = { policy, recheckMs: () => timing.recheckMs };
  const [outcome] = await settleEach(context, [{ ...pending, routed }], terms);
  return resultOf(outcome);
}

function resultOf(outcome: ChargeOutcome | undefined): RebillResult {
  if (outcome?.kind === 'paid')
    return { isAttempted: true, isPaid: true, orderId: outcome.orderId };
  const reason =
    outcome?.kind === 'declined' || outcome?.isAwaited ? outcome.reason : unansweredReason;
  return { isAttempted: true, isPaid: false, ...(reason !== undefined && { reason }) };
}

async function whyNothing({ db, merchant }: Context, autoOrderOid: number): Promise<string> {
  const recent = await findRecentRebills(db, merchant.merchantId, autoOrderOid);
  return nothingCharged(autoOrderOid, recent, merchant.timeZone);
}

const unansweredReason =
  'The gateway has not answered. ' +
  'The server asks it for the outcome of this charge before it charges anything again.';

/** A claimed charge without an answer. */
type PendingCharge = Omit<AnsweredAttempt, 'routed'>;

const pendingCharge = ({
  attempt,
  autoOrder,
  original,
}: ClaimResult['claims'][number]): PendingCharge => ({ attempt, planned: { autoOrder, original } });

// Enough to keep a claim, two settlements and a gateway busy at the same time.
const underWayMax = 3 * claimLimit;
const settleParallel = 2;

async function startRun(context: Context, parts: RebillParts): Promise<Run> {
  return new Run(context, await parts.payments.of(context), parts.timing);
}

/** Charges and settles the claims of one run, and counts the outcomes. */
class Run {
  readonly policy: SettleTerms['policy'];
  readonly payments: MerchantPayments;
  readonly counts: Record<ChargeOutcome['kind'], number> = { paid: 0, declined: 0, unknown: 0 };
  readonly #context: Context;
  readonly #terms: SettleTerms;
  readonly #underWay = gauge();
  readonly #limited: ReturnType<typeof concurrencyLimit>;
  readonly #settling: Batches<AnsweredAttempt>;
  #failure: { readonly error: unknown } | undefined;

  constructor(context: Context, payments: MerchantPayments, timing: RebillTiming) {
    this.policy = rebillPolicy(context.merchant);
    this.payments = payments;
    this.#context = context;
    this.#terms = {
      policy: this.policy,
      recheckMs: ({ checks = 0 }) => recheckMs(timing, checks),
    };
    this.#limited = concurrencyLimit(payments.concurrency);
    this.#settling = batches((batch) => this.#settle(batch), {
      sizeMax: claimLimit,
      parallel: settleParallel,
    });
  }

  /** The number of charges in flight. */
  get underWay(): number {
    return this.#underWay.count;
  }

  /** Starts a charge. */
  charge(pending: PendingCharge, lease: Lease): void {
    this.#start('charge', pending, lease);
  }

  /** Starts to query the gateway about a charge that may have been sent before. */
  resolve(pending: PendingCharge, lease: Lease): void {
    this.#start('resolve', pending, lease);
  }

  /** Starts to query the gateway about a payment that waited for its customer. */
  confirmation(pending: PendingCharge, awaited: AwaitedTurn & AwaitedAttempt): void {
    const [code = ''] = pending.attempt.route;
    const ended = awaited.isOver ? { endedAt: awaited.until } : {};
    this.#ask({ ...pending, ...ended }, (request) =>
      this.payments.confirmation(code, request, awaited),
    );
  }

  /**
   * Waits until at most `max` charges are in flight. Throws when a settlement has failed, after all
   * charges have ended.
   */
  async waitUntilUnderWay(max: number): Promise<void> {
    await this.#underWay.until(max);
    if (this.#failure === undefined) return;
    await this.#underWay.until(0);
    throw this.#failure.error;
  }

  /**
   * Returns the result of `work`. If `work` fails, waits for all charges in flight, and then
   * throws.
   */
  async orDrain<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      await this.#underWay.until(0);
      throw error;
    }
  }

  #start(by: 'charge' | 'resolve', pending: PendingCharge, lease: Lease): void {
    this.#ask(pending, (request) => this.payments[by](pending.attempt.route, request, lease));
  }

  #ask(pending: PendingCharge, send: (request: ChargeRequest) => Promise<RoutedAnswer>): void {
    this.#underWay.up();
    const asked = { attempt: pending.attempt, policy: this.policy };
    void askGateway(this.#context, asked, (request) => this.#limited(() => send(request))).then(
      (routed) => this.#settling.add({ ...pending, routed }),
    );
  }

  async #settle(batch: readonly AnsweredAttempt[]): Promise<void> {
    try {
      const outcomes = await settleEach(this.#context, batch, this.#terms);
      for (const { kind } of outcomes) this.counts[kind]++;
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#underWay.down(batch.length);
  }
}

/**
 * Charges an attempt, or queries the gateway about it; undefined when there is nothing to charge. A
 * gateway that throws, although it must not, counts as one that has not answered.
 */
async function askGateway(
  { merchant, log }: Context,
  { attempt, policy }: { readonly attempt: NewAttempt; readonly policy: RebillPolicy },
  send: (request: ChargeRequest) => Promise<RoutedAnswer>,
): Promise<RoutedAnswer | undefined> {
  const mayWait = policy.dunning.confirmationDays > 0;
  const request = chargeRequest(merchant.merchantId, attempt, mayWait);
  if (request === undefined) return undefined;
  try {
    return await send(request);
  } catch (error) {
    log.error(
      { err: error, merchantId: merchant.merchantId, key: request.key },
      'a gateway failed instead of returning an answer',
    );
    return {
      code: attempt.route[0] ?? '',
      answer: { kind: 'unknown', message: 'the gateway failed instead of returning an answer' },
    };
  }
}

/**
 * Half a minute at first, then longer each time, up to an hour, so that a gateway that is down for
 * a day does not get a thousand queries about each charge.
 */
function recheckMs({ recheckMs: first }: RebillTiming, checks: number): number {
  return Math.min(first * 2 ** Math.min(checks, 7), 120 * first);
}
