import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';

/** What a feature does by a merchant's clock. Handed in by the app, so that a moved clock plays it whatever feature it belongs to. */
export interface DueWork {
  readonly name: string;
  /** The earliest moment, not after `until`, at which there is something to do; undefined where there is nothing. */
  nextDueAt(context: Context, until: Temporal.Instant): Promise<Temporal.Instant | undefined>;
  /**
   * Does what is due until then, this moment included: each thing at the moment that made it due, but never before `context.now`. May leave something for
   * the next call, and must where it is still under way elsewhere.
   */
  runDue(context: Context, until: Temporal.Instant): Promise<DueCounts>;
}

/** What was done, and whether nothing is left. */
export interface DueCounts {
  readonly rebills: number;
  readonly declines: number;
  readonly notices: number;
  readonly isDone: boolean;
}
