import type { Logger } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { addDays, dayBounds, startOfDay } from '../kernel/calendar.ts';
import { earlier, isAfter, isBefore, later } from '../kernel/moments.ts';
import type { ClockSetting } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, type EventSink, inTransaction } from '../platform/context.ts';
import type { DueCounts, DueWork } from '../platform/jobs/dueWork.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { saveClock } from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { advanceDays } from './advanceDay.ts';
import { addToDays, findLastDay } from './advanceDayStore.ts';
import type { TestMode } from './move.ts';
import {
  type Advance,
  countFailure,
  type EndState,
  endAdvance,
  findAdvance,
  lockClock,
  merchantsToAdvance,
  releaseAdvance,
  saveReached,
  takeAdvance,
} from './store.ts';

/*
 * Plays an advance in stretches of a few days, each starting with the next day on which something
 * is due. The clock stays at the beginning of a stretch while the stretch is played, and then moves
 * to its end. So no reader sees a time before which work is still undone, and other billing on the
 * same clock finds nothing due during a stretch.
 */

/** The dependencies of playing an advance. */
export interface PlayParts {
  readonly db: Database;
  readonly log: Logger;
  readonly clock: SystemClock;
  readonly merchants: Merchants;
  /** The due work of every feature, in the order in which it is done. */
  readonly dueWork: readonly DueWork[];
  contextFor(merchantId: string): Promise<Context>;
}

/** How long an advance belongs to a process that does not renew it. A stretch takes far less. */
export const leaseMs = 60_000;
const sliceMs = 2_000;
const waitMs = 100;
const waitsMax = 50;
const failuresMax = 5;

/**
 * Continues advances that no process is playing: those that take longer than their request, and
 * those whose process was stopped.
 */
export function advanceWorker(parts: PlayParts): Worker {
  const each = eachMerchant(parts.log, 'clock');
  // The number of days in the next stretch of an advance, so that a slice does not begin with
  // single days again. Another process that continues the advance begins with one.
  const daysOf = new Map<string, number>();
  return {
    name: 'clock',
    async runOnce() {
      return each(await merchantsToAdvance(parts.db), async (merchantId) => {
        const advance = await takeAdvance(parts.db, merchantId, leaseMs);
        if (advance === undefined) return 0;
        const { advanceId } = advance;
        const days = daysOf.get(advanceId) ?? 1;
        daysOf.delete(advanceId);
        const played = await playFor(parts, merchantId, advance, { budgetMs: sliceMs, days });
        if (played.advance.state === 'playing') daysOf.set(advanceId, played.daysNext);
        return 1;
      });
    },
  };
}

/** How long to play, and the most days of the first stretch. */
interface Slice {
  readonly budgetMs: number;
  readonly days: number;
}

/** How far a slice came, and the most days of the next stretch. */
interface PlayedSlice {
  readonly advance: Advance;
  readonly daysNext: number;
}

/**
 * Plays an advance that this process has claimed, for a limited time, and returns how far it came.
 * Counts failures; the last allowed failure ends the advance at the moment it has reached.
 */
export async function playFor(
  parts: PlayParts,
  merchantId: string,
  advance: Advance,
  { budgetMs, days }: Slice,
): Promise<PlayedSlice> {
  const base = await parts.contextFor(merchantId);
  const context = { ...base, events: counted(base.events, advance) };
  try {
    const untilMs = parts.clock.monotonicMs() + budgetMs;
    return await playStretches(parts, context, { advance, daysNext: days }, untilMs);
  } catch (error) {
    context.log.error(
      { err: error, merchantId, advanceId: advance.advanceId },
      'an advance of the clock failed',
    );
    const failures = await countFailure(parts.db, merchantId, advance.advanceId);
    if (failures >= failuresMax)
      return { advance: await failAdvance(parts, context, advance), daysNext: 1 };
    await releaseAdvance(parts.db, merchantId, advance.advanceId, 1000 * 2 ** failures);
    return { advance, daysNext: 1 };
  }
}

/** Creates a sink that also counts the events as results of the advance, in their transaction. */
const counted = (events: EventSink, { advanceId }: Advance): EventSink => ({
  async emit(context, emitted) {
    await events.emit(context, emitted);
    const { db, merchant, now } = context;
    const { merchantId, timeZone: zone, currency } = merchant;
    const days = advanceDays(emitted, { zone, currency, now });
    if (days.length > 0) await addToDays(db, merchantId, advanceId, days);
  },
});

async function playStretches(
  parts: PlayParts,
  context: Context,
  from: PlayedSlice,
  untilMs: number,
): Promise<PlayedSlice> {
  let current = from;
  let waits = 0;
  for (;;) {
    const played = await playStretch(parts, context, current.advance, current.daysNext);
    current = played;
    if (current.advance.state !== 'playing') return current;
    if (played.isWaiting) {
      waits++;
      await parts.clock.sleep(waitMs);
    }
    if (parts.clock.monotonicMs() >= untilMs || waits >= waitsMax) break;
  }
  await releaseAdvance(parts.db, context.merchant.merchantId, current.advance.advanceId, 0);
  return current;
}

interface Played extends PlayedSlice {
  /** Nothing could be done, because other processes are still doing this work. */
  readonly isWaiting: boolean;
}

async function playStretch(
  parts: PlayParts,
  base: Context,
  advance: Advance,
  days: number,
): Promise<Played> {
  const context = { ...base, now: advance.reachedAt };
  const toAt = advance.isStopping ? await stopAt(context, advance) : advance.toAt;
  const first = await firstDueWork(parts.dueWork, context, toAt);
  if (first === undefined)
    return {
      advance: await arrive(parts, context, advance, toAt),
      daysNext: days,
      isWaiting: false,
    };
  const end = await stretchEnd(parts.dueWork, context, { first, days, toAt });
  const { counts, isDone } = await runAll(parts.dueWork, context, end);
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const reached = isDone ? end : advance.reachedAt;
  return {
    advance: await moveTo(parts, context, advance, reached),
    daysNext: stretchDays(days, done),
    isWaiting: !isDone && done === 0,
  };
}

/**
 * Returns when a stopped advance ends: at the moment that it has reached, or at the end of the last
 * day on which it did something. These differ when a process ended in the middle of a stretch.
 */
async function stopAt(
  { db, merchant: { merchantId, timeZone: zone } }: Context,
  { advanceId, reachedAt, toAt }: Advance,
): Promise<Temporal.Instant> {
  const day = await findLastDay(db, merchantId, advanceId);
  if (day === undefined) return reachedAt;
  const next = startOfDay(Temporal.PlainDate.from(day).add({ days: 1 }), zone);
  const end = Math.min(next.epochMilliseconds - 1000, toAt.epochMilliseconds);
  return end > reachedAt.epochMilliseconds
    ? Temporal.Instant.fromEpochMilliseconds(end)
    : reachedAt;
}

/** Returns the first moment, not after `until`, at which work is due. */
export async function firstDueWork(
  dueWork: readonly DueWork[],
  context: Context,
  until: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  let first: Temporal.Instant | undefined;
  for (const work of dueWork) first = (await work.nextDueAt(context, first ?? until)) ?? first;
  return first;
}

/** Returns when a stretch ends: before rare work, so that it does not come too early. */
async function stretchEnd(
  dueWork: readonly DueWork[],
  context: Context,
  { first, days, toAt }: { first: Temporal.Instant; days: number; toAt: Temporal.Instant },
): Promise<Temporal.Instant> {
  const end = (count: number) => earlier(lastOf(first, count, context.merchant.timeZone), toAt);
  const rare = await firstDueWork(
    dueWork.filter(({ comesAlone }) => comesAlone),
    context,
    end(days),
  );
  if (rare === undefined) return end(days);
  // More of it may be due later in the stretch.
  return isAfter(rare, first) ? later(rare.subtract({ seconds: 1 }), first) : end(1);
}

/** Returns the last second of a number of days that begin with the day of `first`. */
const lastOf = (first: Temporal.Instant, days: number, zone: string): Temporal.Instant =>
  dayBounds(addDays(first, days - 1, zone), zone).until.subtract({ seconds: 1 });

/**
 * The next stretch is longer while little happens, up to a week, because each stretch has a fixed
 * cost. It is shorter if the clock would otherwise stand still for too long.
 */
function stretchDays(days: number, done: number): number {
  if (done > fullStretch) return Math.max(1, Math.floor(days / 2));
  return done < fewInStretch ? Math.min(7, days * 2) : days;
}

const fullStretch = 6000;
// Twice as many days then contain at most the work of a full stretch.
const fewInStretch = fullStretch / 2;

async function runAll(
  dueWork: readonly DueWork[],
  context: Context,
  until: Temporal.Instant,
): Promise<DueCounts> {
  const counts: Record<string, number> = {};
  let isAllDone = true;
  for (const work of dueWork) {
    const ran = await work.runDue(context, until);
    for (const [name, count] of Object.entries(ran.counts))
      counts[name] = (counts[name] ?? 0) + count;
    isAllDone &&= ran.isDone;
  }
  // The work of one feature may have created work for another.
  const isDone = isAllDone && (await firstDueWork(dueWork, context, until)) === undefined;
  return { counts, isDone };
}

/** Moves the clock to the moment up to which everything has been played. */
async function moveTo(
  parts: PlayParts,
  context: Context,
  advance: Advance,
  reachedAt: Temporal.Instant,
): Promise<Advance> {
  return changeClock(
    parts,
    context,
    async (db, merchantId) => {
      const saved = await saveReached(db, merchantId, advance.advanceId, reachedAt, leaseMs);
      if (saved !== undefined)
        await saveClock(db, merchantId, { kind: 'standing', at: saved.reachedAt });
      return saved;
    },
    advance,
  );
}

function arrive(
  parts: PlayParts,
  context: Context,
  advance: Advance,
  toAt: Temporal.Instant,
): Promise<Advance> {
  return changeClock(
    parts,
    context,
    async (db, merchantId) => {
      await saveReached(db, merchantId, advance.advanceId, toAt, leaseMs);
      const isEarly = isBefore(toAt, advance.toAt);
      return end(parts, db, merchantId, advance, isEarly ? 'stopped' : 'done');
    },
    advance,
  );
}

/** Leaves the clock at the moment it has reached. A new advance continues from there. */
function failAdvance(parts: PlayParts, context: Context, advance: Advance): Promise<Advance> {
  const reason =
    `Something failed ${failuresMax} times while what falls due was played; the log of the ` +
    'server says what. Send the advance again to continue from here.';
  return changeClock(
    parts,
    context,
    (db, merchantId) => end(parts, db, merchantId, advance, 'failed', reason),
    advance,
  );
}

async function end(
  { clock }: PlayParts,
  db: Database,
  merchantId: string,
  { advanceId }: Advance,
  state: EndState,
  failureReason?: string,
): Promise<Advance | undefined> {
  const ended = await endAdvance(db, merchantId, advanceId, state, failureReason);
  if (ended !== undefined)
    await saveClock(db, merchantId, clockAt(ended.modeAfter, ended.reachedAt, clock));
  return ended;
}

/** A test clock that now shows `at`. */
export function clockAt(mode: TestMode, at: Temporal.Instant, clock: SystemClock): ClockSetting {
  return mode === 'standing'
    ? { kind: 'standing', at }
    : { kind: 'running', at, setAt: clock.now() };
}

/**
 * Runs `work` in one transaction with the merchant's clock locked. Changes nothing when another
 * process has ended the advance.
 */
async function changeClock(
  { merchants }: PlayParts,
  context: Context,
  change: (db: Database, merchantId: string) => Promise<Advance | undefined>,
  advance: Advance,
): Promise<Advance> {
  const { merchantId } = context.merchant;
  const changed = await inTransaction(context, async ({ db }) => {
    await lockClock(db, merchantId);
    return change(db, merchantId);
  });
  merchants.forget(merchantId);
  return (
    changed ??
    required(
      await findAdvance(context.db, merchantId, advance.advanceId),
      `advance ${advance.advanceId}`,
    )
  );
}
