import { findCoupons } from '../coupons/codeStore.ts';
import { couponOf } from '../coupons/wireCoupon.ts';
import { isReached } from '../kernel/moments.ts';
import { readCustomerTerms, type TermsOf } from '../orders/customerTermsReader.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { Context } from '../platform/context.ts';
import {
  baseCodesOf,
  type CouponCatalog,
  type CouponedOrder,
  noCoupons,
  originalCoupons,
} from './originalCoupons.ts';
import { catalogueRetryCodes, rebillPolicy } from './policy.ts';

/**
 * Loads the coupons of original orders, and the catalogue's coupons for retries, in one query;
 * makes no query when there are no such coupons. A coupon that cannot be read throws when it is
 * used, so only the auto orders that need it are parked.
 */
export async function loadCoupons(
  { db, merchant }: Pick<Context, 'db' | 'merchant'>,
  orders: Iterable<OrderRecord>,
  termsOf: TermsOf,
): Promise<CouponCatalog> {
  const { merchantId, currency } = merchant;
  const codes = [
    ...[...orders].flatMap(({ document }) => baseCodesOf(document)),
    ...catalogueRetryCodes(rebillPolicy(merchant)),
  ];
  const refuses = (order: CouponedOrder) => termsOf(order).refusesCoupons;
  if (codes.length === 0) return { ...noCoupons, refuses };
  const found = await findCoupons(db, merchantId, codes);
  const byCode = new Map(
    found
      .filter(({ oneTime }) => oneTime === undefined)
      .map(({ key, document }) => [key, document]),
  );
  return {
    find: (code) => {
      const document = byCode.get(code);
      return document && couponOf(document, currency);
    },
    refuses,
  };
}

/** Returns the codes of the coupons that the rebills of these original orders use, by order id. */
export async function readRebillCoupons(
  context: Context,
  orders: readonly OrderRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const couponed = orders.filter(({ document }) => baseCodesOf(document).length > 0);
  if (couponed.length === 0) return new Map();
  const termsOf = await readCustomerTerms(context, couponed, { agreed: false });
  const catalog = await loadCoupons(context, couponed, termsOf);
  const { originalCoupons: policy } = rebillPolicy(context.merchant);
  const codesOf = (order: OrderRecord): string[] =>
    originalCoupons(order, catalog, policy).flatMap(({ candidate, skipped }) => {
      const { code, expiresAt } = candidate.coupon;
      const hasEnded =
        expiresAt !== undefined && !candidate.ignoresEnd && isReached(expiresAt, context.now);
      return skipped === undefined && !hasEnded ? [code] : [];
    });
  return new Map(couponed.map((order) => [order.orderId, codesOf(order)]));
}
