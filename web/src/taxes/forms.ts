import type { TaxRate } from '@perennial/contract/tax.ts';
import type { Draft, DraftBase } from '../kit/draft.ts';
import { bodyOf, type DraftField, draftOf, labelIn } from '../kit/draftSpecs.ts';

const asWider = [
  { value: '', label: 'As in the wider place' },
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

const placeFields: readonly DraftField[] = [
  { key: 'country_code', label: 'Country', max: 2, isRequired: true, hint: 'Two letters: US' },
  { key: 'state_region', label: 'State', max: 32, hint: 'As addresses name it: NY' },
  { key: 'county', label: 'County', max: 32 },
  { key: 'city', label: 'City', max: 50 },
  { key: 'postal_code', label: 'Postal code', max: 20 },
];

const ruleFields: readonly DraftField[] = [
  {
    key: 'tax_rate',
    label: 'Rate in percent',
    kind: 'amount',
    isRequired: true,
    hint: 'It is added to the rates of the wider places',
  },
  { key: 'tax_shipping', label: 'Shipping is taxed', kind: 'choice', choices: asWider },
  { key: 'tax_gift_charge', label: 'Gift charge is taxed', kind: 'choice', choices: asWider },
  { key: 'tax_gift_wrap', label: 'Gift wrap is taxed', kind: 'choice', choices: asWider },
  { key: 'exempt_digital_items', label: 'Digital items are not taxed', kind: 'check' },
  { key: 'exempt_physical_items', label: 'Items that ship are not taxed', kind: 'check' },
  { key: 'exempt_service_items', label: 'Services are not taxed', kind: 'check' },
  { key: 'accounting_code', label: 'Accounting code', max: 50 },
];

/** The fields of a tax rate. The place of an existing rate cannot change; the title names it. */
export const taxFields = (isNew: boolean): readonly DraftField[] =>
  isNew ? [...placeFields, ...ruleFields] : ruleFields;

const all = taxFields(true);

/** The form of a tax rate. */
export const draftOfTax = (rate: TaxRate): Draft => draftOf(all, rate);

/** The form of a tax rate with its version. */
export const taxBase = (rate: TaxRate): DraftBase => ({
  draft: draftOfTax(rate),
  version: rate.version ?? 0,
});

/** The body of an insert or an update: the differences between two forms. */
export function taxBody(from: Draft, to: Draft): TaxRate {
  const threeWay = new Set(ruleFields.filter((each) => each.choices).map(({ key }) => key));
  const body = Object.entries(bodyOf(all, from, to)).map(([key, value]) =>
    threeWay.has(key) && value !== null ? [key, value === 'yes'] : [key, value],
  );
  return Object.fromEntries(body) as TaxRate;
}

/** The name of a field. */
export const taxLabel = labelIn(all);

/** Formats a place for people, the smallest area first: `Albany, NY, US`. */
export const placeWords = (rate: TaxRate): string =>
  [rate.postal_code, rate.city, rate.county, rate.state_region, rate.country_code]
    .filter(Boolean)
    .join(', ');

/** Lists which parts besides the lines are taxed, and which are not. */
export function ruleWords(rate: TaxRate): string {
  const taxed = (
    [
      ['shipping', rate.tax_shipping],
      ['gift charge', rate.tax_gift_charge],
      ['gift wrap', rate.tax_gift_wrap],
    ] as const
  ).flatMap(([what, isTaxed]) =>
    isTaxed === undefined ? [] : [isTaxed ? `${what} taxed` : `${what} not taxed`],
  );
  const exempt = (
    [
      ['digital items', rate.exempt_digital_items],
      ['items that ship', rate.exempt_physical_items],
      ['services', rate.exempt_service_items],
    ] as const
  ).flatMap(([what, isExempt]) => (isExempt ? [`${what} not taxed`] : []));
  return [...taxed, ...exempt].join(' · ');
}

/** Compares rates by their places, larger areas first. */
export const byPlace = (a: TaxRate, b: TaxRate): number => orderOf(a).localeCompare(orderOf(b));

const orderOf = (rate: TaxRate): string =>
  [rate.country_code, rate.state_region, rate.county, rate.city, rate.postal_code]
    .map((name) => name ?? '')
    .join('\t');
