import type { CustomerMergeRequest } from '@perennial/contract/customer.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { queueAdoption } from './adoptionStore.ts';
import { joinedProfiles } from './customer.ts';
import { joinListsOf } from './emailListStore.ts';
import { type CustomerParts, noCustomer } from './operations.ts';
import { deleteCustomer, findCustomerOid, lockCustomer, saveCustomer } from './store.ts';
import { moveCredits } from './storeCreditStore.ts';
import { moveWishes } from './wishListStore.ts';

/**
 * Deletes a profile (customer reference, deleteCustomer). Its orders and auto orders remain,
 * without a profile. A later profile with the same email gets the orders.
 */
export function removeCustomer(context: Context, oid: number, ifMatch?: number): Promise<void> {
  return inTransaction(context, async (context) => {
    const stored =
      (await lockCustomer(context.db, context.merchant.merchantId, oid)) ?? noCustomer({ oid });
    refuseOtherVersion(stored.version, ifMatch, String(oid));
    await emitDelete(context, oid);
    await deleteCustomer(context.db, context.merchant.merchantId, oid);
  });
}

/**
 * Merges another profile into this one and deletes the other (customer reference, mergeCustomer).
 * This profile keeps its values and gets the values that only the other has. It also gets the
 * other's addresses, cards, tags, properties, orders, store credit, wishes and email lists.
 */
export function mergeCustomer(
  context: Context,
  { takeOrders }: CustomerParts,
  oid: number,
  request: CustomerMergeRequest,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const otherOid = await otherOf(context, request);
    if (otherOid === oid)
      refuse('invalid_field', {
        field: 'customer_profile_oid',
        reason: 'is the profile itself',
        fix: 'Send the oid or the email of another profile',
      });
    const [first, second] = await lockBoth(context, oid, otherOid);
    const joined = oid < otherOid ? joinedProfiles(first, second) : joinedProfiles(second, first);
    await emitDelete(context, otherOid);
    for (const move of [moveCredits, moveWishes, joinListsOf])
      await move(context.db, merchantId, otherOid, oid);
    await deleteCustomer(context.db, merchantId, otherOid);
    await saveCustomer(context.db, merchantId, joined, context.now);
    if (await takeOrders(context, oid, { oid: otherOid }))
      await queueAdoption(context.db, merchantId, { oid, fromOid: otherOid });
    const data = { merged: otherOid };
    await context.events.emit(context, [
      { name: 'customer_update', objectType: 'customer profile', objectId: String(oid), data },
    ]);
  });
}

/** Locks two profiles in the order of their oids, so that two merges cannot deadlock. */
async function lockBoth(context: Context, one: number, other: number) {
  const { merchantId } = context.merchant;
  const lock = async (oid: number) =>
    (await lockCustomer(context.db, merchantId, oid)) ?? noCustomer({ oid });
  const first = await lock(Math.min(one, other));
  return [first, await lock(Math.max(one, other))] as const;
}

async function otherOf(context: Context, request: CustomerMergeRequest): Promise<number> {
  const { customer_profile_oid: oid, email } = request;
  if (oid) return oid;
  if (!email) return refuse('missing_field', { field: 'customer_profile_oid' });
  return (
    (await findCustomerOid(context.db, context.merchant.merchantId, email)) ?? noCustomer({ email })
  );
}

/** It is emitted before the row is deleted, because the payload is the profile's last state. */
const emitDelete = (context: Context, oid: number) =>
  context.events.emit(context, [
    { name: 'customer_delete', objectType: 'customer profile', objectId: String(oid) },
  ]);
