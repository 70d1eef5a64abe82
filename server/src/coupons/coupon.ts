import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/** A coupon as the rules see it. Item ids, codes and postal codes are folded. */
export interface Coupon {
  readonly oid: number;
  /** As the merchant wrote it. */
  readonly code: string;
  /** The discount of the lines; absent if there is none. */
  readonly off?: LineDiscount | undefined;
  /** The discount of shipping; absent if there is none. */
  readonly shipping?: ShippingDiscount | undefined;
  readonly needs: Needs;
  readonly startsAt?: Temporal.Instant | undefined;
  /** From then on it takes nothing off. */
  readonly expiresAt?: Temporal.Instant | undefined;
  readonly usableBy: UsableBy;
  /** Several of its one-time codes count on one order. */
  readonly takesManyCodes: boolean;
  /** It counts together with other coupons. */
  readonly combines: boolean;
  /** It counts together with any coupon, whatever the other allows. */
  readonly isSuper: boolean;
  readonly skipsRebills: boolean;
  readonly isHidden: boolean;
  readonly accountingCode?: string | undefined;
}

/** Who may use a coupon (coupon reference, usable_by). */
export type UsableBy =
  | 'Anyone'
  | 'UniqueCode'
  | 'OncePerCustomer'
  | 'OncePerNewCustomer'
  | 'OncePerNewCustomerForItem';

/** A discount of the lines. */
export interface LineDiscount {
  readonly how: Reduction;
  /** Only these items; absent: all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly except?: ReadonlySet<string> | undefined;
  /** At most this number of units. */
  readonly unitsMax?: number | undefined;
}

/** How a discount on lines is calculated. */
export type Reduction =
  | { readonly kind: 'percent'; readonly percent: number; readonly ofAtMost?: Minor | undefined }
  /** Off the sum of the lines. With `andShipping`, the remainder is taken off shipping. */
  | { readonly kind: 'amount'; readonly amount: Minor; readonly andShipping?: boolean }
  | { readonly kind: 'amount of each'; readonly amount: Minor }
  | { readonly kind: 'price of each'; readonly price: Minor }
  | { readonly kind: 'tiers'; readonly tiers: readonly Tier[] };

/** A discount for orders whose subtotal reaches an amount. */
export interface Tier {
  readonly from: Minor;
  readonly percent?: number;
  readonly amount?: Minor;
}

/** A discount of shipping. `free` counts for orders without other items than `only`. */
export interface ShippingDiscount {
  readonly how:
    | { readonly kind: 'free' }
    | { readonly kind: 'percent'; readonly percent: number }
    | { readonly kind: 'amount'; readonly amount: Minor };
  readonly only?: ReadonlySet<string> | undefined;
  /** Only these shipping methods; absent: all. */
  readonly methods?: ReadonlySet<string> | undefined;
}

/** The conditions that an order must meet. */
export interface Needs {
  readonly subtotal?: Minor | undefined;
  readonly items?: { readonly ids: ReadonlySet<string>; readonly units: number } | undefined;
  readonly postalCodes?: ReadonlySet<string> | undefined;
}
