import { emailKey, findCustomerOid } from '../customers/store.ts';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { exactQuantity, sumQuantities } from '../kernel/quantity.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { boughtUnits, hasBought } from './customerStore.ts';
import type { OrderHooks } from './hooks.ts';
import type { NewOrder } from './newOrder.ts';
import type { LineWarning } from './newOrderLine.ts';
import { lockOnceClaim, type OnceClaim, takeOnceClaim } from './onceClaimStore.ts';
import { isInAutoOrders, type OnceItem } from './onceItem.ts';
import type { OrderRecord } from './order.ts';
import { findOrder } from './store.ts';

/*
 * Checks items that each customer may have once (item reference,
 * auto_order_upsell_one_per_customer) or a limited number of times (cumulative_order_limit). Two
 * concurrent orders lock the same claim one after the other, in the transactions that store them.
 * The second one sees the auto order of the first, or that the first is being charged.
 */

/**
 * Refuses, before anything is charged, an item that a customer may have only once and already has.
 * If the order is not charged here, returns a warning instead, because it may have been paid
 * elsewhere.
 */
export async function onceWarnings(
  context: Context,
  made: NewOrder,
  hooks: OrderHooks,
): Promise<LineWarning[]> {
  const taken = await findTaken(context, made, hooks);
  if (taken === undefined) return [];
  if (made.plan.kind !== 'charge' && !treatsWarningsAsErrors(made.order))
    return [
      {
        code: 'one_per_customer',
        field: taken.field,
        reason: taken.startsNothing ? `${taken.reason}, so no auto order starts` : taken.reason,
      },
    ];
  return refuseTaken(taken);
}

/**
 * Claims the items that each customer may have once, in the transaction that stores the order. If
 * another order has the claim, refuses an order that would be charged: see {@link onceWarnings}.
 */
export async function claimOnceItems(
  context: Context,
  made: NewOrder,
  hooks: OrderHooks,
): Promise<void> {
  const { order, onceItems, plan } = made;
  const customer = customerOf(order);
  if (customer === undefined) return;
  const isCharged = plan.kind === 'charge';
  // The items are always in the same order, so that two orders cannot deadlock.
  const sorted = onceItems.toSorted((one, other) => (one.itemId < other.itemId ? -1 : 1));
  for (const item of sorted)
    await claim(context, order, item, { itemId: fold(item.itemId), customer }, isCharged);
  const taken = sorted.length === 0 ? undefined : await findTaken(context, made, hooks);
  if (taken !== undefined && isCharged) refuseTaken(taken);
}

async function claim(
  { db }: Context,
  { merchantId, orderId }: OrderRecord,
  { field, itemId, counted }: OnceItem,
  claimed: OnceClaim,
  isCharged: boolean,
): Promise<void> {
  const before = await lockOnceClaim(db, merchantId, claimed, orderId);
  // Items that may be bought several times are counted after the claim is locked.
  if (before === orderId || counted !== undefined) return;
  const earlier = await findOrder(db, merchantId, before);
  if (earlier?.charging === true && isCharged)
    refuseTaken({
      field,
      reason: `${itemId} is sold once to each customer, and order ${before} for it is being charged`,
      fix: 'Leave the line out, or cancel the auto order that has it first',
    });
  await takeOnceClaim(db, merchantId, claimed, orderId);
}

const customerOf = ({ document, customerProfileOid }: OrderRecord): string | undefined => {
  const email = foldTrimmed(document.billing?.email ?? '');
  if (email !== '') return email;
  return customerProfileOid === undefined ? undefined : `profile ${customerProfileOid}`;
};

/** An item that the customer may not buy again. */
export interface Taken {
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
  /** If the order is not charged here, the item is bought anyway, but no auto order starts. */
  readonly startsNothing?: true;
}

async function findTaken(
  context: Context,
  { order, onceItems }: NewOrder,
  hooks: OrderHooks,
): Promise<Taken | undefined> {
  if (onceItems.length === 0) return undefined;
  const bought = await findBought(context, order.document.billing?.email, onceItems);
  if (bought !== undefined) return bought;
  const inAutoOrders = onceItems.filter(isInAutoOrders);
  if (inAutoOrders.length === 0) return undefined;
  const itemIds = inAutoOrders.map(({ itemId }) => itemId);
  const held = await hooks.findHeldItems(context, order, itemIds);
  const taken = inAutoOrders.find(({ itemId }) => held.has(itemId));
  if (taken === undefined) return undefined;
  const { field, itemId } = taken;
  const reason =
    `${itemId} is sold once to each customer, and this one has it in ` +
    `auto order ${held.get(itemId)}`;
  const fix = 'Leave the line out, or cancel the auto order that has it first';
  return { field, reason, fix, startsNothing: true };
}

/**
 * Finds an item of which the customer has already bought the allowed number, with this email or
 * with an earlier one of the customer's profile.
 */
export async function findBought(
  { db, merchant: { merchantId } }: Pick<Context, 'db' | 'merchant'>,
  billingEmail: string | undefined,
  onceItems: readonly OnceItem[],
): Promise<Taken | undefined> {
  const email = emailKey(billingEmail ?? '');
  if (email === '' || onceItems.every(isInAutoOrders)) return undefined;
  const buyer = { email, profileOid: await findCustomerOid(db, merchantId, email) };
  for (const { field, itemId, isBoughtOnce, counted } of onceItems) {
    if (isBoughtOnce && (await hasBought(db, merchantId, buyer, new Set([itemId]))))
      return {
        field,
        reason: `${itemId} is sold once to each customer, and this one has bought it`,
        fix: 'Leave it out',
      };
    const bought = counted && (await boughtUnits(db, merchantId, buyer, itemId));
    if (bought === undefined || counted === undefined) continue;
    if (sumQuantities([bought, counted.units]) > counted.max)
      return boughtUp(field, itemId, counted, bought);
  }
  return undefined;
}

const boughtUp = (
  field: string,
  itemId: string,
  { max, tierName }: NonNullable<OnceItem['counted']>,
  bought: number,
): Taken => ({
  field,
  reason:
    `at most ${max} of ${itemId} are sold to each customer of the pricing tier ${tierName}, ` +
    `and this one has bought ${bought}`,
  fix: bought < max ? `Send ${exactQuantity(max - bought)} or less` : 'Leave it out',
});

const treatsWarningsAsErrors = ({ document }: OrderRecord): boolean =>
  document.channel_partner?.treat_warnings_as_errors === true;

const refuseTaken = (taken: Taken): never => refuse('invalid_field', takenFault(taken));

/** Returns the refusal of an item that the customer may not buy again. */
export const takenFault = ({ field, reason, fix }: Taken): FieldFault => ({
  field,
  reason: `is refused because ${reason}`,
  fix,
});
