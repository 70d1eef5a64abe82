import type { Coupon } from '../coupons/coupon.ts';
import type { Candidate } from '../coupons/discount.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderDocument } from '../orders/order.ts';

/** Returns the coupon of the catalogue with this code; undefined when there is none any more. */
export type FindCoupon = (code: string) => Coupon | undefined;

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

/** Returns the codes by which the catalogue knows the coupons of an order. */
export const baseCodesOf = ({ coupons }: Pick<OrderDocument, 'coupons'>): string[] =>
  (Array.isArray(coupons) ? coupons : []).flatMap(({ base_coupon_code: code }) => code || []);

/**
 * Returns the coupons of an original order as its rebills use them: as they are in the catalogue
 * now, until their end. A one-time code was used by the original order and counts on with it.
 */
export function originalCoupons(
  { coupons }: Pick<OrderDocument, 'coupons'>,
  find: FindCoupon,
  { skipsOriginal, ignoresEnd }: OriginalCouponPolicy,
): OriginalCoupon[] {
  if (skipsOriginal || !Array.isArray(coupons)) return [];
  return coupons.flatMap(({ coupon_code: code, base_coupon_code: base }): OriginalCoupon[] => {
    const coupon = base ? find(fold(base)) : undefined;
    if (coupon === undefined) return [];
    const candidate = { coupon, code: code ?? coupon.code, ignoresEnd };
    return [coupon.skipsRebills ? { candidate, skipped: 'skips rebills' } : { candidate }];
  });
}
