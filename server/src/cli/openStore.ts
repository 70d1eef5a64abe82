import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { alignStamps } from '../platform/events/stamps.ts';
import type { Connection } from '../platform/storage/connection.ts';
import { type DatabasePool, openPool } from '../platform/storage/database.ts';
import { startEmbeddedPostgres } from '../platform/storage/embedded.ts';
import { isConnectionLost, isUnavailable } from '../platform/storage/failures.ts';
import { migrate, readMigrations } from '../platform/storage/migrate.ts';
import {
  noLimits,
  type SettingsMode,
  type TimeLimits,
} from '../platform/storage/sessionSettings.ts';
import { findSettingsMode } from '../platform/storage/settingsMode.ts';
import { Obstacle, whatIsStored } from './command.ts';
import { type PostgresWatch, watchPostgres } from './watchPostgres.ts';

/** The database that the settings name. */
export interface OpenDatabase {
  readonly db: DatabasePool;
  /** The address of the database, for a connection besides those of `db`. */
  readonly connection: Connection;
  /** Whether another process on this machine had already started the embedded PostgreSQL. */
  readonly isAdopted: boolean;
  /** Resolves with a reason when the embedded PostgreSQL ends unexpectedly. */
  readonly ended: Promise<string>;
  /** Reports when PostgreSQL does not respond. */
  readonly watch: PostgresWatch;
  /** Closes the connections, and stops PostgreSQL if it was started here. */
  close(): Promise<void>;
}

/** The database that the settings name, after migration. */
export interface Store extends OpenDatabase {
  /** The migrations that this call applied. */
  readonly applied: readonly string[];
}

/**
 * Opens the database of `DATABASE_URL`, or starts the embedded one (or joins the one that a server
 * runs), and migrates it. Calls `onLaunch` when the embedded one runs but is not ready yet.
 */
export async function openStore(
  config: Config,
  log: Logger,
  limits: TimeLimits = noLimits,
  onLaunch?: () => void,
): Promise<Store> {
  const opened = await openDatabase(config, log, limits, onLaunch);
  const { db } = opened;
  try {
    const applied = await migrate(db, readMigrations());
    if (await alignStamps(db))
      log.warn(
        'this database was copied from another PostgreSQL server: the stamps of new events ' +
          'continue above its highest one',
      );
    // A server continues without PostgreSQL: requests get 503, and `/readyz` says why.
    if (limits !== noLimits) await opened.watch.close();
    return { ...opened, applied };
  } catch (error) {
    const words = await orWhyEnded(error, opened);
    await opened.close();
    throw isUnavailable(words) ? unreachable(config, opened.connection, words as Error) : words;
  }
}

/**
 * Returns the reason why the embedded PostgreSQL ended instead of the error that its end caused,
 * because the driver only says `write EPIPE`. Returns any other error unchanged.
 */
export async function orWhyEnded(
  error: unknown,
  { ended }: Pick<OpenDatabase, 'ended'>,
): Promise<unknown> {
  if (!isConnectionLost(error)) return error;
  const asking = new AbortController();
  const reason = await Promise.race([
    ended,
    systemClock.sleep(reasonMsMax, asking.signal).then(() => undefined),
  ]);
  asking.abort();
  return reason === undefined ? error : new Obstacle(`${reason}; ${whatIsStored}`);
}

/** The end of PostgreSQL's process is reported a little later than the end of its connections. */
const reasonMsMax = 2000;

/** Like {@link openStore}, but does not migrate the database. */
export async function openDatabase(
  config: Config,
  log: Logger,
  limits: TimeLimits = noLimits,
  onLaunch?: () => void,
): Promise<OpenDatabase> {
  const embedded = config.database
    ? undefined
    : await startEmbeddedPostgres({
        dataDir: `${config.dataDir}/postgres`,
        log: linesOf(log),
        onLaunch,
      });
  let isClosing = false;
  const connection = config.database ?? embedded!.connection;
  const settingsMode = await settingsModeOf(config, limits);
  const watch = watchPostgres({
    connection,
    mayEnd: settingsMode === 'start',
    ...(limits === noLimits ? {} : { say: (line: string) => log.warn(line) }),
  });
  const db = openPool({
    connection,
    limits,
    settingsMode,
    maxConnections: config.maxConnections,
    prepareStatements: config.prepareStatements,
    // During the close, the embedded PostgreSQL may end a connection before it receives our
    // message.
    onIdleError: (error) =>
      isClosing || log.warn({ err: error }, 'a connection to PostgreSQL was lost'),
  });
  const close = async () => {
    isClosing = true;
    await db.close();
    await embedded?.stop();
    await watch.close();
  };
  return {
    db,
    connection,
    isAdopted: embedded?.adopted === true,
    ended: embedded?.ended ?? new Promise(() => {}),
    watch,
    close,
  };
}

/**
 * Returns how session settings are sent. Connections to the embedded server are direct; another
 * server may be behind a pooler.
 */
async function settingsModeOf(config: Config, limits: TimeLimits): Promise<SettingsMode> {
  if (config.database === undefined) return 'start';
  try {
    return await findSettingsMode(config.database, limits, connectMsMax);
  } catch (error) {
    throw isUnavailable(error) ? unreachable(config, config.database, error as Error) : error;
  }
}

const connectMsMax = 10_000;

function unreachable({ database }: Config, connection: Connection, error: Error): Obstacle {
  if (database === undefined)
    return new Obstacle(
      `the embedded PostgreSQL does not respond (${error.message}); ${whatIsStored}`,
    );
  // The message must not contain the URL, because the URL contains the password.
  const host =
    'url' in database ? new URL(database.url).host : 'host' in connection && connection.host;
  return new Obstacle(
    `PostgreSQL at ${host} cannot be reached ` +
      `(${error.message || (error as { code?: string }).code}); start it, or fix DATABASE_URL`,
  );
}

function linesOf(log: Logger) {
  return {
    debug: (line: string) => log.debug(line),
    info: (line: string) => log.info(line),
    warn: (line: string) => log.warn(line),
  };
}
