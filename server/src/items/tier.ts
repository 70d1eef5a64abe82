import type { PricingTier } from '@perennial/contract/catalog.ts';
import { amountFault } from '../kernel/amountFault.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { countFault, percentFault } from './validation.ts';

/** Returns the first fault of a pricing tier, or undefined. */
export function tierFault(tier: PricingTier, currency: string): FieldFault | undefined {
  return (
    percentFault('default_percentage_discount', tier.default_percentage_discount) ??
    percentFault('realtime_percentage_discount', tier.realtime_percentage_discount) ??
    amountFault('free_shipping_minimum', tier.free_shipping_minimum, currency) ??
    amountFault('minimum_subtotal', tier.minimum_subtotal, currency) ??
    countFault('minimum_item_count', tier.minimum_item_count, 0) ??
    countFault('maximum_item_count', tier.maximum_item_count, 0)
  );
}
