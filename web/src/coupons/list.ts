import type { CouponQuery } from '@perennial/contract/coupon.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';

/** The filters of the list of coupons. The names are those of the address. */
export const couponFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'code or description' },
  ended: {
    kind: 'choice',
    label: 'Ended',
    choices: [{ value: 'hidden', label: 'Hidden' }],
  },
};

export const couponSorts = ['merchant_code', 'description', 'expiration_dts', 'start_dts'] as const;

/** Reads the address of the list of coupons. */
export const parseCouponList = (search: Record<string, unknown>): ListState =>
  parseListState(couponFilters, couponSorts, search);

/** The request of a list of coupons. */
export const couponQueryOf = ({ q, ended }: ListState): CouponQuery => ({
  ...(typeof q === 'string' && q !== '' && { merchant_code_or_description: q }),
  ...(ended !== undefined && { exclude_expired: true }),
});
