import { Temporal } from 'temporal-polyfill';
import type { ZoneShifts } from '../../kernel/zoneShifts.ts';

/*
 * SQL that moves the columns of a table by {@link ZoneShifts}, in one statement for any number of
 * rows.
 */

/**
 * Returns the shifts as two parameters of a statement: the start of each period, and the
 * milliseconds by which it moves.
 */
export const shiftValues = ({
  starts,
  shifts,
}: ZoneShifts): [starts: readonly unknown[], shifts: readonly number[]] => [
  starts.map((at) => (at === -Infinity ? '-infinity' : Temporal.Instant.fromEpochMilliseconds(at))),
  shifts,
];

/**
 * Returns the expression of a moved column; `starts` and `shifts` are the placeholders of {@link
 * shiftValues}, such as `$2`.
 */
export const movedColumn = (column: string, starts: string, shifts: string): string =>
  `shifted(${column}, ${byStretch(column, starts, shifts)})`;

/** Returns the list element for the period that contains the column's value, by a binary search. */
export const byStretch = (column: string, starts: string, list: string): string =>
  `(${list}::bigint[])[width_bucket(${column}, ${starts}::timestamptz[])]`;

/** Like {@link movedColumn}, but only for values after a moment: past times do not move. */
export const movedIfLater = (column: string, now: string, starts: string, shifts: string): string =>
  `case when ${column} > ${now} then ${movedColumn(column, starts, shifts)} else ${column} end`;
