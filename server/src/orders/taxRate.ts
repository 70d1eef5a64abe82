import type { OrderTaxes } from '@perennial/contract/order.ts';
import type { TaxRate } from '@perennial/contract/tax.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import {
  levelOf,
  placeKey,
  placeOfNames,
  type TaxLevel,
  type TaxPlace,
  taxLevels,
} from './taxPlace.ts';

/** The tax at one address: the rates, and what is taxed. */
export interface PlaceTax {
  /** The address, with the county that its rates name. */
  readonly place: TaxPlace;
  /** The rates that apply, widest place first. */
  readonly levels: readonly LevelRate[];
  /** The sum of the rates, in percent. */
  readonly ratePercent: number;
  readonly taxesShipping: boolean;
  readonly taxesGiftCharge: boolean;
  readonly taxesGiftWrap: boolean;
  /** Kinds of products that are not taxed here. */
  readonly exemptTypes: readonly ProductType[];
  readonly county?: string | undefined;
}

/** The kind of a product for taxes. A product that is neither digital nor a service is physical. */
export type ProductType = 'digital' | 'physical' | 'service';

/** Whether an order's tax is rounded once, or for each line and the shipping. */
export type TaxRounding = 'order' | 'line';

/** The rate of one level. */
export interface LevelRate {
  readonly level: TaxLevel;
  /** The name of the place for people. */
  readonly name: string;
  readonly ratePercent: number;
  readonly accountingCode?: string | undefined;
}

/**
 * Returns the tax at an address. Each level has at most one rate there, and all of them add up. The
 * narrowest place that sets it decides whether shipping, gifts and kinds of products are taxed. An
 * address without a county is in the county of the rate for its postal code or city.
 */
export function taxAt(place: TaxPlace, rates: readonly TaxRate[]): PlaceTax {
  const byKey = new Map(rates.map((rate) => [keyOf(rate), rate]));
  const at = (level: TaxLevel, where: TaxPlace = place) =>
    hasName(level, where) ? byKey.get(placeKey(level, where)) : undefined;
  const named = at('postal code')?.county ?? at('city')?.county;
  const county = place.county || placeOfNames({ county: named }).county;
  const applied = taxLevels.flatMap((level) => {
    const rate = at(level, { ...place, county });
    return rate === undefined ? [] : [{ level, rate }];
  });
  const narrowest = applied.map(({ rate }) => rate).toReversed();
  const says = (name: 'tax_shipping' | 'tax_gift_charge' | 'tax_gift_wrap') =>
    narrowest.find((rate) => rate[name] != null)?.[name] === true;
  return {
    place: { ...place, county },
    levels: applied.map(({ level, rate }) => levelRate(level, rate)),
    ratePercent: sumOf(applied.map(({ rate }) => rate.tax_rate ?? 0)),
    taxesShipping: says('tax_shipping'),
    taxesGiftCharge: says('tax_gift_charge'),
    taxesGiftWrap: says('tax_gift_wrap'),
    exemptTypes: productTypes.filter(
      (type) =>
        narrowest.find((rate) => rate[exemptions[type]] != null)?.[exemptions[type]] === true,
    ),
    county: applied.find(({ level }) => level === 'county')?.rate.county,
  };
}

const productTypes = ['digital', 'physical', 'service'] as const;
const exemptions = {
  digital: 'exempt_digital_items',
  physical: 'exempt_physical_items',
  service: 'exempt_service_items',
} as const;

/** Returns the key of a rate's place. */
export function keyOf(rate: TaxRate): string {
  const place = placeOfNames(rate);
  return placeKey(levelOf(place), place);
}

function hasName(level: TaxLevel, { country, state, county, city, postalCode }: TaxPlace): boolean {
  const names = { country, state, county, city, 'postal code': postalCode };
  return names[level] !== '';
}

const levelRate = (level: TaxLevel, rate: TaxRate): LevelRate => ({
  level,
  name: nameOf(level, rate),
  ratePercent: rate.tax_rate ?? 0,
  accountingCode: rate.accounting_code,
});

function nameOf(level: TaxLevel, rate: TaxRate): string {
  const names = {
    country: rate.country_code,
    state: rate.state_region,
    county: rate.county,
    city: rate.city,
    'postal code': rate.postal_code,
  };
  return names[level] ?? '';
}

// The sum of decimals may end in a row of nines. No rate has more than twelve digits.
const sumOf = (rates: readonly number[]): number =>
  Number(rates.reduce((sum, rate) => sum + rate, 0).toPrecision(12));

/** Returns the wire's OrderTaxes for an order that is taxed at these rates. */
export function orderTaxesOf({ levels, ratePercent, county, ...tax }: PlaceTax): OrderTaxes {
  const of = (level: TaxLevel) => levels.find((each) => each.level === level);
  return fromLoose<OrderTaxes>({
    tax_rate: ratePercent,
    tax_county: county,
    tax_shipping: tax.taxesShipping,
    tax_gift_charge: tax.taxesGiftCharge,
    tax_rate_country: of('country')?.ratePercent,
    tax_rate_state: of('state')?.ratePercent,
    tax_rate_county: of('county')?.ratePercent,
    tax_rate_city: of('city')?.ratePercent,
    tax_rate_postal_code: of('postal code')?.ratePercent,
    tax_country_accounting_code: of('country')?.accountingCode,
    tax_state_accounting_code: of('state')?.accountingCode,
    tax_county_accounting_code: of('county')?.accountingCode,
    tax_city_accounting_code: of('city')?.accountingCode,
    tax_postal_code_accounting_code: of('postal code')?.accountingCode,
  });
}

/** Returns the first fault of a tax rate. */
export function rateFault(rate: TaxRate): FieldFault | undefined {
  const { country_code: country = '', state_region, county, city, postal_code, tax_rate } = rate;
  if (!/^[A-Za-z]{2}$/.test(country))
    return {
      field: 'country_code',
      reason: country === '' ? 'is missing' : 'is not a valid country',
      fix: 'Send two letters (ISO 3166), for example US',
    };
  if (state_region === undefined && (city ?? county) !== undefined && postal_code === undefined)
    return {
      field: 'state_region',
      reason: `is missing for a ${city === undefined ? 'county' : 'city'}`,
      fix: 'Send the state in which the place is',
    };
  if (tax_rate === undefined || !(tax_rate >= 0 && tax_rate <= 100))
    return {
      field: 'tax_rate',
      reason: tax_rate === undefined ? 'is missing' : 'is not a valid rate in percent',
      fix: 'Send 0 to 100, for example 7.25',
    };
  return Number(tax_rate.toFixed(6)) === tax_rate
    ? undefined
    : { field: 'tax_rate', reason: 'has more than six decimals', fix: 'Round it' };
}
