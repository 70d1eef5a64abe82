/** The texts of a form by the names of its fields; a checkbox is `yes` or `no`. */
export type Draft = Readonly<Record<string, string>>;

/** A form filled from a record, and the version of that record. */
export interface DraftBase {
  readonly draft: Draft;
  readonly version: number;
}

/** A field that two people changed to different values. */
export interface DraftConflict {
  readonly key: string;
  readonly was: string;
  readonly theirs: string;
  readonly mine: string;
}

const textOf = (draft: Draft, key: string): string => draft[key] ?? '';

/** Returns the names of the fields that differ. */
export const changedKeys = (was: Draft, now: Draft): string[] =>
  Object.keys(now).filter((key) => textOf(was, key) !== textOf(now, key));

/** Returns the fields that this person and another one changed to different values. */
export const conflictsOf = (was: Draft, theirs: Draft, mine: Draft): DraftConflict[] =>
  changedKeys(was, mine)
    .map((key) => ({
      key,
      was: textOf(was, key),
      theirs: textOf(theirs, key),
      mine: textOf(mine, key),
    }))
    .filter((each) => each.theirs !== each.was && each.theirs !== each.mine);

/**
 * Returns the draft to save after a conflict: the other person's saved draft with this person's
 * changes. If both changed a field, this person's value counts only if the field is in `kept`.
 */
export function decided(was: Draft, theirs: Draft, mine: Draft, kept: ReadonlySet<string>): Draft {
  const disputed = new Set(conflictsOf(was, theirs, mine).map(({ key }) => key));
  const own = changedKeys(was, mine).filter((key) => !disputed.has(key) || kept.has(key));
  return { ...theirs, ...Object.fromEntries(own.map((key) => [key, textOf(mine, key)])) };
}
