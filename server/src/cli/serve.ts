import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../app.ts';
import { ConfigError, readConfig, roles, settings, type Config } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { runLoop } from '../platform/jobs/loop.ts';
import { openPool } from '../platform/storage/database.ts';
import { startEmbeddedPostgres } from '../platform/storage/embedded.ts';
import { migrate, readMigrations } from '../platform/storage/migrate.ts';

const idlePauseMs = 500;

/** `serve`: the store, the migrations, the HTTP server and the background work, until a signal. */
export async function serve(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h' }, role: { type: 'string' } } });
  if (values.help) return console.log(helpText());
  const config = readOrExit(values.role);
  const log = pino({ level: config.logLevel });

  const embedded = config.database ? undefined : await startEmbeddedPostgres({ dataDir: `${config.dataDir}/postgres`, log: embeddedLog(log) });
  const db = openPool({
    connection: config.database ?? embedded!.connection,
    maxConnections: config.maxConnections,
    prepareStatements: config.prepareStatements,
    onIdleError: (error) => log.warn({ err: error }, 'a connection to PostgreSQL was lost'),
  });
  await migrate(db, await readMigrations());

  const app = createApp({ db, clock: systemClock, ids: randomIds, log, bodyLimitBytes: config.bodyLimitBytes, trustedProxies: config.trustedProxies });
  const address = config.role === 'worker' ? undefined : await app.http.listen({ host: config.host, port: config.port });
  const loops = config.role === 'api' ? [] : app.workers.map((worker) =>
    runLoop(worker, { clock: systemClock, idleMs: idlePauseMs, onError: (name, error) => log.error({ err: error, worker: name }, 'background work failed') }));
  if (address) log.info({ address }, 'listening');

  await stopSignal();
  await app.http.close();
  await Promise.all(loops.map((loop) => loop.stop()));
  await db.close();
  await embedded?.stop();
}

function readOrExit(role: string | undefined): Config {
  try {
    return readConfig({ ...process.env, ...(role === undefined ? {} : { ROLE: role }) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function embeddedLog(log: pino.Logger) {
  return { debug: (line: string) => log.debug(line), info: (line: string) => log.info(line), warn: (line: string) => log.warn(line) };
}

function helpText(): string {
  const width = Math.max(...settings.map(([name]) => name.length));
  const lines = settings.map(([name, fallback, meaning]) => `  ${name.padEnd(width)}  ${meaning}${fallback === '' ? '' : ` (${fallback})`}`);
  return ['perennial serve [--role all|api|worker]', '', 'Settings, by environment:', ...lines, '', `Roles: ${roles.join(', ')}`].join('\n');
}
