import type { Logger } from 'pino';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Store } from './openStore.ts';

const closeMsMax = 15_000;

/**
 * Closes the store. Connections to a PostgreSQL that does not respond cannot be closed, so after 15
 * seconds `exit` ends the process. The watchdog stops an embedded PostgreSQL. `failure` is the
 * reason if the server ends because of an error. It is logged before `exit`, because nothing can
 * report it later.
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
