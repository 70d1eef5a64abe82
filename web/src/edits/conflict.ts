import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { changesBetween, type FieldChange, isSame, valueIn } from './change.ts';

/** A field that another person or the engine changed, or that this person is changing. */
export interface ConflictField {
  readonly item?: number | undefined;
  readonly field: string;
  readonly was: unknown;
  readonly theirs: unknown;
  /** Absent if this person changed nothing. */
  readonly mine?: unknown;
  /** True if both changed it to different values. */
  readonly isContested: boolean;
}

/**
 * Compares a change field by field with a record that others have changed since. The conflicting
 * fields come first, then the fields that only this person changed, then those that only others
 * changed.
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

/** Returns the rest of `mine` when the person leaves some fields at their current values. */
export const chosenChanges = (
  mine: readonly FieldChange[],
  left: ReadonlySet<string>,
): FieldChange[] => mine.filter((change) => !left.has(keyOf(change)));

/** Names a field within an auto order. */
export const keyOf = ({ item, field }: Pick<FieldChange, 'item' | 'field'>): string =>
  `${item ?? ''}.${field}`;
