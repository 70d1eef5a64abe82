import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../context.ts';

/**
 * The work that a feature does by a merchant's clock. `app/` hands every feature's due work to the
 * test clock, so that a moved clock plays all of it.
 */
export interface DueWork {
  readonly name: string;
  /** The kind of the due work, as clients see it. */
  readonly kind: 'auto orders' | 'tasks';
  /**
   * Set where the work is rare: a clock first plays what is due before it, so that its events come
   * in their place.
   */
  readonly comesAlone?: true;
  /**
   * The earliest moment, not after `until`, at which there is work; undefined when there is none.
   */
  nextDueAt(context: Context, until: Temporal.Instant): Promise<Temporal.Instant | undefined>;
  /** Counts what is due until then, up to {@link dueCountMax}. */
  countDue(context: Context, until: Temporal.Instant): Promise<number>;
  /**
   * Does what is due until then, this moment included: each thing at the moment that made it due,
   * but never before `context.now`. It may leave work for the next call, and must do so when
   * another process is still doing that work.
   */
  runDue(context: Context, until: Temporal.Instant): Promise<DueCounts>;
}

/** More due work than this is not counted: a count must stay cheap. */
export const dueCountMax = 10_000;

/** The result of one call of {@link DueWork.runDue}. */
export interface DueCounts {
  /** How often each kind of thing was done, by a name that the feature chooses; absent means 0. */
  readonly counts: Readonly<Record<string, number>>;
  /** Whether nothing is left. */
  readonly isDone: boolean;
}
