import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { notesAfter, type Writer } from './noteEdit.ts';
import type { TaskNote } from './task.ts';
import type { GivenNote } from './taskChange.ts';

const at = Temporal.Instant.from('2027-01-15T12:00:00Z');
const later = Temporal.Instant.from('2027-01-15T12:00:01Z');
const now = Temporal.Instant.from('2027-01-16T12:00:00Z');
const writer: Writer = { person: { userId: 1, name: 'Ann' }, now, uploads: new Map() };
const note = (text: string, moment = at, userId = 1): TaskNote => ({
  text,
  at: moment,
  by: { userId, name: 'x' },
  attachments: [],
});
/** Returns the note as a client read it, with its text changed or not. */
const read = (text: string, moment = at, userId = 1): GivenNote => ({
  text,
  at: moment,
  userId,
  attachments: [],
});
const added = (text: string): GivenNote => ({ text, attachments: [] });

/** Returns the texts of the notes after the edit. An edited note also shows its first text. */
function after(stored: readonly TaskNote[], given: readonly GivenNote[]): string[] | string {
  const notes = notesAfter(stored, given, writer);
  if (!notes.ok) return notes.reason.field;
  return notes.value.map(({ text, original }) => (original ? `${original} → ${text}` : text));
}

const two = [note('first'), note('second')];
const cases: [what: string, stored: TaskNote[], given: GivenNote[], result: string[] | string][] = [
  ['two new ones', [], [added('first'), added('second')], ['first', 'second']],
  ['two new ones that say the same', [], [added('x'), added('x')], ['x', 'x']],
  ['sent back as they were', two, [read('first'), read('second')], ['first', 'second']],
  ['sent back the other way round', two, [read('second'), read('first')], ['first', 'second']],
  ['nothing sent', two, [], ['first', 'second']],
  ['the second edited', two, [read('first'), read('b')], ['first', 'second → b']],
  ['the first edited', two, [read('a'), read('second')], ['first → a', 'second']],
  ['both edited', two, [read('a'), read('b')], ['first → a', 'second → b']],
  [
    'the first edited, the other way round',
    two,
    [read('second'), read('b')],
    ['first → b', 'second'],
  ],
  ['one alone, as it was', two, [read('second')], ['first', 'second']],
  ['one alone, edited: which one is not clear', two, [read('c')], 'notes[0].note'],
  [
    'two of three, one of them edited',
    [...two, note('third')],
    [read('first'), read('c')],
    'notes[1].note',
  ],
  [
    'the first of two that say the same',
    [note('x'), note('x')],
    [read('y'), read('x')],
    ['x → y', 'x'],
  ],
  [
    'the second of two that say the same',
    [note('x'), note('x')],
    [read('x'), read('y')],
    ['x', 'x → y'],
  ],
  [
    'with a new one',
    two,
    [read('first'), read('b'), added('third')],
    ['first', 'second → b', 'third'],
  ],
  ['of another second', [note('a'), note('b', later)], [read('c', later)], ['a', 'b → c']],
  ['of another writer', [note('a'), note('b', at, 2)], [read('c')], ['a → c', 'b']],
  ['a moment of no note', two, [read('third', later)], ['first', 'second', 'third']],
];
for (const [what, stored, given, result] of cases)
  test(`notes of one second: ${what}`, () => assert.deepEqual(after(stored, given), result));
