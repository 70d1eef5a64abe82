import type { Database } from './database.ts';

/**
 * A condition that always holds and lets every moment that its statement prints, by `wire_dts`, stand in the zone (an expression such as `$2`). PostgreSQL evaluates
 * it once, before the first row. Inside a transaction the zone stays until the end, so no statement may depend on its session's zone; the tests run in one
 * that nobody would choose. Passing the zone to each of the twenty moments of an answer took a quarter of PostgreSQL's time (docs/adr/0002-json-from-postgresql.md).
 */
export const inZone = (zone: string): string =>
  `(select set_config('TimeZone', ${zone}::text, true)) is not null`;

/** The spelling by which PostgreSQL knows a zone, whatever the case of its letters; undefined where it does not. It must, because it prints the moments of an answer. */
export async function zoneName(db: Database, zone: string): Promise<string | undefined> {
  const row = await db.row<{ name: string }>(
    'select name from pg_timezone_names where lower(name collate "C") = lower($1 collate "C") limit 1',
    [zone],
  );
  return row?.name;
}
