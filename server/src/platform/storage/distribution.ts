import { ForeignDatabaseError } from '../foreignDatabase.ts';
import type { Database } from './database.ts';

/*
 * The placement of rows when PostgreSQL runs with the extension Citus (docs/scaling.md, ADR 68).
 * There are three kinds of tables. Merchants' tables are distributed over the nodes by
 * `merchant_id`, and are recognized by their key. The other two kinds are listed here.
 */

/** Tables that statements on merchants' rows also read. Every node has all of their rows. */
export const referenceTables: readonly string[] = [
  'oauth_application',
  'api_key',
  'oauth_device',
  'billing_link_key',
];

/**
 * Tables of the installation, which no statement reads together with others. Only the coordinator
 * has their rows.
 */
export const localTables: readonly string[] = [
  'migration',
  'installation',
  'continuity',
  'readiness',
  'token_key',
  'rate_bucket',
  'login_attempt',
];

/**
 * An SQL condition that is true on a Citus. The settings do not show this, because every database
 * of a server that loads its library has them, with the extension or without.
 */
export const isOnCitus = `to_regclass('pg_catalog.pg_dist_partition') is not null`;

/** The statements that are still needed for the distribution, in their order. */
export interface Distribution {
  readonly statements: readonly string[];
  /** Tables that already have rows, which Citus copies to the shards. */
  readonly filled: readonly string[];
}

/** Returns whether this is a plain PostgreSQL or the coordinator of a Citus. Refuses a worker. */
export async function citusRole(db: Database): Promise<'plain' | 'coordinator'> {
  const extension = await db.row(`select 1 from pg_extension where extname = 'citus'`);
  if (!extension) return 'plain';
  // On a worker, ids start elsewhere, and stamps come from another transaction counter.
  const group = await db.row<{ id: number }>('select groupid as id from pg_dist_local_group');
  if (group?.id !== 0)
    throw new ForeignDatabaseError(
      'DATABASE_URL names a worker of a Citus cluster; name its coordinator',
    );
  return 'coordinator';
}

/**
 * Returns the statements that distribute the tables which are not distributed yet: first those
 * copied to all nodes, then merchants' tables, each after the tables in its foreign keys, then
 * functions. On plain PostgreSQL, returns the statements that Citus would need.
 */
export async function planDistribution(db: Database): Promise<Distribution> {
  const isCitus = (await citusRole(db)) === 'coordinator';
  const distributed = new Set(isCitus ? await namesOf(db, listDistributed) : []);
  const tables = await db.rows<TableFacts>(listTables);
  const unknown = tables.filter(({ name, isTenant }) => !isTenant && !isNamed(name));
  if (unknown.length > 0)
    throw new ForeignDatabaseError(
      `${unknown.map(({ name }) => name).join(', ')}: Perennial does not know these tables, so it ` +
        'cannot say where their rows belong; move them to another schema or database',
    );
  const waiting = tables.filter(({ name }) => !distributed.has(name));
  const everywhere = waiting.filter(({ name }) => referenceTables.includes(name));
  const tenants = byDepth(waiting.filter(({ isTenant }) => isTenant));
  return {
    statements: [
      ...byDepth(everywhere).map(({ name }) => `select create_reference_table('${name}')`),
      ...tenants.map(({ name }) => distributeStatement(name)),
      ...(await namesOf(db, isCitus ? listMissingFunctions : listFunctions)).map(
        (signature) => `select create_distributed_function('${signature}')`,
      ),
    ],
    filled: await filledOf(db, [...everywhere, ...tenants]),
  };
}

/** Returns the names of the merchants' tables, each after those in its foreign keys. */
export async function tenantTablesInOrder(db: Database): Promise<string[]> {
  const tables = await db.rows<TableFacts>(listTables);
  return byDepth(tables.filter(({ isTenant }) => isTenant)).map(({ name }) => name);
}

async function filledOf(db: Database, tables: readonly TableFacts[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) if (await db.row(`table ${name} limit 1`)) filled.push(name);
  return filled;
}

const isNamed = (name: string): boolean =>
  referenceTables.includes(name) || localTables.includes(name);

/** All of a merchant's rows are on one node, because every table is distributed like `merchant`. */
const distributeStatement = (name: string): string =>
  name === 'merchant'
    ? `select create_distributed_table('merchant', 'merchant_id', colocate_with => 'none')`
    : `select create_distributed_table('${name}', 'merchant_id', colocate_with => 'merchant')`;

/**
 * Lets the caller's transaction change and distribute several tables on a Citus, with one
 * connection per node and one shard after another. Call it first: Citus refuses to distribute a
 * table after a statement of the transaction ran on several connections.
 */
export async function runInSequence(tx: Database): Promise<void> {
  await tx.run(`set local citus.multi_shard_modify_mode = 'sequential'`);
  await tx.run('set local citus.enable_local_reference_table_foreign_keys = off');
}

/**
 * Distributes the remaining tables in the caller's transaction, which began with {@link
 * runInSequence}. Calls `onStatement` after each statement.
 */
export async function distribute(
  tx: Database,
  { statements, filled }: Distribution,
  onStatement: (done: number) => void = () => {},
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    await tx.run(statement);
    onStatement(index + 1);
  }
  for (const name of filled)
    await tx.run(`select truncate_local_data_after_distributing_table('${name}')`);
}

interface TableFacts {
  readonly name: string;
  /** Distributed by merchant: `merchant` itself, and tables whose key begins with the merchant. */
  readonly isTenant: boolean;
  /** The tables in its foreign keys. */
  readonly refersTo: readonly string[];
}

const listDistributed = 'select logicalrelid::regclass::text as name from pg_dist_partition';

// Every node needs the functions that statements on merchants' rows call. No such statement calls a
// function that reads a table; an extension brings its own functions.
const listFunctions = `
  select p.oid::regprocedure::text as name from pg_proc p
  where p.pronamespace = current_schema()::regnamespace
    and not exists (select 1 from pg_class c where c.relnamespace = p.pronamespace
      and c.relkind in ('r', 'p') and p.prosrc ~ ('\\mfrom ' || c.relname || '\\M'))
    and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass
      and d.objid = p.oid and d.deptype = 'e')`;

const listMissingFunctions = `${listFunctions}
    and not exists (select 1 from pg_dist_object o
      where o.classid = 'pg_proc'::regclass and o.objid = p.oid)`;

const namesOf = async (db: Database, query: string): Promise<string[]> =>
  (await db.rows<{ name: string }>(`${query} order by 1`)).map(({ name }) => name);

const listTables = `
  select c.relname as name, coalesce(first_key.attname = 'merchant_id', false) as "isTenant",
    array(select f.confrelid::regclass::text from pg_constraint f
      where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as "refersTo"
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
  left join pg_attribute first_key
    on first_key.attrelid = c.oid and first_key.attnum = i.indkey[0]
  where c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass
      and d.objid = c.oid and d.deptype = 'e')
  order by 1`;

/**
 * Returns the tables, each after those that it refers to. `merchant` comes first, because the
 * others are distributed along with it.
 */
function byDepth(tables: readonly TableFacts[]): TableFacts[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const depthOf = (table: TableFacts): number =>
    table.name === 'merchant'
      ? 0
      : 1 + Math.max(0, ...table.refersTo.flatMap((name) => byName.get(name) ?? []).map(depthOf));
  return tables
    .map((table) => ({ table, depth: depthOf(table) }))
    .sort((a, b) => a.depth - b.depth || (a.table.name < b.table.name ? -1 : 1))
    .map(({ table }) => table);
}
