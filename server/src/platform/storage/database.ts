import pg from 'pg';
import { Temporal } from 'temporal-polyfill';
import { Bug } from '../../kernel/assert.ts';
import { type Connection, connectionSettings } from './connection.ts';
import { isConnectionLost, isTransient } from './failures.ts';
import { localFromText, momentFromText, textForStorage } from './moments.ts';
import {
  applySettings,
  liftsLimits,
  type SettingsMode,
  servingLimits,
  startupOptions,
  type TimeLimits,
} from './sessionSettings.ts';
import { SharedConnections } from './sharedConnections.ts';
import { StatementNames } from './statementNames.ts';

/**
 * The connection that a store uses: the pool, or one transaction. Statements are prepared by name
 * on each connection; values are numbers, strings, booleans, null, Temporal values, arrays of
 * these, or JSON text cast with `::jsonb`. Columns are returned as numbers (int, bigint), strings
 * (text, numeric), Temporal values (timestamptz → Instant, timestamp → PlainDateTime, date →
 * PlainDate) and parsed JSON.
 */
export interface Database {
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Returns the first row, or undefined. */
  row<Row>(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /**
   * Returns the rows of a quick read by key, at most a few. Outside a transaction it shares a
   * connection with other lookups, which wait for it: never use it for a list, a search, a lock or
   * a statement that writes.
   */
  lookup<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement for its effect and returns the number of affected rows. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
  /**
   * Runs `work` in one transaction and returns its value. After a deadlock or serialisation
   * failure, runs it again up to three times, so `work` must have no effect outside the database.
   * Inside a transaction, it joins that transaction.
   */
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a repeatable-read, read-only transaction, so that its statements see one
   * snapshot of the database. Not inside a transaction. On Citus, only the statements about one
   * merchant share a snapshot, because one node has all of its rows.
   */
  snapshot<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` once the surrounding transaction has committed; immediately if there is none.
   */
  afterCommit(listener: () => void): void;
  /**
   * Removes the time limits for the rest of the transaction, including the one between its
   * statements: for work on all of a merchant's records.
   */
  takeTime(): Promise<void>;
}

/** A pool of connections; `close` waits for those in use. */
export interface DatabasePool extends Database {
  usage(): PoolUsage;
  close(): Promise<void>;
}

/** The numbers of connections in use and idle, and of callers that wait for one. */
export interface PoolUsage {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** The settings of a pool's connections. */
export interface PoolOptions {
  readonly connection: Connection;
  readonly maxConnections: number;
  /** Off for poolers that cannot keep prepared statements. */
  readonly prepareStatements: boolean;
  /** How the session settings reach the server (settingsMode.ts). Absent: as start parameters. */
  readonly settingsMode?: SettingsMode;
  /** The time limits. Absent: those of a server whose callers must not wait long. */
  readonly limits?: TimeLimits;
  /** Called for connections that broke while idle; queries report their own errors. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens a pool of connections. It connects at the first statement. */
export function openPool(options: PoolOptions): DatabasePool {
  const limits = options.limits ?? servingLimits;
  const isByStatement = options.settingsMode === 'statement';
  const settings = {
    ...connectionSettings(options.connection),
    types: columnTypes,
    connectionTimeoutMillis: acquireMsMax,
    ...(isByStatement ? {} : { options: startupOptions(limits) }),
  };
  const prepare = isByStatement
    ? (client: pg.ClientBase) => applySettings(client, limits)
    : undefined;
  // A pooler that cannot keep prepared statements may not support pipelined statements either.
  const shared = options.prepareStatements
    ? Math.min(sharedMax, Math.floor(options.maxConnections / 8))
    : 0;
  // The pool awaits the returned promise, although its type does not say so.
  const onConnect: object = prepare === undefined ? {} : { onConnect: prepare };
  const pool = new pg.Pool({
    ...settings,
    max: options.maxConnections - shared,
    ...onConnect,
  });
  // Without a listener, the end of an idle connection (PostgreSQL restarts) would end this process.
  pool.on('error', (error) => options.onIdleError?.(error));
  // The same applies to a connection in use, and to the moment before its user can add a listener:
  // the end may arrive in the same packet as the answer that frees the connection.
  pool.on('connect', (client) => client.on('error', ignore));
  return new Pool(
    pool,
    shared > 0
      ? new SharedConnections(shared, () => new pg.Client({ ...settings, pipeline: true }), prepare)
      : undefined,
    { prepare: options.prepareStatements, answerMs: answerMsOf(limits) },
  );
}

/** How long a caller waits for a free or a new connection. */
const acquireMsMax = 10_000;

/** A live server ends a statement by itself; we wait only slightly longer. */
const answerMsOf = ({ statementMs }: TimeLimits): number =>
  statementMs === 0 ? 0 : statementMs + 3_000;

/** How long a response may take. 0 means no limit. */
interface Sending {
  readonly prepare: boolean;
  /** How long a response may take; 0 means no limit. */
  readonly answerMs: number;
}

// A read by key takes PostgreSQL little longer than this process, so a few connections suffice.
const sharedMax = 4;

class Pool implements DatabasePool {
  readonly #pool: pg.Pool;
  #shared: SharedConnections | undefined;
  readonly #sending: Sending;

  constructor(pool: pg.Pool, shared: SharedConnections | undefined, sending: Sending) {
    this.#pool = pool;
    this.#shared = shared;
    this.#sending = sending;
  }

  async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query(queryOf(text, values, this.#sending))).rows as Row[];
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(text, values))[0];
  }

  async lookup<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const shared = await this.#shared?.rows<Row>(queryOf(text, values, this.#sending));
    return shared ?? this.rows<Row>(text, values);
  }

  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#pool.query(queryOf(text, values, this.#sending))).rowCount ?? 0;
  }

  async transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work, 'begin');
      } catch (error) {
        if (attempt === transactionAttempts || !isTransient(error)) throw error;
      }
    }
  }

  snapshot<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    return this.#once(work, 'begin isolation level repeatable read, read only');
  }

  afterCommit(listener: () => void): void {
    listener();
  }

  async takeTime(): Promise<void> {
    throw new Bug('only a transaction may take its time');
  }

  usage(): PoolUsage {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const shared = this.#shared?.usage() ?? { busy: 0, idle: 0 };
    return {
      busy: totalCount - idleCount + shared.busy,
      idle: idleCount + shared.idle,
      waiting: waitingCount,
    };
  }

  async close(): Promise<void> {
    const shared = this.#shared;
    // From here on, lookups go to the pool, which reports that it is closed.
    this.#shared = undefined;
    await Promise.all([this.#pool.end(), shared?.close()]);
  }

  async #once<T>(work: (tx: Database) => Promise<T>, begin: string): Promise<T> {
    const client = await this.#pool.connect();
    const tx = new Transaction(client, this.#sending);
    let broken: Error | undefined;
    try {
      await tx.begin(begin);
      const value = await work(tx);
      await tx.commit();
      client.release();
      tx.committed();
      return value;
    } catch (error) {
      // On a connection that does not respond, a rollback would wait as long again.
      if (isConnectionLost(error)) broken = error as Error;
      else await tx.rollback().catch((rollbackError: Error) => (broken = rollbackError));
      client.release(broken);
      throw error;
    }
  }
}

/**
 * The statements of one connection, one at a time. Callers may send several at once. A failed
 * statement ends the transaction, and later statements are refused, because they would be stored
 * outside the transaction.
 */
class Transaction implements Database {
  readonly #client: pg.ClientBase;
  #sending: Sending;
  readonly #listeners: (() => void)[] = [];
  /** Resolves when the current statement has ended. */
  #underWay: Promise<void> | undefined;
  #isOver = false;

  constructor(client: pg.ClientBase, sending: Sending) {
    this.#client = client;
    this.#sending = sending;
  }

  async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#send(queryOf(text, values, this.#sending))).rows as Row[];
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(text, values))[0];
  }

  lookup<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.rows<Row>(text, values);
  }

  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#send(queryOf(text, values, this.#sending))).rowCount ?? 0;
  }

  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    return work(this);
  }

  async snapshot<T>(): Promise<T> {
    throw new Bug('a transaction has begun, and its statements see several moments');
  }

  afterCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async takeTime(): Promise<void> {
    await this.run(liftsLimits.text, liftsLimits.values);
    this.#sending = { ...this.#sending, answerMs: 0 };
  }

  async begin(text: string): Promise<void> {
    await this.#command(text);
  }

  /** Commits after the statements that were sent before. */
  async commit(): Promise<void> {
    await this.#command('commit');
    this.#isOver = true;
  }

  async rollback(): Promise<void> {
    this.#isOver = true;
    while (this.#underWay) await this.#underWay;
    await this.#client.query(timed({ text: 'rollback' }, this.#sending.answerMs));
  }

  async #command(text: string): Promise<void> {
    await this.#send(timed({ text }, this.#sending.answerMs));
  }

  async #send(query: pg.QueryConfig): Promise<pg.QueryResult> {
    while (this.#underWay) await this.#underWay;
    if (this.#isOver) throw new Bug('a statement was sent after the end of its transaction');
    const response = this.#client.query(query);
    this.#underWay = response.then(ignore, ignore);
    try {
      return await response;
    } finally {
      this.#underWay = undefined;
    }
  }

  committed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The statements of one connection whose owner begins and ends its transactions. */
export const overConnection = (client: pg.ClientBase): Database =>
  new Transaction(client, { prepare: false, answerMs: 0 });

const ignore = () => {};

const transactionAttempts = 3;

function queryOf(text: string, values: readonly unknown[], { prepare, answerMs }: Sending) {
  const encoded = values.map(encode);
  const query = prepare
    ? { name: statementNames.of(text), text, values: encoded }
    : { text, values: encoded };
  return timed(query, answerMs);
}

/** The driver supports a time limit for a single statement, but its type omits it. */
const timed = <Query extends pg.QueryConfig>(query: Query, answerMs: number): Query =>
  answerMs === 0 ? query : { ...query, query_timeout: answerMs };

/** Statement names are shared by all connections of the process. */
const statementNames = new StatementNames();

function encode(value: unknown): unknown {
  if (
    value instanceof Temporal.Instant ||
    value instanceof Temporal.PlainDate ||
    value instanceof Temporal.PlainDateTime
  ) {
    return textForStorage(value);
  }
  if (Array.isArray(value)) return value.map(encode);
  return value === undefined ? null : value;
}

const parsers = new Map<number, (text: string) => unknown>([
  [20, Number],
  [1184, momentFromText],
  [1185, momentsFromText],
  [1114, localFromText],
  [1082, (text) => Temporal.PlainDate.from(text)],
]);

/** Parses the values of a `timestamptz[]`, such as `{"2026-04-12 14:00:00+00"}`. */
function momentsFromText(text: string): Temporal.Instant[] {
  return (text.match(/[^{},"]+/g) ?? []).map(momentFromText);
}

/** The parsers with which the driver reads columns. */
export const columnTypes = { getTypeParser };

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const parser = parsers.get(oid);
  if (parser && format !== 'binary') return parser;
  return pg.types.getTypeParser(oid, format);
}
