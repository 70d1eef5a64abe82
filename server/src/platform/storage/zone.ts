import { Temporal } from 'temporal-polyfill';
import type { Database } from './database.ts';

/**
 * A condition that is always true and sets the time zone (an expression such as `$2`) in which
 * `wire_dts` prints every time in the statement. PostgreSQL evaluates it once, before the first
 * row. Inside a transaction the zone stays until the end, so no statement may rely on its session's
 * zone. The tests use an unusual default zone to catch statements that forget it.
 */
export const inZone = (zone: string): string =>
  `(select set_config('TimeZone', ${zone}::text, true)) is not null`;

/**
 * Returns PostgreSQL's spelling of a zone, in any case of letters. Undefined if PostgreSQL does not
 * have the zone. It needs it, because it prints the times of a response.
 */
export async function zoneName(db: Database, zone: string): Promise<string | undefined> {
  const row = await db.row<{ name: string }>(
    `select name from pg_timezone_names where lower(name collate "C") = lower($1 collate "C")
      limit 1`,
    [zone],
  );
  return row?.name;
}

/** A zone with different rules in PostgreSQL and in this process. */
export interface ZoneDifference {
  readonly zone: string;
  /** The first compared moment at which they differ. */
  readonly at: Temporal.Instant;
}

/**
 * Returns the zones with different rules in PostgreSQL and in this process in the years after
 * `now`. Each has its own time zone database, and governments change their clocks at short notice.
 * This process's rules plan dates, and PostgreSQL's show them. `offsetOf` returns the milliseconds
 * by which a zone is ahead of UTC.
 */
export async function differentZones(
  db: Database,
  zones: readonly string[],
  now: Temporal.Instant,
  offsetOf: (at: Temporal.Instant, zone: string) => number = ownOffset,
): Promise<ZoneDifference[]> {
  const moments = Array.from({ length: comparedWeeks }, (_, week) =>
    now.add({ hours: week * 7 * 24 }),
  );
  const compared = zones.flatMap((zone) =>
    moments.map((at) => ({ zone, at, offset: offsetOf(at, zone) })),
  );
  return db.rows<ZoneDifference>(
    `select c.zone, min(c.at) as at
     from unnest($1::text[], $2::timestamptz[], $3::bigint[]) as c (zone, at, offset_ms)
     where (c.at at time zone c.zone) - (c.at at time zone 'UTC')
       <> c.offset_ms * interval '1 millisecond'
     group by c.zone order by c.zone`,
    [
      compared.map(({ zone }) => zone),
      compared.map(({ at }) => at),
      compared.map(({ offset }) => offset),
    ],
  );
}

const comparedWeeks = 3 * 52;

const ownOffset = (at: Temporal.Instant, zone: string): number =>
  at.toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
