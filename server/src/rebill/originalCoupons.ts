import type { Coupon } from '../coupons/coupon.ts';
import type { Candidate } from '../coupons/discount.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';

/** The catalogue's coupons for original orders and retries, and the customers who get none. */
export interface CouponCatalog {
  /** Returns the coupon with this code; undefined when it no longer exists. */
  find(code: string): Coupon | undefined;
  /**
   * Returns true if the customer, or a pricing tier of the customer, gets no coupons (no_coupons).
   */
  refuses(order: CouponedOrder): boolean;
}

/** The catalogue of orders without coupons. */
export const noCoupons: CouponCatalog = { find: () => undefined, refuses: () => false };

/** A coupon of the original order, on its rebills. */
export interface OriginalCoupon {
  readonly candidate: Candidate;
  /** The reason why rebills do not use it, as words that follow the code. Absent: they do. */
  readonly skipped?: string;
}

/** A merchant's decisions about the coupons of original orders (settings). */
export interface OriginalCouponPolicy {
  readonly skipsOriginal: boolean;
  readonly ignoresEnd: boolean;
}

/** The parts of an original order that decide about its coupons. */
export type CouponedOrder = Pick<OrderRecord, 'customerProfileOid'> & {
  readonly document: Pick<OrderDocument, 'coupons' | 'items'>;
};

/** Returns the catalogue's codes for the coupons of an order. */
export const baseCodesOf = ({ coupons }: Pick<OrderDocument, 'coupons'>): string[] =>
  (Array.isArray(coupons) ? coupons : []).flatMap(({ base_coupon_code: code }) => code || []);

/**
 * Returns the coupons of an original order as its rebills use them: as they are in the catalogue
 * now, until their end. A one-time code was used by the original order and stays valid for its
 * rebills.
 */
export function originalCoupons(
  order: CouponedOrder,
  catalog: CouponCatalog,
  { skipsOriginal, ignoresEnd }: OriginalCouponPolicy,
): OriginalCoupon[] {
  const { coupons } = order.document;
  if (skipsOriginal || !Array.isArray(coupons)) return [];
  return coupons.flatMap(({ coupon_code: code, base_coupon_code: base }): OriginalCoupon[] => {
    const coupon = base ? catalog.find(fold(base)) : undefined;
    if (coupon === undefined) return [];
    const candidate = { coupon, code: code ?? coupon.code, ignoresEnd };
    if (coupon.skipsRebills) return [{ candidate, skipped: 'skips rebills' }];
    if (catalog.refuses(order)) return [{ candidate, skipped: 'is not for this customer' }];
    return [{ candidate }];
  });
}
