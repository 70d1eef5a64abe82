import { required } from '../kernel/assert.ts';
import type { ChargingGate } from '../payments/charging.ts';
import { presentCharging } from '../payments/chargingOperations.ts';
import type { Database } from '../platform/storage/database.ts';
import { parseEach } from '../platform/storage/unreadable.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { wireAdvance } from '../sandbox/present.ts';
import { listAdvances } from '../sandbox/store.ts';
import { isTryKept, listTriesAfter } from '../webhooks/logStore.ts';
import { requestIdOf, wireTry } from '../webhooks/present.ts';
import { placeOfTry } from '../workflow/liveFeed.ts';
import type { LiveSources } from '../workflow/liveReader.ts';

/** Opens the data that the live sockets report in addition to events. */
export function liveSources(
  db: Database,
  merchants: Merchants,
  gate: () => ChargingGate,
): LiveSources {
  const merchantOf = async (merchantId: string) =>
    required(await merchants.find(merchantId), `merchant ${merchantId}`);
  const zoneOf = async (merchantId: string) => (await merchantOf(merchantId)).timeZone;
  return {
    zoneOf,
    async listDeliveries(merchantId, after, horizon, limit) {
      const tries = await listTriesAfter(db, merchantId, after, horizon, limit);
      if (tries.length === 0) return [];
      const zone = await zoneOf(merchantId);
      // A delivery attempt that cannot be shown must not stop the sockets. The lists name it.
      return parseEach(tries, requestIdOf, (each) => ({
        place: placeOfTry(each.stamp, each.logId),
        webhookOid: each.webhookOid,
        delivery: wireTry(each, zone),
      })).rows;
    },
    isDeliveryKept: (merchantId, place) => isTryKept(db, merchantId, place),
    readCharging: async (merchantId) => presentCharging(await merchantOf(merchantId), gate()),
    async findAdvance(merchantId) {
      const [latest] = await listAdvances(db, merchantId, { limit: 1, offset: 0 });
      return latest && wireAdvance(latest, await zoneOf(merchantId));
    },
  };
}
