import { byOrder, type PersonKeeper } from '../platform/privacy/person.ts';

/** The personal data in coupons: which customer used one. */
export const couponPeople: PersonKeeper = {
  tables: [
    {
      // The number of uses stays the same; their key no longer identifies a person.
      table: 'coupon_use',
      key: ['coupon_oid', 'customer_key'],
      ...byOrder,
      columns: { customer_key: { to: "'(erased) ' || order_id" } },
      kept: 'order_id',
    },
  ],
};
