import type pg from 'pg';

/** Where PostgreSQL is: a URL, or the socket of the embedded server. */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
    };

/** The same as the driver wants it. A lost server is noticed although nothing is sent to it. */
export function connectionSettings(connection: Connection): pg.ClientConfig {
  return {
    ...('url' in connection ? { connectionString: connection.url } : connection),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
