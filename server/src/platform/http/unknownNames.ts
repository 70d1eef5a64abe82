/*
 * Bodies name other records: a coupon names items, a customer names pricing tiers. Merchants may
 * insert records in any order, so a name without a record is stored, and a warning reports it
 * (design: nothing is ignored silently).
 */
import type { Context } from '../context.ts';

/** A kind of record that bodies may name before it exists. */
export type RecordKind =
  | 'digital item'
  | 'distribution center'
  | 'item'
  | 'pricing tier'
  | 'shipping method';

/** A field of a body that names a record by its name or its number. */
export interface NamedRecord {
  readonly field: string;
  readonly kind: RecordKind;
  readonly name: string | number;
}

/** Finds the names that have no record. `app/` provides it, because it reads all features. */
export type FindUnknown = (
  context: Context,
  named: readonly NamedRecord[],
) => Promise<readonly NamedRecord[]>;

/** Returns the field if it names a record, or nothing if it is empty. */
export const namedRecord = (
  kind: RecordKind,
  field: string,
  name: string | number | null | undefined,
): NamedRecord[] =>
  name === undefined || name === null || name === '' ? [] : [{ field, kind, name }];

/** Returns sentences for a warning about names without a record. */
export function unknownNameWords(unknown: readonly NamedRecord[]): string[] {
  const shown = unknown
    .slice(0, shownMax)
    .map(
      ({ field, kind, name }) =>
        `${field}: there is no ${kind} ${String(name).slice(0, nameLengthMax)}, and it has no effect ` +
        `until there is one. Correct it, or add the ${kind}.`,
    );
  const more = unknown.length - shown.length;
  return more > 0 ? [...shown, `${more} more names stand for no record.`] : shown;
}

const shownMax = 10;
const nameLengthMax = 60;
