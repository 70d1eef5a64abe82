import { useLocation } from '@tanstack/react-router';
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { createSelection, type ListPlace, type Selection } from './listSelection.ts';

/** The state in which a list was left: its scroll position, its cursor and its selected rows. */
interface LeftList {
  readonly scrollTop: number;
  readonly place: ListPlace;
}

/**
 * By the entry of the browser's history, so that Back restores the state and a link starts at the
 * top.
 */
const left = new Map<string, LeftList>();
const leftMax = 50;

/** Creates the cursor and selection of a list, restored if Back leads to the list. */
export function useSelection(): Selection {
  const entry = useHistoryEntry();
  const [selection] = useState(() => createSelection(leftAt(entry)?.place));
  return selection;
}

/**
 * Stores the state in which the list is left. If Back leads to it, returns its scroll position, and
 * the cursor gets the focus again.
 */
export function useLeaving(
  scroller: RefObject<HTMLDivElement | null>,
  selection: Selection,
): number | undefined {
  const entry = useHistoryEntry();
  const [kept] = useState(() => leftAt(entry));
  useLayoutEffect(() => {
    const element = scroller.current;
    return () => leave(entry, { scrollTop: element?.scrollTop ?? 0, place: selection.get() });
  }, [entry, scroller, selection]);
  useEffect(() => {
    // Runs after the page, which gives the focus to its heading.
    if (kept && kept.place.cursor >= 0)
      requestAnimationFrame(() => scroller.current?.focus({ preventScroll: true }));
  }, [kept, scroller]);
  return kept?.scrollTop;
}

/** The entry of the browser's history that shows a list. */
const useHistoryEntry = (): string | undefined =>
  useLocation({ select: ({ state }) => state.__TSR_key });

/** The state in which the list of this entry was left; undefined when it was not shown before. */
const leftAt = (entry: string | undefined): LeftList | undefined =>
  entry === undefined ? undefined : left.get(entry);

/** Stores the state in which a list is left. Drops the oldest ones. */
function leave(entry: string | undefined, { scrollTop, place }: LeftList): void {
  if (entry === undefined) return;
  left.delete(entry);
  left.set(entry, { scrollTop, place: { ...place, hovered: -1 } });
  const [oldest] = left.keys();
  if (left.size > leftMax && oldest !== undefined) left.delete(oldest);
}
