import { useEffect } from 'react';
import { useCommands } from '../shell/useCommands.ts';
import { allToggled, extended, moved, type Selection, toggled } from './listSelection.ts';

interface ListCommandParts<Row> {
  readonly selection: Selection;
  readonly count: number;
  rowAt(index: number): Row | undefined;
  keyOf(row: Row): string;
  onOpen(row: Row): void;
  onPeek(row: Row): void;
  onRest?(row: Row): void;
  scrollTo(index: number): void;
  /** Moves to the end of the list; absent: it is loaded, or cannot be read separately. */
  onEnd?(): void;
  /** Moves back to the beginning of the list; absent: it starts with its first row. */
  onBeginning?(): void;
}

/** The keys of a list: j k Home End Enter Space x X *. */
export function useListCommands<Row>(parts: ListCommandParts<Row>): void {
  const { selection, count, rowAt, keyOf, onOpen, onPeek, scrollTo } = parts;
  const keyAt = (index: number) => {
    const row = rowAt(index);
    return row === undefined ? '' : keyOf(row);
  };
  const move = (step: number) => () => {
    selection.update((place) => moved(place, step, count));
    scrollTo(selection.get().cursor);
  };
  const moveTo = (index: number) => () => {
    selection.update((place) => ({ ...place, cursor: index }));
    scrollTo(index);
  };
  const withRow = (act: (row: Row) => void) => () => {
    const row = rowAt(selection.get().cursor);
    if (row !== undefined) act(row);
  };
  const place = (change: typeof toggled) => () =>
    selection.update((now) => (now.cursor < 0 ? now : change(now, now.cursor, keyAt)));
  useCommands({
    'list.next': move(1),
    'list.previous': move(-1),
    'list.first': parts.onBeginning ?? moveTo(0),
    'list.last': parts.onEnd ?? moveTo(count - 1),
    'list.open': withRow(onOpen),
    'list.peek': withRow(onPeek),
    'list.select': place(toggled),
    'list.selectRange': place(extended),
    'list.selectAll': () => {
      const keys = Array.from({ length: count }, (_, index) => keyAt(index)).filter(Boolean);
      selection.update((now) => allToggled(now, keys));
    },
  });
  useRest(parts);
}

const restMs = 80;

/** Calls `onRest` when the cursor rests on a row, but not for rows that it only passes. */
function useRest<Row>({ selection, rowAt, onRest }: ListCommandParts<Row>): void {
  useEffect(() => {
    if (!onRest) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = selection.subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const row = rowAt(selection.get().cursor);
        if (row !== undefined) onRest(row);
      }, restMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  });
}
