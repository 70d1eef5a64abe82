import type { Coupon } from '../coupons/coupon.ts';
import type { Candidate } from '../coupons/discount.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';

/** The coupons of the catalogue that original orders have or retries carry, and who gets none. */
export interface CouponCatalog {
  /** Returns the coupon with this code; undefined when there is none any more. */
  find(code: string): Coupon | undefined;
  /** Whether the customer, or a pricing tier of the customer, gets no coupons (no_coupons). */
  refuses(order: CouponedOrder): boolean;
}

/** The catalogue of orders without coupons. */
export const noCoupons: CouponCatalog = { find: () => undefined, refuses: () => false };

/** A coupon of the original order, on its rebills. */
export interface OriginalCoupon {
  readonly candidate: Candidate;
  /** Why rebills do not use it, in words that continue the code. Absent: they do. */
  readonly skipped?: string;
}

/** A merchant's decisions about the coupons of original orders (settings). */
export interface OriginalCouponPolicy {
  readonly skipsOriginal: boolean;
  readonly ignoresEnd: boolean;
}

/** An original order, as far as its coupons matter. */
export type CouponedOrder = Pick<OrderRecord, 'customerProfileOid'> & {
  readonly document: Pick<OrderDocument, 'coupons' | 'items'>;
};

/** Returns the codes by which the catalogue knows the coupons of an order. */
export const baseCodesOf = ({ coupons }: Pick<OrderDocument, 'coupons'>): string[] =>
  (Array.isArray(coupons) ? coupons : []).flatMap(({ base_coupon_code: code }) => code || []);

/**
 * Returns the coupons of an original order as its rebills use them: as they are in the catalogue
 * now, until their end. A one-time code was used by the original order and counts on with it.
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
