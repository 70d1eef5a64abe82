import pg from 'pg';
import { endsWithin, systemClock } from '../platform/clock/systemClock.ts';
import {
  type Connection,
  connectionSettings,
  endConnection,
} from '../platform/storage/connection.ts';
import { whatIsStored } from './command.ts';

/*
 * A command gives each statement the time that it needs, so it cannot distinguish a long statement
 * from a PostgreSQL that does not respond. Therefore a second connection sends a short query all
 * the time.
 */

/** The connection of a watch, and how the watch reacts to silence. */
export interface WatchParts {
  readonly connection: Connection;
  /**
   * Whether silence may end the process. A pooler may have no connection left for the watch while
   * the command uses one.
   */
  readonly mayEnd: boolean;
  /** Reports to the person who waits; absent: on stderr. */
  readonly say?: (line: string) => void;
}

/** A query that is repeated until `close`. */
export interface PostgresWatch {
  close(): Promise<void>;
}

const roundMs = 1000;
const roundsToWord = 5;
const roundsToEnd = 60;

/**
 * Reports when PostgreSQL does not respond, or when a lock of another session stops this process.
 * Ends the process after a minute of silence. Silence is counted in rounds, because the clock also
 * runs while this process itself is stopped.
 */
export function watchPostgres({
  connection,
  mayEnd,
  say = sayToPerson,
}: WatchParts): PostgresWatch {
  const asker = askerOf(connection);
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) =>
    closing.signal.addEventListener('abort', () => resolve()),
  );
  const watching = (async () => {
    let roundsLocked = 0;
    for (;;) {
      // Most commands have ended before the first query.
      await systemClock.sleep(roundMs, closing.signal);
      if (closing.signal.aborted) return;
      const asked = asker.ask();
      await heard(Promise.race([asked, closed]), mayEnd, say);
      if (closing.signal.aborted) return;
      const blocker = await asked;
      roundsLocked = blocker === undefined ? 0 : roundsLocked + 1;
      if (roundsLocked === roundsToWord) say(`waiting for a lock that ${blocker} has`);
    }
  })();
  return {
    async close() {
      closing.abort();
      await watching;
      await asker.close();
    },
  };
}

const sayToPerson = (line: string) => console.error(`perennial: ${line}`);

/** Waits for an answer, reports a late one, and ends the process if none comes. */
async function heard(
  answer: Promise<unknown>,
  mayEnd: boolean,
  say: (line: string) => void,
): Promise<void> {
  const limit = mayEnd ? ', for a minute at most' : '';
  for (let rounds = 1; ; rounds++) {
    if (await endsWithin(systemClock, roundMs, answer)) {
      if (rounds > roundsToWord) say('PostgreSQL responds again');
      return;
    }
    if (rounds === roundsToWord)
      say(`PostgreSQL has not responded for ${roundsToWord} seconds; waiting for it${limit}`);
    if (mayEnd && rounds === roundsToEnd) {
      say(`PostgreSQL has not responded for a minute; ${whatIsStored}`);
      // PostgreSQL rolls back what was not committed. An orderly end would wait for the connection
      // that does not respond.
      process.exit(1);
    }
  }
}

interface Asker {
  /** The session whose lock blocks one of our sessions; undefined: none. Never rejects. */
  ask(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Opens a connection, and opens it again when it is lost. A refusal counts as an answer. */
function askerOf(connection: Connection): Asker {
  let client: pg.Client | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  const blocker = async () => {
    try {
      if (client === undefined) {
        client = new pg.Client(connectionSettings(connection));
        client.on('error', () => (client = undefined));
        await client.connect();
      }
      const { rows } = await client.query<{ session: string }>(blockerOfOurs);
      return rows[0]?.session;
    } catch {
      if (client !== undefined) void endConnection(client, roundMs);
      client = undefined;
      return undefined;
    }
  };
  return {
    ask() {
      const asked = blocker();
      underWay = asked;
      return asked;
    },
    async close() {
      // PostgreSQL would log a connection that ends during a query.
      await endsWithin(systemClock, roundMs, underWay);
      if (client !== undefined) await endConnection(client, roundMs);
    },
  };
}

/** Our sessions have the name of this process (`connectionSettings`). */
const blockerOfOurs = `
  select concat('the session with process number ', blocker.pid,
    ' (' || nullif(b.application_name, '') || ')') as session
  from pg_stat_activity waiting
  cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocker (pid)
  left join pg_stat_activity b on b.pid = blocker.pid
  where waiting.wait_event_type = 'Lock' and waiting.datname = current_database()
    and waiting.application_name = current_setting('application_name')
    and b.application_name is distinct from current_setting('application_name')
  limit 1`;
