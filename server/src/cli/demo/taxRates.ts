import type { TaxRate } from '@perennial/contract/tax.ts';
import type { OrderDocument } from '../../orders/order.ts';
import { placeText, taxPlaceOf } from '../../orders/taxPlace.ts';
import { type PlaceTax, taxAt } from '../../orders/taxRate.ts';
import { noTaxRates, type TaxTerms } from '../../orders/taxTerms.ts';

const state = (state_region: string, tax_rate: number, more: TaxRate = {}): TaxRate => ({
  country_code: 'US',
  state_region,
  tax_rate,
  ...more,
});
const city = (state_region: string, name: string, tax_rate: number): TaxRate => ({
  country_code: 'US',
  state_region,
  city: name,
  tax_rate,
});
const province = (state_region: string, tax_rate: number): TaxRate => ({
  country_code: 'CA',
  state_region,
  tax_rate,
});
const country = (country_code: string, tax_rate: number): TaxRate => ({
  country_code,
  tax_rate,
  tax_shipping: true,
});

/** The tax rates of the demo shops, for the places in which their customers live. */
export const demoTaxRates: readonly TaxRate[] = [
  state('GA', 4),
  city('GA', 'Atlanta', 4.9),
  state('TX', 6.25, { tax_shipping: true }),
  city('TX', 'Austin', 2),
  state('MA', 6.25),
  state('IL', 6.25),
  city('IL', 'Chicago', 4),
  state('CO', 2.9),
  city('CO', 'Denver', 5.91),
  state('CA', 7.25),
  city('CA', 'Los Angeles', 2.25),
  state('MN', 6.875, { tax_shipping: true }),
  city('MN', 'Minneapolis', 1.15),
  state('NY', 4, { tax_shipping: true }),
  city('NY', 'New York', 4.875),
  state('OR', 0),
  state('NC', 4.75),
  city('NC', 'Raleigh', 2.5),
  state('WA', 6.5, { tax_shipping: true }),
  city('WA', 'Seattle', 3.75),
  state('FL', 6),
  city('FL', 'Tampa', 1.5),
  country('CA', 5),
  province('QC', 9.975),
  province('ON', 8),
  province('BC', 7),
  country('GB', 20),
  country('AU', 10),
  country('DE', 19),
];

/** Returns a function that gives the tax terms of demo orders. Each address is looked up once. */
export function demoTaxes(): (document: Parameters<typeof taxPlaceOf>[0]) => TaxTerms {
  const known = new Map<string, PlaceTax>();
  return (document: Pick<OrderDocument, 'shipping' | 'billing' | 'taxes'>) => {
    const place = taxPlaceOf(document);
    const key = placeText(place);
    const here = known.get(key) ?? taxAt(place, demoTaxRates);
    known.set(key, here);
    return { ...noTaxRates, here };
  };
}
