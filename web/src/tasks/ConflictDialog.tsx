import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { Conflicts } from '../kit/conflicts.tsx';
import form from '../kit/form.module.css';
import { formatWritten } from '../kit/moment.ts';
import { useNow } from '../kit/now.ts';
import { useStore } from '../kit/store.ts';
import { useSession } from '../shell/session.tsx';
import { applyChange, type OpenConflict, openConflict } from './actions.ts';
import { type ChangedField, withoutFields } from './change.ts';
import { fieldWords, valueWords } from './words.ts';

type NameOf = (field: ChangedField, id: number) => string;

/**
 * Shows a field that two people changed: the old value, both new values, and a choice for each
 * field.
 */
export function ConflictDialog({ nameOf }: { readonly nameOf: NameOf }) {
  const open = useStore(openConflict);
  const close = () => openConflict.set(undefined);
  return (
    <Modal opened={open !== undefined} onClose={close} size={620} title="Your change was not saved">
      {open && <ConflictForm open={open} nameOf={nameOf} onClose={close} />}
    </Modal>
  );
}

function ConflictForm({
  open: { theirs, change, words, conflicts, me },
  nameOf,
  onClose,
}: {
  readonly open: OpenConflict;
  readonly nameOf: NameOf;
  onClose(): void;
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(conflicts.map(({ field }) => field)),
  );
  const { zone } = useSession().merchant;
  const now = useNow();
  const minute = (text: string) => formatWritten(text, zone, now);
  const choose = (key: string, isMine: boolean) => {
    const next = new Set(chosen);
    if (isMine) next.add(key);
    else next.delete(key);
    setChosen(next);
  };
  const save = () => {
    onClose();
    const kept = conflicts.map(({ field }) => field).filter((field) => !chosen.has(field));
    const rest = withoutFields(change, new Set(kept));
    if (Object.keys(rest).length > 0) void applyChange(theirs, rest, words, me);
  };
  return (
    <div className={form['form']}>
      <Conflicts
        conflicts={conflicts.map(({ field, was, theirs: their, mine }) => ({
          key: field,
          label: fieldWords[field],
          was: valueWords(field, was, nameOf, minute),
          theirs: valueWords(field, their, nameOf, minute),
          mine: valueWords(field, mine, nameOf, minute),
        }))}
        chosen={chosen}
        onChoose={choose}
      />
      <div className={form['buttons']}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={save}>Save</Button>
      </div>
    </div>
  );
}
