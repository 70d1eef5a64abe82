import pg from 'pg';
import { endsWithin, systemClock } from '../platform/clock/systemClock.ts';
import {
  type Connection,
  connectionSettings,
  endConnection,
} from '../platform/storage/connection.ts';
import { whatIsStored } from './command.ts';

/*
 * A command gives each statement the time that it needs, so it cannot tell a long one from a
 * PostgreSQL that does not respond. A second connection asks a short question all the time instead.
 */

/** The connection of a watch, and how the watch reacts to silence. */
export interface WatchParts {
  readonly connection: Connection;
  /**
   * Whether silence may end the process. A pooler has perhaps no connection to lend us while the
   * command uses it.
   */
  readonly mayEnd: boolean;
  /** Tells the person who waits; absent: on stderr. */
  readonly say?: (line: string) => void;
}

/** A question that is asked until `close`. */
export interface PostgresWatch {
  close(): Promise<void>;
}

const roundMs = 1000;
const roundsToWord = 5;
const roundsToEnd = 60;

/**
 * Says when PostgreSQL does not respond, or when a lock of another session stops this process, and
 * ends the process after a minute of silence. Silence is counted in rounds, because the clock also
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
      // Most commands have ended before the first question.
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

/** Waits for an answer, says when it is late, and ends the process when it does not come. */
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
      // It rolls back what was not committed. A connection that does not respond would keep a
      // process that ends in order.
      process.exit(1);
    }
  }
}

interface Asker {
  /** The session whose lock blocks one of our sessions; undefined: none. Never rejects. */
  ask(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A connection that is opened again when it was lost. A refusal is an answer, too. */
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
      // PostgreSQL would log a connection that ends in the middle of an answer.
      await endsWithin(systemClock, roundMs, underWay);
      if (client !== undefined) await endConnection(client, roundMs);
    },
  };
}

/** Our sessions are those with the name of this process (`connectionSettings`). */
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
