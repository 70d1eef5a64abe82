import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { editAutoOrder } from '../autoOrders/edit.ts';
import type { EditRules } from '../autoOrders/editItem.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import { editRules } from '../autoOrders/rules.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { findOrder } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { rebillPolicy } from '../rebill/policy.ts';
import { findEarlierAttempts } from '../rebill/store.ts';
import { mayBeOfRecord } from '../rebill/unreadableOperations.ts';
import type { Preview } from './preview.ts';
import { previewRebills } from './preview.ts';

const countMax = 100;
const countDefault = 12;

/**
 * Returns the next rebills as they will be ordered if every charge succeeds and nothing changes.
 * Returns `unreadable` if a part of the auto order cannot be read, and logs the error.
 */
export async function previewAutoOrder(
  context: Context,
  autoOrderOid: number,
  count: number = countDefault,
  isResumed = false,
): Promise<Preview | 'unreadable'> {
  if (count < 1 || count > countMax)
    refuse('out_of_range', { field: 'count', min: 1, max: countMax });
  try {
    return await readPreview(context, autoOrderOid, count, isResumed);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    context.log.error({ err: error, autoOrderOid }, 'an auto order cannot be previewed');
    return 'unreadable';
  }
}

/** Returns the preview of an auto order; throws if a part of it cannot be read. */
export async function readPreview(
  context: Context,
  autoOrderOid: number,
  count: number,
  isResumed = false,
): Promise<Preview> {
  const { db, now, merchant } = context;
  const { merchantId, timeZone: zone } = merchant;
  const [autoOrder] = await loadAutoOrders(db, merchantId, [autoOrderOid]);
  if (autoOrder === undefined) return noAutoOrder({ oid: autoOrderOid });
  const earlier = await findEarlierAttempts(db, merchantId, [
    { autoOrderOid, rebillNumber: autoOrder.rebillCount + 1 },
  ]);
  const before = earlier.get(autoOrderOid);
  const order = before && (await findOrder(db, merchantId, before.orderId));
  const catalog = await loadCatalog(db, merchantId, [autoOrder]);
  return previewRebills(
    {
      autoOrder: isResumed ? resumed(autoOrder, editRules(context, catalog)) : autoOrder,
      policy: rebillPolicy(merchant),
      zone,
      at: now,
      original: await findOrder(db, merchantId, autoOrder.originalOrderId),
      catalog,
      firstDeclinedAt: before?.firstDeclinedAt,
      kept: order && { order, editedFields: before.editedFields },
    },
    count,
  );
}

/**
 * Returns the auto order after an update that enables it and resumes its items; unchanged if that
 * update would be refused.
 */
function resumed(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  const items = autoOrder.items.map(({ itemOid }) => ({
    auto_order_item_oid: itemOid,
    paused: false,
  }));
  const edited = editAutoOrder(autoOrder, { enabled: true, items }, rules, []);
  return edited.ok ? edited.value : autoOrder;
}
