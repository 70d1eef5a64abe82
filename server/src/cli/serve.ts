import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, readConfig, roles, settings } from '../config.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { servingLimits } from '../platform/storage/sessionSettings.ts';
import { closeStore } from './closeStore.ts';
import { type Command, readArgs, table, UsageError } from './command.ts';
import { requireFreeAddress } from './listenAddress.ts';
import { openStore, orWhyEnded, type Store } from './openStore.ts';

const sameSignalMs = 500;

/**
 * `serve`: runs the store, the migrations, the HTTP server and the background work, until a signal.
 */
export const serveCommand: Command = {
  usage: `serve [--role ${roles.join('|')}]`,
  summary: 'Serves the API and does the background work',
  help: [
    '  --role  api: serves requests; worker: bills, notifies, cleans up; all: both (also ROLE)',
    '',
    'Settings, by environment:',
    table(
      settings.map(([name, fallback, meaning]) => [
        `  ${name}`,
        `${meaning}${fallback === '' ? '' : ` (${fallback})`}`,
      ]),
    ),
    '',
    'Ctrl-C or SIGTERM finishes the work in progress and stops; a second one stops at once.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(args, { role: { type: 'string' } }, ['command']);
    // `npm start audit` and `node server/src/main.mjs audit` start here.
    const [command] = positionals;
    if (command !== undefined)
      throw new UsageError(
        `serve takes no argument ${command}; a command is run by: npm run perennial -- ${command}`,
      );
    const config = readConfig({
      ...process.env,
      ...(values.role === undefined ? {} : { ROLE: values.role }),
    });
    const log = openLog(config.logLevel);
    if (config.role !== 'worker') await requireFreeAddress(config);
    // Signals are handled from the first moment. A signal during the start shuts the server down in
    // order as soon as it has started.
    const stopped = stopSignal();
    const { opening, serveOn } = await startOpening(config, log);
    const store = await opening;
    let failure: unknown;
    try {
      await serveOn(store, config, log, stopped);
    } catch (error) {
      failure = await orWhyEnded(error, store);
      throw failure;
    } finally {
      await closeStore(store, log, systemClock, (code) => process.exit(code), failure);
    }
  },
};

/**
 * Starts to open the store, and loads the application's modules in parallel. That takes about as
 * long as PostgreSQL needs to become ready.
 */
async function startOpening(
  config: Config,
  log: Logger,
): Promise<{ opening: Promise<Store>; serveOn: typeof import('./serving.ts').serveOn }> {
  const launched = Promise.withResolvers<void>();
  const opening = openStore(config, log, servingLimits, launched.resolve);
  // It also resolves when nothing was launched. A failure is reported to the code that awaits
  // `opening`.
  opening.then(
    () => launched.resolve(),
    () => launched.resolve(),
  );
  await launched.promise;
  await loadParts();
  const { serveOn } = await import('./serving.ts');
  return { opening, serveOn };
}

/**
 * Loads the application's modules in parts. Node does nothing else while it loads a part, and between
 * two parts the opening of the store continues.
 */
async function loadParts(): Promise<void> {
  const parts = [
    () => import('../platform/http/pipeline.ts'),
    () => import('../autoOrders/routes.ts'),
    () => import('../orders/routes.ts'),
  ];
  for (const load of parts) {
    await load();
    await nextTurn();
  }
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        askedAtMs ??= systemClock.monotonicMs();
        // Under npm one Ctrl-C arrives twice: from the terminal, and from npm.
        if (systemClock.monotonicMs() - askedAtMs > sameSignalMs) process.exit(1);
        resolve('signal');
      });
    }
  });
}
