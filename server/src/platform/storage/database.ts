import { createHash } from 'node:crypto';
import pg from 'pg';
import { Temporal } from 'temporal-polyfill';
import { localFromText, momentFromText, textForStorage } from './moments.ts';
import { SharedConnections } from './sharedConnections.ts';

/** Where PostgreSQL is: a URL, or the socket of the embedded server. */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
    };

/**
 * What a store speaks to: the pool, or the one transaction it was handed. Statements are prepared by name on each connection; values are
 * numbers, strings, booleans, null, Temporal values, arrays of these, or JSON text cast with `::jsonb`.
 * Columns come back as numbers (int, bigint), strings (text, numeric), Temporal values (timestamptz → Instant, timestamp →
 * PlainDateTime, date → PlainDate) and parsed JSON.
 */
export interface Database {
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or undefined. */
  row<Row>(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /**
   * The rows of a quick read by key, at most a few. Outside a transaction it shares a connection with other lookups, which wait for it: never for a list, a
   * search, a lock or a statement that writes.
   */
  lookup<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement for its effect; answers how many rows it touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
  /**
   * Runs `work` in one transaction and answers its value. A deadlock or serialisation failure runs it again, up to three times, so `work` must have
   * no effect outside the database. Inside a transaction it joins that one.
   */
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  /** Calls `listener` once the surrounding transaction has committed; at once when there is none. */
  afterCommit(listener: () => void): void;
}

/** A pool of connections; `close` waits for those in use. */
export interface DatabasePool extends Database {
  usage(): PoolUsage;
  close(): Promise<void>;
}

/** Connections in use and idle, and how many callers wait for one. */
export interface PoolUsage {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface PoolOptions {
  readonly connection: Connection;
  readonly maxConnections: number;
  /** Off for poolers that cannot keep prepared statements. */
  readonly prepareStatements: boolean;
  /** Told about connections that broke while idle; queries report their own errors. */
  readonly onIdleError?: (error: Error) => void;
}

export function openPool(options: PoolOptions): DatabasePool {
  const settings = {
    ...connectionSettings(options.connection),
    types: { getTypeParser },
    // Every statement names its merchant and has an index for it. A plan is kept as long as its connection: made while a table was small, one that reads it
    // from end to end would still be used when it is large (docs/adr, plans that are kept).
    options: '-c enable_seqscan=off',
  };
  // A pooler that cannot keep prepared statements may not like statements sent ahead either.
  const shared = options.prepareStatements
    ? Math.min(sharedMax, Math.floor(options.maxConnections / 8))
    : 0;
  const pool = new pg.Pool({ ...settings, max: options.maxConnections - shared });
  // Without a listener an idle connection's end (a restart of PostgreSQL) would end this process.
  pool.on('error', (error) => options.onIdleError?.(error));
  return new Pool(
    pool,
    shared > 0
      ? new SharedConnections(shared, () => new pg.Client({ ...settings, pipeline: true }))
      : undefined,
    options.prepareStatements,
  );
}

// Reads by key take PostgreSQL little longer than they take this process, so a few keep up with it.
const sharedMax = 4;

class Pool implements DatabasePool {
  readonly #pool: pg.Pool;
  #shared: SharedConnections | undefined;
  readonly #prepare: boolean;

  constructor(pool: pg.Pool, shared: SharedConnections | undefined, prepare: boolean) {
    this.#pool = pool;
    this.#shared = shared;
    this.#prepare = prepare;
  }

  async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query(queryOf(text, values, this.#prepare))).rows as Row[];
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(text, values))[0];
  }

  async lookup<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#shared
      ? this.#shared.rows<Row>(queryOf(text, values, this.#prepare))
      : this.rows<Row>(text, values);
  }

  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#pool.query(queryOf(text, values, this.#prepare))).rowCount ?? 0;
  }

  async transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (attempt === transactionAttempts || !isTransient(error)) throw error;
      }
    }
  }

  afterCommit(listener: () => void): void {
    listener();
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
    // From here on the pool answers lookups: that it is closed.
    this.#shared = undefined;
    await Promise.all([this.#pool.end(), shared?.close()]);
  }

  async #once<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection that breaks between two statements tells this listener alone; without one it would end the process.
    client.on('error', ignore);
    const tx = new Transaction(client, this.#prepare);
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const value = await work(tx);
      await client.query('commit');
      client.off('error', ignore);
      client.release();
      tx.committed();
      return value;
    } catch (error) {
      await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
      client.off('error', ignore);
      client.release(broken);
      throw error;
    }
  }
}

class Transaction implements Database {
  readonly #client: pg.PoolClient;
  readonly #prepare: boolean;
  readonly #listeners: (() => void)[] = [];

  constructor(client: pg.PoolClient, prepare: boolean) {
    this.#client = client;
    this.#prepare = prepare;
  }

  async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#client.query(queryOf(text, values, this.#prepare))).rows as Row[];
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(text, values))[0];
  }

  lookup<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.rows<Row>(text, values);
  }

  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#client.query(queryOf(text, values, this.#prepare))).rowCount ?? 0;
  }

  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    return work(this);
  }

  afterCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  committed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const ignore = () => {};

const transactionAttempts = 3;

/** Deadlock detected, serialisation failure: the same work can succeed when it runs again. */
function isTransient(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');
}

/** True when `error` is PostgreSQL's refusal of a duplicate in the named unique key. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint
  );
}

/** True when PostgreSQL could not be reached or is shutting down: the work may succeed later, unchanged. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(08|57P)/.test(error.code ?? '');
  const code = (error as { code?: string } | undefined)?.code ?? '';
  const text = error instanceof Error ? error.message : '';
  return (
    /^(ECONN|ENOENT|EPIPE|ETIMEDOUT)/.test(code) ||
    /Connection terminated|Client has encountered a connection error|Client was closed/.test(text)
  );
}

function queryOf(text: string, values: readonly unknown[], prepare: boolean) {
  const encoded = values.map(encode);
  return prepare ? { name: nameOf(text), text, values: encoded } : { text, values: encoded };
}

const statementNames = new Map<string, string>();
// Each name is a plan kept on every connection. Statements are few unless one is built from a request; those past the cap run unnamed.
const statementNamesMax = 2000;

function nameOf(text: string): string | undefined {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  if (statementNames.size >= statementNamesMax) return undefined;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 24);
  statementNames.set(text, name);
  return name;
}

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

function connectionSettings(connection: Connection): pg.PoolConfig {
  return 'url' in connection ? { connectionString: connection.url } : { ...connection };
}

const parsers = new Map<number, (text: string) => unknown>([
  [20, Number],
  [1184, momentFromText],
  [1114, localFromText],
  [1082, (text) => Temporal.PlainDate.from(text)],
]);

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const parser = parsers.get(oid);
  if (parser && format !== 'binary') return parser;
  return pg.types.getTypeParser(oid, format);
}
