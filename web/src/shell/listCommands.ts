import type { CommandSpec } from './commandSpec.ts';

/** Commands of a list and its rows. */
export const listCommands = [
  { id: 'list.next', words: 'Move down', keys: 'j', place: 'list' },
  { id: 'list.previous', words: 'Move up', keys: 'k', place: 'list' },
  { id: 'list.first', words: 'Go to the first row', keys: 'Home', place: 'list' },
  { id: 'list.last', words: 'Go to the last row', keys: 'End', place: 'list' },
  { id: 'list.open', words: 'Open the row', keys: 'Enter', place: 'list' },
  { id: 'list.peek', words: 'Peek at the row', keys: 'Space', place: 'list' },
  { id: 'list.select', words: 'Select the row', keys: 'x', place: 'list' },
  { id: 'list.selectRange', words: 'Select up to the row', keys: 'X', place: 'list' },
  { id: 'list.selectAll', words: 'Select all loaded rows', keys: '*', place: 'list' },
  { id: 'list.jump', words: 'Jump to a date or a letter', keys: 'G', place: 'list', also: 'seek' },
  { id: 'list.filter', words: 'Add a filter', keys: 'f', place: 'list' },
  { id: 'list.saveView', words: 'Save this view', keys: 'v', place: 'list' },
  {
    id: 'list.export',
    words: 'Save the selected or all rows as CSV',
    keys: 'E',
    place: 'list',
    also: 'export download',
  },
  { id: 'list.changes', words: 'Show what changed in the list', place: 'list', also: 'refresh' },
] as const satisfies readonly CommandSpec[];
