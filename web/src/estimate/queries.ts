import type { PricingEstimate, PricingEstimateRequest } from '@perennial/contract/pricing.ts';
import { call } from '../api/call.ts';

/** Returns the cost of a cart at an address. Nothing is stored. */
export const estimate = async (body: PricingEstimateRequest): Promise<PricingEstimate> =>
  (await call('estimatePricing', { body })).estimate ?? {};
