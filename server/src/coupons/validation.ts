import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isBefore } from '../kernel/moments.ts';
import { amountMax, currencyExponent, toMinor } from '../kernel/money.ts';
import { type KindName, kindNames, kinds, kindsOf } from './kinds.ts';
import { storedMoment } from './wireCoupon.ts';

/** Returns the first fault of a coupon in its stored form, or undefined. */
export function couponFault(wire: WireCoupon, currency: string): FieldFault | undefined {
  return codeFault(wire.merchant_code) ?? datesFault(wire) ?? kindFault(wire, currency);
}

const codeShape = /^[^\s\p{Cc}/]{1,20}$/u;

/** Whether a text can be a code: 1 to 20 characters without spaces and slashes. */
export const isCode = (code: string): boolean => codeShape.test(code);

function codeFault(code: string | undefined): FieldFault | undefined {
  if (code !== undefined && isCode(code)) return undefined;
  return {
    field: 'merchant_code',
    reason: code === undefined ? 'is missing' : 'is not a valid code',
    fix: 'Send 1 to 20 characters without spaces and slashes',
  };
}

function datesFault({ start_dts, expiration_dts }: WireCoupon): FieldFault | undefined {
  const [start, end] = [storedMoment(start_dts), storedMoment(expiration_dts)];
  return start === undefined || end === undefined || isBefore(start, end)
    ? undefined
    : {
        field: 'expiration_dts',
        reason: 'is not after start_dts',
        fix: 'Send a later end, or an earlier start',
      };
}

function kindFault(wire: WireCoupon, currency: string): FieldFault | undefined {
  const found = kindsOf(wire);
  const [name] = found;
  if (name === undefined || found.length > 1)
    return {
      field: found[1] ?? 'coupon',
      reason: name === undefined ? 'has no discount' : `is a second discount next to ${name}`,
      fix: `Send exactly one of: ${kindNames.join(', ')}`,
    };
  const part: Readonly<Record<string, unknown>> = wire[name] ?? {};
  const missing = (kinds[name].required as readonly string[]).find((field) => isEmpty(part[field]));
  if (missing !== undefined)
    return { field: `${name}.${missing}`, reason: 'is missing', fix: 'Send it with the discount' };
  return partFault(name, part, currency);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function partFault(
  name: KindName,
  part: Readonly<Record<string, unknown>>,
  currency: string,
): FieldFault | undefined {
  for (const [field, value] of Object.entries(part)) {
    const path = `${name}.${field}`;
    const fault =
      field === 'tiers' && Array.isArray(value)
        ? tiersFault(path, value, currency)
        : valueFault(path, field, value, { name, currency });
    if (fault) return fault;
  }
  return undefined;
}

function tiersFault(
  path: string,
  tiers: readonly Readonly<Record<string, unknown>>[],
  currency: string,
): FieldFault | undefined {
  for (const [index, tier] of tiers.entries()) {
    const off = 'discount_percent' in tier ? 'discount_percent' : 'discount_amount';
    for (const field of ['subtotal_amount', off]) {
      const place = `${path}[${index}].${field}`;
      if (isEmpty(tier[field])) return { field: place, reason: 'is missing', fix: 'Send it' };
      const fault = valueFault(place, field, tier[field], { currency });
      if (fault) return fault;
    }
  }
  return undefined;
}

function valueFault(
  path: string,
  field: string,
  value: unknown,
  { name, currency }: { name?: KindName; currency: string },
): FieldFault | undefined {
  if (field === 'currency_code')
    return value === currency
      ? undefined
      : {
          field: path,
          reason: 'is not the merchant’s currency',
          fix: `Send ${currency}, or omit it`,
        };
  if (typeof value !== 'number') return undefined;
  if (field.endsWith('_percent'))
    return value >= 0 && value <= 100
      ? undefined
      : { field: path, reason: 'is not a valid percentage', fix: 'Send 0 to 100' };
  const isUnits =
    field === 'required_purchase_quantity' ||
    (field === 'limit' && name !== 'percent_off_subtotal_limit');
  if (isUnits)
    return value >= 0
      ? undefined
      : { field: path, reason: 'is below 0', fix: 'Send a number of units; 0 for no limit' };
  const amount = toMinor(value, currency);
  return amount.ok && amount.value >= 0 && amount.value <= amountMax
    ? undefined
    : {
        field: path,
        reason: `is not a valid amount in ${currency}`,
        fix: `Send 0 to ${amountMax / 10 ** currencyExponent(currency)} with the decimals of ${currency}`,
      };
}
