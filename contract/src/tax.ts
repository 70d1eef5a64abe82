/** The tax rates of a merchant. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { decimal, flag, int32, many, model, one, oneOf, readOnly, textTo } from './fields.ts';

export const TaxRate = model(
  'TaxRate',
  'The sales tax of one place. An order is taxed at the sum of the rates of all levels at its address.',
  {
    accounting_code: textTo(50, 'The account of this tax in accounting programs.'),
    city: textTo(50, 'With a state. Absent for wider places.'),
    country_code: textTo(2, 'ISO 3166, two letters.'),
    county: textTo(
      32,
      'With a state. On a rate of a city or a postal code: the county in which it is.',
    ),
    exempt_digital_items: flag('Digital items are not taxed here.'),
    exempt_physical_items: flag('Items that ship are not taxed here.'),
    exempt_service_items: flag('Services are not taxed here.'),
    level: readOnly(
      oneOf(
        ['country', 'state', 'county', 'city', 'postal code'],
        'The level of the narrowest name of the place.',
      ),
    ),
    postal_code: textTo(20, 'In the United States five digits.'),
    state_region: textTo(32, 'The state, as addresses of orders name it.'),
    tax_gift_charge: flag('The gift charge is taxed here. Absent: as in the wider place.'),
    tax_gift_wrap: flag('Gift wrap is taxed here. Absent: as in the wider place.'),
    tax_rate: decimal('In percent, for example 7.25. It is added to the rates of wider places.'),
    tax_rate_oid: readOnly(int32()),
    tax_shipping: flag('Shipping is taxed here. Absent: as in the wider place.'),
    version: readOnly(int32('For If-Match.')),
  },
);
export type TaxRate = Static<typeof TaxRate>;

export const TaxRateResponse = answer('TaxRateResponse', { tax_rate: one(TaxRate) });
export type TaxRateResponse = Static<typeof TaxRateResponse>;

export const TaxRatesResponse = answer('TaxRatesResponse', { tax_rates: many(TaxRate) });
export type TaxRatesResponse = Static<typeof TaxRatesResponse>;
