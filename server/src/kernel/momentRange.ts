import type { Temporal } from 'temporal-polyfill';

/** A range of moments, both ends included. Without an end, the range is open on that side. */
export interface MomentRange {
  readonly begin?: Temporal.Instant | undefined;
  readonly end?: Temporal.Instant | undefined;
}

/** Returns the conditions that a column is in the range: one for each end that is set. */
export const rangeConditions = (
  column: string,
  { begin, end }: MomentRange,
  bind: (value: unknown) => string,
): string[] => [
  ...(begin ? [`${column} >= ${bind(begin)}::timestamptz`] : []),
  ...(end ? [`${column} <= ${bind(end)}::timestamptz`] : []),
];
