import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { fileNameOf } from './fileName.ts';
import type { Attachment, ChangeAuthor, TaskNote } from './task.ts';
import type { GivenAttachment, GivenNote } from './taskChange.ts';

/** Uploaded files without a task, by their key. */
export type Uploads = ReadonlyMap<string, { readonly mimeType: string }>;

/** The author of a change, and the records that it may refer to. */
export interface Writer {
  readonly person: ChangeAuthor;
  readonly now: Temporal.Instant;
  readonly uploads: Uploads;
}

/**
 * Returns the files after a change: null clears, undefined keeps, a list replaces. A new file is
 * named by the key of its upload.
 */
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
        fileName: fileNameOf(each.fileName, upload.mimeType),
        mimeType: upload.mimeType,
      });
    else return failure(noFile(`attachments[${i}]`, each));
  }
  return success(after);
}

/**
 * Returns the notes after a change. New notes are added, authors may change the text of theirs, and
 * no note is ever removed. A note has no id on the wire; {@link placesOf} recognizes it by other
 * values.
 */
export function notesAfter(
  stored: readonly TaskNote[],
  given: readonly GivenNote[],
  writer: Writer,
): Outcome<readonly TaskNote[], FieldFault> {
  const places = placesOf(stored, given);
  if (!places.ok) return places;
  const notes = [...stored];
  for (const [i, each] of given.entries()) {
    const place = places.value[i];
    const next =
      place === undefined ? newNote(each, i, writer) : editedNote(stored[place]!, each, i, writer);
    if (!next.ok) return next;
    notes[place ?? notes.length] = next.value;
  }
  return success(notes);
}

/**
 * Finds the position of the stored note for each given note; undefined for a new one. A note is
 * recognized by its time (in seconds) and its author, and several notes may share both. Among
 * these, the note at the same position with the same text matches, else one with the same text,
 * else the next in order. If the client left out some of them, the order is not reliable, and a
 * changed text is refused because it could replace the wrong note.
 */
function placesOf(
  stored: readonly TaskNote[],
  given: readonly GivenNote[],
): Outcome<readonly (number | undefined)[], FieldFault> {
  const places: (number | undefined)[] = given.map(() => undefined);
  const taken = new Set<number>();
  const candidates = given.map((each) =>
    stored.flatMap((note, place) => (isSame(note, each) ? [place] : [])),
  );
  const take = (i: number, place: number | undefined): void => {
    if (place === undefined || taken.has(place)) return;
    places[i] = place;
    taken.add(place);
  };
  const alikeBefore = (i: number): number =>
    given.slice(0, i).filter((each) => isSameMoment(each, given[i]!)).length;
  for (const [i, each] of given.entries()) {
    const place = candidates[i]![alikeBefore(i)];
    if (place !== undefined && stored[place]!.text === each.text) take(i, place);
  }
  for (const [i, each] of given.entries()) {
    if (places[i] === undefined)
      take(
        i,
        candidates[i]!.find((place) => !taken.has(place) && stored[place]!.text === each.text),
      );
  }
  for (const [i, each] of given.entries()) {
    if (places[i] !== undefined) continue;
    const free = candidates[i]!.filter((place) => !taken.has(place));
    const open = given.filter((other, at) => places[at] === undefined && isSameMoment(other, each));
    if (free.length > open.length) return failure(unclearNote(i, free.length));
    take(i, free[0]);
  }
  return success(places);
}

const isSameMoment = (one: GivenNote, other: GivenNote): boolean =>
  one.at !== undefined &&
  one.at.epochMilliseconds === other.at?.epochMilliseconds &&
  one.userId === other.userId &&
  one.userName === other.userName;

const unclearNote = (i: number, count: number): FieldFault => ({
  field: `notes[${i}].note`,
  reason: `does not say which of ${count} notes of the same second it changes`,
  fix: 'Send all notes of that second, in their order, or add a new note without note_dts',
});

function isSame(note: TaskNote, { at, userId, userName }: GivenNote): boolean {
  if (note.at.epochMilliseconds !== at?.epochMilliseconds) return false;
  if (userId !== undefined) return note.by.userId === userId;
  return userName === undefined || note.by.name === userName;
}

function newNote(
  given: GivenNote,
  i: number,
  { person, now, uploads }: Writer,
): Outcome<TaskNote, FieldFault> {
  if (given.text.trim() === '')
    return failure({
      field: `notes[${i}].note`,
      reason: 'is empty',
      fix: 'Send the text of the note',
    });
  const attachments = attachmentsAfter([], given.attachments, uploads);
  if (!attachments.ok)
    return failure({ ...attachments.reason, field: `notes[${i}].${attachments.reason.field}` });
  return success({ text: given.text, at: now, by: person, attachments: attachments.value });
}

function editedNote(
  note: TaskNote,
  given: GivenNote,
  i: number,
  writer: Writer,
): Outcome<TaskNote, FieldFault> {
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
      fix: 'Add a new note instead',
    });
  if (given.text.trim() === '')
    return failure({
      field: `notes[${i}].note`,
      reason: 'is empty',
      fix: 'Send the text of the note; notes cannot be removed',
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

const isOwn = ({ by }: TaskNote, person: ChangeAuthor): boolean =>
  by.userId === undefined
    ? by.name === person.name && person.userId === undefined
    : by.userId === person.userId;

function noFile(field: string, { uploadKey }: GivenAttachment): FieldFault {
  return uploadKey === undefined
    ? {
        field: `${field}.file_uuid`,
        reason: 'is not the id of a file of this task',
        fix: 'Upload the file and send its key as upload_key',
      }
    : {
        field: `${field}.upload_key`,
        reason: 'is not the key of an upload without a task',
        fix: 'Request an upload link, PUT the bytes there, then send its key',
      };
}
