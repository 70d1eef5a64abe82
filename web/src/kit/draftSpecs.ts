import { changedKeys, type Draft } from './draft.ts';

/** A field of a form: what it is called, and how its text becomes a value of a request. */
export interface DraftField {
  readonly key: string;
  readonly label: string;
  /**
   * `amount` and `whole` are numbers, `check` is `yes` or `no`, `lines` is a list with one entry
   * per line, `moment` is a local date and time of the merchant's zone, `item` is the id of an item
   * of the catalogue.
   */
  readonly kind?: 'text' | 'amount' | 'whole' | 'check' | 'choice' | 'lines' | 'moment' | 'item';
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly hint?: string;
  /** The most characters. */
  readonly max?: number;
  readonly isRequired?: boolean;
}

/** The text of a value of the wire in a form. */
export function draftText(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === undefined || value === null ? '' : String(value);
}

/** The form of a record: a text for each field. */
export const draftOf = (fields: readonly DraftField[], record: object): Draft =>
  Object.fromEntries(
    fields.map(({ key, kind }) => {
      const text = draftText((record as Record<string, unknown>)[key]);
      return [key, kind === 'check' && text === '' ? 'no' : text];
    }),
  );

/**
 * The value of a text for the wire. An emptied text is a null, which clears the field; a text that
 * is not the number that it should be is sent as it is, so that the server names the fault.
 */
export function wireValue({ kind = 'text' }: DraftField, text: string): unknown {
  const trimmed = text.trim();
  if (kind === 'check') return text === 'yes';
  if (kind === 'lines') return linesOf(text);
  if (trimmed === '') return null;
  if (kind !== 'amount' && kind !== 'whole') return trimmed;
  const number = Number(trimmed);
  return Number.isNaN(number) ? trimmed : number;
}

/** The entries of a text with one per line. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** The body of an update: the fields that changed between two forms, and nothing else. */
export function bodyOf(
  fields: readonly DraftField[],
  from: Draft,
  to: Draft,
): Record<string, unknown> {
  const changed = new Set(changedKeys(from, to));
  return Object.fromEntries(
    fields
      .filter(({ key }) => changed.has(key))
      .map((field) => [field.key, wireValue(field, to[field.key] ?? '')]),
  );
}

/** The name of a field, for comparisons and conflicts. */
export const labelIn =
  (fields: readonly DraftField[]) =>
  (key: string): string =>
    fields.find((field) => field.key === key)?.label ?? key;

/** Names the required fields that are still empty; undefined when nothing is missing. */
export function missingIn(fields: readonly DraftField[], draft: Draft): string | undefined {
  const missing = fields.filter(
    ({ key, isRequired }) => isRequired && (draft[key] ?? '').trim() === '',
  );
  if (missing.length === 0) return undefined;
  const labels = missing.map(({ label }) => `“${label}”`).join(' and ');
  return `Fill in ${labels} to see what changes.`;
}
