import type { ShippingMethod, ShippingRate } from '@perennial/contract/shippingMethod.ts';
import type { Draft } from '../kit/draft.ts';
import { type DraftField, draftOf, draftText, labelIn, wireValue } from '../kit/draftSpecs.ts';

/** The fields of a shipping method besides its rates. */
export const methodFields: readonly DraftField[] = [
  { key: 'name', label: 'Name', max: 50, isRequired: true, hint: 'Orders name it by this' },
  {
    key: 'weight_uom',
    label: 'Weights are in',
    kind: 'choice',
    choices: ['LB', 'OZ', 'KG', 'G'].map((value) => ({ value, label: value })),
  },
  { key: 'handling', label: 'Handling', kind: 'amount', hint: 'Added to the rate' },
  { key: 'free_from_subtotal', label: 'Free from this subtotal on', kind: 'amount' },
  { key: 'accounting_code', label: 'Accounting code', max: 50 },
  { key: 'inactive', label: 'Not in use', kind: 'check' },
];

/** The fields of a rate, in the order of a row. */
export const rateFields = [
  { key: 'countries', label: 'Countries' },
  { key: 'weight_up_to', label: 'Weight up to' },
  { key: 'subtotal_up_to', label: 'Subtotal up to' },
  { key: 'quantity_up_to', label: 'Units up to' },
  { key: 'cost', label: 'Cost' },
] as const;

/** The name of a rate's field in the form. */
export const rateKey = (row: number, field: string): string => `rate:${row}:${field}`;

/** The number of rows in a form, including an empty one at the end. */
export function rateRows(draft: Draft): number {
  const rows = Object.keys(draft)
    .filter((key) => key.startsWith('rate:') && draft[key] !== '')
    .map((key) => Number(key.split(':')[1]) + 1);
  return Math.max(0, ...rows) + 1;
}

/** The form of a shipping method. */
export const draftOfMethod = (method: ShippingMethod): Draft => ({
  ...draftOf(methodFields, { weight_uom: 'LB', ...method }),
  ...Object.fromEntries(
    (method.rates ?? []).flatMap((rate, row) =>
      rateFields.map(({ key }) => [rateKey(row, key), rateText(rate[key])]),
    ),
  ),
});

const rateText = (value: ShippingRate[keyof ShippingRate]): string =>
  Array.isArray(value) ? value.join(', ') : draftText(value);

/** The shipping method of a form. Leaves out empty rows. */
export function methodOf(draft: Draft): ShippingMethod {
  const rows = [...Array(rateRows(draft)).keys()];
  const rates = rows
    .map((row) => rateOf(draft, row))
    .filter((rate) => Object.keys(rate).length > 0);
  return { ...given(methodFields, draft), rates };
}

function rateOf(draft: Draft, row: number): ShippingRate {
  const fields = rateFields.map(({ key, label }) => ({ key, label, kind: 'amount' as const }));
  const texts = Object.fromEntries(fields.map(({ key }) => [key, draft[rateKey(row, key)] ?? '']));
  const { countries: _, ...numbers } = given(fields, texts);
  const countries = (texts['countries'] ?? '').split(/[\s,]+/).filter(Boolean);
  return { ...(countries.length > 0 && { countries }), ...numbers };
}

/** The values of the fields that are not empty. */
const given = (fields: readonly DraftField[], draft: Draft): Record<string, unknown> =>
  Object.fromEntries(
    fields
      .map((field) => [field.key, wireValue(field, draft[field.key] ?? '')] as const)
      .filter(([, value]) => value !== null && value !== false),
  );

/** The name of a field. */
export function methodLabel(key: string): string {
  const [kind, row, name = ''] = key.split(':');
  if (kind !== 'rate') return labelIn(methodFields)(key);
  return `Rate ${Number(row) + 1}, ${labelIn(rateFields)(name).toLowerCase()}`;
}

/** Describes when a rate applies. */
export function conditionWords(
  { countries = [], ...rate }: ShippingRate,
  uom: string,
  money: (amount: number) => string,
): string {
  const words = [
    countries.join(', '),
    rate.weight_up_to === undefined ? '' : `up to ${rate.weight_up_to} ${uom}`,
    rate.subtotal_up_to === undefined ? '' : `up to ${money(rate.subtotal_up_to)}`,
    rate.quantity_up_to === undefined ? '' : `up to ${rate.quantity_up_to} units`,
  ].filter(Boolean);
  return words.join(', ') || 'Everything else';
}

/** Returns the methods after a change of one: replaced in place, added at the end, or removed. */
export function changedMethods(
  methods: readonly ShippingMethod[],
  name: string | undefined,
  to: ShippingMethod | undefined,
): ShippingMethod[] {
  if (name === undefined) return to ? [...methods, to] : [...methods];
  return methods.flatMap((each) => (each.name === name ? (to ?? []) : each));
}
