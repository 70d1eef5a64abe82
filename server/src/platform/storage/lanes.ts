import pg from 'pg';

/**
 * A few connections for short reads, which travel on them one behind the other without waiting for each other's answers (PostgreSQL's pipelining). A read on a
 * connection of its own wakes a process whose caches have gone cold, and costs both sides half as much again (docs/adr/0018-reads-that-share-a-connection.md).
 */
export class Lanes {
  readonly #open: () => pg.Client;
  readonly #lanes: (Lane | undefined)[];

  /** `open` makes a client that is not connected yet; connections are made as they are needed. */
  constructor(count: number, open: () => pg.Client) {
    this.#open = open;
    this.#lanes = Array.from({ length: count });
  }

  /** The rows of a statement that is quick, locks nothing and belongs to no transaction; `weight` is about how many rows it reads. */
  async rows<Row>(query: pg.QueryConfig, weight: number): Promise<Row[]> {
    const place = this.#place();
    const lane = (this.#lanes[place] ??= this.#connect(place));
    if (lane.load === 0) lane.client.ref();
    lane.load += weight;
    try {
      await lane.connected;
      return (await lane.client.query(query)).rows as Row[];
    } catch (error) {
      // The statement's own fault leaves the connection as it was.
      if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL') this.#forget(place, lane);
      throw error;
    } finally {
      // A process that has nothing else to do may end.
      lane.load -= weight;
      if (lane.load === 0) lane.client.unref();
    }
  }

  /** How many lanes are connected, and how many of them wait for answers. */
  usage(): { readonly busy: number; readonly idle: number } {
    const connected = this.#lanes.filter((lane) => lane !== undefined);
    const busy = connected.filter((lane) => lane.load > 0).length;
    return { busy, idle: connected.length - busy };
  }

  /** Ends the connections once what is under way is answered. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(async (lane) => {
      lane?.client.ref();
      await lane?.connected.then(() => lane.client.end(), () => {});
    }));
  }

  /** The first with little to do, which keeps it warm; when all have much to do, the one with the least. */
  #place(): number {
    const loads = this.#lanes.map((lane) => lane?.load ?? 0);
    const first = loads.findIndex((load) => load < loadLittle);
    return first >= 0 ? first : loads.indexOf(Math.min(...loads));
  }

  #connect(place: number): Lane {
    const client = this.#open() as LaneClient;
    const lane: Lane = { client, connected: client.connect(), load: 0 };
    // Without a listener a lost connection would end this process; whoever waits for an answer hears of it.
    client.on('error', () => this.#forget(place, lane));
    client.on('end', () => this.#forget(place, lane));
    return lane;
  }

  /** The next read opens another. */
  #forget(place: number, lane: Lane): void {
    if (this.#lanes[place] === lane) this.#lanes[place] = undefined;
  }
}

// So many short reads one after the other take less time than waking another process for some of them.
const loadLittle = 8;

/** `unref` lets the process end although the connection is open; the library's types leave both out. */
type LaneClient = pg.Client & { ref(): void; unref(): void };

interface Lane {
  readonly client: LaneClient;
  readonly connected: Promise<unknown>;
  /** The weight of what is not answered yet. */
  load: number;
}
