import type { SystemClock } from '../clock/systemClock.ts';

/** A lease that a process has taken. */
export interface Lease {
  /**
   * Returns whether a call to another server that may take this long still ends within the lease.
   * If the lease is shorter than twice that time, calls may begin in its first half.
   */
  leavesTimeFor(workMs: number): boolean;
}

/**
 * Measures a lease from now on. Call it before the statement that takes the lease, so that the
 * lease in the database ends later. Of two clocks it uses the one that has advanced further: the
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
