import type { Currency } from '@perennial/contract/common.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Coupon } from '../coupons/coupon.ts';
import { outOfTime } from '../coupons/discount.ts';
import { fold } from '../kernel/caseFolding.ts';
import {
  allocate,
  type Minor,
  minor,
  percentOff,
  proportion,
  sum,
  toMinor,
  zero,
} from '../kernel/money.ts';
import { loweredTax } from './loweredTax.ts';
import { amountOf, type OrderCurrency, wireCurrency } from './money.ts';
import type { OrderRecord } from './order.ts';
import { creditUsed } from './storeCredit.ts';

/** The discount of a coupon on the lines of an order. */
export interface OrderCoupon {
  readonly code: string;
  /** 0–100. */
  readonly percent: number;
  /**
   * An amount in addition to the percentage, in minor units; never more than the price of the
   * lines.
   */
  readonly amount: Minor;
}

/** Reads the coupons of a merchant's settings, by case-folded code. Skips invalid ones. */
export function couponsOf(setting: unknown, currency: string): Map<string, OrderCoupon> {
  const coupons = new Map<string, OrderCoupon>();
  for (const { code, percent, amount } of (Array.isArray(setting) ? setting : []).map(fieldsOf)) {
    if (typeof code !== 'string') continue;
    const off = toMinor(typeof amount === 'number' ? amount : 0, currency);
    coupons.set(fold(code), {
      code,
      percent: typeof percent === 'number' ? percent : 0,
      amount: off.ok ? off.value : zero,
    });
  }
  return coupons;
}

/**
 * Returns a coupon of the catalogue in the form that retries use. Undefined if they cannot use it:
 * they need a percentage or an amount off the whole subtotal, which anyone may use without a
 * condition.
 */
export function retryCouponOf({
  code,
  off,
  shipping,
  needs,
  usableBy,
}: Coupon): OrderCoupon | undefined {
  const isConditional = Object.values(needs).some((need) => need !== undefined);
  const isPartial = [off?.only, off?.except, off?.unitsMax].some((part) => part !== undefined);
  if (off === undefined || shipping || isPartial || isConditional || usableBy !== 'Anyone')
    return undefined;
  const { how } = off;
  if (how.kind === 'percent' && how.ofAtMost === undefined)
    return { code, percent: how.percent, amount: zero };
  if (how.kind === 'amount' && how.andShipping !== true)
    return { code, percent: 0, amount: how.amount };
  return undefined;
}

/** Returns a coupon of the catalogue for a retry at a moment; undefined if it gives no discount. */
export const retryCouponAt = (
  coupon: Coupon | undefined,
  at: Temporal.Instant,
): OrderCoupon | undefined =>
  coupon === undefined || outOfTime(coupon, at) !== undefined ? undefined : retryCouponOf(coupon);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Returns the discount of a coupon on a subtotal. */
export function couponDiscount(subtotal: Minor, coupon: OrderCoupon): Minor {
  const left = percentOff(subtotal, coupon.percent, 'half up');
  return minor(Math.min(subtotal, subtotal - left + coupon.amount));
}

/**
 * Returns a stored order with a coupon: each line gets its share, unless it excludes coupons, and the
 * tax is calculated again at the order's rate. A tax that the client named stays. If the new total is
 * less than the store credit that was used, the order uses less of it; the caller returns the rest to
 * the customer.
 */
export function withCoupon(order: OrderRecord, coupon: OrderCoupon): OrderRecord {
  const { document, currency: base } = order;
  const amount = (stored: Currency | undefined) => amountOf(stored, base);
  const lines = document.items ?? [];
  const costs = lines.map((line) =>
    line.exclude_coupon === true ? zero : amount(line.total_cost_with_discount),
  );
  const discount = couponDiscount(sum(costs), coupon);
  if (discount <= 0) return order;
  const shares = allocate(discount, costs);
  const money = moneyOf(order);
  const { summary = {} } = document;
  const { tax, taxableDiscount } = loweredTax(order, shares) ?? {
    tax: amount(summary.tax),
    taxableDiscount: minor(
      amount(summary.taxable_subtotal_discount) +
        sum(shares.filter((_, place) => lines[place]?.tax_free !== true)),
    ),
  };
  const left = minor(order.total - discount - amount(summary.tax) + tax);
  const total = minor(Math.max(0, left));
  return {
    ...order,
    total,
    document: {
      ...document,
      items: lines.map((line, place) => lineWith(line, shares[place] ?? zero, base, money)),
      coupons: [
        ...(document.coupons ?? []),
        { coupon_code: coupon.code, base_coupon_code: coupon.code, automatically_applied: true },
      ],
      summary: {
        ...summary,
        subtotal_discount: money(minor(amount(summary.subtotal_discount) + discount)),
        taxable_subtotal_discount: money(taxableDiscount),
        tax: money(tax),
        total: money(total),
        ...(left < 0 && {
          internal_gift_certificate_amount: money(minor(Math.max(0, creditUsed(order) + left))),
        }),
      },
    },
  };
}

type Money = (amount: Minor) => Currency;

function moneyOf({ document, currency: base }: OrderRecord): Money {
  const currency: OrderCurrency = {
    base,
    shown: document.currency_code ?? base,
    exchangeRate: document.exchange_rate ?? 1,
  };
  return (amount) => wireCurrency(amount, currency);
}

function lineWith(line: OrderItem, share: Minor, base: string, money: Money): OrderItem {
  const cost = minor(amountOf(line.total_cost_with_discount, base) - share);
  return {
    ...line,
    discount: money(minor(amountOf(line.discount, base) + share)),
    total_cost_with_discount: money(cost),
    unit_cost_with_discount: money(proportion(cost, 1, line.quantity || 1, 'half up')),
  };
}
