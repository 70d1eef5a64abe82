import type { Customer } from '@perennial/contract/customer.ts';
import { fold } from '../kernel/caseFolding.ts';
import { fromMinor, type Minor, minor, toMinor, zero } from '../kernel/money.ts';
import { sumQuantities } from '../kernel/quantity.ts';
import { gramsOf } from '../kernel/weightUnits.ts';

/*
 * Calculates the price of a shipment by the shipping methods of the merchant's settings. It is
 * calculated again for every order and every rebill, from the lines and the address.
 */

/** A way to ship. Amounts are minor units of the merchant's currency. */
export interface ShippingMethod {
  readonly name: string;
  /** The first rate that applies is the price. */
  readonly rates: readonly ShippingRate[];
  readonly handling: Minor;
  /** The subtotal from which the method is free. */
  readonly freeFrom?: Minor | undefined;
  readonly accountingCode?: string | undefined;
}

/** One price of a method, and the largest shipment to which it applies. */
export interface ShippingRate {
  /** Country codes in upper case. Empty: all countries. */
  readonly countries: readonly string[];
  readonly grams: number;
  readonly subtotal: number;
  readonly quantity: number;
  readonly cost: Minor;
}

/** A line of an order as shipping rules see it. */
export interface ShippedLine {
  /** The amount after its discount. */
  readonly amount: Minor;
  readonly quantity: number;
  /** The weight of one unit. */
  readonly grams: number;
  readonly shipsFree: boolean;
  /** False for digital goods, services and fees. */
  readonly isParcel: boolean;
}

/** The fields of a customer's profile that concern shipping (customer reference). */
export interface CustomerShipping {
  /** The subtotal from which orders ship free; absent: never. */
  readonly freeFrom?: Minor | undefined;
  /** Whether free shipping of items and methods does not apply to the customer. */
  readonly neverFree: boolean;
  readonly paysNoHandling: boolean;
}

/** Reads the settings for shipping in a profile. */
export function customerShipping(
  {
    exempt_shipping_handling_charge: exempt,
    free_shipping: isFree,
    free_shipping_minimum: minimum,
    no_free_shipping: neverFree,
  }: Pick<
    Customer,
    | 'exempt_shipping_handling_charge'
    | 'free_shipping'
    | 'free_shipping_minimum'
    | 'no_free_shipping'
  >,
  currency: string,
): CustomerShipping {
  // A minimum that cannot be read, stored before it was checked, is none that is ever reached.
  const from = minimum == null ? zero : amountOf(minimum, currency);
  return {
    freeFrom: isFree === true ? from : undefined,
    neverFree: neverFree === true,
    paysNoHandling: exempt === true,
  };
}

/** A shipment to price. */
export interface ShipmentToPrice {
  readonly lines: readonly ShippedLine[];
  readonly country?: string | undefined;
  readonly customer?: CustomerShipping | undefined;
  readonly currency: string;
}

/** A rule of the price of shipping, and the price after it. */
export interface ShippingRuleApplied {
  readonly rule: string;
  readonly detail: string;
  readonly amount: Minor;
}

/** The price of a shipment. */
export interface ShippingQuote {
  /** Absent if no line needs a shipping method. */
  readonly method?: ShippingMethod | undefined;
  readonly cost: Minor;
  readonly rules: readonly ShippingRuleApplied[];
}

/** Reads the methods of a merchant's settings. Skips invalid and inactive methods. */
export function shippingMethodsOf(setting: unknown, currency: string): ShippingMethod[] {
  return listOf(setting).flatMap((each) => {
    const { name, inactive, rates, handling, free_from_subtotal, weight_uom: uom } = each;
    if (typeof name !== 'string' || inactive === true) return [];
    const grams = gramsOf[isUnit(uom) ? uom : 'LB'];
    return [
      {
        name,
        rates: listOf(rates).map((rate) => rateOf(rate, grams, currency)),
        handling: amountOf(handling, currency) ?? zero,
        freeFrom: amountOf(free_from_subtotal, currency),
        accountingCode:
          typeof each['accounting_code'] === 'string' ? each['accounting_code'] : undefined,
      },
    ];
  });
}

const isUnit = (uom: unknown): uom is keyof typeof gramsOf =>
  typeof uom === 'string' && Object.hasOwn(gramsOf, uom);

function rateOf(rate: Fields, grams: number, currency: string): ShippingRate {
  const { countries, weight_up_to: weight, subtotal_up_to, quantity_up_to: quantity, cost } = rate;
  return {
    countries: (Array.isArray(countries) ? countries : [])
      .filter((code) => typeof code === 'string')
      .map((code) => code.toUpperCase()),
    grams: typeof weight === 'number' ? weight * grams : Number.POSITIVE_INFINITY,
    subtotal: amountOf(subtotal_up_to, currency) ?? Number.POSITIVE_INFINITY,
    quantity: typeof quantity === 'number' ? quantity : Number.POSITIVE_INFINITY,
    cost: amountOf(cost, currency) ?? zero,
  };
}

type Fields = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): Fields[] =>
  (Array.isArray(value) ? value : []).filter(
    (each): each is Fields => typeof each === 'object' && each !== null && !Array.isArray(each),
  );

function amountOf(value: unknown, currency: string): Minor | undefined {
  const parsed = typeof value === 'number' ? toMinor(value, currency) : undefined;
  return parsed?.ok ? parsed.value : undefined;
}

/** Returns the method with this name. The comparison of names ignores case. */
export const methodNamed = (
  methods: readonly ShippingMethod[],
  name: string,
): ShippingMethod | undefined => methods.find((each) => fold(each.name) === fold(name));

/** The part of a shipment for which the customer pays shipping. */
interface Load {
  readonly grams: number;
  readonly quantity: number;
  /** The subtotal of the whole order, after discounts. */
  readonly subtotal: Minor;
}

/**
 * Returns the price of a shipment with one method; undefined if no rate of the method applies.
 * Lines that ship free, and lines that are not parcels, add no weight and no quantity.
 */
export function quoteBy(
  method: ShippingMethod,
  shipment: ShipmentToPrice,
): ShippingQuote | undefined {
  const load = loadOf(shipment);
  if (load === undefined) return nothingToShip(shipment);
  const country = shipment.country?.toUpperCase();
  const rate = method.rates.find((each) => applies(each, load, country));
  if (rate === undefined) return undefined;
  const rules = [
    rule(method.name, rateDetail(load, country), rate.cost),
    ...handlingRules(method, rate.cost, shipment),
  ];
  const free = freeRule(method, load, shipment);
  if (free !== undefined) rules.push(free);
  return { method, cost: rules.at(-1)?.amount ?? zero, rules };
}

/**
 * Returns the price of the cheapest method that ships this. If prices are equal, the first method
 * counts.
 */
export function cheapestQuote(
  methods: readonly ShippingMethod[],
  shipment: ShipmentToPrice,
): ShippingQuote | undefined {
  return methods.reduce<ShippingQuote | undefined>((best, method) => {
    const quote = quoteBy(method, shipment);
    return quote !== undefined && (best === undefined || quote.cost < best.cost) ? quote : best;
  }, undefined);
}

/**
 * Returns the price of a rebill: with the method of its original order, or else with the cheapest
 * method that ships it. Undefined if no method ships it.
 */
export function rebillQuote(
  methods: readonly ShippingMethod[],
  name: string,
  shipment: ShipmentToPrice,
): ShippingQuote | undefined {
  const named = methodNamed(methods, name);
  const quote = named && quoteBy(named, shipment);
  if (quote !== undefined) return quote;
  const other = cheapestQuote(methods, shipment);
  if (other === undefined) return undefined;
  const why = named === undefined ? 'is not a shipping method now' : 'does not ship this';
  return {
    ...other,
    rules: [rule('another method', `${name} ${why}`, other.cost), ...other.rules],
  };
}

function loadOf({ lines, customer }: ShipmentToPrice): Load | undefined {
  const paying = lines.filter(
    (line) => line.isParcel && (customer?.neverFree === true || !line.shipsFree),
  );
  if (paying.length === 0) return undefined;
  return {
    grams: paying.reduce((sum, line) => sum + line.grams * line.quantity, 0),
    quantity: sumQuantities(paying.map((line) => line.quantity)),
    subtotal: minor(lines.reduce((sum, line) => sum + line.amount, 0)),
  };
}

function nothingToShip({ lines }: ShipmentToPrice): ShippingQuote {
  const detail = lines.some((line) => line.isParcel)
    ? 'every line ships free'
    : 'nothing is a parcel';
  return { cost: zero, rules: [rule('ships free', detail, zero)] };
}

const applies = (rate: ShippingRate, load: Load, country: string | undefined): boolean =>
  (rate.countries.length === 0 || (country !== undefined && rate.countries.includes(country))) &&
  // Sums of decimal weights may end in a row of nines.
  load.grams <= rate.grams + 1e-6 &&
  load.subtotal <= rate.subtotal &&
  load.quantity <= rate.quantity;

const rateDetail = ({ grams, quantity }: Load, country: string | undefined): string =>
  [
    quantity === 1 ? '1 unit' : `${quantity} units`,
    ...(grams > 0 ? [`${Number(grams.toFixed(1))} g`] : []),
    ...(country === undefined ? [] : [`to ${country}`]),
  ].join(', ');

function handlingRules(
  { handling }: ShippingMethod,
  cost: Minor,
  { customer }: ShipmentToPrice,
): ShippingRuleApplied[] {
  if (handling === 0) return [];
  return customer?.paysNoHandling === true
    ? [rule('no handling', 'the customer is exempt from it', cost)]
    : [rule('handling', 'added to the rate', minor(cost + handling))];
}

function freeRule(
  { freeFrom }: ShippingMethod,
  { subtotal }: Load,
  { customer, currency }: ShipmentToPrice,
): ShippingRuleApplied | undefined {
  const words = (amount: Minor) => `${fromMinor(amount, currency)} ${currency}`;
  if (customer?.neverFree === true) return undefined;
  if (customer?.freeFrom !== undefined && subtotal >= customer.freeFrom)
    return rule('free for the customer', 'by the customer’s profile', zero);
  if (freeFrom === undefined || subtotal < freeFrom) return undefined;
  return rule('free shipping', `from ${words(freeFrom)}; these are ${words(subtotal)}`, zero);
}

const rule = (name: string, detail: string, amount: Minor): ShippingRuleApplied => ({
  rule: name,
  detail,
  amount,
});
