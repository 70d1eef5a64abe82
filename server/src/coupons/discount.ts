import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { isReached } from '../kernel/moments.ts';
import {
  allocate,
  type Minor,
  minor,
  percentOff,
  proportion,
  sum,
  timesQuantity,
  zero,
} from '../kernel/money.ts';
import { postalCodesAt } from '../kernel/postalCode.ts';
import { exactQuantity, sumQuantities } from '../kernel/quantity.ts';
import type { Coupon, LineDiscount, Reduction, ShippingDiscount, Tier } from './coupon.ts';

/** The part of an order that coupons use. Amounts are before any coupon. */
export interface Cart {
  readonly lines: readonly CartLine[];
  readonly shipping: Minor;
  readonly shippingMethod?: string | undefined;
  /** The postal code of the shipping address. */
  readonly postalCode?: string | undefined;
  readonly country?: string | undefined;
  /** The customer gets no free shipping (no_free_shipping), from coupons either. */
  readonly neverShipsFree?: boolean | undefined;
  readonly at: Temporal.Instant;
}

/** The part of a line that coupons use. */
export interface CartLine {
  readonly itemId: string;
  readonly quantity: number;
  readonly unitCost: Minor;
  readonly amount: Minor;
  /** Whether coupons do not reduce it. It then counts for no minimum either. */
  readonly isExcluded: boolean;
}

/** A coupon that is to be applied, and the code that names it. */
export interface Candidate {
  readonly coupon: Coupon;
  /** The entered code: the coupon's code, or a one-time code. */
  readonly code: string;
  /** Whether the merchant's conditions applied it, without a code. */
  readonly isAutomatic?: boolean;
  /** Whether it also counts after its end (the merchant's setting for rebills). */
  readonly ignoresEnd?: boolean;
}

/** The discounts that coupons give to an order, and the effect of each coupon. */
export interface Discounts {
  /** The discount of each line; never more than its amount. */
  readonly lines: readonly Minor[];
  readonly shipping: Minor;
  readonly effects: readonly CouponEffect[];
}

/** The effect of one coupon. `left` is the sum of lines and shipping after it. */
export interface CouponEffect {
  readonly candidate: Candidate;
  readonly taken: Minor;
  readonly takenOffShipping: Minor;
  readonly left: Minor;
  /** Why it does not count, as words that continue a sentence after its code. Absent: it counts. */
  readonly unusable?: string;
}

interface Running {
  readonly lines: readonly Minor[];
  readonly shipping: Minor;
  readonly effects: readonly CouponEffect[];
}

/**
 * Applies coupons one after the other, each to the remainder of the previous one. A coupon that
 * does not count gives no discount, and its effect says why.
 */
export function discounts(cart: Cart, candidates: readonly Candidate[]): Discounts {
  let running: Running = { lines: cart.lines.map(() => zero), shipping: zero, effects: [] };
  for (const candidate of candidates) running = withCandidate(cart, running, candidate);
  return running;
}

function withCandidate(cart: Cart, before: Running, candidate: Candidate): Running {
  const { coupon } = candidate;
  const unusable = unusableWords(cart, before, candidate);
  const lines =
    unusable === undefined ? offLines(cart, before, coupon) : cart.lines.map(() => zero);
  const taken = sum(lines);
  const takenOffShipping = unusable === undefined ? offShipping(cart, before, coupon, taken) : zero;
  const after = {
    lines: before.lines.map((off, place) => minor(off + lines[place]!)),
    shipping: minor(before.shipping + takenOffShipping),
  };
  const whole = sum(cart.lines.map(({ amount }) => amount)) + cart.shipping;
  const effect: CouponEffect = {
    candidate,
    taken,
    takenOffShipping,
    left: minor(whole - sum(after.lines) - after.shipping),
    ...(unusable !== undefined && { unusable }),
  };
  return { ...after, effects: [...before.effects, effect] };
}

/**
 * Returns why a coupon does not count at a moment, as words that continue a sentence after its
 * code.
 */
export function outOfTime(
  { startsAt, expiresAt }: Pick<Coupon, 'startsAt' | 'expiresAt'>,
  at: Temporal.Instant,
): 'is not valid yet' | 'has expired' | undefined {
  if (startsAt !== undefined && !isReached(startsAt, at)) return 'is not valid yet';
  return expiresAt !== undefined && isReached(expiresAt, at) ? 'has expired' : undefined;
}

function unusableWords(cart: Cart, before: Running, candidate: Candidate): string | undefined {
  const { coupon, ignoresEnd } = candidate;
  const late = outOfTime(coupon, cart.at);
  if (late !== undefined && !(late === 'has expired' && ignoresEnd)) return late;
  const used = before.effects.filter((effect) => effect.unusable === undefined);
  return (
    sameCouponWords(used, candidate) ?? combinationWords(used, coupon) ?? needsWords(cart, coupon)
  );
}

function sameCouponWords(
  used: readonly CouponEffect[],
  { coupon, code }: Candidate,
): string | undefined {
  const same = used.filter(({ candidate }) => candidate.coupon.oid === coupon.oid);
  if (same.length === 0) return undefined;
  const isRepeated = same.some(({ candidate }) => fold(candidate.code) === fold(code));
  return coupon.takesManyCodes && !isRepeated ? undefined : 'applies only once to an order';
}

function combinationWords(used: readonly CouponEffect[], coupon: Coupon): string | undefined {
  const other = used.find(
    ({ candidate: { coupon: each } }) =>
      each.oid !== coupon.oid &&
      !(each.isSuper || coupon.isSuper || (each.combines && coupon.combines)),
  );
  return other && `cannot be used together with ${other.candidate.code}`;
}

function needsWords(cart: Cart, coupon: Coupon): string | undefined {
  const { needs } = coupon;
  const counted = cart.lines.filter(({ isExcluded }) => !isExcluded);
  const subtotal = sum(counted.map(({ amount }) => amount));
  if (needs.subtotal !== undefined && subtotal < needs.subtotal)
    return 'needs a higher subtotal than this order has';
  const { items } = needs;
  if (items) {
    const units = sumQuantities(
      counted.flatMap((line) => (items.ids.has(fold(line.itemId)) ? line.quantity : [])),
    );
    if (units < items.units) return 'needs items that are not on the order, or more of them';
  }
  const { postalCodes } = needs;
  const codes = postalCodesAt(cart.postalCode ?? '', cart.country);
  if (postalCodes && !codes.some((code) => postalCodes.has(code)))
    return 'does not apply to the postal code of the order';
  return fitWords(cart, counted, coupon);
}

/**
 * Returns why a coupon gives no discount: the order reaches no tier, or no line or method matches.
 */
function fitWords(
  cart: Cart,
  counted: readonly CartLine[],
  { off, shipping }: Coupon,
): string | undefined {
  const fitsLines = off !== undefined && counted.some((line) => isMeant(line, off));
  if (off?.how.kind === 'tiers' && fitsLines && reachedTier(off.how.tiers, off, cart) === undefined)
    return 'needs a higher subtotal than this order has';
  const fits = fitsLines || (shipping !== undefined && fitsShipping(cart, shipping));
  if (!fits && shipping?.how.kind === 'free' && cart.neverShipsFree === true)
    return 'gives free shipping, which this customer does not get';
  // A coupon without a discount applies to every order.
  return fits || (off === undefined && shipping === undefined)
    ? undefined
    : 'does not apply to the items or the shipping method of the order';
}

function offLines(cart: Cart, before: Running, { off }: Coupon): Minor[] {
  if (off === undefined) return cart.lines.map(() => zero);
  const bases = basesOf(cart, before, off);
  switch (off.how.kind) {
    case 'amount of each':
    case 'price of each':
      return bases.map((base, place) => offEach(base, cart.lines[place]!, off.how));
    case 'percent':
      // Each line gets its own percentage, unless the discount applies to the sum.
      if (off.how.ofAtMost === undefined && (off.only || off.unitsMax !== undefined)) {
        const { percent } = off.how;
        return bases.map(({ left }) => minor(left - percentOff(left, percent, 'half up')));
      }
      return shared(reduction(sum(bases.map(({ left }) => left)), off, cart), bases);
    default:
      return shared(reduction(sum(bases.map(({ left }) => left)), off, cart), bases);
  }
}

/** The part of a line that a discount may reduce: its units, and their remaining cost. */
interface Base {
  readonly units: number;
  readonly left: Minor;
}

function basesOf({ lines }: Cart, before: Running, off: LineDiscount): Base[] {
  let unitsLeft = off.unitsMax ?? Number.POSITIVE_INFINITY;
  return lines.map((line, place) => {
    const counts = !line.isExcluded && isMeant(line, off);
    const units = counts ? Math.min(line.quantity, unitsLeft) : 0;
    unitsLeft = exactQuantity(unitsLeft - units);
    const left = minor(Math.max(0, line.amount - before.lines[place]!));
    if (units === 0) return { units, left: zero };
    if (units === line.quantity) return { units, left };
    return { units, left: proportion(left, units, line.quantity, 'half up') };
  });
}

function isMeant({ itemId }: CartLine, { only, except }: LineDiscount): boolean {
  const id = fold(itemId);
  return (only?.has(id) ?? true) && !(except?.has(id) ?? false);
}

function offEach({ units, left }: Base, { unitCost }: CartLine, how: Reduction): Minor {
  if (units === 0) return zero;
  const each =
    how.kind === 'amount of each'
      ? how.amount
      : minor(Math.max(0, unitCost - (how.kind === 'price of each' ? how.price : unitCost)));
  // The product of a large amount and many units could not be counted.
  if (each * units >= left) return left;
  return minor(Math.min(left, timesQuantity(each, units, 'half up')));
}

/** Returns the reduction of a sum, for all lines together. */
function reduction(left: Minor, off: LineDiscount, cart: Cart): Minor {
  const { how } = off;
  switch (how.kind) {
    case 'percent': {
      const base = minor(Math.min(left, how.ofAtMost ?? left));
      return minor(base - percentOff(base, how.percent, 'half up'));
    }
    case 'amount':
      return minor(Math.min(left, how.amount));
    case 'tiers':
      return tierReduction(left, reachedTier(how.tiers, off, cart));
    default:
      return zero;
  }
}

function tierReduction(left: Minor, reached: Tier | undefined): Minor {
  if (reached === undefined) return zero;
  return reached.amount === undefined
    ? minor(left - percentOff(left, reached.percent ?? 0, 'half up'))
    : minor(Math.min(left, reached.amount));
}

/** Returns the highest tier that the subtotal of the lines reaches which the discount is for. */
function reachedTier(tiers: readonly Tier[], off: LineDiscount, { lines }: Cart): Tier | undefined {
  const counted = lines.filter((line) => !line.isExcluded && isMeant(line, off));
  const subtotal = sum(counted.map(({ amount }) => amount));
  return tiers
    .filter(({ from }) => subtotal >= from)
    .reduce<Tier | undefined>(
      (best, tier) => (best && best.from > tier.from ? best : tier),
      undefined,
    );
}

/**
 * Splits a discount over the lines in proportion to their remaining cost. The parts add up to it.
 */
const shared = (total: Minor, bases: readonly Base[]): Minor[] =>
  total === 0
    ? bases.map(() => zero)
    : allocate(
        total,
        bases.map(({ left }) => left),
      );

function offShipping(cart: Cart, before: Running, coupon: Coupon, taken: Minor): Minor {
  const left = minor(Math.max(0, cart.shipping - before.shipping));
  const { off, shipping } = coupon;
  if (off?.how.kind === 'amount' && off.how.andShipping)
    return minor(Math.min(left, off.how.amount - taken));
  if (shipping === undefined || !fitsShipping(cart, shipping)) return zero;
  switch (shipping.how.kind) {
    case 'free':
      return left;
    case 'percent':
      return minor(left - percentOff(left, shipping.how.percent, 'half up'));
    case 'amount':
      return minor(Math.min(left, shipping.how.amount));
  }
}

const fitsShipping = (
  { lines, shippingMethod, neverShipsFree }: Cart,
  { how, only, methods }: ShippingDiscount,
): boolean =>
  !(how.kind === 'free' && neverShipsFree === true) &&
  (only === undefined || lines.every(({ itemId }) => only.has(fold(itemId)))) &&
  (methods === undefined || methods.has(fold(shippingMethod ?? '')));
