import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Refused } from '../api/refused.ts';
import { useDecision } from '../kit/useDecision.ts';
import { useCan } from '../shell/session.tsx';
import { effective, type FieldChange } from './change.ts';
import { type ConflictField, chosenChanges, conflictFields } from './conflict.ts';
import type { Deed, FormContext, Part, Values } from './form.ts';
import {
  attempt,
  type Base,
  cancelMailQuery,
  type Done,
  doDeed,
  isOutdated,
  readBase,
} from './queries.ts';

/** A record that was changed while the person worked on it. */
interface Conflict {
  readonly theirs: Base;
  readonly mine: readonly FieldChange[];
  /** The keys of the fields that keep their current values. */
  readonly left: ReadonlySet<string>;
}

/**
 * The state of a form: the typed values, the change that they describe, and the result of saving
 * it.
 */
export interface Edit {
  readonly values: Values;
  setValue(name: string, value: Values[string]): void;
  /** The write that saving would perform now; undefined if nothing is changed. */
  readonly deed: Deed | undefined;
  /** The change after a short pause in typing, for the preview. */
  readonly settledDeed: Deed | undefined;
  /** The record on which saving is based. */
  readonly base: Base;
  readonly conflict:
    | ({ readonly fields: readonly ConflictField[] } & Pick<Conflict, 'left'>)
    | undefined;
  choose(key: string, isMine: boolean): void;
  readonly isSaving: boolean;
  readonly refused: Refused | undefined;
  /** Saves the change. Returns the result, or undefined when it was refused. */
  save(): Promise<Done | undefined>;
}

const previewDelayMs = 250;

/** The state of a form that started with the record `first`. */
export function useEdit(code: string, part: Part, first: Base, context: FormContext): Edit {
  const [values, setValues] = useState<Values>(() => part.start(first.order, context));
  const [conflict, setConflict] = useState<Conflict>();
  const [isSaving, setSaving] = useState(false);
  const [refused, setRefused] = useState<Refused>();
  const own = part.deed(first.order, values, context);
  const base = conflict?.theirs ?? first;
  const deed = conflict && own?.kind === 'update' ? chosen(conflict) : own;
  const decision = useDecision();
  const mailsCancelation = useCancelMail();
  const save = async () => {
    if (deed === undefined || isSaving) return undefined;
    setSaving(true);
    setRefused(undefined);
    const key = decision.key([deed, base.version]);
    const result = await attempt(() => doDeed(code, base, deed, { key, mailsCancelation }));
    const stale = 'refused' in result && isOutdated(result.refused);
    decision.end('refused' in result && !stale ? result.refused : undefined);
    const now = stale ? await attempt(() => conflictNow(code, own, conflict)) : undefined;
    // The form closes now. Until then, `isSaving` keeps it from requesting another preview.
    if ('done' in result) return result.done;
    setSaving(false);
    if (now && 'done' in now) setConflict(now.done);
    else setRefused(now?.refused ?? result.refused);
    return undefined;
  };
  return {
    values,
    setValue: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    deed,
    settledDeed: useSettled(deed),
    base,
    conflict: conflict && {
      left: conflict.left,
      fields: conflictFields(first.order, conflict.theirs.order, conflict.mine),
    },
    choose: (key, isMine) =>
      setConflict((now) => now && { ...now, left: toggled(now, key, isMine) }),
    isSaving,
    refused,
    save,
  };
}

/** Returns the person's choices that differ from the current record. */
function chosen({ theirs, mine, left }: Conflict): Deed | undefined {
  const changes = effective(theirs.order, chosenChanges(mine, left));
  return changes.length === 0 ? undefined : { kind: 'update', changes };
}

async function conflictNow(
  code: string,
  own: Deed | undefined,
  before: Conflict | undefined,
): Promise<Conflict> {
  return {
    theirs: await readBase(code),
    mine: before?.mine ?? (own?.kind === 'update' ? own.changes : []),
    left: before?.left ?? new Set(),
  };
}

function toggled({ left }: Conflict, key: string, isMine: boolean): ReadonlySet<string> {
  const next = new Set(left);
  if (isMine) next.delete(key);
  else next.add(key);
  return next;
}

/**
 * Returns a change after a short pause in typing. The result is the same object while the change
 * stays the same.
 */
function useSettled(deed: Deed | undefined): Deed | undefined {
  const [text] = useDebouncedValue(JSON.stringify(deed), previewDelayMs);
  return useMemo(() => (text === undefined ? undefined : (JSON.parse(text) as Deed)), [text]);
}

/** Returns whether a mail may be sent when an auto order is canceled. */
function useCancelMail(): boolean {
  const isAllowed = useCan(['configuration_read']);
  return useQuery(cancelMailQuery(isAllowed)).data ?? true;
}
