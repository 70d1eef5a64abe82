import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/** A coupon as the rules see it. Item ids and codes are folded, postal codes plain. */
export interface Coupon {
  readonly oid: number;
  /** The code as the merchant wrote it. */
  readonly code: string;
  /** The discount on the lines; absent if there is none. */
  readonly off?: LineDiscount | undefined;
  /** The discount on shipping; absent if there is none. */
  readonly shipping?: ShippingDiscount | undefined;
  readonly needs: Needs;
  readonly startsAt?: Temporal.Instant | undefined;
  /** From this moment on it gives no discount. */
  readonly expiresAt?: Temporal.Instant | undefined;
  readonly usableBy: UsableBy;
  /** Whether several of its one-time codes count on one order. */
  readonly takesManyCodes: boolean;
  /** Whether it counts together with other coupons. */
  readonly combines: boolean;
  /** Whether it counts together with any coupon, even one that does not allow others. */
  readonly isSuper: boolean;
  readonly skipsRebills: boolean;
  readonly isHidden: boolean;
  readonly accountingCode?: string | undefined;
}

/** The customers who may use a coupon (coupon reference, usable_by). */
export type UsableBy =
  | 'Anyone'
  | 'UniqueCode'
  | 'OncePerCustomer'
  | 'OncePerNewCustomer'
  | 'OncePerNewCustomerForItem';

/** A discount on the lines. */
export interface LineDiscount {
  readonly how: Reduction;
  /** The only items to which it applies; absent: all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly except?: ReadonlySet<string> | undefined;
  /** The maximum number of units that it reduces. */
  readonly unitsMax?: number | undefined;
}

/** How a discount on lines is calculated. */
export type Reduction =
  | { readonly kind: 'percent'; readonly percent: number; readonly ofAtMost?: Minor | undefined }
  /**
   * An amount off the sum of the lines. With `andShipping`, the remainder is taken off shipping.
   */
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

/** A discount on shipping. `free` applies to orders that contain only the items of `only`. */
export interface ShippingDiscount {
  readonly how:
    | { readonly kind: 'free' }
    | { readonly kind: 'percent'; readonly percent: number }
    | { readonly kind: 'amount'; readonly amount: Minor };
  readonly only?: ReadonlySet<string> | undefined;
  /** The only shipping methods to which it applies; absent: all. */
  readonly methods?: ReadonlySet<string> | undefined;
}

/** The conditions that an order must meet. */
export interface Needs {
  readonly subtotal?: Minor | undefined;
  readonly items?: { readonly ids: ReadonlySet<string>; readonly units: number } | undefined;
  readonly postalCodes?: ReadonlySet<string> | undefined;
}
