import type { Socket } from 'node:net';
import type pg from 'pg';
import { endsWithin, systemClock } from '../clock/systemClock.ts';

/** The location of PostgreSQL: a URL, or the socket of the embedded server. */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
    };

/**
 * Returns the driver's settings. The driver detects a lost server even while it sends nothing. The
 * sessions of this process have its process id in their name, unless the URL sets the name.
 */
export function connectionSettings(connection: Connection): pg.ClientConfig {
  return {
    ...('url' in connection ? { connectionString: connection.url } : connection),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    fallback_application_name: `perennial-${process.pid}`,
  };
}

/**
 * Ends a connection. The driver waits until PostgreSQL has closed it. A frozen PostgreSQL never
 * does, so we close the connection after a while, and PostgreSQL releases its locks when it
 * notices.
 */
export async function endConnection(client: pg.Client, closeMs: number): Promise<void> {
  if (await endsWithin(systemClock, closeMs, client.end())) return;
  // The driver's type does not declare its connection.
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
