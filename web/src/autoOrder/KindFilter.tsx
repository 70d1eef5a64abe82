import classes from './life.module.css';
import { type EntryKind, kindWords, toggledKind } from './lifeUrl.ts';

/** The filter for kinds of entries; each can be switched on or off. None chosen means all. */
export function KindFilter({
  kinds,
  onChange,
}: {
  readonly kinds: readonly EntryKind[];
  onChange(kinds: readonly EntryKind[] | undefined): void;
}) {
  return (
    <div className={classes['kinds']} role="group" aria-label="Kinds of entries">
      <button type="button" aria-pressed={kinds.length === 0} onClick={() => onChange(undefined)}>
        All
      </button>
      {Object.entries(kindWords).map(([kind, words]) => (
        <button
          key={kind}
          type="button"
          aria-pressed={kinds.includes(kind as EntryKind)}
          onClick={() => onChange(toggledKind(kinds, kind as EntryKind))}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
