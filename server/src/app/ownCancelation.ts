import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { type UpdateReaders, updateAutoOrder } from '../autoOrders/operations.ts';
import { findOids } from '../autoOrders/searchStore.ts';
import { previewChange } from '../books/changePreviewOperations.ts';
import { cancelLink } from '../customers/accessOperations.ts';
import type { Cancelation } from '../customers/cancelPage.ts';
import type { CustomerPageParts, OwnedAutoOrder } from '../customers/customerPageRoutes.ts';
import { catalogKey, findCatalogItems } from '../items/store.ts';
import { fromMinor } from '../kernel/money.ts';
import { subscriptionExpand } from '../payments/billingOperations.ts';
import type { Context } from '../platform/context.ts';
import type { Seal } from '../platform/seal.ts';
import { cancelReasons } from '../rebill/operations.ts';
import { describedItems } from './describedItems.ts';
import { readAutoOrders } from './objectReaders.ts';

/* Cancelations by customers, on the page that a magic link opens and by a link in a receipt. */

/** Returns which of these auto orders their customer may cancel. */
export async function cancelRule(
  { db, merchant }: Context,
  autoOrders: readonly AutoOrder[],
): Promise<(autoOrder: AutoOrder) => boolean> {
  const ids = autoOrders.flatMap(originalItemIds);
  const catalog = await findCatalogItems(db, merchant.merchantId, ids);
  return (autoOrder) =>
    autoOrder.status === 'active' &&
    autoOrder.completed !== true &&
    originalItemIds(autoOrder).every(
      (itemId) => catalog.get(catalogKey(itemId))?.autoOrder?.hasNoEasyCancel !== true,
    );
}

const originalItemIds = ({ items = [] }: AutoOrder): string[] =>
  items.flatMap(({ original_item_id: itemId }) => itemId ?? []);

/** Returns the functions for cancelations that the customer's page needs. */
export const ownCancelations = (
  readers: UpdateReaders,
): Pick<CustomerPageParts, 'readCancelation' | 'cancel'> => ({
  async readCancelation(context, owned) {
    const autoOrder = await findOwned(context, owned);
    if (autoOrder === undefined) return undefined;
    return {
      code: autoOrder.auto_order_code ?? '',
      items: describedItems(autoOrder),
      fee: await feeOf(context, autoOrder, readers),
      reasons: offeredReasons(context),
    };
  },
  async cancel(context, owned, reason) {
    const autoOrder = await findOwned(context, owned);
    if (autoOrder?.auto_order_oid === undefined) return;
    // The link in a receipt is not tied to a profile, so the customer's name comes from the order.
    const name = autoOrder.original_order?.billing?.email ?? context.actor.name;
    const by =
      owned.customerOid === undefined ? { ...context, actor: { ...context.actor, name } } : context;
    await updateAutoOrder(by, autoOrder.auto_order_oid, cancelation(by, reason), {
      ...readers,
      validatesOriginalOrder: false,
    });
  },
});

/**
 * Makes the link in a receipt that cancels the auto order of that order. Returns undefined when the
 * customer may not cancel it, or when there is nothing to cancel.
 */
export const receiptCancelUrl =
  (access: { readonly seal: Seal; publicUrl(): Promise<string> }) =>
  async (context: Context, code: string): Promise<string | undefined> =>
    (await findOwned(context, { code })) && cancelLink(context, access, code);

/** The update that cancels an auto order for its customer. */
const cancelation = ({ actor }: Context, reason: string | undefined): AutoOrder => ({
  enabled: false,
  canceled_by_user: actor.name,
  ...(reason !== undefined && { cancel_reason: reason }),
});

const cancelationExpand: ReadonlySet<string> = new Set([
  ...subscriptionExpand,
  'original_order.billing',
]);

async function findOwned(
  context: Context,
  { customerOid: customerProfileOid, code: autoOrderCode }: OwnedAutoOrder,
): Promise<AutoOrder | undefined> {
  const { db, merchant } = context;
  const page = { limit: 1, offset: 0 };
  const filter = {
    autoOrderCode,
    ...(customerProfileOid !== undefined && { customerProfileOid }),
  };
  const { oids } = await findOids(db, merchant.merchantId, filter, [], page);
  const [oid] = oids;
  if (oid === undefined) return undefined;
  const autoOrder = (await readAutoOrders(context, [oid], cancelationExpand)).get(oid);
  if (autoOrder === undefined) return undefined;
  return (await cancelRule(context, [autoOrder]))(autoOrder) ? autoOrder : undefined;
}

/** Returns the cancelation fee: the amount that the auto order charges when it is canceled. */
async function feeOf(
  context: Context,
  { auto_order_oid: oid = 0 }: AutoOrder,
  { gatewayCodesOf }: UpdateReaders,
): Promise<string | undefined> {
  const request = { auto_order: cancelation(context, undefined) };
  const options = { gatewayCodesOf, validatesOriginalOrder: false };
  const { after } = await previewChange(context, oid, request, 1, options);
  const [fee] = after.rebills;
  if (fee === undefined) return undefined;
  const { currency } = fee;
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(
    fromMinor(fee.order.total, currency),
  );
}

const offeredReasons = (context: Context): Cancelation['reasons'] =>
  cancelReasons(context).flatMap(
    ({ reason, visible_in_myaccount: isVisible, myaccount_alternate_description: words }) =>
      reason && isVisible === true ? [{ reason, words: words || reason }] : [],
  );
