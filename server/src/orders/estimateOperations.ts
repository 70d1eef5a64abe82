import { Order } from '@perennial/contract/order.ts';
import type { PricingEstimate, PricingEstimateRequest } from '@perennial/contract/pricing.ts';
import type { Context } from '../platform/context.ts';
import { insertable, merged } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { estimate } from './estimate.ts';
import { readOrderTerms } from './insertOperations.ts';
import { boughtItems } from './onceItem.ts';
import { findBought, takenFault } from './onceOperations.ts';

/**
 * Returns the price of a cart at an address. It only reads: nothing is stored, taken or charged.
 */
export async function estimatePricing(
  context: Context,
  { billing, coupons, gift, items, shipping, taxes }: PricingEstimateRequest,
): Promise<PricingEstimate> {
  const body = { billing, coupons, gift, items, shipping, taxes };
  const order = merged<Order>({}, insertable(Order, body, context.merchant.timeZone));
  const terms = await readOrderTerms(context, order, {});
  const taken = await findBought(context, billing?.email, boughtItems(terms));
  const made = estimate(terms, taken ? [takenFault(taken)] : []);
  return made.ok ? made.value : refuse('invalid_field', made.reason);
}
