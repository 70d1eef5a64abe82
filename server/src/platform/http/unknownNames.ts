/*
 * Bodies name other records: a coupon names items, a customer names pricing tiers. Where the order of
 * inserts is the merchant's own, a name that stands for nothing is stored and not refused, and a
 * warning names it (design: nothing is ignored in silence).
 */
import type { Context } from '../context.ts';

/** A kind of record that bodies name without having to. */
export type RecordKind =
  | 'digital item'
  | 'distribution center'
  | 'item'
  | 'pricing tier'
  | 'shipping method';

/** A place of a body that names a record: by its name, or by its number. */
export interface NamedRecord {
  readonly field: string;
  readonly kind: RecordKind;
  readonly name: string | number;
}

/** Finds the names that stand for no record. `app/` provides it, because it reads all features. */
export type FindUnknown = (
  context: Context,
  named: readonly NamedRecord[],
) => Promise<readonly NamedRecord[]>;

/** Returns a place that names a record, or nothing where the body does not name one. */
export const namedRecord = (
  kind: RecordKind,
  field: string,
  name: string | number | null | undefined,
): NamedRecord[] =>
  name === undefined || name === null || name === '' ? [] : [{ field, kind, name }];

/** Returns sentences for a warning about names that stand for no record. */
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
