import type { SystemClock } from '../clock/systemClock.ts';

/** What a process knows of a lease that it has taken. */
export interface Lease {
  /**
   * Whether work that may take so long outside still ends within the lease. Of a lease that is
   * shorter than twice that time, the first half is for beginning work.
   */
  leavesTimeFor(workMs: number): boolean;
}

/**
 * Measures a lease from now on; call it before the statement that takes the lease, so that the
 * lease of the database ends later. Of two clocks the one counts that has gone further: the
 * monotonic clock stops while a machine sleeps, and the wall clock can be set back.
 */
export function leaseFrom(clock: Pick<SystemClock, 'monotonicMs' | 'now'>, leaseMs: number): Lease {
  const monotonicMs = clock.monotonicMs();
  const wallMs = clock.now().epochMilliseconds;
  const spentMs = () =>
    Math.max(clock.monotonicMs() - monotonicMs, clock.now().epochMilliseconds - wallMs);
  return {
    leavesTimeFor: (workMs) => spentMs() <= leaseMs - Math.min(workMs, leaseMs / 2),
  };
}
