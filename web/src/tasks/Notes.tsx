import { Button, Textarea } from '@mantine/core';
import type { WorkflowNote } from '@perennial/contract/workflow.ts';
import { type FormEvent, type KeyboardEvent, type RefObject, useState } from 'react';
import { Moment } from '../kit/momentShown.tsx';
import classes from './tasks.module.css';

/** The notes of a task, oldest first, and a field for a new one. */
export function Notes({
  notes,
  me,
  mayWrite,
  field,
  onAdd,
  onEdit,
}: {
  readonly notes: readonly WorkflowNote[];
  readonly me: number;
  readonly mayWrite: boolean;
  /** The field of the new note, for the key that focuses it. */
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Resolves to whether it was saved. */
  onAdd(text: string): Promise<boolean>;
  onEdit(index: number, text: string): Promise<boolean>;
}) {
  return (
    <section className={classes['block']} aria-label="Notes">
      <h3>Notes</h3>
      {notes.length === 0 && <p className="soft">No notes yet.</p>}
      <ol className={classes['notes']}>
        {notes.map((note, index) => (
          // Notes have no id and are never removed, so their positions identify them.
          <li key={index}>
            <Note
              note={note}
              mayEdit={mayWrite && note.user?.user_id === me}
              onEdit={(text) => onEdit(index, text)}
            />
          </li>
        ))}
      </ol>
      {mayWrite && <NoteForm field={field} label="New note" button="Add the note" onSave={onAdd} />}
    </section>
  );
}

function Note({
  note,
  mayEdit,
  onEdit,
}: {
  readonly note: WorkflowNote;
  readonly mayEdit: boolean;
  onEdit(text: string): Promise<boolean>;
}) {
  const [isEditing, setEditing] = useState(false);
  return (
    <>
      <p className={classes['by']}>
        <strong>{note.user?.user ?? 'Perennial'}</strong> <Moment at={note.note_dts} />
        {note.edit_dts && (
          <>
            {' · '}edited <Moment at={note.edit_dts} />
          </>
        )}
        {mayEdit && !isEditing && (
          <button type="button" className={classes['plain']} onClick={() => setEditing(true)}>
            Edit
          </button>
        )}
      </p>
      {isEditing ? (
        <NoteForm
          label="Note"
          button="Save"
          initial={note.note ?? ''}
          onCancel={() => setEditing(false)}
          onSave={async (text) => {
            const isSaved = await onEdit(text);
            if (isSaved) setEditing(false);
            return isSaved;
          }}
        />
      ) : (
        <p className={classes['text']}>{note.note}</p>
      )}
      {note.original_note && note.original_note !== note.note && (
        <details>
          <summary>As it was first written</summary>
          <p className={classes['text']}>{note.original_note}</p>
        </details>
      )}
    </>
  );
}

/** A field that keeps its text when saving fails. Ctrl Enter saves. */
function NoteForm({
  label,
  button,
  initial = '',
  field,
  onSave,
  onCancel,
}: {
  readonly label: string;
  readonly button: string;
  readonly initial?: string;
  readonly field?: RefObject<HTMLTextAreaElement | null>;
  onSave(text: string): Promise<boolean>;
  onCancel?(): void;
}) {
  const [typed, setTyped] = useState(initial);
  const [isSending, setSending] = useState(false);
  const save = async (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (typed.trim() === '' || isSending) return;
    setSending(true);
    if (await onSave(typed.trim())) setTyped('');
    setSending(false);
  };
  return (
    <form onSubmit={(event) => void save(event)} className={classes['noteForm']}>
      <Textarea
        ref={field ?? null}
        aria-label={label}
        placeholder={label}
        rows={2}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(event);
          if (event.key === 'Escape') {
            event.preventDefault();
            event.currentTarget.blur();
          }
        }}
      />
      <div className={classes['foot']}>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" variant="default" loading={isSending} disabled={typed.trim() === ''}>
          {button}
        </Button>
      </div>
    </form>
  );
}
