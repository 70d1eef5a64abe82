import { type Context, inTransaction } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { AutoOrder } from './autoOrder.ts';
import { type CalculatedAutoOrder, calculate } from './calculated.ts';
import { loadCatalog } from './catalogReader.ts';
import { claimRecalculation, moveRecalculation, queueRecalculation } from './jobStore.ts';
import { scheduleRules } from './rules.ts';
import type { Catalog } from './steps.ts';
import { findOidsByOriginalItem, lockAutoOrders, saveCalculated } from './store.ts';

/**
 * Recalculates auto orders when the catalogue changes: a few in the transaction that changes the
 * item, more of them in the background. Listens to `item_update`.
 */
export async function recalculateOnItemUpdate(
  context: Context,
  events: readonly RecordedEvent[],
): Promise<void> {
  const { merchantId } = context.merchant;
  for (const event of events) {
    const itemId = event.data?.['itemId'];
    if (event.name !== 'item_update' || typeof itemId !== 'string') continue;
    const oids = await findOidsByOriginalItem(context.db, merchantId, itemId, 0, atOnceMax + 1);
    if (oids.length <= atOnceMax) await recalculate(context, oids);
    else await queueRecalculation(context.db, merchantId, itemId);
  }
}

const atOnceMax = 100;
const batchSize = 500;

/**
 * Recalculates one batch of auto orders of the merchant's next waiting item. Returns the number of
 * auto orders in it.
 */
export function runRecalculation(context: Context): Promise<number> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const claimed = await claimRecalculation(context.db, merchantId);
    if (claimed === undefined) return 0;
    const oids = await findOidsByOriginalItem(
      context.db,
      merchantId,
      claimed.itemId,
      claimed.afterOid,
      batchSize,
    );
    await recalculate(context, oids);
    await moveRecalculation(
      context.db,
      merchantId,
      claimed.itemId,
      oids.length < batchSize ? undefined : oids.at(-1),
    );
    return Math.max(1, oids.length);
  });
}

async function recalculate(tx: Context, oids: readonly number[]): Promise<void> {
  if (oids.length === 0) return;
  const { merchantId } = tx.merchant;
  const autoOrders = await lockAutoOrders(tx.db, merchantId, oids);
  const context = await inCurrentZone(tx);
  const catalog = await loadCatalog(context.db, merchantId, autoOrders);
  await saveCalculated(
    context.db,
    merchantId,
    autoOrders.flatMap((autoOrder) => calculated(context, autoOrder, catalog)),
  );
}

/**
 * Returns the calculated auto order. An auto order that cannot be calculated keeps its values; the
 * engine parks it when it is due.
 */
function calculated(
  context: Context,
  autoOrder: AutoOrder,
  catalog: Catalog,
): CalculatedAutoOrder[] {
  try {
    return [calculate(autoOrder, catalog, scheduleRules(context))];
  } catch (error) {
    const { autoOrderOid } = autoOrder;
    context.log.error({ err: error, autoOrderOid }, 'an auto order cannot be calculated');
    return [];
  }
}
