import type { PurchaseLimits, QuantityLimits } from './item.ts';

/** Why a quantity of an item cannot be bought, and which quantities can. */
export interface LimitFault {
  readonly reason: string;
  readonly fix: string;
}

/** The quantity limits of an item of which a customer can have only one. */
export const oneAtOnce: QuantityLimits = { maximum: 1 };

/**
 * Returns the quantities of an item that one purchase may contain. Of some items a customer may buy
 * only one.
 */
export const boundsOf = (limits: PurchaseLimits): QuantityLimits =>
  limits.onePerCustomer ? { ...limits, ...oneAtOnce } : limits;

/**
 * Returns why one purchase cannot contain this quantity of an item, or undefined (item reference,
 * ItemRestriction: minimum_quantity, maximum_quantity, multiple_quantity).
 */
export function quantityFault(
  itemId: string,
  quantity: number,
  { minimum, maximum, multiple }: QuantityLimits,
): LimitFault | undefined {
  if (minimum !== undefined && quantity < minimum)
    return {
      reason: `is ${quantity}, but an order must contain at least ${minimum} of ${itemId}`,
      fix: `Send ${minimum} or more`,
    };
  if (maximum !== undefined && quantity > maximum)
    return {
      reason: `is ${quantity}, but an order may contain at most ${maximum} of ${itemId}`,
      fix: `Send ${maximum} or less`,
    };
  if (multiple !== undefined && quantity % multiple !== 0)
    return {
      reason: `is ${quantity}, but ${itemId} is sold in multiples of ${multiple}`,
      fix: `Send a multiple of ${multiple}`,
    };
  return undefined;
}
