import type { OrderTaxes } from '@perennial/contract/order.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { allocate, type Minor, minor } from '../kernel/money.ts';
import { amountOf } from './money.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { hasMoved, placeOfText, type TaxPlace } from './taxPlace.ts';
import { orderTaxesOf, type PlaceTax, type ProductType, type TaxRounding } from './taxRate.ts';

/** The inputs of the tax of an order besides the order itself. */
export interface TaxTerms {
  /** Why the customer is exempt, as text. Absent: taxes apply. */
  readonly exemption?: string | undefined;
  readonly rounding: TaxRounding;
  /** The tax at the order's current address. Absent: the merchant has no tax rates. */
  readonly here?: PlaceTax | undefined;
  /**
   * The tax at the address before it changed. Absent: the address has not changed, or there are no
   * rates.
   */
  readonly before?: PlaceTax | undefined;
}

/** The terms of a merchant without tax rates. */
export const noTaxRates: TaxTerms = { rounding: 'order' };

/** How an order is taxed. */
export interface AppliedTax {
  /** The rate in percent: 8.25. */
  readonly ratePercent: number;
  readonly rounding: TaxRounding;
  readonly taxesShipping: boolean;
  readonly exemptTypes: readonly ProductType[];
  /** The places whose exemptions of items count. Absent: the tax does not depend on a place. */
  readonly places?: TaxedPlaces | undefined;
  /** The rules that gave the rate. Their rates add up to it. */
  readonly rules: readonly TaxRateRule[];
  /** The tax in the order. Absent: none. */
  readonly taxes?: OrderTaxes | undefined;
}

/** The places in which a rebill, and the lines of its original order, are taxed. */
export interface TaxedPlaces {
  readonly now: TaxPlace;
  readonly original?: TaxPlace | undefined;
  /** The kinds of products that were not taxed at the earlier address of the order. */
  readonly exemptBefore?: readonly ProductType[] | undefined;
}

/** One rule, and its share of the rate. */
export interface TaxRateRule {
  readonly rule:
    | 'tax exempt customer'
    | 'rate of the order'
    | 'rate of the original order'
    | 'address changed'
    | 'country rate'
    | 'state rate'
    | 'county rate'
    | 'city rate'
    | 'postal code rate'
    | 'no rate';
  readonly detail: string;
  readonly ratePercent: number;
}

/** One rule, and the tax after it. */
export interface AppliedTaxRule extends TaxRateRule {
  readonly tax: Minor;
}

/**
 * Returns how a rebill is taxed. An exempt customer pays no tax. A tax that was named with the
 * original order (`arbitrary_tax`, `arbitrary_tax_rate`) applies as long as the address stays the
 * same. Otherwise the merchant's rates at the current address apply. A merchant without rates taxes
 * at the original order's rate. After a change of address a named rate no longer applies, and
 * nothing replaces it.
 */
export function rebillTax(original: OrderRecord, terms: TaxTerms): AppliedTax {
  const { document, currency } = original;
  const { taxes } = document;
  const isNamed = taxes?.arbitrary_tax !== undefined || taxes?.arbitrary_tax_rate !== undefined;
  const isMoved = hasMoved(original);
  if (terms.exemption !== undefined) return untaxed(terms, 'tax exempt customer', terms.exemption);
  if (terms.here !== undefined && (isMoved || !isNamed)) {
    const places = placesOf(original, terms.here, terms.before);
    return { ...byRates(terms.here, terms), places };
  }
  if (isNamed && isMoved)
    return untaxed(terms, 'address changed', 'the rate was named for another address');
  const ratePercent = originalRate(document, currency);
  return {
    ratePercent,
    rounding: terms.rounding,
    taxesShipping: taxes?.tax_shipping ?? false,
    exemptTypes: [],
    rules: [{ rule: 'rate of the original order', detail: `${ratePercent} %`, ratePercent }],
    taxes: taxes && withoutNamed(taxes, ratePercent),
  };
}

const placesOf = (
  original: OrderRecord,
  here: PlaceTax,
  before: PlaceTax | undefined,
): TaxedPlaces => ({
  now: here.place,
  original: original.taxedPlace === undefined ? undefined : placeOfText(original.taxedPlace),
  exemptBefore: hasMoved(original) ? before?.exemptTypes : undefined,
});

const untaxed = (
  { rounding }: TaxTerms,
  rule: TaxRateRule['rule'],
  detail: string,
): AppliedTax => ({
  ratePercent: 0,
  rounding,
  taxesShipping: false,
  exemptTypes: [],
  rules: [{ rule, detail, ratePercent: 0 }],
  taxes: { tax_rate: 0 },
});

/** Returns how an order is taxed by the merchant's rates. */
export const byRates = (here: PlaceTax, { rounding }: Pick<TaxTerms, 'rounding'>): AppliedTax => ({
  ratePercent: here.ratePercent,
  rounding,
  taxesShipping: here.taxesShipping,
  exemptTypes: here.exemptTypes,
  rules:
    here.levels.length === 0
      ? [{ rule: 'no rate', detail: 'no tax rate for the address', ratePercent: 0 }]
      : here.levels.map(({ level, name, ratePercent }) => ({
          rule: `${level} rate` as const,
          detail: `${name} ${ratePercent} %`,
          ratePercent,
        })),
  taxes: orderTaxesOf(here),
});

/** Returns the rules with the tax after each of them. The last one has the whole tax. */
export function taxAfterRules<Rule extends Pick<TaxRateRule, 'ratePercent'>>(
  rules: readonly Rule[],
  tax: Minor,
): (Rule & Pick<AppliedTaxRule, 'tax'>)[] {
  const weights = rules.map(({ ratePercent }) => Math.round(ratePercent * 1e6));
  const isShared = weights.some((weight) => weight > 0);
  const shares = isShared ? allocate(tax, weights) : [];
  let after = 0;
  return rules.map((rule, index) => {
    after += shares[index] ?? 0;
    return { ...rule, tax: minor(after) };
  });
}

// A rebill shows its own tax rate, but not the amount that was named for the original order.
function withoutNamed(taxes: OrderTaxes, ratePercent: number): OrderTaxes {
  const {
    arbitrary_tax: _,
    arbitrary_tax_rate: _1,
    arbitrary_taxable_subtotal: _2,
    ...rest
  } = taxes;
  return fromLoose<OrderTaxes>({ ...rest, tax_rate: ratePercent });
}

/**
 * Returns the rate of an order. If it has only an amount, returns the rate that the amount implies,
 * to four decimals.
 */
function originalRate({ summary, taxes }: OrderDocument, currency: string): number {
  const given = taxes?.tax_rate ?? taxes?.arbitrary_tax_rate;
  if (given !== undefined) return given;
  const taxable =
    amountOf(summary?.taxable_subtotal, currency) -
    amountOf(summary?.taxable_subtotal_discount, currency);
  return taxable <= 0
    ? 0
    : Math.round((amountOf(summary?.tax, currency) / taxable) * 1_000_000) / 10_000;
}
