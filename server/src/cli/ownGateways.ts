import { join } from 'node:path';
import type { Config } from '../config.ts';
import { type GatewayConfig, type OpenGateways, openGateways } from '../payments/gateways.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { databaseName } from '../platform/continuityStore.ts';
import type { Database } from '../platform/storage/database.ts';

/**
 * Opens the gateways that the environment names. Settings for a new kind of gateway are read here,
 * so that a server and `restored` use the same gateways.
 */
export async function openOwnGateways(
  db: Database,
  config: Config,
  use: Pick<GatewayConfig, 'isReadOnly' | 'simulatedMerchants'>,
): Promise<OpenGateways> {
  return openGateways(
    {
      simulatorUrl: config.gatewayUrl,
      simulatorBooks: join(config.dataDir, 'simulator.jsonl'),
      stripe: config.stripe && { ...config.stripe, installation: await databaseName(db) },
      ...use,
    },
    systemClock,
  );
}
