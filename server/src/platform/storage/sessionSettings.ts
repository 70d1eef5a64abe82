import type pg from 'pg';

/*
 * The settings of every connection, whatever the server, its database or the account have as their
 * defaults. Distributions and managed services differ in these, and our plans and figures were made
 * with the values here (docs/adr, plans that are kept). Only settings that an ordinary account may
 * change and that PostgreSQL 15 knows.
 *
 * Left as the server has them on purpose: `search_path`, because it says where an administrator put
 * our tables, and `default_transaction_read_only`, because a service sets it to protect a full
 * disk; then requests get 503.
 */

/** How long PostgreSQL may take, and how long it waits for the next statement of a transaction. */
export interface TimeLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  /**
   * A process that was stopped in the middle of a transaction must not hold its locks for ever.
   * PostgreSQL cannot distinguish it from a process that is busy.
   */
  readonly idleInTransactionMs: number;
}

/**
 * For work whose process is busy for long between two statements, for example with a calculation.
 */
const idleInLongWorkMs = 3_600_000;

/**
 * For requests and background work. Long work lifts them for its transaction ({@link
 * Database.takeTime}).
 */
export const servingLimits: TimeLimits = {
  statementMs: 15_000,
  lockMs: 5_000,
  idleInTransactionMs: 60_000,
};

/**
 * For commands that one person waits for: seeding a million auto orders takes as long as it takes.
 */
export const noLimits: TimeLimits = {
  statementMs: 0,
  lockMs: 0,
  idleInTransactionMs: idleInLongWorkMs,
};

const planning = {
  // Every statement names its merchant and has an index for it. A plan is kept as long as its
  // connection: made while a table was small, one that reads it from end to end would still be used
  // when it is large.
  enable_seqscan: 'off',
  // Without sequential scans a plan that needs one costs 1e10, which is above every threshold of
  // JIT.
  jit: 'off',
  // A parallel plan starts processes for what an index returns in a millisecond.
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
 * Name and value of what the workers of a Citus run with. Time limits are left out: the coordinator
 * has them, and moving a shard takes as long as it takes.
 */
export const workerSettings: Readonly<Record<string, string>> = { ...planning, ...meaning };

/** Name and value of the settings that are time limits. */
const limitSettings = (limits: TimeLimits): Record<string, string> => ({
  statement_timeout: String(limits.statementMs),
  lock_timeout: String(limits.lockMs),
  idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
});

/** Name and value of what only newer PostgreSQL knows: this one since version 17. */
const newerSettings = { transaction_timeout: '0' } as const;

/** Name and value of every setting that PostgreSQL 15 knows. */
export const sessionSettings = (limits: TimeLimits): Record<string, string> => ({
  ...planning,
  ...meaning,
  ...limitSettings(limits),
  idle_session_timeout: '0',
});

/**
 * How the settings reach a connection: sent along with its start, or by a statement once it is
 * there. Only the second way sets {@link newerSettings}, because an older PostgreSQL refuses a
 * start that names what it does not know.
 */
export type SettingsMode = 'start' | 'statement';

/** The settings as the startup parameter `options`: they cost no round trip. */
export const startupOptions = (limits: TimeLimits): string =>
  Object.entries(sessionSettings(limits))
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ');

/** Sets them on a connection whose start did not bring them all along. */
export async function applySettings(client: pg.ClientBase, limits: TimeLimits): Promise<void> {
  await client.query(setsKnown(false), [
    JSON.stringify({ ...sessionSettings(limits), ...newerSettings }),
  ]);
}

/** Lifts the time limits for the rest of a transaction. */
export const liftsLimits = {
  text: setsKnown(true),
  values: [JSON.stringify({ ...limitSettings(noLimits), ...newerSettings })],
};

/** Sets what the server knows about $1, an object of names and values. */
function setsKnown(forTransaction: boolean): string {
  return `select set_config(key, value, ${forTransaction}) from json_each_text($1::json)
    where current_setting(key, true) is not null`;
}

/**
 * Makes the settings those of our account in this database: behind a pooler that lends a server's
 * connection for one transaction, a `SET` reaches only the connection that it happened to be lent.
 * Always with a server's time limits, so that a command that takes its time does not take them from
 * servers.
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
 * Returns which settings a connection has that was started with {@link startupOptions}: all,
 * `older` when a default of the server or the account still holds for {@link newerSettings}, or
 * nothing, because some poolers leave the options out in silence.
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
 * Whether this is the response of a pooler that does not accept the startup parameter `options`, or
 * not ours.
 */
export function refusesOptions(error: unknown): boolean {
  return error instanceof Error && /unsupported (options )?startup parameter/i.test(error.message);
}
