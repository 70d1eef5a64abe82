import type { CouponQuery } from '@perennial/contract/coupon.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';

/** The filters of the list of coupons. The names are those of the address. */
export const couponFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'code or description' },
  ended: {
    kind: 'choice',
    label: 'Ended',
    choices: [{ value: 'hidden', label: 'Hidden' }],
  },
  starts: { kind: 'range', label: 'Starts' },
  ends: { kind: 'range', label: 'Ends' },
};

export const couponSorts = ['merchant_code', 'description', 'expiration_dts', 'start_dts'] as const;

/** Sorted by code unless the address says otherwise. */
export const couponSort = 'merchant_code';

export const couponViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'Not ended', state: { ended: 'hidden' } },
  { label: 'Ends next', state: { ended: 'hidden', sort: 'expiration_dts' } },
  { label: 'Newest start', state: { sort: '-start_dts' } },
];

/** Reads the address of the list of coupons. */
export const parseCouponList = (search: Record<string, unknown>): ListState =>
  parseListState(couponFilters, couponSorts, search, couponSort);

const { text, only, days } = wireFieldsOf<CouponQuery>();

/** The filters as fields of the request. */
export const couponWire: WireFilters = {
  q: text('merchant_code_or_description'),
  ended: only('exclude_expired', 'hidden'),
  starts: days('start_dts'),
  ends: days('expiration_dts'),
};

/** The request of a list of coupons. */
export const couponQueryOf = (state: ListState): CouponQuery =>
  toSearch<CouponQuery>(couponWire, state);
