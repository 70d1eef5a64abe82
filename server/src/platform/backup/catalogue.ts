import type { Database } from '../storage/database.ts';
import type { BackupSequence, Origin } from './manifest.ts';

/**
 * A comment in statements on the rows of all merchants. Backups are not for Citus, which routes
 * other statements by their merchant, so the test of shapes leaves these out.
 */
export const wholeDatabase = '/* of all merchants: never on Citus */';

/** A table as the database describes it. */
export interface Table {
  readonly name: string;
  /** The columns that are stored and not generated. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly bytes: number;
}

/** All tables of the application, the largest first. */
export const readTables = (db: Database): Promise<Table[]> =>
  db.rows<Table>(
    `select quote_ident(c.relname) as name, pg_table_size(c.oid) as bytes,
       (select array_agg(quote_ident(a.attname) order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and a.attgenerated = '') as columns,
       (select array_agg(quote_ident(a.attname) order by a.attnum) from pg_index i
         join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
         where i.indrelid = c.oid and i.indisprimary) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition
     order by bytes desc, name`,
  );

/** All sequences of the application with their values. */
export async function readSequences(db: Database): Promise<BackupSequence[]> {
  const names = await db.rows<{ name: string }>(
    `select quote_ident(c.relname) as name from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = current_schema() and c.relkind = 'S' order by name`,
  );
  const sequences: BackupSequence[] = [];
  for (const { name } of names) {
    const row = await db.row<{ value: number; is_called: boolean }>(
      `select last_value as value, is_called from ${name}`,
    );
    sequences.push({ name, value: row!.value, isCalled: row!.is_called });
  }
  return sequences;
}

/** Describes the database before anything is read. */
export async function readOrigin(db: Database, database: string): Promise<Origin> {
  const row = await db.row<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  return {
    format: 2,
    database,
    postgresql: row!.version,
    migrations: await db.rows('select name, checksum from migration order by name'),
  };
}

/** The number of the oldest transaction that has not ended yet. */
export async function readFirstXid(db: Database): Promise<string> {
  const row = await db.row<{ xid: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
  );
  return row!.xid;
}

/** The time of the database (ISO 8601 in UTC). */
export async function readMoment(db: Database): Promise<string> {
  const row = await db.row<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
  );
  return row!.at;
}

/** The foreign keys, with the statements that add them again. */
export const readForeignKeys = (
  db: Database,
): Promise<{ readonly drop: string; readonly add: string }[]> =>
  db.rows(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname,
         pg_get_constraintdef(c.oid)) as add
     from pg_constraint c join pg_namespace n on n.oid = c.connamespace
     where n.nspname = current_schema() and contype = 'f' and conparentid = 0
     order by conrelid::regclass::text, conname`,
  );
