import { Temporal } from 'temporal-polyfill';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';

// The start is the same in every process of a run, so the clocks of all processes agree.
const since = Date.UTC(2026, 0, 1);

/**
 * Returns a machine clock that runs `speed` times as fast as the real one. Its pauses take real
 * time, so backoffs of minutes become seconds.
 */
export function fastClock(speed: number): SystemClock {
  return {
    ...systemClock,
    now: () =>
      Temporal.Instant.fromEpochMilliseconds(Math.round(since + (Date.now() - since) * speed)),
  };
}
