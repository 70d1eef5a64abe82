import type { OrderTaxes } from '@perennial/contract/order.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { isCancelFee } from '../autoOrders/cancelFee.ts';
import type { PlannedLine, PlannedRebill } from '../autoOrders/futureRebills.ts';
import { isSame, pricedOptions, shippedOptions } from '../autoOrders/optionPrices.ts';
import { type AppliedRule, priceLine, tierOfPrice } from '../autoOrders/pricing.ts';
import type { Catalog, PlanContext, PlannedShipment } from '../autoOrders/steps.ts';
import { type CouponEffect, discounts } from '../coupons/discount.ts';
import type { CatalogItem } from '../items/item.ts';
import { unitGrams } from '../items/kit.ts';
import { fold } from '../kernel/caseFolding.ts';
import { earlier } from '../kernel/moments.ts';
import { allocate, type Minor, minor, sum, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { couponDiscount, type OrderCoupon } from '../orders/coupon.ts';
import { gramsWith, optionKey } from '../orders/optionWeight.ts';
import {
  type CustomerShipping,
  rebillQuote,
  type ShippingMethod,
  type ShippingQuote,
} from '../orders/shippingMethod.ts';
import { isExemptAt, type TaxPlace } from '../orders/taxPlace.ts';
import { type AppliedTaxRule, taxAfterRules } from '../orders/taxTerms.ts';
import { taxedPart, taxOnParts } from '../orders/totals.ts';
import type { OriginalCoupon } from './originalCoupons.ts';
import type { OriginalTerms } from './originalTerms.ts';

/**
 * The order that a rebill will make: lines and amounts, in minor units of one currency. Previews
 * show it, and the engine charges it.
 */
export interface RebillOrder {
  readonly lines: readonly RebillLine[];
  /** The sum of the lines before coupons. */
  readonly subtotal: Minor;
  /** The discount by coupons on the lines. */
  readonly discount: Minor;
  /** The coupon of a retry. */
  readonly coupon?: string;
  /** The effect of each coupon, in the order in which they applied. Absent: there were none. */
  readonly couponRules?: readonly CouponRule[];
  /** The price of shipping. */
  readonly shipping: Minor;
  /** The discount by coupons on shipping. Absent: none. */
  readonly shippingDiscount?: Minor;
  /** The shipping method, if the merchant's methods determined the cost. */
  readonly shippingMethod?: { readonly name: string; readonly accountingCode?: string };
  /** How the cost was determined, for previews. */
  readonly shippingRules?: ShippingQuote['rules'];
  /** The amount on which the tax is calculated. */
  readonly taxable: Minor;
  readonly tax: Minor;
  /** How the tax was determined. Absent on plans from before this was stored. */
  readonly taxRules?: readonly AppliedTaxRule[];
  /** The tax rates that the order shows. Absent: none, or those of the original order. */
  readonly taxes?: OrderTaxes | undefined;
  /** The amount that store credit pays. Absent: nothing. */
  readonly credit?: Minor;
  /** The amount that remains to be charged. */
  readonly total: Minor;
}

/** The effect of a coupon on a rebill. */
export interface CouponRule {
  readonly code: string;
  /** The code of the catalogue. */
  readonly baseCode: string;
  readonly detail: string;
  readonly isRetry: boolean;
  /** False when it gave no discount because it does not apply. */
  readonly isUsed: boolean;
  readonly discount: Minor;
  readonly shippingDiscount: Minor;
  /** The sum of lines and shipping after it, before tax. */
  readonly left: Minor;
}

/** A line of a rebill order. */
export interface RebillLine {
  readonly kind: 'item' | 'add-on' | 'cancel fee';
  /**
   * The auto order item that ships, or with which the add-on ships; absent for an add-on to the
   * whole auto order.
   */
  readonly itemOid?: number;
  readonly itemId: string;
  readonly description: string;
  readonly quantity: number;
  readonly unitCost: Minor;
  /** `unitCost` times `quantity`. */
  readonly amount: Minor;
  /** Its share of the coupons. */
  readonly discount: Minor;
  readonly isTaxed: boolean;
  /** The taxed part of the unit cost. Absent: all of it. */
  readonly taxableCost?: Minor | undefined;
  readonly shipsFree: boolean;
  /** The type of a product that does not ship in a parcel. */
  readonly productType?: CatalogItem['productType'];
  /** The distribution center that ships it. Absent: the default center. */
  readonly center?: string;
  readonly options: readonly RebillOption[];
  /** How the unit cost was determined, for previews. */
  readonly priceRules: readonly AppliedRule[];
  /** The pricing tier that gave the price. */
  readonly tierName?: string;
  readonly isKit?: true;
  /** No coupon lowers its price. */
  readonly excludesCoupons?: true;
  /** The shipment in the item's schedule; absent for add-ons. */
  readonly shipment?: ShippedItem;
}

/** An option of a line. Its cost is part of the unit cost. */
export type RebillOption = AddOn['options'][number] & { readonly costChange?: Minor };

/**
 * The planned shipment. Settling compares it with the schedule, which may have changed since then.
 */
export interface ShippedItem {
  readonly originalItemId: string;
  readonly at: PlannedShipment['at'];
  readonly stepUsed?: NonNullable<PlannedShipment['stepUsed']>;
}

/** All values that the amounts depend on. */
export interface RebillTerms {
  readonly autoOrder: Pick<AutoOrder, 'addOns' | 'cancelAfterNextXOrders'>;
  readonly rebill: PlannedRebill;
  readonly original: OriginalTerms;
  readonly catalog: Catalog;
  readonly coupon?: OrderCoupon | undefined;
  readonly originalCoupons?: readonly OriginalCoupon[] | undefined;
  /** Empty or absent: shipping costs as much as in the original order. */
  readonly shippingMethods?: readonly ShippingMethod[];
  readonly customer?: CustomerShipping | undefined;
  /** The store credit that can pay for it. */
  readonly credit?: Minor | undefined;
  readonly context: PlanContext;
}

/** Why a rebill cannot be ordered, and the item at fault. */
export interface LineFault {
  readonly why: 'unknown item' | 'no price' | 'price too large' | 'quantity not positive';
  readonly itemId: string;
}

/** No shipping method of the merchant ships the order. */
export interface ShippingFault {
  readonly why: 'no shipping method';
  readonly country: string | undefined;
}

/**
 * Calculates the lines and amounts of a rebill. A cancel fee is charged alone, without add-ons or
 * shipping.
 */
export function rebillOrder(terms: RebillTerms): Outcome<RebillOrder, LineFault | ShippingFault> {
  const items = terms.rebill.lines.map((line) => itemLine(line, terms));
  const isFee = items.every((line) => line.kind === 'cancel fee');
  const addOns = isFee ? success([]) : addOnLines(terms);
  return addOns.ok ? withAmounts([...items, ...addOns.value], isFee, terms) : addOns;
}

function itemLine(
  { item, shipment }: PlannedLine,
  { autoOrder, catalog, original }: RebillTerms,
): RebillLine {
  const shipped = catalog(shipment.itemId);
  return {
    kind: isCancelFee(item, autoOrder, catalog) ? 'cancel fee' : 'item',
    itemOid: item.itemOid,
    itemId: shipped?.itemId ?? shipment.itemId,
    description: shipped?.description ?? '',
    quantity: shipment.quantity,
    unitCost: shipment.price.unitCost,
    amount: shipment.price.amount,
    discount: zero,
    ...taxOf(shipped, shipment.itemId, original),
    shipsFree: shipped?.autoOrder?.freeShipping === true || shipped?.freeShipping === true,
    ...shippingOf(shipped, kindOf(shipped, shipment.itemId, original)),
    options: optionsOf(item),
    priceRules: shipment.price.trace,
    ...marksOf(shipped, shipment.price.trace),
    ...couponMark(shipped, shipment.itemId, original),
    shipment: {
      originalItemId: item.originalItemId,
      at: shipment.at,
      ...(shipment.stepUsed && { stepUsed: shipment.stepUsed }),
    },
  };
}

/**
 * Returns the kind of product from the catalogue, or else from the line of the original order.
 * Absent: a parcel.
 */
const kindOf = (
  item: CatalogItem | undefined,
  itemId: string,
  { kinds }: OriginalTerms,
): CatalogItem['productType'] => item?.productType ?? kinds.get(fold(itemId));

/**
 * Returns how a line is taxed. A line that was tax free in the original order stays so, unless the
 * destination was the reason. A taxable cost that only the original order has also applies.
 */
function taxOf(
  item: CatalogItem | undefined,
  itemId: string,
  original: OriginalTerms,
): Pick<RebillLine, 'isTaxed' | 'taxableCost'> {
  const { taxFreeItemIds, taxableCosts, tax } = original;
  const isExempt = (place: TaxPlace | undefined) =>
    place !== undefined && isExemptAt(place, item?.taxExemptions);
  const isFree =
    item?.taxFree === true ||
    isExempt(tax.places?.now) ||
    (taxFreeItemIds.has(fold(itemId)) && !isExempt(tax.places?.original)) ||
    tax.exemptTypes.includes(kindOf(item, itemId, original) ?? 'physical');
  const taxableCost = item?.taxableCost ?? taxableCosts.get(fold(itemId));
  return { isTaxed: !isFree, ...(taxableCost !== undefined && { taxableCost }) };
}

function optionsOf(item: AutoOrderItem): readonly RebillOption[] {
  const priced = pricedOptions(item);
  const shipped = shippedOptions(item);
  if (priced.length === 0) return shipped;
  return shipped.map((option) => ({
    ...option,
    ...priced.find((agreed) => isSame(option, agreed)),
  }));
}

const shippingOf = (
  item: CatalogItem | undefined,
  productType: CatalogItem['productType'],
): Pick<RebillLine, 'productType' | 'center'> => ({
  ...(productType && { productType }),
  ...(item?.distributionCenter && { center: item.distributionCenter }),
});

function marksOf(
  item: CatalogItem | undefined,
  trace: readonly AppliedRule[],
): Pick<RebillLine, 'tierName' | 'isKit'> {
  const tierName = tierOfPrice(trace);
  return {
    ...(tierName !== undefined && { tierName }),
    ...(item?.kit && { isKit: true }),
  };
}

const couponMark = (
  item: CatalogItem | undefined,
  itemId: string,
  { couponFreeItemIds }: OriginalTerms,
): Pick<RebillLine, 'excludesCoupons'> =>
  item?.excludesCoupons === true || couponFreeItemIds.has(fold(itemId))
    ? { excludesCoupons: true }
    : {};

function addOnLines(terms: RebillTerms): Outcome<RebillLine[], LineFault> {
  const riding: { addOn: AddOn; item?: AutoOrderItem }[] = [
    ...terms.rebill.lines.flatMap(({ item }) => item.addOns.map((addOn) => ({ addOn, item }))),
    ...terms.autoOrder.addOns.map((addOn) => ({ addOn })),
  ];
  const lines: RebillLine[] = [];
  for (const { addOn, item } of riding) {
    if ((addOn.nextXOrders ?? 1) <= 0) continue;
    const line = addOnLine(addOn, item, terms);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return success(lines);
}

function addOnLine(
  addOn: AddOn,
  item: AutoOrderItem | undefined,
  { catalog, context, original, rebill }: RebillTerms,
): Outcome<RebillLine, LineFault> {
  const shipped = catalog(addOn.itemId);
  if (shipped === undefined) return failure({ why: 'unknown item', itemId: addOn.itemId });
  const price = priceLine({
    item: {
      originalQuantity: addOn.quantity,
      ...(addOn.unitCost !== undefined && { arbitraryUnitCost: addOn.unitCost }),
    },
    shipped,
    at: rebill.at,
    signedUpAt: context.autoOrder.signedUpAt,
    retryDays: context.retryDays ?? 0,
    tiers: context.tiers,
    zone: context.zone,
  });
  if (!price.ok) return failure({ why: price.reason, itemId: addOn.itemId });
  return success({
    kind: 'add-on',
    ...(item && { itemOid: item.itemOid }),
    itemId: shipped.itemId,
    description: shipped.description,
    quantity: price.value.quantity,
    unitCost: price.value.unitCost,
    amount: price.value.amount,
    discount: zero,
    ...taxOf(shipped, addOn.itemId, original),
    shipsFree: addOn.freeShipping || shipped.freeShipping === true,
    ...shippingOf(shipped, shipped.productType),
    options: addOn.options,
    priceRules: price.value.trace,
    ...marksOf(shipped, price.value.trace),
    ...couponMark(shipped, addOn.itemId, original),
  });
}

function withAmounts(
  lines: readonly RebillLine[],
  isFee: boolean,
  terms: RebillTerms,
): Outcome<RebillOrder, ShippingFault> {
  const { original } = terms;
  const subtotal = sum(lines.map((line) => line.amount));
  const quote = shippingQuote(lines, isFee, terms);
  if (quote === undefined) return failure({ why: 'no shipping method', country: original.country });
  const fullShipping = quote.cost;
  const off = isFee ? nothingOff(lines) : couponsOff(lines, quote, terms);
  const discounted = lines.map((line, index) => ({ ...line, discount: off.lines[index] ?? zero }));
  const discount = sum(off.lines);
  const shipping = minor(fullShipping - off.shipping);
  const { ratePercent, rounding, taxesShipping, rules, taxes } = original.tax;
  const parts = [
    ...discounted.filter((line) => line.isTaxed).map(taxedAmount),
    ...(taxesShipping ? [shipping] : []),
  ];
  const tax = taxOnParts(parts, ratePercent, rounding);
  const cost = minor(subtotal - discount + shipping + tax);
  const credit = minor(Math.min(cost, terms.credit ?? zero));
  return success({
    lines: discounted,
    subtotal,
    discount,
    shipping,
    ...(off.shipping > 0 && { shippingDiscount: off.shipping }),
    ...methodOf(quote),
    taxable: sum(parts),
    tax,
    taxRules: taxAfterRules(rules, tax),
    ...(taxes && { taxes }),
    ...(off.retryCode !== undefined && { coupon: off.retryCode }),
    ...(off.rules.length > 0 && { couponRules: off.rules }),
    ...(credit > 0 && { credit }),
    total: minor(cost - credit),
  });
}

/**
 * Returns the cost of shipping; undefined if no method ships the order. If the merchant has no
 * methods or the original order names none, it costs the same as in the original order, whatever is
 * shipped, and it is free only if every line ships free and the customer gets free shipping.
 */
function shippingQuote(
  lines: readonly RebillLine[],
  isFee: boolean,
  { original, catalog, customer, shippingMethods = [] }: RebillTerms,
): ShippingQuote | undefined {
  const name = original.shippingMethod;
  if (isFee) return { cost: zero, rules: [] };
  if (shippingMethods.length === 0 || name === undefined) {
    const isFree = customer?.neverFree !== true && lines.every((line) => line.shipsFree);
    return { cost: isFree ? zero : original.shipping, rules: [] };
  }
  return rebillQuote(shippingMethods, name, {
    lines: lines.map((line) => ({
      amount: minor(line.amount - line.discount),
      quantity: line.quantity,
      grams: gramsOf(line, original, catalog),
      shipsFree: line.shipsFree,
      isParcel: line.productType === undefined,
    })),
    country: original.country,
    customer,
    currency: original.currency,
  });
}

/** Returns what a unit weighs: by the catalogue or the original order, and with its options. */
function gramsOf(
  { itemId, options }: RebillLine,
  { grams, optionWeights }: OriginalTerms,
  catalog: Catalog,
): number {
  return gramsWith(
    unitGrams(catalog(itemId), catalog) ?? grams.get(fold(itemId)) ?? 0,
    options.map((option) => optionWeights.get(optionKey(itemId, option))),
  );
}

const methodOf = ({
  method,
  rules,
}: ShippingQuote): Pick<RebillOrder, 'shippingMethod' | 'shippingRules'> => ({
  ...(method && {
    shippingMethod: {
      name: method.name,
      ...(method.accountingCode !== undefined && { accountingCode: method.accountingCode }),
    },
  }),
  ...(rules.length > 0 && { shippingRules: rules }),
});

/** The discounts of a rebill by coupons. */
interface CouponsOff {
  readonly lines: readonly Minor[];
  readonly shipping: Minor;
  readonly rules: readonly CouponRule[];
  readonly retryCode?: string;
}

const nothingOff = (lines: readonly RebillLine[]): CouponsOff => ({
  lines: lines.map(() => zero),
  shipping: zero,
  rules: [],
});

/** Applies the coupons of the original order, then the coupon of the retry to the rest. */
function couponsOff(
  lines: readonly RebillLine[],
  quote: ShippingQuote,
  terms: RebillTerms,
): CouponsOff {
  const original = originalCouponsOff(lines, quote, terms);
  const { coupon } = terms;
  if (coupon === undefined) return original;
  const left = lines.map((line, index) => minor(line.amount - original.lines[index]!));
  const open = left.map((rest, index) => (lines[index]?.excludesCoupons ? zero : rest));
  const discount = couponDiscount(sum(open), coupon);
  if (discount === 0) return original;
  const shares = allocate(discount, open);
  const rule: CouponRule = {
    code: coupon.code,
    baseCode: coupon.code,
    detail: 'the coupon of the retry',
    isRetry: true,
    isUsed: true,
    discount,
    shippingDiscount: zero,
    left: minor(sum(left) - discount + quote.cost - original.shipping),
  };
  return {
    lines: shares.map((share, index) => minor(share + original.lines[index]!)),
    shipping: original.shipping,
    rules: [...original.rules, rule],
    retryCode: coupon.code,
  };
}

function originalCouponsOff(
  lines: readonly RebillLine[],
  { cost: shipping, method }: ShippingQuote,
  { originalCoupons = [], original, customer, rebill, context }: RebillTerms,
): CouponsOff {
  if (originalCoupons.length === 0) return nothingOff(lines);
  const cart = {
    lines: lines.map(({ itemId, quantity, unitCost, amount, excludesCoupons }) => ({
      itemId,
      quantity,
      unitCost,
      amount,
      isExcluded: excludesCoupons === true,
    })),
    shipping,
    // A coupon for one shipping method gives no discount on another one used in its place.
    shippingMethod: method?.name ?? original.shippingMethod,
    postalCode: original.postalCode,
    country: original.country,
    neverShipsFree: customer?.neverFree === true,
    // A late rebill, or an early one on request, keeps a coupon that was valid on one of the days.
    at: earlier(rebill.at, context.now),
  };
  const used = originalCoupons.filter(({ skipped }) => skipped === undefined);
  const found = discounts(
    cart,
    used.map(({ candidate }) => candidate),
  );
  const whole = minor(sum(lines.map(({ amount }) => amount)) + shipping);
  return {
    lines: found.lines,
    shipping: found.shipping,
    rules: [
      ...originalCoupons.flatMap(({ candidate, skipped }) =>
        skipped === undefined ? [] : [couponRule({ candidate, ...untouched(whole) }, skipped)],
      ),
      ...found.effects.map((effect) => couponRule(effect, effect.unusable)),
    ],
  };
}

const untouched = (left: Minor) => ({ taken: zero, takenOffShipping: zero, left });

const couponRule = (
  { candidate, taken, takenOffShipping, left }: CouponEffect,
  unused: string | undefined,
): CouponRule => ({
  code: candidate.code,
  baseCode: candidate.coupon.code,
  detail: unused ?? 'from the original order',
  isRetry: false,
  isUsed: unused === undefined,
  discount: taken,
  shippingDiscount: takenOffShipping,
  left,
});

function taxedAmount(line: RebillLine): Minor {
  const { amount, discount } = taxedPart(line, line.amount);
  return minor(amount - discount);
}
