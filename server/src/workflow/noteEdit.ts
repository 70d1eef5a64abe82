import type { Temporal } from 'temporal-polyfill';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { FieldFault } from './fieldFault.ts';
import type { Attachment, Note, Person } from './task.ts';
import type { GivenAttachment, GivenNote } from './taskChange.ts';

/** Files that were uploaded and belong to no task yet, by their key. */
export type Uploads = ReadonlyMap<string, { readonly mimeType: string }>;

/** Who writes a note, when. */
export interface Writer {
  readonly person: Person;
  readonly now: Temporal.Instant;
  readonly uploads: Uploads;
}

/** The files after a change: null clears, undefined keeps, a list replaces; new ones are named by their upload's key. */
export function attachmentsAfter(
  stored: readonly Attachment[],
  given: readonly GivenAttachment[] | null | undefined,
  uploads: Uploads,
): Outcome<readonly Attachment[], FieldFault> {
  if (given === undefined) return success(stored);
  const after: Attachment[] = [];
  for (const [i, each] of (given ?? []).entries()) {
    const known = stored.find(({ fileUuid }) => fileUuid === (each.fileUuid ?? each.uploadKey));
    const upload = each.uploadKey === undefined ? undefined : uploads.get(each.uploadKey);
    if (known) after.push(known);
    else if (each.uploadKey !== undefined && upload)
      after.push({
        fileUuid: each.uploadKey,
        fileName: fileNameOf(each.fileName),
        mimeType: upload.mimeType,
      });
    else return failure(noFile(`attachments[${i}]`, each));
  }
  return success(after);
}

/**
 * The notes after a change. A note has no id on the wire: one with the moment and the writer of a stored one is that one. New ones are added, the text
 * of one's own can be changed, and none is ever taken away.
 */
export function notesAfter(
  stored: readonly Note[],
  given: readonly GivenNote[],
  writer: Writer,
): Outcome<readonly Note[], FieldFault> {
  let notes = stored;
  for (const [i, each] of given.entries()) {
    const index = each.at === undefined ? -1 : notes.findIndex((note) => isSame(note, each));
    const next = index < 0 ? newNote(each, i, writer) : editedNote(notes[index]!, each, i, writer);
    if (!next.ok) return next;
    notes = index < 0 ? [...notes, next.value] : notes.with(index, next.value);
  }
  return success(notes);
}

/** A name without folders and control characters, at most 255 characters. */
export function fileNameOf(given: string | undefined): string {
  const name = (given ?? '')
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(-255);
  return name === '' || /^\.+$/.test(name) ? 'file' : name;
}

function isSame(note: Note, { at, userId, userName }: GivenNote): boolean {
  if (note.at.epochMilliseconds !== at?.epochMilliseconds) return false;
  if (userId !== undefined) return note.by.userId === userId;
  return userName === undefined || note.by.name === userName;
}

function newNote(
  given: GivenNote,
  i: number,
  { person, now, uploads }: Writer,
): Outcome<Note, FieldFault> {
  if (given.text.trim() === '')
    return failure({ field: `notes[${i}].note`, reason: 'is empty', mend: 'Write something' });
  const attachments = attachmentsAfter([], given.attachments, uploads);
  if (!attachments.ok)
    return failure({ ...attachments.reason, field: `notes[${i}].${attachments.reason.field}` });
  return success({ text: given.text, at: now, by: person, attachments: attachments.value });
}

function editedNote(
  note: Note,
  given: GivenNote,
  i: number,
  writer: Writer,
): Outcome<Note, FieldFault> {
  const added = attachmentsAfter(note.attachments, given.attachments, writer.uploads);
  if (!added.ok) return failure({ ...added.reason, field: `notes[${i}].${added.reason.field}` });
  const attachments = [
    ...note.attachments,
    ...added.value.filter(
      ({ fileUuid }) => !note.attachments.some((each) => each.fileUuid === fileUuid),
    ),
  ];
  const isChanged = given.text !== note.text || attachments.length > note.attachments.length;
  if (!isChanged) return success(note);
  if (!isOwn(note, writer.person))
    return failure({
      field: `notes[${i}].note`,
      reason: `was written by ${note.by.name}`,
      mend: 'Add a note of your own',
    });
  if (given.text.trim() === '')
    return failure({
      field: `notes[${i}].note`,
      reason: 'is empty',
      mend: 'Write something; notes are not taken away',
    });
  if (given.text === note.text) return success({ ...note, attachments });
  return success({
    ...note,
    text: given.text,
    editedAt: writer.now,
    original: note.original ?? note.text,
    attachments,
  });
}

const isOwn = ({ by }: Note, person: Person): boolean =>
  by.userId === undefined
    ? by.name === person.name && person.userId === undefined
    : by.userId === person.userId;

function noFile(field: string, { uploadKey }: GivenAttachment): FieldFault {
  return uploadKey === undefined
    ? {
        field: `${field}.file_uuid`,
        reason: 'names no file of this task',
        mend: 'Upload the file and send its key as upload_key',
      }
    : {
        field: `${field}.upload_key`,
        reason: 'names no upload that waits for its task',
        mend: 'Ask for an upload link, PUT the bytes there, then send its key',
      };
}
