import { changedKeys, type Draft } from './draft.ts';

/** A field of a form: its name, and how its text becomes a value of a request. */
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
  /** The most characters of the text. */
  readonly max?: number;
  readonly isRequired?: boolean;
}

/** Converts a value in the wire format to the text in a form. */
export function draftText(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === undefined || value === null ? '' : String(value);
}

/** Returns the form of a record: a text for each field. */
export const draftOf = (fields: readonly DraftField[], record: object): Draft =>
  Object.fromEntries(
    fields.map(({ key, kind }) => {
      const text = draftText((record as Record<string, unknown>)[key]);
      return [key, kind === 'check' && text === '' ? 'no' : text];
    }),
  );

/**
 * Converts a form's text to a value in the wire format. An emptied text becomes null, which clears
 * the field. A text that is not a valid number is sent unchanged, so that the server names the
 * fault.
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

/** The body of an update: only the fields that changed between two forms. */
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

/** Names the required fields that are still empty; undefined if all are filled. */
export function missingIn(fields: readonly DraftField[], draft: Draft): string | undefined {
  const missing = fields.filter(
    ({ key, isRequired }) => isRequired && (draft[key] ?? '').trim() === '',
  );
  if (missing.length === 0) return undefined;
  const labels = missing.map(({ label }) => `“${label}”`).join(' and ');
  return `Fill in ${labels} to see what changes.`;
}
