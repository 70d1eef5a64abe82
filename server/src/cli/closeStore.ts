import type { Logger } from 'pino';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Store } from './openStore.ts';

const closeMsMax = 15_000;

/**
 * Closes the store. A PostgreSQL that does not respond closes no connection, so after a quarter of a
 * minute `exit` ends the process without it. The watchdog of an embedded one stops it.
 */
export async function closeStore(
  store: Pick<Store, 'close'>,
  log: Pick<Logger, 'error'>,
  clock: SystemClock,
  exit: (code: number) => void,
): Promise<void> {
  const closed = new AbortController();
  const late = clock.sleep(closeMsMax, closed.signal).then(() => {
    if (closed.signal.aborted) return;
    log.error(
      'PostgreSQL does not close its connections, so this process ends without them; what it acknowledged is stored',
    );
    exit(1);
  });
  await Promise.race([store.close(), late]).finally(() => closed.abort());
}
