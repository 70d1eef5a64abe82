import { Temporal } from 'temporal-polyfill';
import type { SystemClock } from '../../server/src/platform/clock/systemClock.ts';

/**
 * Returns a machine clock that moves only when a test moves it. A sleep on it lasts one turn of the
 * event loop.
 */
export interface MovedClock extends SystemClock {
  move(ms: number): void;
}

export function movedClock(start = '2026-01-15T17:00:00Z'): MovedClock {
  let passedMs = 0;
  const from = Temporal.Instant.from(start);
  return {
    now: () => from.add({ milliseconds: Math.round(passedMs) }),
    monotonicMs: () => passedMs,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    after: () => () => {},
    move: (ms) => void (passedMs += ms),
  };
}
