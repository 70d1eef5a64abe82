import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../context.ts';

/**
 * The work of a feature that becomes due on a merchant's clock. `app/` passes the due work of every
 * feature to the test clock, so that a moved clock plays all of it.
 */
export interface DueWork {
  readonly name: string;
  /** The name of the due work that clients see. */
  readonly kind: 'auto orders' | 'tasks';
  /**
   * Set if the work is rare: a clock first plays everything that is due before it, so that its
   * events are in the right order.
   */
  readonly comesAlone?: true;
  /**
   * Returns the earliest moment, not after `until`, at which there is work; undefined when there is
   * none.
   */
  nextDueAt(context: Context, until: Temporal.Instant): Promise<Temporal.Instant | undefined>;
  /** Counts the work due until then, up to {@link dueCountMax}. */
  countDue(context: Context, until: Temporal.Instant): Promise<number>;
  /**
   * Does the work due until then, including that moment: each piece at the moment at which it
   * became due, but never before `context.now`. It may leave work for the next call, and must do so
   * while another process does that work.
   */
  runDue(context: Context, until: Temporal.Instant): Promise<DueCounts>;
}

/** Due work beyond this number is not counted, because counting must stay cheap. */
export const dueCountMax = 10_000;

/** The result of one call of {@link DueWork.runDue}. */
export interface DueCounts {
  /** The number of pieces done by kind, under a name that the feature chooses; absent means 0. */
  readonly counts: Readonly<Record<string, number>>;
  /** True when nothing is left. */
  readonly isDone: boolean;
}
