import pg from 'pg';
import { systemClock } from '../clock/systemClock.ts';

/**
 * A few connections for short reads, which are sent one after another without waiting for responses
 * (PostgreSQL's pipelining). A read on a separate connection wakes a process with cold caches and
 * costs both sides 50 % more (docs/adr/0018-reads-that-share-a-connection.md).
 */
export class SharedConnections {
  readonly #open: () => pg.Client;
  readonly #prepare: ((client: pg.ClientBase) => Promise<void>) | undefined;
  readonly #connections: (Shared | undefined)[];

  /**
   * `open` creates a client that is not connected yet; connections are opened on demand. `prepare`
   * runs on each connection before its first read.
   */
  constructor(
    count: number,
    open: () => pg.Client,
    prepare?: (client: pg.ClientBase) => Promise<void>,
  ) {
    this.#open = open;
    this.#prepare = prepare;
    this.#connections = Array.from({ length: count });
  }

  /**
   * Returns the rows of a statement that is quick, takes no locks and belongs to no transaction.
   * Undefined when all connections wait for a slow response, such as that of a frozen node of
   * Citus: later reads on the same connection would wait for it too.
   */
  async rows<Row>(query: pg.QueryConfig): Promise<Row[] | undefined> {
    const place = this.#place();
    if (place < 0) return undefined;
    const shared = (this.#connections[place] ??= this.#connect(place));
    if (shared.underWay === 0) {
      shared.client.ref();
      shared.movedMs = systemClock.monotonicMs();
    }
    shared.underWay++;
    try {
      await shared.connected;
      return (await shared.client.query(query)).rows as Row[];
    } catch (error) {
      // A fault of the statement does not affect the connection.
      if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL')
        this.#forget(place, shared);
      throw error;
    } finally {
      // A process without other work may end.
      shared.underWay--;
      shared.movedMs = systemClock.monotonicMs();
      if (shared.underWay === 0) shared.client.unref();
    }
  }

  /** The number of open connections, and how many of them wait for responses. */
  usage(): { readonly busy: number; readonly idle: number } {
    const connected = this.#connections.filter((shared) => shared !== undefined);
    const busy = connected.filter((shared) => shared.underWay > 0).length;
    return { busy, idle: connected.length - busy };
  }

  /** Ends the connections once all pending responses have arrived. */
  async close(): Promise<void> {
    const connected = this.#connections.filter((shared) => shared !== undefined);
    await Promise.all(connected.map(end));
  }

  /**
   * Returns the first connection with few pending reads, so that its process stays awake; if all
   * have many, the one with the fewest. Skips stuck connections; -1 when all are stuck.
   */
  #place(): number {
    const underWay = this.#connections.map((shared) =>
      isStuck(shared) ? Infinity : (shared?.underWay ?? 0),
    );
    const first = underWay.findIndex((count) => count < fewUnderWay);
    if (first >= 0) return first;
    const least = Math.min(...underWay);
    return least === Infinity ? -1 : underWay.indexOf(least);
  }

  #connect(place: number): Shared {
    const client = this.#open() as UnrefClient;
    const connected = client.connect().then(() => this.#prepare?.(client));
    const shared: Shared = { client, connected, underWay: 0, movedMs: systemClock.monotonicMs() };
    // Without a listener, a lost connection would end this process. Pending reads report the error
    // themselves.
    client.on('error', () => this.#forget(place, shared));
    client.on('end', () => this.#forget(place, shared));
    return shared;
  }

  /**
   * The next read opens another connection. This one ends once all pending responses have arrived.
   */
  #forget(place: number, shared: Shared): void {
    if (this.#connections[place] !== shared) return;
    this.#connections[place] = undefined;
    void end(shared);
  }
}

async function end({ client, connected }: Shared): Promise<void> {
  client.ref();
  await connected.then(
    () => client.end(),
    () => {},
  );
}

// This number of short reads in a row takes less time than waking another process for some of them.
const fewUnderWay = 8;

/**
 * A connection that has waited this long for its next response gets no further reads until it
 * arrives.
 */
const stuckMs = 500;

const isStuck = (shared: Shared | undefined): boolean =>
  shared !== undefined &&
  shared.underWay > 0 &&
  systemClock.monotonicMs() - shared.movedMs > stuckMs;

/** `unref` lets the process end while the connection is open; the library's types omit both. */
type UnrefClient = pg.Client & { ref(): void; unref(): void };

interface Shared {
  readonly client: UnrefClient;
  readonly connected: Promise<unknown>;
  /** The number of statements without a response. */
  underWay: number;
  /** When the last response arrived or the first statement was sent. */
  movedMs: number;
}
