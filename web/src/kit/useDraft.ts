import { type FormEvent, useState } from 'react';
import type { Undo } from '../shell/changes.ts';
import type { Write } from '../shell/draftWrites.ts';
import {
  changedKeys,
  conflictsOf,
  type Draft,
  type DraftBase,
  type DraftConflict,
  decided,
} from './draft.ts';
import { useDecision } from './useDecision.ts';

/** The state of a form that several people may change at the same time. */
export interface DraftForm {
  readonly was: Draft;
  readonly mine: Draft;
  readonly changed: readonly string[];
  readonly conflicts: readonly DraftConflict[];
  readonly kept: ReadonlySet<string>;
  readonly error: Error | undefined;
  readonly isBusy: boolean;
  change(draft: Draft): void;
  choose(key: string, isMine: boolean): void;
  save(event: FormEvent): Promise<void>;
}

/** Starts with a record as a form; `onSaved` gets the undo. */
export function useDraft(first: DraftBase, write: Write, onSaved: (undo: Undo) => void): DraftForm {
  const [mine, setMine] = useState<Draft>(first.draft);
  const [theirs, setTheirs] = useState<DraftBase>();
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  const was = first.draft;

  async function save(event: FormEvent) {
    event.preventDefault();
    const from = theirs ?? first;
    const to = theirs ? decided(was, theirs.draft, mine, kept) : mine;
    setBusy(true);
    setError(undefined);
    try {
      const result = await write(from, to, decision.key([from.version, to]));
      decision.end();
      if (result.kind === 'conflict') setTheirs(result.theirs);
      else onSaved(result.undo);
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
    }
    setBusy(false);
  }

  return {
    was,
    mine,
    changed: changedKeys(was, mine),
    conflicts: theirs ? conflictsOf(was, theirs.draft, mine) : [],
    kept,
    error,
    isBusy,
    change: setMine,
    choose: (key, isMine) =>
      setKept((before) => new Set([...before, key].filter((each) => each !== key || isMine))),
    save,
  };
}
