import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ForeignDatabaseError } from '../foreignDatabase.ts';
import type { Database } from './database.ts';
import { citusRole, distribute, planDistribution, runInSequence } from './distribution.ts';
import { isPrivilegeMissing } from './failures.ts';
import { keepWorkerSettings } from './workerSettings.ts';

/** One numbered SQL file. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /**
   * The file as it was released, if `sql` is a later form of it with the same result. Databases know
   * its checksum, so a released file is never edited.
   */
  readonly released?: string;
}

const releasedFolder = new URL('./migrations/', import.meta.url);
const rewrittenFolder = new URL('./rewritten/', releasedFolder);

/**
 * Reads the migrations of this release, in order. If some database refuses a released file,
 * `rewritten` has a form that all databases accept. The files are read synchronously, because a
 * promise for each of a hundred small files takes fifteen times as long.
 */
export function readMigrations(): Migration[] {
  const rewritten = new Set(sqlFilesOf(rewrittenFolder));
  return releasedNames.map((name) => {
    const released = readFileSync(new URL(name, releasedFolder), 'utf8');
    return rewritten.has(name)
      ? { name, sql: readFileSync(new URL(name, rewrittenFolder), 'utf8'), released }
      : { name, sql: released };
  });
}

const sqlFilesOf = (folder: URL): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();

/**
 * The names of the migrations of this release, in order. They are listed once, because an
 * upgrade may replace the files while a server of the older release still runs.
 */
export const releasedNames: readonly string[] = sqlFilesOf(releasedFolder);

/**
 * Brings the database to this release: forward only, all in one transaction, under a lock, so
 * servers that start together wait for one another. Returns the names applied now. Fails when the
 * database was migrated by a newer release in a way that this one cannot work with, or when a file
 * that was applied has been changed since.
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const applied = await migrateAnd(db, migrations, distributeNew).catch((error: unknown) => {
    throw isPrivilegeMissing(error)
      ? new ForeignDatabaseError(
          'this release has to change the database, and the account in DATABASE_URL may not; run ' +
            'perennial migrate with the account that owns it, then start again',
        )
      : error;
  });
  await keepWorkerSettings(db);
  return applied;
}

/**
 * Like {@link migrate}, for a database with orders that has got the extension citus since: copies
 * its rows to the nodes in one transaction. Calls `onStatement` with the numbers of statements done
 * and in total.
 */
export async function migrateAndDistribute(
  db: Database,
  migrations: readonly Migration[],
  onStatement: (done: number, all: number) => void,
): Promise<string[]> {
  const applied = await migrateAnd(db, migrations, async (tx) => {
    const plan = await planDistribution(tx);
    await distribute(tx, plan, (done) => onStatement(done, plan.statements.length));
  });
  await keepWorkerSettings(db);
  return applied;
}

function migrateAnd(
  db: Database,
  migrations: readonly Migration[],
  finish: (tx: Database) => Promise<void>,
): Promise<string[]> {
  return db.transaction(async (tx) => {
    // A large table, or another process that migrates, may take any time.
    await tx.takeTime();
    await tx.run('select pg_advisory_xact_lock($1)', [lockKey]);
    if ((await citusRole(tx)) === 'coordinator') await runInSequence(tx);
    await prepareTable(tx);
    const applied = await tx.rows<AppliedMigration>(
      'select name, checksum, is_compatible from migration',
    );
    refuseForeign(applied, migrations);
    const done = new Set(applied.map((row) => row.name));
    const missing = migrations.filter((migration) => !done.has(migration.name));
    for (const migration of missing) await apply(tx, migration);
    await finish(tx);
    return missing.map((migration) => migration.name);
  });
}

/**
 * On Citus, distributes the tables of the migrations. A database with orders is distributed by
 * `perennial distribute`, because copying its rows takes a long time.
 */
async function distributeNew(tx: Database): Promise<void> {
  if ((await citusRole(tx)) === 'plain') return;
  const plan = await planDistribution(tx);
  if (plan.filled.includes('merchant'))
    throw new ForeignDatabaseError(
      'this database has the extension citus, but its merchants are not distributed over the ' +
        'nodes yet; stop the servers and run: perennial distribute',
    );
  await distribute(tx, plan);
}

const lockKey = 7_310_203_941;

async function apply(tx: Database, migration: Migration): Promise<void> {
  const { name, sql, released = sql } = migration;
  for (const statement of splitStatements(sql)) await tx.run(statement);
  await tx.run('insert into migration (name, checksum, is_compatible) values ($1, $2, $3)', [
    name,
    checksumOf(migration),
    isCompatible(released),
  ]);
}

/**
 * Whether servers of the release before may run on the migrated database: the file's first line is
 * `-- compatible`. It adds only things that they do not notice: a table, an index, a column with a
 * default.
 */
export const isCompatible = (sql: string): boolean => /^-- compatible\b/.test(sql);

/**
 * Creates or completes the table of the migrations. Changes nothing if it is complete: the servers'
 * account may be permitted only to write rows, and adding a column locks the table.
 */
async function prepareTable(tx: Database): Promise<void> {
  const there = await tx.row("select 1 where to_regclass('migration') is not null");
  if (!there)
    await tx.run(
      'create table migration (name text primary key, checksum text not null, ' +
        'applied_at timestamptz not null default now())',
    );
  const known = await tx.row(
    `select 1 from pg_attribute where attrelid = 'migration'::regclass
       and attname = 'is_compatible' and not attisdropped`,
  );
  if (!known)
    await tx.run('alter table migration add column is_compatible boolean not null default false');
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly is_compatible: boolean;
}

/** How the migrations of a database differ from those of a release. */
export interface MigrationDifference {
  /** Migrations of the release that were not applied. */
  readonly missing: readonly string[];
  /** Migrations of a newer release with which this one cannot work, in order. */
  readonly foreign: readonly string[];
}

/**
 * Compares the migrations of the database with `names`, those of a release. A running server does
 * this regularly, because another server may migrate the database at any time.
 */
export async function compareMigrations(
  db: Database,
  names: readonly string[] = releasedNames,
): Promise<MigrationDifference> {
  const rows = await db.rows<Omit<AppliedMigration, 'checksum'>>(
    'select name, is_compatible from migration order by name',
  );
  const applied = new Set(rows.map(({ name }) => name));
  const known = new Set(names);
  return {
    missing: names.filter((name) => !applied.has(name)),
    foreign: rows
      .filter(({ name, is_compatible: isCompatible }) => !isCompatible && !known.has(name))
      .map(({ name }) => name),
  };
}

function refuseForeign(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): void {
  const known = new Map(migrations.map((migration) => [migration.name, checksumOf(migration)]));
  for (const { name, checksum: stored, is_compatible: compatible } of applied) {
    const ours = known.get(name);
    if (ours === undefined && compatible) continue;
    if (ours === undefined)
      throw new ForeignDatabaseError(
        `the database was migrated by a newer release (${name}); start that release, or restore an older backup`,
      );
    if (ours !== stored)
      throw new ForeignDatabaseError(
        `migration ${name} was changed after it was applied; put the file back as it was released and write a new one`,
      );
  }
}

/** Returns the checksum of a migration's released text, which the database keeps. */
export const checksumOf = ({ sql, released = sql }: Migration): string =>
  createHash('sha256').update(released).digest('hex');

/**
 * Statements end with a semicolon at the end of a line; function bodies between `$$` keep theirs.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  let inBody = false;
  for (const line of sql.split('\n')) {
    current += `${line}\n`;
    if ((line.split('$$').length - 1) % 2 === 1) inBody = !inBody;
    if (!inBody && line.trimEnd().endsWith(';')) {
      statements.push(current.trim());
      current = '';
    }
  }
  if (current.replace(/^\s*--.*$/gm, '').trim()) statements.push(current.trim());
  return statements;
}
