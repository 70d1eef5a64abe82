import { assert, Bug } from './assert.ts';
import { failure, type Outcome, success } from './outcome.ts';

declare const minorBrand: unique symbol;

/**
 * A whole number of a currency's smallest unit (cents for USD, yen for JPY). It is always a safe
 * integer and may be negative.
 */
export type Minor = number & { readonly [minorBrand]: 'Minor' };

/**
 * The largest amount of one field or one line, in minor units. A thousand of them still add up
 * exactly.
 */
export const amountMax = 1_000_000_000_000;

/** The largest quantity of one line. */
export const quantityMax = 100_000;

/** How a division with a remainder is rounded. The 'half' rules apply to the distance from zero. */
export type Rounding = 'half up' | 'half even' | 'down';

/** Why a decimal of the wire is not a valid amount of money. */
export type AmountFault = 'not a number' | 'too many decimals' | 'too large';

/** An amount of zero, in any currency. */
export const zero = 0 as Minor;

/**
 * Returns a number that our own code calculated as minor units. Throws a {@link Bug} if it is not a
 * safe integer.
 */
export function minor(units: number): Minor {
  assert(Number.isSafeInteger(units), `${units} is not a whole number of minor units`);
  return (units === 0 ? 0 : units) as Minor;
}

/**
 * Converts a decimal of the wire exactly to minor units: 19.99 in USD is 1999. Zeros beyond the
 * currency's decimals are allowed (10.500 USD); other digits there are refused rather than rounded.
 */
export function toMinor(decimal: number | string, currency: string): Outcome<Minor, AmountFault> {
  const parsed = parseDecimal(decimal);
  if (parsed === undefined) return failure('not a number');
  const exponent = currencyExponent(currency);
  let { digits } = parsed;
  for (let { scale } = parsed; scale > exponent; scale--) {
    if (digits % 10n !== 0n) return failure('too many decimals');
    digits /= 10n;
  }
  if (parsed.scale < exponent) digits *= 10n ** BigInt(exponent - parsed.scale);
  const units = Number(digits);
  return Number.isSafeInteger(units) ? success(minor(units)) : failure('too large');
}

/**
 * Converts minor units to the decimal number of the wire: the nearest JSON number, which prints
 * with the currency's decimals.
 */
export function fromMinor(amount: Minor, currency: string): number {
  return amount / 10 ** currencyExponent(currency);
}

/**
 * Returns the digits after the point (ISO 4217): 2 for most currencies, and 0, 3 or 4 for those
 * listed.
 */
export function currencyExponent(currency: string): number {
  return unusualExponents.get(currency) ?? 2;
}

/** Formats an amount for a sentence: `19.06 USD`. */
export const amountText = (amount: Minor, currency: string): string =>
  `${fromMinor(amount, currency).toFixed(currencyExponent(currency))} ${currency}`;

/** Returns the sum of amounts of one currency. */
export function sum(amounts: Iterable<Minor>): Minor {
  let total = 0;
  for (const amount of amounts) total += amount;
  return minor(total);
}

/**
 * Multiplies `amount` by a decimal ratio (a tax rate, a share). The ratio is used exactly as it
 * prints: 0.0825 is 825/10000.
 */
export function multiply(amount: Minor, ratio: number, rounding: Rounding): Minor {
  if (Number.isInteger(ratio)) return minor(amount * ratio);
  const parsed = parseDecimal(ratio);
  assert(parsed !== undefined, `${ratio} is not a ratio`);
  return divide(BigInt(amount) * parsed.digits, 10n ** BigInt(parsed.scale), rounding);
}

/**
 * Returns `amount` times `part` divided by `whole`. Both are used exactly as they print, so that a
 * half is exact: 3 times 5 of 6 is 2.5. `whole` must be positive.
 */
export function proportion(amount: Minor, part: number, whole: number, rounding: Rounding): Minor {
  if (part === whole) return amount;
  const [some, all] = [parseDecimal(part), parseDecimal(whole)];
  assert(some !== undefined && all !== undefined, `${part} of ${whole} is not a proportion`);
  assert(all.digits > 0n, `${whole} is not a positive whole`);
  const numerator = BigInt(amount) * some.digits * 10n ** BigInt(all.scale);
  return divide(numerator, all.digits * 10n ** BigInt(some.scale), rounding);
}

/**
 * Takes `percent` off `amount`. A percentage below 0 counts as 0, and above 100 as 100, so a
 * discount never changes the sign.
 */
export function percentOff(amount: Minor, percent: number, rounding: Rounding): Minor {
  const bounded = Math.min(100, Math.max(0, percent));
  const parsed = parseDecimal(bounded);
  assert(parsed !== undefined, `${percent} is not a percentage`);
  const whole = 100n * 10n ** BigInt(parsed.scale);
  return divide(BigInt(amount) * (whole - parsed.digits), whole, rounding);
}

/** Returns a line's amount: `unit` times a quantity with at most four decimals. */
export function timesQuantity(unit: Minor, quantity: number, rounding: Rounding): Minor {
  return multiply(unit, quantity, rounding);
}

/**
 * Splits `total` by non-negative weights so that the parts add up to it. Each part is its exact
 * share rounded down. The remaining units go one each to the largest remainders, earlier parts
 * first if they are equal. If all weights are 0, they count as equal.
 */
export function allocate(total: Minor, weights: readonly number[]): Minor[] {
  assert(weights.length > 0, 'a split needs at least one part');
  const wholes = wholeWeights(weights);
  const weightSum = wholes.reduce((all, each) => all + each, 0n);
  const magnitude = BigInt(Math.abs(total));
  const shares = wholes.map((weight, index) => {
    const exact = magnitude * weight;
    return { index, units: exact / weightSum, remainder: exact % weightSum };
  });
  let left = magnitude - shares.reduce((all, each) => all + each.units, 0n);
  const byRemainder = [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1,
  );
  for (const share of byRemainder) {
    if (left === 0n) break;
    share.units += 1n;
    left -= 1n;
  }
  const sign = total < 0 ? -1 : 1;
  return shares.map((share) => minor(sign * Number(share.units)));
}

/** Returns the weights as whole numbers in the same proportions. */
function wholeWeights(weights: readonly number[]): bigint[] {
  const parsed = weights.map((weight) => {
    const decimal = parseDecimal(weight);
    assert(decimal !== undefined && decimal.digits >= 0n, `${weight} is not a weight`);
    return decimal;
  });
  if (parsed.every(({ digits }) => digits === 0n)) return weights.map(() => 1n);
  const scale = Math.max(...parsed.map((each) => each.scale));
  return parsed.map((each) => each.digits * 10n ** BigInt(scale - each.scale));
}

/** Returns a rounded quotient of whole numbers. The denominator must be positive. */
function divide(numerator: bigint, denominator: bigint, rounding: Rounding): Minor {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const twice = 2n * (magnitude % denominator);
  if (roundsAway(rounding, twice, denominator, quotient)) quotient += 1n;
  return minor(Number(negative ? -quotient : quotient));
}

function roundsAway(
  rounding: Rounding,
  twiceRemainder: bigint,
  denominator: bigint,
  quotient: bigint,
): boolean {
  switch (rounding) {
    case 'down':
      return false;
    case 'half up':
      return twiceRemainder >= denominator;
    case 'half even':
      return (
        twiceRemainder > denominator || (twiceRemainder === denominator && quotient % 2n === 1n)
      );
    default:
      throw new Bug(`unknown rounding ${rounding satisfies never}`);
  }
}

interface Decimal {
  readonly digits: bigint;
  /** The number of digits after the point, never negative. */
  readonly scale: number;
}

const decimalShape = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal exactly. A JavaScript number counts as the shortest decimal that prints it, which
 * is the one that the client sent.
 */
function parseDecimal(decimal: number | string): Decimal | undefined {
  if (Number.isSafeInteger(decimal)) return { digits: BigInt(decimal), scale: 0 };
  const match = decimalShape.exec(String(decimal));
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const magnitude = BigInt(whole + fraction);
  const digits = sign === '-' ? -magnitude : magnitude;
  const scale = fraction.length - Number(power);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

const unusualExponents: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code) => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);
