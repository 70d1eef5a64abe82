import type { ClockRequest } from '@perennial/contract/clock.ts';
import { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { dayBounds } from '../kernel/calendar.ts';
import type { Minor } from '../kernel/money.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import type { DueWork } from '../platform/jobs/dueWork.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, saveClock } from '../platform/tenancy/merchantStore.ts';
import type { AdvanceDay } from './advanceDay.ts';
import { listDays } from './advanceDayStore.ts';
import { clockAt, firstDueWork, leaseMs, type PlayParts, playFor } from './advanceWorker.ts';
import {
  type AskedMoment,
  type ClockMode,
  laterMoment,
  type MoveFault,
  plannedMove,
} from './move.ts';
import {
  type Advance,
  askToStop,
  findAdvance,
  findPlaying,
  insertAdvance,
  listAdvances,
  lockClock,
  wasAdvanced,
} from './store.ts';

/** The dependencies of the operations on clocks. */
export interface ClockParts extends PlayParts {
  /**
   * True when one of the merchant's gateways moves real money. Such a merchant's clock is never
   * moved.
   */
  isReal(merchant: Merchant): boolean;
  /** Previews the rebills that are due until then, for the first auto orders up to `limit`. */
  previewDue(context: Context, until: Temporal.Instant, limit: number): Promise<DuePreview>;
  /** Counts the mails made after `from` and until `until` that were skipped. */
  countSkippedMails(
    context: Context,
    from: Temporal.Instant,
    until: Temporal.Instant,
  ): Promise<readonly SkippedMails[]>;
}

/** The number of skipped mails of one kind and reason. */
export interface SkippedMails {
  readonly kind: string;
  readonly reason: string;
  readonly count: number;
}

/** The rebills that are due until a moment. */
export interface DuePreview {
  /** The auto orders with a preview. */
  readonly previewedCount: number;
  readonly rebills: readonly DueInAdvance[];
}

/** A rebill that is due until a moment. */
export interface DueInAdvance {
  readonly autoOrderOid: number;
  readonly autoOrderCode: string;
  readonly rebillNumber: number;
  readonly at: Temporal.Instant;
  readonly totalMinor: Minor;
  readonly currency: string;
  /** The expected outcome by the test card; absent if the card does not show it. */
  readonly expected?: 'paid' | 'declined' | 'no answer' | undefined;
}

/** The amount of due work of one kind. */
export interface DueCount {
  readonly kind: DueWork['kind'];
  readonly count: number;
}

/** The work that is due until a moment. */
export interface ShownDue extends DuePreview {
  readonly now: Temporal.Instant;
  readonly until: Temporal.Instant;
  readonly counts: readonly DueCount[];
}

/** A merchant's clock in the form that responses show. */
export interface ShownClock {
  readonly mode: ClockMode;
  readonly now: Temporal.Instant;
  /** The running advance, or the one that was just requested. */
  readonly advance?: Advance | undefined;
  /** The next moment at which something is due, and the work that is due on its day. */
  readonly next?:
    | { readonly at: Temporal.Instant; readonly counts: readonly DueCount[] }
    | undefined;
}

/**
 * How long a request plays before the workers take over: well below the time-outs of clients and
 * proxies.
 */
const requestMs = 10_000;

/**
 * Returns the clock. A clock that is being advanced shows the moment up to which everything was
 * played.
 */
export async function getClock(
  context: Context,
  { clock, dueWork }: Pick<ClockParts, 'clock' | 'dueWork'>,
): Promise<ShownClock> {
  const merchant = await currentMerchant(context);
  const advance = await findPlaying(context.db, merchant.merchantId);
  const now = readClock(merchant.clock, clock.now());
  const mode = advance?.modeAfter ?? merchant.clock.kind;
  return { mode, now, advance, next: await nextDue({ ...context, merchant, now }, dueWork) };
}

async function nextDue(context: Context, dueWork: readonly DueWork[]): Promise<ShownClock['next']> {
  const at = await firstDueWork(dueWork, context, everything);
  if (at === undefined) return undefined;
  const { until } = dayBounds(at, context.merchant.timeZone);
  return { at, counts: await countDue(context, dueWork, until.subtract({ seconds: 1 })) };
}

/** A moment after every accepted date. */
const everything = Temporal.Instant.from('3000-01-02T00:00:00Z');

/** Counts the work due until then; leaves out kinds without due work. */
async function countDue(
  context: Context,
  dueWork: readonly DueWork[],
  until: Temporal.Instant,
): Promise<DueCount[]> {
  const counts: DueCount[] = [];
  for (const work of dueWork)
    counts.push({ kind: work.kind, count: await work.countDue(context, until) });
  return counts.filter(({ count }) => count > 0);
}

/**
 * Returns the work due until a later moment: counts of all work, and the rebills of the first auto
 * orders. Changes nothing. Refuses a moment to which the clock could not be moved.
 */
export async function getDue(
  context: Context,
  { clock, dueWork, previewDue }: ClockParts,
  asked: AskedMoment,
  limit: number,
): Promise<ShownDue> {
  const merchant = await currentMerchant(context);
  const now = readClock(merchant.clock, clock.now());
  const until = laterMoment(asked, 'until', { now, zone: merchant.timeZone });
  if (!until.ok) return refuseMove(until.reason);
  if (until.value === undefined) return refuse('missing_field', { field: 'until' });
  const at = { ...context, merchant, now };
  return {
    now,
    until: until.value,
    counts: await countDue(at, dueWork, until.value),
    ...(await previewDue(at, until.value, limit)),
  };
}

/** Returns the progress of an advance. Refuses an id that the merchant does not have. */
export async function getAdvance({ db, merchant }: Context, advanceId: string): Promise<Advance> {
  return (
    (await findAdvance(db, merchant.merchantId, advanceId)) ??
    refuse('not_found', { what: 'advance of the clock', id: advanceId })
  );
}

/** Lists a page of the advances, the latest first. */
export async function getAdvances(
  { db, merchant: { merchantId } }: Context,
  page: Page,
): Promise<{ readonly advances: readonly Advance[]; readonly hasMore: boolean }> {
  const found = await listAdvances(db, merchantId, page);
  return { advances: found.slice(0, page.limit), hasMore: found.length > page.limit };
}

/** Returns the results of an advance by day. Refuses an id that the merchant does not have. */
export async function getAdvanceDays(
  context: Context,
  advanceId: string,
): Promise<readonly AdvanceDay[]> {
  await getAdvance(context, advanceId);
  return listDays(context.db, context.merchant.merchantId, advanceId);
}

/**
 * Counts the mails that an advance skipped, by kind and reason. Refuses an id that the merchant
 * does not have.
 */
export async function getSkippedMails(
  context: Context,
  { countSkippedMails }: Pick<ClockParts, 'countSkippedMails'>,
  advanceId: string,
): Promise<readonly SkippedMails[]> {
  const { fromAt, reachedAt } = await getAdvance(context, advanceId);
  return countSkippedMails(context, fromAt, reachedAt);
}

/**
 * Asks an advance to stop. It ends after the current stretch, so nothing stays half done. An
 * advance that has ended does not change.
 */
export async function stopAdvance(context: Context, advanceId: string): Promise<Advance> {
  return inTransaction(context, async (context) => {
    const stopping = await askToStop(context.db, context.merchant.merchantId, advanceId);
    if (!stopping) return getAdvance(context, advanceId);
    await recordAct(context, { act: 'stopClockAdvance', objectType: 'clock', objectId: advanceId });
    return stopping;
  });
}

/**
 * Switches or advances the clock. An advance is stored first, so that it continues even if this
 * process ends. It is then played for a limited time; if it does not end within that time, the
 * response shows its progress.
 */
export async function setClock(
  context: Context,
  parts: ClockParts,
  request: ClockRequest,
): Promise<ShownClock> {
  const { merchantId } = context.merchant;
  const started = await inTransaction(context, (context) => startMove(context, parts, request));
  parts.merchants.forget(merchantId);
  const slice = { budgetMs: requestMs, days: 1 };
  const played = started && (await playFor(parts, merchantId, started, slice));
  const shown = await getClock(context, parts);
  return { ...shown, advance: played?.advance ?? shown.advance };
}

/** The stored advance; undefined when there is nothing to play. */
async function startMove(
  context: Context,
  parts: ClockParts,
  request: ClockRequest,
): Promise<Advance | undefined> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockClock(db, merchantId);
  const merchant = await currentMerchant(context);
  await refuseWhilePlaying(context);
  const now = readClock(merchant.clock, parts.clock.now());
  const move = plannedMove(request, {
    setting: merchant.clock,
    now,
    zone: merchant.timeZone,
    wasMoved: await wasAdvanced(db, merchantId),
    isReal: parts.isReal(merchant),
  });
  if (!move.ok) return refuseMove(move.reason);
  if (move.value.kind === 'stay') return undefined;
  await recordAct(context, {
    act: 'setClock',
    objectType: 'clock',
    objectId: merchantId,
    before: { mode: merchant.clock.kind, now: now.toString() },
    after: request,
  });
  if (move.value.kind === 'switch') {
    const { mode } = move.value;
    await saveClock(
      db,
      merchantId,
      mode === 'real' ? { kind: 'real' } : clockAt(mode, now, parts.clock),
    );
    return undefined;
  }
  const advanceId = context.ids.uuid();
  await saveClock(db, merchantId, { kind: 'standing', at: now });
  await insertAdvance(
    db,
    merchantId,
    { advanceId, fromAt: now, toAt: move.value.to, modeAfter: move.value.modeAfter },
    leaseMs,
  );
  return getAdvance(context, advanceId);
}

async function refuseWhilePlaying({ db, merchant: { merchantId } }: Context): Promise<void> {
  const playing = await findPlaying(db, merchantId);
  if (playing === undefined) return;
  refuse('state_conflict', {
    reason: `The advance ${playing.advanceId} of this clock is still under way`,
    fix: `Wait until /perennial/v1/clock/advances/${playing.advanceId} is done`,
  });
}

function refuseMove(fault: MoveFault): never {
  const { reason, fix } = fault;
  return fault.kind === 'field'
    ? refuse('invalid_field', { field: fault.field, reason, fix })
    : refuse('state_conflict', { reason, fix });
}

/** Reads the clock again, because the clock in a context may be a second old. */
const currentMerchant = async ({ db, merchant: { merchantId } }: Context): Promise<Merchant> =>
  required(await findMerchant(db, merchantId), `merchant ${merchantId}`);
