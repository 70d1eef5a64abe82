import { Temporal } from 'temporal-polyfill';
import type { ZoneShifts } from '../../kernel/zoneShifts.ts';

/*
 * Moves of the columns of a table by {@link ZoneShifts}, in one statement for any number of rows.
 */

/**
 * The shifts as two parameters of a statement: where each stretch begins, and by how many
 * milliseconds it moves.
 */
export const shiftValues = ({
  starts,
  shifts,
}: ZoneShifts): [starts: readonly unknown[], shifts: readonly number[]] => [
  starts.map((at) => (at === -Infinity ? '-infinity' : Temporal.Instant.fromEpochMilliseconds(at))),
  shifts,
];

/**
 * A column's value moved; `starts` and `shifts` are the places of {@link shiftValues}, such as
 * `$2`.
 */
export const movedColumn = (column: string, starts: string, shifts: string): string =>
  `shifted(${column}, ${byStretch(column, starts, shifts)})`;

/**
 * The element of a list for the stretch that contains the column's value. A binary search, whatever
 * the number of stretches.
 */
export const byStretch = (column: string, starts: string, list: string): string =>
  `(${list}::bigint[])[width_bucket(${column}, ${starts}::timestamptz[])]`;

/** Like {@link movedColumn} for values after a moment only: what has happened keeps its moment. */
export const movedIfLater = (column: string, now: string, starts: string, shifts: string): string =>
  `case when ${column} > ${now} then ${movedColumn(column, starts, shifts)} else ${column} end`;
