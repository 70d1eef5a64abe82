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

/** The driver's form of it. The driver notices a lost server even while nothing is sent to it. */
export function connectionSettings(connection: Connection): pg.ClientConfig {
  return {
    ...('url' in connection ? { connectionString: connection.url } : connection),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
