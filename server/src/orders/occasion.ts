import type { Temporal } from 'temporal-polyfill';

/** The moment and time zone of a change, for the wire's dates, and its author. */
export interface Occasion {
  readonly at: Temporal.Instant;
  readonly timeZone: string;
  /** The name of the user or application. Absent: the engine. */
  readonly by?: string | undefined;
}
