import { Order } from '@perennial/contract/order.ts';
import type { PricingEstimate, PricingEstimateRequest } from '@perennial/contract/pricing.ts';
import type { Context } from '../platform/context.ts';
import { insertable, merged } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { estimate } from './estimate.ts';
import { readOrderTerms } from './insertOperations.ts';

/** Returns what a cart costs at an address. Reads only: nothing is stored, taken or charged. */
export async function estimatePricing(
  context: Context,
  { billing, coupons, gift, items, shipping, taxes }: PricingEstimateRequest,
): Promise<PricingEstimate> {
  const body = { billing, coupons, gift, items, shipping, taxes };
  const order = merged<Order>({}, insertable(Order, body, context.merchant.timeZone));
  const made = estimate(await readOrderTerms(context, order, {}));
  return made.ok ? made.value : refuse('invalid_field', made.reason);
}
