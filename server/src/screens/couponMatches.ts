import { type CouponCriteria, couponConditions, couponJson } from '../coupons/store.ts';
import type { Bind } from '../platform/storage/page.ts';
import type { ListSource, Matches } from './keyset.ts';
import { sortedDescription } from './matches.ts';

const description = sortedDescription('o');

/** The coupons of a merchant: `o` is coupon. */
export const couponSource: ListSource = {
  from: 'coupon o',
  merchant: 'o.merchant_id = $1',
  key: { sql: 'o.coupon_oid', type: 'int' },
  joins: {},
  sorts: {
    merchant_code: { sql: 'o.merchant_code_lc', type: 'text' },
    description: { sql: `(${description})`, type: 'text', isNullable: true },
    start_dts: { sql: 'o.start_at', type: 'timestamptz', isNullable: true },
    expiration_dts: { sql: 'o.expires_at', type: 'timestamptz', isNullable: true },
  },
};

/** Selects the coupons that match all criteria of a search. */
export const couponMatches = (criteria: CouponCriteria, bind: Bind): Matches => ({
  conditions: couponConditions(criteria, bind).map((sql) => ({ sql })),
  branches: [],
});

/** The wire's Coupon of `coupon o`. */
export const couponRow = {
  from: 'coupon o',
  key: 'o.coupon_oid',
  json: `(${couponJson('o')})::text`,
};
