import { CustomerWishListItem } from '@perennial/contract/customerLists.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { type CustomerParts, noCustomer } from './operations.ts';
import { lockCustomer } from './store.ts';
import {
  deleteWish,
  listWishes,
  lockWish,
  putWish,
  readWish,
  type WishKey,
} from './wishListStore.ts';

/** Returns the wish list of a customer. */
export function getWishList(context: Context, oid: number): Promise<CustomerWishListItem[]> {
  return inTransaction(context, async ({ db, merchant: { merchantId, timeZone } }) => {
    if (!(await lockCustomer(db, merchantId, oid))) noCustomer({ oid });
    return listWishes(db, merchantId, oid, timeZone);
  });
}

/** Returns a wish, or refuses the request if there is none. */
export async function getWish(context: Context, key: WishKey): Promise<CustomerWishListItem> {
  const { merchantId, timeZone } = context.merchant;
  return (await readWish(context.db, merchantId, key, timeZone)) ?? noWish(key);
}

/** Adds an item of the catalogue to a wish list and returns the wish. */
export function insertWish(
  context: Context,
  parts: CustomerParts,
  customerOid: number,
  body: CustomerWishListItem,
): Promise<CustomerWishListItem> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    if (!(await lockCustomer(context.db, merchantId, customerOid)))
      noCustomer({ oid: customerOid });
    const wish = merged<CustomerWishListItem>({}, written(context, body));
    await refuseFault(context, parts, wish);
    const wishOid = await takeNumbers(context.db, merchantId, 'wish', 1);
    return saved(context, { customerOid, wishOid }, wish);
  });
}

/** Changes a wish and returns it. Absent fields stay, an explicit null clears. */
export function updateWish(
  context: Context,
  parts: CustomerParts,
  key: WishKey,
  body: CustomerWishListItem,
): Promise<CustomerWishListItem> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const before = (await lockWish(context.db, merchantId, key)) ?? noWish(key);
    const wish = merged(before, written(context, body));
    await refuseFault(context, parts, wish);
    return saved(context, key, wish);
  });
}

/** Deletes a wish. */
export async function removeWish(context: Context, key: WishKey): Promise<void> {
  if (!(await deleteWish(context.db, context.merchant.merchantId, key))) noWish(key);
}

async function saved(
  context: Context,
  key: WishKey,
  wish: CustomerWishListItem,
): Promise<CustomerWishListItem> {
  await putWish(context.db, context.merchant.merchantId, key, wish, context.now);
  return getWish(context, key);
}

function written({ merchant }: Context, body: CustomerWishListItem): CustomerWishListItem {
  const taken = writable(CustomerWishListItem, body, merchant.timeZone);
  const { customer_wishlist_item_oid: _, customer_profile_oid: __, add_dts: ___, ...wish } = taken;
  return wish;
}

const priorities = { min: 1, max: 5 };

async function refuseFault(
  context: Context,
  { hasItem }: CustomerParts,
  { merchant_item_oid: itemOid, priority }: CustomerWishListItem,
): Promise<void> {
  if (itemOid === undefined) return refuse('missing_field', { field: 'merchant_item_oid' });
  if (priority !== undefined && (priority < priorities.min || priority > priorities.max))
    refuse('out_of_range', { field: 'priority', ...priorities });
  if (!(await hasItem(context, itemOid)))
    refuse('invalid_field', {
      field: 'merchant_item_oid',
      reason: `names the item ${itemOid}, which does not exist`,
      fix: 'Send the oid of an item of the catalogue',
    });
}

const noWish = ({ wishOid }: WishKey): never =>
  refuse('not_found', { what: 'wish list item', id: wishOid });
