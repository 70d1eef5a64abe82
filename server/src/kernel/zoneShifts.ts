import { Temporal } from 'temporal-polyfill';
import { dayNumber, epochMsOf, msPerDay, offsetChanges, wallOf } from './calendar.ts';

/**
 * How far moments move if they keep their local date and time in another zone. From each of
 * `starts` to the next, every moment moves by the same time, so that a database can move millions
 * in one statement. `starts` are milliseconds since 1970, ascending; the first has no lower bound.
 */
export interface ZoneShifts {
  readonly starts: readonly number[];
  /**
   * The milliseconds to add. A local time that the new zone skips moves forward. If a local time
   * occurs twice, the earlier one counts.
   */
  readonly shifts: readonly number[];
  /** How far the old zone is ahead of UTC, in milliseconds. */
  readonly offsets: readonly number[];
}

/**
 * Returns the shifts from one zone to another for every moment that the wire can name. Outside that
 * range the first and the last shift apply.
 */
export function zoneShifts(from: string, to: string): ZoneShifts {
  const starts = [-Infinity, ...[...new Set(changePoints(from, to))].sort((a, b) => a - b)];
  // Nothing changes between two starts, so any moment in a period shows its shift.
  const samples = [firstMs, ...starts.slice(1)];
  return {
    starts,
    shifts: samples.map((at) => shifted(at, from, to) - at),
    offsets: samples.map((at) => localMs(at, from) - at),
  };
}

/** Returns the moment at which the zone `to` shows the same local time as `from` did. */
export const inOtherZone = (moment: Temporal.Instant, from: string, to: string): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(shifted(moment.epochMilliseconds, from, to));

const firstMs = dayNumber(1899, 12, 1) * msPerDay;
const lastMs = dayNumber(3000, 2, 1) * msPerDay;

/**
 * Yields every moment at which the shift may change: a change of the old zone's clocks, or a change
 * of the new zone's clocks at the same local time in the old zone.
 */
function* changePoints(from: string, to: string): Iterable<number> {
  const ofFrom = offsetChanges(from, firstMs, lastMs);
  for (const { at } of ofFrom) yield at;
  for (const { at, before, after } of offsetChanges(to, firstMs, lastMs)) {
    // The local time from which the new offset holds: after the times that were skipped, or those
    // that occur twice.
    const wall = at + Math.max(before, after);
    const near = ofFrom.filter((change) => Math.abs(change.at - wall) <= 2 * msPerDay);
    const offsets = new Set([
      localMs(wall, from) - wall,
      ...near.flatMap((change) => [change.before, change.after]),
    ]);
    for (const offset of offsets) yield wall - offset;
  }
}

function shifted(epochMs: number, from: string, to: string): number {
  const local = localMs(epochMs, from);
  const day = Math.floor(local / msPerDay);
  return epochMsOf({ day, ms: local - day * msPerDay }, to);
}

function localMs(epochMs: number, zone: string): number {
  const { day, ms } = wallOf(Temporal.Instant.fromEpochMilliseconds(epochMs), zone);
  return day * msPerDay + ms;
}
