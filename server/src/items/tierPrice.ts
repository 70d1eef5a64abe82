import { fold } from '../kernel/caseFolding.ts';
import { type Minor, percentOff } from '../kernel/money.ts';
import type { ItemTier } from './item.ts';

/** A pricing tier of the merchant that applies to a customer. */
export interface CustomerTier {
  readonly oid: number;
  readonly name: string;
  /** The percentage off the ordinary price of items without a price for the tier. */
  readonly discountPercent: number;
}

/** The price of a tier. */
export interface TierPrice {
  readonly name: string;
  readonly unitCost: Minor;
  /** How the price was determined, for previews. */
  readonly detail: string;
}

/**
 * Returns the lowest price that a customer's pricing tiers give for a quantity of an item, if it is
 * lower than the ordinary price. A tier's price in the item, at the greatest quantity that the
 * purchase reaches, takes precedence over the tier's percentage (item reference, ItemPricingTier).
 */
export function tierPrice(
  itemTiers: readonly ItemTier[],
  quantity: number,
  ordinary: Minor | undefined,
  tiers: readonly CustomerTier[],
): TierPrice | undefined {
  return tiers
    .flatMap((tier) => priceBy(tier, itemTiers, quantity, ordinary) ?? [])
    .filter(({ unitCost }) => ordinary === undefined || unitCost < ordinary)
    .reduce<TierPrice | undefined>(
      (best, each) => (best === undefined || each.unitCost < best.unitCost ? each : best),
      undefined,
    );
}

function priceBy(
  tier: CustomerTier,
  itemTiers: readonly ItemTier[],
  quantity: number,
  ordinary: Minor | undefined,
): TierPrice | undefined {
  const { name, discountPercent } = tier;
  const own = itemTiers.find((each) => isOf(each, tier));
  const reached = (own?.prices ?? []).filter((price) => price.quantity <= quantity);
  const [first, ...others] = reached;
  if (first !== undefined) {
    const price = others.reduce((a, b) => (b.quantity > a.quantity ? b : a), first);
    return { name, unitCost: price.cost, detail: `${name}, from ${price.quantity} on` };
  }
  if (ordinary === undefined || discountPercent <= 0) return undefined;
  const unitCost = percentOff(ordinary, discountPercent, 'half up');
  return { name, unitCost, detail: `${name}, ${discountPercent} %` };
}

/** Whether the part of an item belongs to a customer's tier, by its oid or else by its name. */
export const isOf = (each: ItemTier, tier: Pick<CustomerTier, 'oid' | 'name'>): boolean =>
  each.oid === undefined ? fold(each.name) === fold(tier.name) : each.oid === tier.oid;
