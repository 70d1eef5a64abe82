import type { PricingTier } from '@perennial/contract/catalog.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { CatalogItem, TierLimit } from './item.ts';
import { type LimitFault, quantityFault } from './quantityLimit.ts';
import { type CustomerTier, isOf } from './tierPrice.ts';

/*
 * Checks the limits on purchases by customers of a pricing tier (item reference,
 * ItemPricingTierLimit). For a customer with several tiers, the limits of each apply.
 */

/** A limit of an item, and the tier to which it belongs. */
export interface NamedTierLimit extends TierLimit {
  readonly tierName: string;
}

/** Returns the limits that an item sets for the tiers of a customer. */
export const tierLimits = (
  item: CatalogItem | undefined,
  tiers: readonly Pick<CustomerTier, 'oid' | 'name'>[],
): NamedTierLimit[] =>
  tiers.flatMap((tier) => {
    const own = (item?.pricing.tiers ?? []).find((each) => isOf(each, tier));
    return own?.limit ? [{ ...own.limit, tierName: tier.name }] : [];
  });

/**
 * Returns why customers of a tier cannot buy this quantity of an item in one purchase, or
 * undefined.
 */
export function tierQuantityFault(
  itemId: string,
  quantity: number,
  { unitsPerOrderMax, multiple, tierName }: NamedTierLimit,
): LimitFault | undefined {
  const fault = quantityFault(itemId, quantity, { maximum: unitsPerOrderMax, multiple });
  return (
    fault && { ...fault, reason: `${fault.reason} for customers of the pricing tier ${tierName}` }
  );
}

/** Returns why customers of a tier cannot pay for an item with this method, or undefined. */
export function tierPaymentFault(
  itemId: string,
  method: string,
  { paymentMethods, tierName }: NamedTierLimit,
): LimitFault | undefined {
  if (paymentMethods.length === 0 || paymentMethods.some((each) => isSameMethod(each, method)))
    return undefined;
  const list = paymentMethods.join(' or ');
  return {
    reason: `is ${method}, but customers of ${tierName} must pay for ${itemId} by ${list}`,
    fix: `Pay by ${list}`,
  };
}

// The method may be written as on the wire, or without spaces.
const isSameMethod = (one: string, other: string): boolean =>
  fold(one).replaceAll(' ', '') === fold(other).replaceAll(' ', '');

/** Whether one of these items exempts its order from the minimum number of items of a tier. */
export const isFreeOfMinimum = (
  items: readonly CatalogItem[],
  { pricing_tier_oid: oid = 0, name = '' }: PricingTier,
): boolean =>
  items.some((item) => tierLimits(item, [{ oid, name }]).some((limit) => limit.isFreeOfMinimum));
