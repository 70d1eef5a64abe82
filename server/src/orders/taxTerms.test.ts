// Tests which rates apply at an address, how much tax a rebill gets, and how a tax is rounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaxRate } from '@perennial/contract/tax.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type Minor, minor, sum } from '../kernel/money.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import {
  hasMoved,
  isExemptAt,
  placeOfNames,
  placeOfText,
  placeText,
  taxPlaceOf,
} from './taxPlace.ts';
import { orderTaxesOf, rateFault, taxAt } from './taxRate.ts';
import { noTaxRates, rebillTax, type TaxTerms, taxAfterRules } from './taxTerms.ts';
import { orderTotals, taxedPart, taxOnParts } from './totals.ts';

const california = { country_code: 'US', state_region: 'CA' };
const rates: TaxRate[] = [
  { country_code: 'US', tax_rate: 0, tax_shipping: false },
  { ...california, tax_rate: 6, tax_shipping: true, exempt_digital_items: true },
  { ...california, county: 'Marin', tax_rate: 0.25, accounting_code: 'MARIN' },
  { ...california, county: 'Sonoma', tax_rate: 0.5 },
  { ...california, city: 'Novato', county: 'Marin', tax_rate: 1.5 },
  { country_code: 'US', postal_code: '94947', county: 'Sonoma', tax_rate: 0.125 },
  { country_code: 'AT', tax_rate: 20, tax_gift_charge: true, tax_gift_wrap: false },
];

const places: [name: string, place: Parameters<typeof placeOfNames>[0], expected: string][] = [
  ['no rate at all', { country_code: 'FR' }, '0:'],
  ['a country', { country_code: 'at' }, '20: country AT'],
  ['a state, whose rate is added', { ...california }, '6: country US, state CA'],
  ['another state', { country_code: 'US', state_region: 'OR' }, '0: country US'],
  [
    'a county that the order names',
    { ...california, county: ' marin ' },
    '6.25: country US, state CA, county Marin',
  ],
  [
    'a county of the same name in another state',
    { country_code: 'US', state_region: 'OR', county: 'Marin' },
    '0: country US',
  ],
  [
    'a city that says its county',
    { ...california, city: 'NOVATO' },
    '7.75: country US, state CA, county Marin, city Novato',
  ],
  [
    'a postal code with four more digits, whose county is the nearest',
    { ...california, city: 'Novato', postal_code: '94947-1234' },
    '8.125: country US, state CA, county Sonoma, city Novato, postal code 94947',
  ],
  [
    'the county of the order before the one of its postal code',
    { ...california, county: 'Marin', postal_code: '94947' },
    '6.375: country US, state CA, county Marin, postal code 94947',
  ],
];

// Addresses and rates may name a state by its code or by its full name.
const spelled: [country: string, state: string, code: string][] = [
  ['US', 'Nevada', 'nv'],
  ['us', ' NEVADA ', 'nv'],
  ['US', 'nv', 'nv'],
  ['US', 'US-NV', 'nv'],
  ['US', 'West  Virginia', 'wv'],
  ['US', 'Virginia', 'va'],
  ['US', 'Washington', 'wa'],
  ['US', 'Washington, D.C.', 'dc'],
  ['US', 'N.Y.', 'ny'],
  ['US', 'Ontario', 'ontario'],
  ['CA', 'Ontario', 'on'],
  ['CA', 'Quebec', 'qc'],
  ['CA', 'QUÉBEC', 'qc'],
  ['CA', 'Que\u0301bec', 'qc'],
  ['CA', 'Newfoundland and Labrador', 'nl'],
  ['CA', 'CA-ON', 'on'],
  ['AT', 'Wien', 'wien'],
  ['AT', '', ''],
];

test('a state that is written out has the tax of its code', () => {
  for (const [country_code, state_region, code] of spelled) {
    const place = placeOfNames({ country_code, state_region });
    assert.equal(place.state, code, `${state_region} of ${country_code}`);
    const byCode = [{ country_code, state_region: code, tax_rate: 4 }];
    const byWords = [{ country_code, state_region, tax_rate: 4 }];
    for (const rates of code === '' ? [] : [byCode, byWords])
      for (const where of [place, placeOfNames({ country_code, state_region: code })])
        assert.equal(taxAt(where, rates).ratePercent, 4, `${state_region} of ${country_code}`);
  }
});

test('an address that names the same state in words has not moved', () => {
  const of = (state_region: string, taxedPlace?: string) =>
    hasMoved({
      taxedPlace,
      document: { shipping: { country_code: 'US', state_region } },
    });
  const nevada = placeText(placeOfNames({ country_code: 'US', state_region: 'NV' }));
  const stored = nevada.replace('nv', 'nevada');
  assert.deepEqual(
    [of('Nevada', nevada), of('NV', stored), of('Nevada', stored), of('CA', stored), of('NV')],
    [false, false, false, true, false],
  );
});

test('the rates of all levels at an address add up', () => {
  for (const [name, place, expected] of places) {
    const { ratePercent, levels } = taxAt(placeOfNames(place), rates);
    const shown = levels.map((each) => `${each.level} ${each.name}`).join(', ');
    assert.equal(`${ratePercent}: ${shown}`.trim(), expected, name);
  }
});

test('the narrowest place that says so decides what else is taxed', () => {
  const at = (place: Parameters<typeof placeOfNames>[0]) => taxAt(placeOfNames(place), rates);
  const austria = at({ country_code: 'AT' });
  const marin = at({ ...california, county: 'Marin' });
  assert.deepEqual(
    [austria, marin, at({ country_code: 'US' })].map((tax) => [
      tax.taxesShipping,
      tax.taxesGiftCharge,
      tax.taxesGiftWrap,
      tax.exemptTypes.join(),
    ]),
    [
      [false, true, false, ''],
      [true, false, false, 'digital'],
      [false, false, false, ''],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(orderTaxesOf(marin))), {
    tax_rate: 6.25,
    tax_county: 'Marin',
    tax_shipping: true,
    tax_gift_charge: false,
    tax_rate_country: 0,
    tax_rate_state: 6,
    tax_rate_county: 0.25,
    tax_county_accounting_code: 'MARIN',
  });
});

const exempt: [name: string, exemption: object, place: object, expected: boolean][] = [
  ['a country', { country_code: 'us' }, california, true],
  ['a state', { country_code: 'US', state_code: 'ca ' }, { ...california, city: 'Novato' }, true],
  ['another state', { country_code: 'US', state_code: 'OR' }, california, false],
  [
    'a state in words',
    { country_code: 'US', state_code: 'California' },
    { ...california, city: 'Novato' },
    true,
  ],
  ['a county', { state_code: 'CA', county: 'Marin' }, california, false],
  ['that county', { state_code: 'CA', county: 'Marin' }, { ...california, county: 'marin' }, true],
  [
    'a postal code with four more digits',
    { country_code: 'US', postal_code: '94947' },
    { ...california, postal_code: '94947-1234' },
    true,
  ],
  ['an exemption without names', {}, california, false],
  ['an empty name', { country_code: '', state_code: '' }, california, false],
];

test('an item is exempt where all names of an exemption are those of the place', () => {
  for (const [name, exemption, place, expected] of exempt)
    assert.equal(isExemptAt(placeOfNames(place), [{ city: 'X' }, exemption]), expected, name);
  assert.equal(isExemptAt(placeOfNames(california), undefined), false);
});

test('a text of a place is read back', () => {
  const place = placeOfNames({ ...california, city: 'Novato', postal_code: '94947' });
  assert.deepEqual(placeOfText(placeText(place)), place);
});

const faults: [rate: TaxRate, field: string | undefined][] = [
  [{ country_code: 'US', tax_rate: 7.25 }, undefined],
  [{ country_code: 'US', tax_rate: 0 }, undefined],
  [{ country_code: 'US', tax_rate: 100 }, undefined],
  [{ country_code: 'US', tax_rate: 100.01 }, 'tax_rate'],
  [{ country_code: 'US', tax_rate: -1 }, 'tax_rate'],
  [{ country_code: 'US', tax_rate: 1.1234567 }, 'tax_rate'],
  [{ country_code: 'US' }, 'tax_rate'],
  [{ tax_rate: 1 }, 'country_code'],
  [{ country_code: 'USA', tax_rate: 1 }, 'country_code'],
  [{ country_code: 'US', city: 'Novato', tax_rate: 1 }, 'state_region'],
  [{ country_code: 'US', county: 'Marin', tax_rate: 1 }, 'state_region'],
  [{ country_code: 'US', postal_code: '94947', county: 'Marin', tax_rate: 1 }, undefined],
];

test('a rate that no address could have is refused', () => {
  for (const [rate, field] of faults)
    assert.equal(rateFault(rate)?.field, field, JSON.stringify(rate));
});

const at = Temporal.Instant.from('2026-01-15T10:00:00Z');
const shipTo = (state_region: string) => ({
  shipping: { country_code: 'US', state_region, postal_code: '94947' },
});
const original = (document: Partial<OrderDocument>, taxedPlace?: string): OrderRecord => ({
  merchantId: 'DEMO',
  orderId: 'DEMO-0000000001',
  document: { ...shipTo('CA'), ...document },
  createdAt: at,
  modifiedAt: at,
  currency: 'USD',
  total: minor(2000),
  ...(taxedPlace === undefined ? {} : { taxedPlace }),
});
const elsewhere = placeText(taxPlaceOf(shipTo('NV')));
const here: TaxTerms = { ...noTaxRates, here: taxAt(placeOfNames(california), rates) };
const named = { taxes: { arbitrary_tax_rate: 8.25, tax_rate: 8.25 } };
const rebills: [
  name: string,
  order: OrderRecord,
  terms: TaxTerms,
  rate: number,
  ...rules: string[],
][] = [
  ['no rates: as the original', original(named), noTaxRates, 8.25, 'rate of the original order'],
  ['a named rate holds', original(named), here, 8.25, 'rate of the original order'],
  ['until the address changes', original(named, elsewhere), here, 6, 'country rate', 'state rate'],
  ['then nothing replaces it', original(named, elsewhere), noTaxRates, 0, 'address changed'],
  [
    'a rate that was not named is calculated again',
    original({ taxes: { tax_rate: 5 } }),
    here,
    6,
    'country rate',
    'state rate',
  ],
  [
    'it stays without rates, also after a move',
    original({ taxes: { tax_rate: 5 } }, elsewhere),
    noTaxRates,
    5,
    'rate of the original order',
  ],
  [
    'an exempt customer before everything else',
    original(named),
    { ...here, exemption: 'by the customer profile' },
    0,
    'tax exempt customer',
  ],
  [
    'no rate for the address',
    original({}),
    { ...noTaxRates, here: taxAt(placeOfNames({ country_code: 'FR' }), rates) },
    0,
    'no rate',
  ],
];

test('what a rebill is taxed at', () => {
  for (const [name, order, terms, rate, ...rules] of rebills) {
    const tax = rebillTax(order, terms);
    assert.deepEqual(
      [tax.ratePercent, ...tax.rules.map(({ rule }) => rule)],
      [rate, ...rules],
      name,
    );
    assert.equal(tax.taxes?.arbitrary_tax_rate, undefined, name);
    assert.equal(tax.taxes?.tax_rate ?? 0, rate, name);
  }
});

/** Rounds the quotient of two whole numbers half up. This oracle uses no decimals. */
const roundHalfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);

/** Returns the tax on an amount; the rate is in ten-thousandths of a percent. */
const oracle = (amount: number, rate: number): number =>
  Number(roundHalfUp(BigInt(amount) * BigInt(rate), 1_000_000n));

const amounts = fc.array(fc.nat(5_000_000).map(minor), { minLength: 1, maxLength: 12 });
const rate = fc.integer({ min: 0, max: 400_000 });

test('a tax is rounded once, or for each line, as whole numbers round', () => {
  fc.assert(
    fc.property(amounts, rate, (parts, tenThousandths) => {
      const percent = tenThousandths / 10_000;
      const total = parts.reduce((all, part) => all + part, 0);
      assert.equal(taxOnParts(parts, percent, 'order'), oracle(total, tenThousandths));
      assert.equal(
        taxOnParts(parts, percent, 'line'),
        parts.reduce((all, part) => all + oracle(part, tenThousandths), 0),
      );
    }),
    { numRuns: 2000 },
  );
});

test('the parts of a tax by level add up to it', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.array(rate, { minLength: 1, maxLength: 5 }), (tax, list) => {
      const rules = list.map((each) => ({
        rule: 'state rate' as const,
        detail: '',
        ratePercent: each / 10_000,
      }));
      const after = taxAfterRules(rules, minor(list.some((each) => each > 0) ? tax : 0));
      const steps = after.map((each, i) => each.tax - (after[i - 1]?.tax ?? 0));
      assert.ok(steps.every((step) => step >= 0));
      assert.equal(after.at(-1)?.tax, list.some((each) => each > 0) ? tax : 0);
    }),
    { numRuns: 1000 },
  );
});

test('a taxable cost is taxed instead of the price, and a discount lowers it in proportion', () => {
  const part = (discount: number, taxableCost?: number) =>
    taxedPart(
      {
        quantity: 2,
        discount: minor(discount),
        ...(taxableCost === undefined ? {} : { taxableCost: minor(taxableCost) }),
      },
      minor(3998),
    );
  assert.deepEqual(part(0), { amount: 3998, discount: 0 });
  assert.deepEqual(part(0, 100), { amount: 200, discount: 0 });
  assert.deepEqual(part(1999, 100), { amount: 200, discount: 100 });
  assert.deepEqual(part(3998, 100), { amount: 200, discount: 200 });
});

test('the totals of an order tax shipping and gifts where the place does', () => {
  const line = { unitCost: minor(1999), quantity: 1, oneTimeFees: minor(0), discount: minor(0) };
  const totals = (taxesShipping: boolean, alsoTaxed: Minor[], rounding: 'order' | 'line') =>
    orderTotals({
      lines: [
        { ...line, taxFree: false },
        { ...line, taxFree: true },
      ],
      shippingHandling: minor(900),
      // A coupon's discount of the shipping lowers the taxed amount.
      shippingDiscount: minor(200),
      extras: minor(150),
      taxRule: { ratePercent: 8.25, rounding, taxesShipping, alsoTaxed },
    });
  assert.equal(totals(false, [], 'order').tax, 165);
  assert.equal(totals(true, [minor(150)], 'order').tax, 235);
  assert.equal(totals(true, [minor(150)], 'line').tax, sum([165, 58, 12].map(minor)));
});
