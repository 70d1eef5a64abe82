import type { Database } from './database.ts';

/**
 * A condition that is always true and sets the time zone (an expression such as `$2`) in which
 * `wire_dts` prints every moment of the statement. PostgreSQL evaluates it once, before the first
 * row. Inside a transaction the zone stays until the end, so no statement may depend on its
 * session's zone. The tests use an unusual default zone to catch statements that forget it.
 */
export const inZone = (zone: string): string =>
  `(select set_config('TimeZone', ${zone}::text, true)) is not null`;

/**
 * The spelling by which PostgreSQL knows a zone, whatever the case of its letters. Undefined where
 * it does not know the zone. It must, because it prints the moments of a response.
 */
export async function zoneName(db: Database, zone: string): Promise<string | undefined> {
  const row = await db.row<{ name: string }>(
    `select name from pg_timezone_names where lower(name collate "C") = lower($1 collate "C")
      limit 1`,
    [zone],
  );
  return row?.name;
}
