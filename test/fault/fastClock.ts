import { Temporal } from 'temporal-polyfill';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';

// The same in every process of a run, so that all agree on what the time is.
const since = Date.UTC(2026, 0, 1);

/**
 * A machine clock that runs `speed` times as fast as the real one; its pauses are real. Backoffs of
 * minutes become seconds.
 */
export function fastClock(speed: number): SystemClock {
  return {
    ...systemClock,
    now: () =>
      Temporal.Instant.fromEpochMilliseconds(Math.round(since + (Date.now() - since) * speed)),
  };
}
