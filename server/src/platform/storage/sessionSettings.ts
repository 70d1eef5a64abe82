import type pg from 'pg';

/*
 * The settings of every connection, whatever the server, its database or the account have as their
 * defaults. Distributions and managed services differ in these, and our plans and figures were made
 * with the values here (docs/adr, plans that are kept). Only settings that an ordinary account may
 * change and that PostgreSQL 15 knows.
 *
 * Two settings are left unchanged on purpose: `search_path`, because it says where an administrator
 * put our tables, and `default_transaction_read_only`, because a service sets it to protect a full
 * disk; requests then get 503.
 */

/** The time limit of a statement, and of the pause between the statements of a transaction. */
export interface TimeLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  /**
   * A process that was stopped in the middle of a transaction must not hold its locks for ever.
   * PostgreSQL cannot distinguish it from a busy process.
   */
  readonly idleInTransactionMs: number;
}

/**
 * For work whose process is busy for a long time between two statements, for example with a
 * calculation.
 */
const idleInLongWorkMs = 3_600_000;

/**
 * For requests and background work. Long work removes them for its transaction ({@link
 * Database.takeTime}).
 */
export const servingLimits: TimeLimits = {
  statementMs: 15_000,
  lockMs: 5_000,
  idleInTransactionMs: 60_000,
};

/** For commands whose user waits for them: seeding a million auto orders may take any time. */
export const noLimits: TimeLimits = {
  statementMs: 0,
  lockMs: 0,
  idleInTransactionMs: idleInLongWorkMs,
};

const planning = {
  // Every statement names its merchant and has an index for it. A plan is kept as long as its
  // connection: a plan made for a small table, which reads all of it, would still be used when the
  // table is large.
  enable_seqscan: 'off',
  // Without sequential scans a plan that needs one costs 1e10, which is above every threshold of
  // JIT.
  jit: 'off',
  // A parallel plan starts processes for rows that an index returns in a millisecond.
  max_parallel_workers_per_gather: '0',
  enable_bitmapscan: 'on',
  enable_gathermerge: 'on',
  enable_hashagg: 'on',
  enable_hashjoin: 'on',
  enable_incremental_sort: 'on',
  enable_indexonlyscan: 'on',
  enable_indexscan: 'on',
  enable_material: 'on',
  enable_memoize: 'on',
  enable_mergejoin: 'on',
  enable_nestloop: 'on',
  enable_partition_pruning: 'on',
  enable_partitionwise_aggregate: 'off',
  enable_partitionwise_join: 'off',
  enable_sort: 'on',
  enable_tidscan: 'on',
  constraint_exclusion: 'partition',
  cpu_index_tuple_cost: '0.005',
  cpu_operator_cost: '0.0025',
  cpu_tuple_cost: '0.01',
  cursor_tuple_fraction: '0.1',
  effective_cache_size: '4GB',
  from_collapse_limit: '8',
  geqo: 'on',
  geqo_threshold: '12',
  hash_mem_multiplier: '2',
  join_collapse_limit: '8',
  plan_cache_mode: 'auto',
  random_page_cost: '4',
  seq_page_cost: '1',
  work_mem: '4MB',
} as const;

const meaning = {
  // Acknowledged data is never lost: some services and benchmarks turn this off.
  synchronous_commit: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  array_nulls: 'on',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  client_min_messages: 'notice',
  exit_on_error: 'off',
  datestyle: 'ISO,MDY',
  extra_float_digits: '1',
  gin_fuzzy_search_limit: '0',
  intervalstyle: 'postgres',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  quote_all_identifiers: 'off',
  row_security: 'on',
  standard_conforming_strings: 'on',
  timezone: 'UTC',
  transform_null_equals: 'off',
} as const;

/**
 * The names and values of the settings for the workers of a Citus. Without time limits: the
 * coordinator applies them, and moving a shard may take any time.
 */
export const workerSettings: Readonly<Record<string, string>> = { ...planning, ...meaning };

/** The names and values of the settings that are time limits. */
const limitSettings = (limits: TimeLimits): Record<string, string> => ({
  statement_timeout: String(limits.statementMs),
  lock_timeout: String(limits.lockMs),
  idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
});

/** The settings that only newer versions of PostgreSQL have: this one since version 17. */
const newerSettings = { transaction_timeout: '0' } as const;

/** The names and values of the settings that PostgreSQL 15 has. */
export const sessionSettings = (limits: TimeLimits): Record<string, string> => ({
  ...planning,
  ...meaning,
  ...limitSettings(limits),
  idle_session_timeout: '0',
});

/**
 * How the settings reach a connection: with its start parameters, or by a later statement. Only the
 * second way sets {@link newerSettings}, because an older PostgreSQL refuses a start with unknown
 * settings.
 */
export type SettingsMode = 'start' | 'statement';

/** The settings as the startup parameter `options`, which needs no extra round trip. */
export const startupOptions = (limits: TimeLimits): string =>
  Object.entries(sessionSettings(limits))
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ');

/** Sets the settings on a connection whose start did not set all of them. */
export async function applySettings(client: pg.ClientBase, limits: TimeLimits): Promise<void> {
  await client.query(setsKnown(false), [
    JSON.stringify({ ...sessionSettings(limits), ...newerSettings }),
  ]);
}

/** Removes the time limits for the rest of a transaction. */
export const liftsLimits = {
  text: setsKnown(true),
  values: [JSON.stringify({ ...limitSettings(noLimits), ...newerSettings })],
};

/** Sets those settings of $1, an object of names and values, that the server has. */
function setsKnown(forTransaction: boolean): string {
  return `select set_config(key, value, ${forTransaction}) from json_each_text($1::json)
    where current_setting(key, true) is not null`;
}

/**
 * Stores the settings as defaults of our account in this database: behind a pooler that lends a
 * server's connection for one transaction, a `SET` reaches only the connection of that moment.
 * Always stores a server's time limits, so that a long command does not remove them for servers.
 */
export async function keepSettings(client: pg.ClientBase): Promise<void> {
  await client.query('begin');
  // Two processes that alter one account at once would fail.
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter role %I in database %I set %I to %L', current_user, current_database(),
      key, value) as statement
     from json_each_text($1::json) where current_setting(key, true) is not null`,
    [JSON.stringify({ ...sessionSettings(servingLimits), ...newerSettings })],
  );
  for (const { statement } of rows) await client.query(statement);
  await client.query('commit');
}

const lockKey = 7_310_203_942;

/**
 * Returns which settings a connection has that was started with {@link startupOptions}: all;
 * `older` when {@link newerSettings} still have the default of the server or the account; or none,
 * because some poolers silently drop the options.
 */
export async function reachOfStart(client: pg.ClientBase): Promise<'all' | 'older' | 'nothing'> {
  const { rows } = await client.query<{ jit: string; seqscan: string; timeout: string }>(
    `select current_setting('jit') as jit, current_setting('enable_seqscan') as seqscan,
       coalesce(current_setting('transaction_timeout', true), '0') as timeout`,
  );
  const [found] = rows;
  if (found?.jit !== 'off' || found.seqscan !== 'off') return 'nothing';
  return found.timeout === newerSettings.transaction_timeout ? 'all' : 'older';
}

/**
 * Returns whether this is the response of a pooler that rejects the startup parameter `options` or
 * our use of it.
 */
export function refusesOptions(error: unknown): boolean {
  return error instanceof Error && /unsupported (options )?startup parameter/i.test(error.message);
}
