import pg from 'pg';
import { type Connection, connectionSettings, endConnection } from './connection.ts';
import {
  applySettings,
  keepSettings,
  reachOfStart,
  refusesOptions,
  type SettingsMode,
  startupOptions,
  type TimeLimits,
} from './sessionSettings.ts';

/**
 * Finds out how the settings of a session reach this server, by connecting once. Behind a pooler,
 * they are also stored as defaults of our account in this database, because a pooler that lends
 * connections for one transaction does not keep a session's settings.
 */
export async function findSettingsMode(
  connection: Connection,
  limits: TimeLimits,
  connectMs: number,
): Promise<SettingsMode> {
  const open = {
    ...connectionSettings(connection),
    connectionTimeoutMillis: connectMs,
    query_timeout: connectMs,
  };
  const reach = await withClient({ ...open, options: startupOptions(limits) }, reachOfStart).catch(
    (error: unknown) => {
      if (refusesOptions(error)) return 'nothing';
      throw error;
    },
  );
  if (reach === 'all') return 'start';
  if (reach === 'nothing')
    await withClient(open, async (client) => {
      await keepSettings(client);
      await applySettings(client, limits);
    });
  return 'statement';
}

const closeMsMax = 2_000;

async function withClient<Value>(
  settings: pg.ClientConfig,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client(settings);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await endConnection(client, closeMsMax);
  }
}
