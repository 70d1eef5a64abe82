import type { Logger } from 'pino';
import type { Temporal } from 'temporal-polyfill';
import type { Worker } from '../jobs/loop.ts';
import type { Database } from '../storage/database.ts';
import type { SystemClock } from './systemClock.ts';

/*
 * A machine with a wrong clock bills too early, or bills again after its clock was corrected.
 * PostgreSQL's clock is the one that all processes share, so each process compares its own with it.
 */

/** The difference between this process's clock and PostgreSQL's, measured at intervals. */
export interface ClockDifference {
  readonly worker: Worker;
  /** Measures now. Fails when PostgreSQL does not respond. */
  measure(): Promise<void>;
  /**
   * The number of seconds by which this clock is at least ahead of PostgreSQL's; negative when it
   * is behind. 0 before the first measurement.
   */
  seconds(): number;
  /** True when the difference is too large for charges. */
  isTooLarge(): boolean;
}

/** The largest difference, in seconds, at which a process still charges on real clocks. */
export const differenceSecondsMax = 60;
const measureEveryMs = 10_000;

/**
 * Creates the object that measures the difference between this machine's clock and PostgreSQL's.
 */
export function clockDifference(db: Database, clock: SystemClock, log: Logger): ClockDifference {
  let seconds = 0;
  let measuredMs: number | undefined;
  const isTooLarge = () => Math.abs(seconds) > differenceSecondsMax;

  async function measure(): Promise<void> {
    const wasTooLarge = isTooLarge();
    const [startMs, before] = [clock.monotonicMs(), clock.now()];
    const row = await db.row<{ at: Temporal.Instant }>('select clock_timestamp() as at');
    const tookMs = clock.monotonicMs() - startMs;
    seconds = sureDifferenceMs(before.epochMilliseconds, tookMs, row!.at.epochMilliseconds) / 1000;
    measuredMs = clock.monotonicMs();
    if (isTooLarge() && !wasTooLarge)
      log.error({ seconds }, "this machine's clock differs from PostgreSQL's; nothing is charged");
    if (!isTooLarge() && wasTooLarge)
      log.info({ seconds }, "this machine's clock agrees with PostgreSQL's again");
  }

  return {
    measure,
    seconds: () => seconds,
    isTooLarge,
    worker: {
      name: 'clock difference',
      async runOnce() {
        if (measuredMs === undefined || clock.monotonicMs() - measuredMs >= measureEveryMs)
          await measure();
        return 0;
      },
    },
  };
}

/**
 * PostgreSQL read its clock at some time during the round trip, so only a time outside the round
 * trip proves a difference.
 */
export function sureDifferenceMs(beforeMs: number, tookMs: number, theirsMs: number): number {
  if (theirsMs < beforeMs) return beforeMs - theirsMs;
  return Math.min(0, beforeMs + tookMs - theirsMs);
}
