import type { Order, OrderCoupon } from '@perennial/contract/order.ts';
import type { Temporal } from 'temporal-polyfill';
import { type AutoApply, metCodes } from '../coupons/autoApply.ts';
import type { Coupon } from '../coupons/coupon.ts';
import { type Candidate, type Cart, type Discounts, discounts } from '../coupons/discount.ts';
import { fold } from '../kernel/caseFolding.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Minor, sum } from '../kernel/money.ts';
import type { LineWarning, OrderLine } from './newOrderLine.ts';
import { lineAmount } from './totals.ts';

/** A coupon that a code of an order names. */
export interface NamedCoupon {
  readonly coupon: Coupon;
  readonly isOneTime: boolean;
  /** Why this customer cannot use it, or why its one-time code no longer counts. */
  readonly unusable?: string | undefined;
}

/** The facts about coupons that are known before an order is priced. */
export interface CouponTerms {
  /** The coupons that the order or the merchant's conditions name, by folded code. */
  readonly named: ReadonlyMap<string, NamedCoupon>;
  readonly automatic: AutoApply;
  /**
   * The folded email, which identifies the customer for coupons that each customer can use once.
   */
  readonly customerKey?: string | undefined;
}

/** No coupons. */
export const noCouponTerms: CouponTerms = {
  named: new Map(),
  automatic: { required_items: [], subtotal_levels: [] },
};

/** A claim that the order takes before it is stored, so that no other order uses the coupon too. */
export type CouponClaim =
  | { readonly kind: 'code'; readonly code: string }
  | {
      readonly kind: 'customer';
      readonly code: string;
      readonly oid: number;
      readonly customerKey: string;
    };

/** The coupons of a new order. */
export interface CouponUse {
  readonly discounts: Pick<Discounts, 'lines' | 'shipping'>;
  /** The coupons as the order's document stores them. */
  readonly coupons: OrderCoupon[];
  /** Whether a coupon of the catalogue counts. */
  readonly isUsed: boolean;
  readonly warnings: readonly LineWarning[];
  readonly claims: readonly CouponClaim[];
}

interface CouponRequest {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly shipping: Minor;
  /** The name of the shipping method. Absent: the one that the order names. */
  readonly shippingMethod?: string | undefined;
  readonly terms: CouponTerms;
  /** Whether the customer, or a pricing tier of the customer, gets no coupons (no_coupons). */
  readonly isRefused: boolean;
  /** Whether the customer gets no free shipping (no_free_shipping), also not by a coupon. */
  readonly neverShipsFree: boolean;
  /** Whether the order was paid elsewhere. Only coupons that the order names count then. */
  readonly isPaidElsewhere: boolean;
  readonly currency: string;
  readonly at: Temporal.Instant;
}

/**
 * Applies the coupons of a new order: first those that it names, then those of the merchant's
 * conditions. A code without a discount returns a warning, unless it is automatic. A code that is
 * not a coupon here stays on the order, because it may belong to another system.
 */
export function couponUse(request: CouponRequest): CouponUse {
  const { order } = request;
  const sent = order.coupons ?? [];
  const entered = sent.flatMap((wire, index) => enteredCode(wire, index, request));
  const automatic = automaticCodes(request);
  const candidates = [...entered, ...automatic].flatMap(({ candidate }) => candidate ?? []);
  const found = discounts(cartOf(request), candidates);
  const used = found.effects.filter((effect) => effect.unusable === undefined);
  const unusable = new Map(
    found.effects.flatMap(({ candidate, unusable }) => (unusable ? [[candidate, unusable]] : [])),
  );
  return {
    discounts: found,
    coupons: [
      ...entered.flatMap(({ unknown }) => unknown ?? []),
      ...used.map(({ candidate }) => storedCoupon(candidate)),
    ],
    isUsed: used.length > 0,
    warnings: entered.flatMap(({ field, code, warning, candidate }) => {
      const words = candidate && unusable.get(candidate);
      return words === undefined ? (warning ?? []) : [notUsed(field, code, words)];
    }),
    claims: used.flatMap(({ candidate: { coupon, code } }) => {
      const { named, customerKey } = request.terms;
      const isOneTime = named.get(fold(code))?.isOneTime === true;
      return claimsOf(code, { coupon, isOneTime }, customerKey);
    }),
  };
}

const cartOf = (request: CouponRequest): Cart => {
  const { order, lines, shipping, shippingMethod, neverShipsFree, at } = request;
  return {
    lines: lines.map((line, index) => ({
      itemId: order.items?.[index]?.merchant_item_id ?? '',
      quantity: line.quantity,
      unitCost: line.unitCost,
      amount: lineAmount(line),
      isExcluded: line.excludesCoupons,
    })),
    shipping,
    shippingMethod: shippingMethod ?? order.shipping?.shipping_method,
    ...couponPlaceOf(order),
    neverShipsFree,
    at,
  };
};

/** Returns the part of an order's address that coupons read. */
export const couponPlaceOf = ({
  shipping,
  billing,
}: Pick<Order, 'shipping' | 'billing'>): Pick<Cart, 'postalCode' | 'country'> => ({
  postalCode: shipping?.postal_code?.trim() || billing?.postal_code || undefined,
  country: shipping?.country_code || billing?.country_code || undefined,
});

/** A code of the order and its coupon. */
interface EnteredCode {
  readonly field: string;
  readonly code: string;
  readonly candidate?: Candidate;
  readonly unknown?: OrderCoupon;
  readonly warning?: LineWarning[];
}

function enteredCode(
  wire: OrderCoupon,
  index: number,
  { terms, isRefused }: CouponRequest,
): EnteredCode[] {
  const code = wire.coupon_code?.trim();
  if (!code) return [{ field: `coupons[${index}]`, code: '', unknown: wire }];
  const field = `coupons[${index}].coupon_code`;
  const named = terms.named.get(fold(code));
  if (named === undefined) {
    const reason = `${code} is not a coupon of the catalogue, so it gave no discount`;
    return [{ field, code, unknown: wire, warning: [{ code: 'unknown_coupon', field, reason }] }];
  }
  const words = isRefused
    ? 'is not for this customer, who gets no coupons'
    : (named.unusable ?? uniqueWords(named));
  if (words !== undefined) return [{ field, code, warning: [notUsed(field, code, words)] }];
  return [{ field, code, candidate: { coupon: named.coupon, code } }];
}

const uniqueWords = ({ coupon, isOneTime }: NamedCoupon): string | undefined =>
  coupon.usableBy === 'UniqueCode' && !isOneTime ? 'applies only with a one-time code' : undefined;

const notUsed = (field: string, code: string, words: string): LineWarning => ({
  code: 'coupon_not_used',
  field,
  reason: `${code} ${words}, so it gave no discount`,
});

function automaticCodes(request: CouponRequest): EnteredCode[] {
  const { order, lines, terms, isPaidElsewhere, isRefused, currency } = request;
  if (isPaidElsewhere || isRefused) return [];
  const entered = new Set((order.coupons ?? []).map((each) => fold(each.coupon_code ?? '')));
  const met = metCodes(
    terms.automatic,
    {
      itemIds: (order.items ?? []).flatMap(({ merchant_item_id: id }) => id ?? []),
      subtotal: sum(lines.map(lineAmount)),
    },
    currency,
  );
  return [...new Set(met)].flatMap((code): EnteredCode[] => {
    const named = terms.named.get(fold(code));
    if (named === undefined || named.unusable !== undefined || entered.has(fold(code))) return [];
    return [{ field: '', code, candidate: { coupon: named.coupon, code, isAutomatic: true } }];
  });
}

/** Returns a used coupon as an order stores it (order reference, OrderCoupon). */
const storedCoupon = ({ coupon, code, isAutomatic }: Candidate): OrderCoupon =>
  fromLoose<OrderCoupon>({
    coupon_code: code,
    base_coupon_code: coupon.code,
    automatically_applied: isAutomatic === true,
    accounting_code: coupon.accountingCode,
    hdie_from_customer: coupon.isHidden ? true : undefined,
  });

/** Returns the claims of an order with this code, so that no other order uses it too. */
export function claimsOf(
  code: string,
  { coupon, isOneTime }: NamedCoupon,
  customerKey: string | undefined,
): CouponClaim[] {
  const isOnce = coupon.usableBy.startsWith('OncePer') && customerKey !== undefined;
  return [
    ...(isOneTime ? [{ kind: 'code', code } as const] : []),
    ...(isOnce ? [{ kind: 'customer', code, oid: coupon.oid, customerKey } as const] : []),
  ];
}
