import type { PurchaseLimits, QuantityLimits } from './item.ts';

/** Why a quantity of an item cannot be bought, and what can. */
export interface LimitFault {
  readonly reason: string;
  readonly fix: string;
}

/** The quantities of an item that a customer has once. */
export const oneAtOnce: QuantityLimits = { maximum: 1 };

/** Returns which quantities of an item are sold at once. Of some, a customer buys one. */
export const boundsOf = (limits: PurchaseLimits): QuantityLimits =>
  limits.onePerCustomer ? { ...limits, ...oneAtOnce } : limits;

/**
 * Returns why this quantity of an item cannot be bought at once, or undefined (item reference,
 * ItemRestriction: minimum_quantity, maximum_quantity, multiple_quantity).
 */
export function quantityFault(
  itemId: string,
  quantity: number,
  { minimum, maximum, multiple }: QuantityLimits,
): LimitFault | undefined {
  if (minimum !== undefined && quantity < minimum)
    return {
      reason: `is ${quantity}, and ${itemId} is sold from ${minimum} on`,
      fix: `Send ${minimum} or more`,
    };
  if (maximum !== undefined && quantity > maximum)
    return {
      reason: `is ${quantity}, and at most ${maximum} of ${itemId} are sold at once`,
      fix: `Send ${maximum} or less`,
    };
  if (multiple !== undefined && quantity % multiple !== 0)
    return {
      reason: `is ${quantity}, and ${itemId} is sold in multiples of ${multiple}`,
      fix: `Send a multiple of ${multiple}`,
    };
  return undefined;
}
