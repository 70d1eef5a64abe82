import { findCoupons } from '../coupons/codeStore.ts';
import { couponOf } from '../coupons/wireCoupon.ts';
import { findMarked } from '../customers/store.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { Context } from '../platform/context.ts';
import { baseCodesOf, type CouponCatalog, noCoupons } from './originalCoupons.ts';

/**
 * Loads the coupons of original orders, and which of their customers get none, in two queries; in
 * none when they have no coupons. A coupon that cannot be read throws when it is used, so only the
 * auto orders that need it are parked.
 */
export async function loadCoupons(
  { db, merchant: { merchantId, currency } }: Pick<Context, 'db' | 'merchant'>,
  orders: Iterable<OrderRecord>,
): Promise<CouponCatalog> {
  const couponed = [...orders].filter(({ document }) => baseCodesOf(document).length > 0);
  if (couponed.length === 0) return noCoupons;
  const codes = couponed.flatMap(({ document }) => baseCodesOf(document));
  const found = await findCoupons(db, merchantId, codes);
  const byCode = new Map(found.map(({ key, document }) => [key, document]));
  const oids = couponed.flatMap(({ customerProfileOid }) => customerProfileOid ?? []);
  const refusers = await findMarked(db, merchantId, 'no_coupons', oids);
  return {
    find: (code) => {
      const document = byCode.get(code);
      return document && couponOf(document, currency);
    },
    refuses: (oid) => oid !== undefined && refusers.has(oid),
  };
}
