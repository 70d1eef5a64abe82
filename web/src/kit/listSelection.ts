import { createStore, type Store } from './store.ts';

/**
 * The row with the cursor and the selected rows. They are outside React's state: a row subscribes
 * only to its own part, so moving the cursor renders two rows and not the list.
 */
export interface ListPlace {
  /** The index of the row with the cursor; −1: none. */
  readonly cursor: number;
  /** The index of the row under the pointer; −1: none. */
  readonly hovered: number;
  readonly selected: ReadonlySet<string>;
  /** Where a range of selected rows starts. */
  readonly anchor: number;
}

export type Selection = Store<ListPlace>;

export const createSelection = (place: ListPlace = nowhere): Selection =>
  createStore<ListPlace>(place);

const nowhere: ListPlace = { cursor: -1, hovered: -1, selected: new Set(), anchor: -1 };

/** Moves the cursor by `step` rows, kept within the list. */
export function moved(place: ListPlace, step: number, count: number): ListPlace {
  if (count === 0) return place;
  const from = place.cursor < 0 && step > 0 ? -1 : place.cursor;
  return { ...place, cursor: Math.min(Math.max(from + step, 0), count - 1) };
}

/** Selects or deselects the row with the cursor. */
export function toggled(place: ListPlace, index: number, keyOf: (index: number) => string) {
  const selected = new Set(place.selected);
  const key = keyOf(index);
  if (!selected.delete(key)) selected.add(key);
  return { ...place, cursor: index, anchor: index, selected };
}

/** Selects every row between the anchor and this one. */
export function extended(place: ListPlace, index: number, keyOf: (index: number) => string) {
  const anchor = place.anchor < 0 ? index : place.anchor;
  const selected = new Set(place.selected);
  for (let each = Math.min(anchor, index); each <= Math.max(anchor, index); each++)
    selected.add(keyOf(each));
  return { ...place, cursor: index, anchor, selected };
}

/** Selects all loaded rows; if all are selected already, deselects them. */
export function allToggled(place: ListPlace, keys: readonly string[]): ListPlace {
  const hasAll = keys.length > 0 && keys.every((key) => place.selected.has(key));
  return { ...place, selected: new Set(hasAll ? [] : keys) };
}
