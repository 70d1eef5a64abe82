import type { Logger } from 'pino';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Store } from './openStore.ts';

const closeMsMax = 15_000;

/**
 * Closes the store. A PostgreSQL that does not respond closes no connection, so after a quarter of a
 * minute `exit` ends the process without it. The watchdog of an embedded one stops it. `failure` is
 * why the server ends, if it is not in order: it is logged then, as nothing can report it later.
 */
export async function closeStore(
  store: Pick<Store, 'close'>,
  log: Pick<Logger, 'error'>,
  clock: SystemClock,
  exit: (code: number) => void,
  failure?: unknown,
): Promise<void> {
  const closed = new AbortController();
  const late = clock.sleep(closeMsMax, closed.signal).then(() => {
    if (closed.signal.aborted) return;
    log.error(
      failure === undefined ? {} : { err: failure },
      'connections to PostgreSQL are still in use, so this process ends without them; what it acknowledged is stored',
    );
    exit(1);
  });
  await Promise.race([store.close(), late]).finally(() => closed.abort());
}
