import type { PricingTier } from '@perennial/contract/catalog.ts';
import type { Customer } from '@perennial/contract/customer.ts';
import type { CustomerPolicy, OrderLimits } from '../customers/customerPolicy.ts';
import type { CatalogItem } from '../items/item.ts';
import { isFreeOfMinimum } from '../items/tierLimit.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { fold } from '../kernel/caseFolding.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { OrderDocument } from './order.ts';
import { type CustomerShipping, customerShipping } from './shippingMethod.ts';

/*
 * The rules of a customer's profile and pricing tiers for orders (customer reference; current API,
 * PricingTier).
 */

/** The inputs of an order's price besides the order and the catalogue. */
export interface CustomerTerms {
  readonly shipping: CustomerShipping;
  readonly tiers: readonly CustomerTier[];
  /** The records of these tiers. */
  readonly records: readonly PricingTier[];
  /** Why the customer is exempt from tax, as text. Absent: taxes apply. */
  readonly taxExemption?: string | undefined;
  /** Whether no coupon counts for the customer. */
  readonly refusesCoupons: boolean;
  /** Whether the purchase orders of rebills are approved without a user's review. */
  readonly approvesPurchaseOrders: boolean;
  /** The terms that apply instead if a coupon counts. Absent: the same terms. */
  readonly withCoupon?: CouponedTerms | undefined;
}

/**
 * The prices for a customer on whose order a coupon counts: by the pricing tiers without
 * `not_valid_when_coupon_present`. Exemptions from tax, limits and ways to pay stay.
 */
export type CouponedTerms = Pick<CustomerTerms, 'shipping' | 'tiers'>;

/** The fields of a profile that these rules read. */
export type TermsProfile = Pick<
  Customer,
  | 'auto_approve_purchase_order'
  | 'exempt_shipping_handling_charge'
  | 'free_shipping'
  | 'free_shipping_minimum'
  | 'no_coupons'
  | 'no_free_shipping'
  | 'pricing_tiers'
  | 'tax_exempt'
  | 'unapproved'
>;

/** Returns the terms of a customer. A customer without a profile has the default tiers. */
export function customerTerms(
  merchants: readonly PricingTier[],
  given: TermsProfile,
  currency: string,
): CustomerTerms {
  const profile = approvedPart(given);
  const records = tiersOf(merchants, profile.pricing_tiers);
  return {
    shipping: shippingOf(profile, records, currency),
    tiers: pricesOf(records),
    records,
    taxExemption: taxExemptionOf(profile, records),
    refusesCoupons: [profile, ...records].some((each) => each.no_coupons === true),
    approvesPurchaseOrders: [profile, ...records].some(
      (each) => each.auto_approve_purchase_order === true,
    ),
    ...(records.some(endsWithCoupon) && {
      withCoupon: {
        shipping: shippingOf(
          profile,
          records.filter((tier) => !endsWithCoupon(tier)),
          currency,
        ),
        tiers: pricesOf(records.filter((tier) => !endsWithCoupon(tier))),
      },
    }),
  };
}

/**
 * Returns the part of a profile that applies. Until the merchant has approved a profile, its
 * customer gets no better terms than an unknown one, but the restrictions of the profile already
 * apply.
 */
const approvedPart = (profile: TermsProfile): TermsProfile =>
  profile.unapproved === true
    ? fromLoose<TermsProfile>({
        no_coupons: profile.no_coupons,
        no_free_shipping: profile.no_free_shipping,
      })
    : profile;

const endsWithCoupon = (tier: PricingTier): boolean => tier.not_valid_when_coupon_present === true;

/**
 * Returns the terms with the prices that were agreed for an order instead of the customer's current
 * ones.
 */
export const agreedTerms = (
  terms: CustomerTerms,
  merchants: readonly PricingTier[],
  order: Pick<OrderDocument, 'items'>,
): CustomerTerms => ({
  ...terms,
  tiers: agreedTiers(merchants, order),
  withCoupon: terms.withCoupon && {
    ...terms.withCoupon,
    tiers: agreedTiers(
      merchants.filter((tier) => !endsWithCoupon(tier)),
      order,
    ),
  },
});

function taxExemptionOf(profile: TermsProfile, tiers: readonly PricingTier[]): string | undefined {
  if (profile.tax_exempt === true) return 'by the customer profile';
  const tier = tiers.find((each) => each.tax_exempt === true);
  return tier && `by the pricing tier ${tier.name}`;
}

/**
 * Returns the merchant's pricing tiers that a customer has, by their oid or name. A customer
 * without a tier has the default ones.
 */
function tiersOf(
  merchants: readonly PricingTier[],
  given: Customer['pricing_tiers'],
): PricingTier[] {
  const own = merchants.filter((tier) =>
    (given ?? []).some(({ pricing_tier_oid: oid, name }) =>
      oid == null ? isSame(name, tier.name) : oid === tier.pricing_tier_oid,
    ),
  );
  return own.length > 0 ? own : merchants.filter((tier) => tier.default_tier === true);
}

/** Returns the tiers that gave an order its prices, for a merchant that keeps agreed prices. */
const agreedTiers = (
  merchants: readonly PricingTier[],
  { items = [] }: Pick<OrderDocument, 'items'>,
): CustomerTier[] =>
  pricesOf(
    merchants.filter((tier) =>
      items.some(({ pricing_tier_name: name }) => !!name && isSame(name, tier.name)),
    ),
  );

const isSame = (one: string | null | undefined, other: string | null | undefined): boolean =>
  fold(one ?? '') === fold(other ?? '');

const pricesOf = (tiers: readonly PricingTier[]): CustomerTier[] =>
  tiers.map(({ pricing_tier_oid: oid = 0, name = '', default_percentage_discount: percent }) => ({
    oid,
    name,
    discountPercent: percent ?? 0,
  }));

/** The profile's free shipping comes first, then that of a tier. */
function shippingOf(
  profile: TermsProfile,
  tiers: readonly PricingTier[],
  currency: string,
): CustomerShipping {
  const has = (name: 'exempt_shipping_handling_charge' | 'no_free_shipping') =>
    profile[name] === true || tiers.some((tier) => tier[name] === true);
  const free = [profile, ...tiers].find((each) => each.free_shipping === true);
  return customerShipping(
    {
      exempt_shipping_handling_charge: has('exempt_shipping_handling_charge'),
      no_free_shipping: has('no_free_shipping'),
      free_shipping: free !== undefined,
      ...(free?.free_shipping_minimum != null && {
        free_shipping_minimum: free.free_shipping_minimum,
      }),
    },
    currency,
  );
}

/**
 * Returns the policy of a customer combined with those of the tiers. The stricter limit counts. An
 * item of the order may exempt it from a tier's minimum number of items.
 */
export function withTiers(
  policy: CustomerPolicy | undefined,
  tiers: readonly PricingTier[],
  items: Iterable<CatalogItem> = [],
): CustomerPolicy {
  const sold = [...items];
  return {
    autoApprovePurchaseOrder:
      policy?.autoApprovePurchaseOrder === true ||
      tiers.some((tier) => tier.auto_approve_purchase_order === true),
    noRealtimeCharge:
      policy?.noRealtimeCharge === true || tiers.some((tier) => tier.no_realtime_charge === true),
    merchantNotes: policy?.merchantNotes,
    salesRepCode: policy?.salesRepCode,
    affiliateOid: policy?.affiliateOid,
    limits: strictest([policy?.limits ?? {}, ...tiers.map((tier) => limitsOf(tier, sold))]),
  };
}

const limitsOf = (tier: PricingTier, items: readonly CatalogItem[]): OrderLimits => ({
  minimumSubtotal: tier.minimum_subtotal,
  minimumItems: isFreeOfMinimum(items, tier) ? undefined : tier.minimum_item_count,
  maximumItems: tier.maximum_item_count,
});

/** Returns the limits on orders in the merchant's settings. */
export const merchantLimits = ({
  minimum_subtotal: minimumSubtotal,
}: Readonly<Record<string, unknown>>): OrderLimits =>
  typeof minimumSubtotal === 'number' ? { minimumSubtotal } : {};

/** Returns limits that meet all of these. */
export function strictest(all: readonly OrderLimits[]): OrderLimits {
  const of = (name: keyof OrderLimits) => all.flatMap((each) => each[name] || []);
  const greatest = (figures: readonly number[]) =>
    figures.length === 0 ? undefined : Math.max(...figures);
  const maximums = of('maximumItems');
  return {
    minimumSubtotal: greatest(of('minimumSubtotal')),
    minimumItems: greatest(of('minimumItems')),
    maximumItems: maximums.length === 0 ? undefined : Math.min(...maximums),
  };
}
