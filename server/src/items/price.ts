import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { ItemPricing } from './item.ts';

/**
 * Returns the price of an item bought at `at`: its auto order price if it recurs, or else the sale
 * price during the sale, or else its regular price.
 */
export function purchasePrice(
  pricing: ItemPricing,
  recurs: boolean,
  at: Temporal.Instant,
): Minor | undefined {
  if (recurs && pricing.autoOrderCost !== undefined) return pricing.autoOrderCost;
  if (pricing.saleCost !== undefined && isOnSale(pricing, at)) return pricing.saleCost;
  return pricing.cost;
}

function isOnSale({ saleStart, saleEnd }: ItemPricing, at: Temporal.Instant): boolean {
  const moment = at.epochMilliseconds;
  return (
    (saleStart === undefined || saleStart.epochMilliseconds <= moment) &&
    (saleEnd === undefined || moment <= saleEnd.epochMilliseconds)
  );
}
