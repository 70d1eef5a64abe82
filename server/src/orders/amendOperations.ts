import type {
  OrderAssignToAffiliateRequest,
  ReplaceOrderItemIdRequest,
} from '@perennial/contract/orderCopy.ts';
import { findCatalogItems } from '../items/store.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { OrderHooks } from './hooks.ts';
import { event } from './insertOperations.ts';
import type { OrderDocument } from './order.ts';
import { lockIdle } from './stageOperations.ts';
import { saveOrder } from './store.ts';

/** Assigns an order to the affiliate that referred it (current API, assignToAffiliate). */
export function assignToAffiliate(
  context: Context,
  orderId: string,
  {
    affiliate_id: affiliateId,
    affiliate_email: email,
    affiliate_sub_id: subId,
  }: OrderAssignToAffiliateRequest,
  hooks: OrderHooks,
): Promise<void> {
  return amend(context, orderId, hooks, 'affiliates', (document) => {
    if (email)
      return refuse('invalid_field', {
        field: 'affiliate_email',
        reason: 'is not available, because this server keeps no list of affiliates',
        fix: 'Send affiliate_id',
      });
    if (affiliateId == null) return refuse('missing_field', { field: 'affiliate_id' });
    const affiliate = { affiliate_oid: affiliateId, ...(subId ? { sub_id: subId } : {}) };
    return { ...document, affiliates: [affiliate] };
  });
}

/** Replaces the item id of one line (current API, replaceOrderItemMerchantItemId). */
export async function replaceItemId(
  context: Context,
  orderId: string,
  request: ReplaceOrderItemIdRequest,
  hooks: OrderHooks,
): Promise<void> {
  const { merchantId } = context.merchant;
  const wanted = request.replacement_merchant_item_id;
  const catalog = await findCatalogItems(context.db, merchantId, wanted ? [wanted] : []);
  await amend(context, orderId, hooks, 'items', (document) => {
    if (request.item_index == null) return refuse('missing_field', { field: 'item_index' });
    if (!wanted) return refuse('missing_field', { field: 'replacement_merchant_item_id' });
    const item = catalog.get(fold(wanted));
    if (item === undefined)
      return refuse('invalid_field', {
        field: 'replacement_merchant_item_id',
        reason: `names the item ${wanted}, which does not exist`,
        fix: 'Send the id of an item',
      });
    const { items = [] } = document;
    const line = items.find((each) => each.item_index === request.item_index);
    const isOther =
      !!request.merchant_item_id &&
      fold(request.merchant_item_id) !== fold(line?.merchant_item_id ?? '');
    if (line === undefined || isOther)
      return refuse('invalid_field', {
        field: isOther && line ? 'merchant_item_id' : 'item_index',
        reason: line ? `is not the item of line ${request.item_index}` : 'names no line',
        fix: 'Send item_index and merchant_item_id as the order has them',
      });
    const changed = { ...line, merchant_item_id: item.itemId };
    return { ...document, items: items.map((each) => (each === line ? changed : each)) };
  });
}

function amend(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
  part: string,
  change: (document: OrderDocument) => OrderDocument,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { order, rebill } = await lockIdle(context, orderId, hooks);
    const after = { ...order, document: change(order.document), modifiedAt: context.now };
    await saveOrder(context.db, after);
    await context.events.emit(context, [event('order_update', after, { changed: [part] })]);
    await rebill?.changed(context, order, after);
    if (after.rebillNumber === 0) await hooks.onOriginalOrderChanged(context, [after.orderId]);
  });
}
