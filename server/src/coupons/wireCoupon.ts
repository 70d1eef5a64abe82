import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import type { Temporal } from 'temporal-polyfill';
import { Bug, required } from '../kernel/assert.ts';
import { fromMinor, type Minor, toMinor } from '../kernel/money.ts';
import { plainPostalCode } from '../kernel/postalCode.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import type { Coupon, LineDiscount, Needs, ShippingDiscount } from './coupon.ts';
import { type Discount, type Kind, type KindName, kinds, kindsOf, kindWords } from './kinds.ts';

/**
 * Converts a stored coupon to the record that rules use. validation.ts checked it before it was
 * written, so an invalid value here is a bug.
 */
export function couponOf(wire: WireCoupon, currency: string): Coupon {
  const { needs, ...discount } = discountOf(wire, currency);
  return {
    oid: required(wire.coupon_oid, 'coupon_oid'),
    code: required(wire.merchant_code, 'merchant_code'),
    ...discount,
    needs: {
      ...needs,
      postalCodes: wire.restrict_by_postal_codes?.length
        ? new Set(wire.restrict_by_postal_codes.map(plainPostalCode))
        : undefined,
    },
    startsAt: storedMoment(wire.start_dts),
    expiresAt: storedMoment(wire.expiration_dts),
    usableBy: wire.usable_by ?? 'Anyone',
    takesManyCodes: wire.allow_multiple_one_time_codes ?? false,
    combines: wire.can_be_used_with_other_coupons ?? false,
    isSuper: wire.super_coupon ?? false,
    skipsRebills: wire.skip_on_rebill ?? false,
    isHidden: wire.hide_from_customer ?? false,
    accountingCode: wire.quickbooks_code,
  };
}

/** Reads a stored coupon's moment, which includes its offset. */
export function storedMoment(text: string | undefined): Temporal.Instant | undefined {
  if (text === undefined) return undefined;
  const parsed = readWireDate(text, 'UTC');
  if (!parsed.ok) throw new Bug(`a stored coupon has the date ${text}`);
  return parsed.value;
}

function discountOf(wire: WireCoupon, currency: string): Discount {
  const name = kindOf(wire);
  const kind = kinds[name] as Kind<unknown>;
  return kind.read(wire[name], (decimal) => amountOf(decimal, currency));
}

function kindOf(wire: WireCoupon): KindName {
  return required(kindsOf(wire)[0], 'discount of a coupon');
}

function amountOf(decimal: number | undefined, currency: string): Minor {
  const parsed = toMinor(decimal ?? 0, currency);
  if (!parsed.ok) throw new Bug(`a stored coupon has the amount ${decimal} ${currency}`);
  return parsed.value;
}

/** Returns the fields of a coupon that depend on its discount: its type and its description. */
export function derivedFields(
  wire: WireCoupon,
  currency: string,
): Pick<WireCoupon, 'coupon_type' | 'calculated_description'> {
  return {
    coupon_type: kindWords(kindOf(wire)),
    calculated_description: describedAs(discountOf(wire, currency), currency),
  };
}

function describedAs({ off, shipping, needs }: Discount, currency: string): string {
  const money = (amount: Minor) => `${fromMinor(amount, currency)} ${currency}`;
  const parts = [off && linesWords(off, money), shipping && shippingWords(shipping, money)];
  const what = parts.filter((part) => part !== undefined).join(' and ') || 'Nothing off';
  return `${what}${needsWords(needs, money)}`;
}

type Show = (amount: Minor) => string;

function linesWords({ how, only, except, unitsMax }: LineDiscount, money: Show): string {
  const items = only ? `${only.size} items` : except ? `all but ${except.size} items` : undefined;
  const most = unitsMax === undefined ? '' : `, at most ${unitsMax} units`;
  switch (how.kind) {
    case 'percent': {
      const of = how.ofAtMost === undefined ? '' : `the first ${money(how.ofAtMost)} of `;
      return `${how.percent}% off ${of}${items ?? 'the subtotal'}${most}`;
    }
    case 'amount':
      return `${money(how.amount)} off the subtotal${how.andShipping ? ' and shipping' : ''}`;
    case 'amount of each':
      return `${money(how.amount)} off each unit of ${items ?? 'all items'}${most}`;
    case 'price of each':
      return `${money(how.price)} for each unit of ${items ?? 'all items'}${most}`;
    case 'tiers':
      return how.tiers
        .map(({ from, percent, amount }) => {
          const off = amount === undefined ? `${percent}%` : money(amount);
          return `${off} off from ${money(from)}${items ? ` of ${items}` : ''}`;
        })
        .join(', ');
  }
}

function shippingWords({ how, only }: ShippingDiscount, money: Show): string {
  const of = only ? ` of orders with no other than ${only.size} items` : '';
  switch (how.kind) {
    case 'free':
      return `free shipping${of}`;
    case 'percent':
      return `${how.percent}% off shipping${of}`;
    case 'amount':
      return `${money(how.amount)} off shipping${of}`;
  }
}

function needsWords(needs: Needs | undefined, money: Show): string {
  if (needs?.subtotal !== undefined) return `, from a subtotal of ${money(needs.subtotal)}`;
  if (needs?.items === undefined) return '';
  const { ids, units } = needs.items;
  return `, with ${units} of ${ids.size} items on the order`;
}
