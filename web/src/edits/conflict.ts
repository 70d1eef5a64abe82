import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { changesBetween, type FieldChange, isSame, valueIn } from './change.ts';

/** A field that another person or the engine changed, or that this person wants to change. */
export interface ConflictField {
  readonly item?: number | undefined;
  readonly field: string;
  readonly was: unknown;
  readonly theirs: unknown;
  /** Absent where this person changed nothing. */
  readonly mine?: unknown;
  /** Both changed it, and not to the same. */
  readonly isContested: boolean;
}

/**
 * Compares a change with a record that was changed meanwhile, field by field. The contested fields
 * come first, then what only this person changed, then what only others changed.
 */
export function conflictFields(
  was: AutoOrder,
  theirs: AutoOrder,
  mine: readonly FieldChange[],
): ConflictField[] {
  const own = mine.map(({ item, field, value }): ConflictField => {
    const [before, now] = [valueIn(was, { item, field }), valueIn(theirs, { item, field })];
    const isContested = !isSame(before, now) && !isSame(now, value);
    return { item, field, was: before, theirs: now, mine: value, isContested };
  });
  const isOwn = (other: FieldChange) =>
    mine.some(({ item, field }) => item === other.item && field === other.field);
  const others = changesBetween(was, theirs)
    .filter((change) => !isOwn(change))
    .map(({ item, field, value }): ConflictField => {
      return { item, field, was: valueIn(was, { item, field }), theirs: value, isContested: false };
    });
  return [...own.toSorted((a, b) => Number(b.isContested) - Number(a.isContested)), ...others];
}

/** The changes that remain of `mine` when the person leaves some fields as they are now. */
export const chosenChanges = (
  mine: readonly FieldChange[],
  left: ReadonlySet<string>,
): FieldChange[] => mine.filter((change) => !left.has(keyOf(change)));

/** Names a field within an auto order. */
export const keyOf = ({ item, field }: Pick<FieldChange, 'item' | 'field'>): string =>
  `${item ?? ''}.${field}`;
