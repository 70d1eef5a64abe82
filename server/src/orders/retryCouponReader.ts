import { findCoupons } from '../coupons/codeStore.ts';
import { couponOf } from '../coupons/wireCoupon.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { couponsOf, type OrderCoupon, retryCouponAt, retryCouponOf } from './coupon.ts';
import { readCustomerTerms } from './customerTermsReader.ts';
import type { OrderRecord } from './order.ts';

/**
 * Returns the folded codes among these of coupons in the catalogue that retries can use: they take
 * a percentage or an amount off the subtotal without a condition.
 */
export async function findCatalogueRetryCodes(
  context: Pick<Context, 'db' | 'merchant'>,
  codes: readonly string[],
): Promise<ReadonlySet<string>> {
  const catalogue = await findCatalogue(context, codes);
  const usable = [...catalogue].filter(([, coupon]) => retryCouponOf(coupon) !== undefined);
  return new Set(usable.map(([code]) => code));
}

/**
 * Returns the coupon that a retry uses now. Undefined: no coupon has this code any more, it gives no
 * discount at this moment, or the customer gets no coupons.
 */
export async function findRetryCoupon(
  context: Pick<Context, 'db' | 'merchant' | 'now'>,
  code: string,
  order: OrderRecord,
): Promise<OrderCoupon | undefined> {
  if (code === '') return undefined;
  const termsOf = await readCustomerTerms(context, [order], { agreed: false });
  if (termsOf(order).refusesCoupons) return undefined;
  const { settings, currency } = context.merchant;
  const own = couponsOf(settings['coupons'], currency).get(fold(code));
  if (own !== undefined) return own;
  const catalogue = await findCatalogue(context, [code]);
  return retryCouponAt(catalogue.get(fold(code)), context.now);
}

/** Returns the coupons of the catalogue with these codes. One-time codes are left out. */
async function findCatalogue(
  { db, merchant: { merchantId, currency } }: Pick<Context, 'db' | 'merchant'>,
  codes: readonly string[],
) {
  const found = await findCoupons(db, merchantId, codes);
  return new Map(
    found
      .filter(({ oneTime }) => oneTime === undefined)
      .map(({ key, document }) => [key, couponOf(document, currency)] as const),
  );
}
