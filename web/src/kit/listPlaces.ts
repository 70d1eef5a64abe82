import { useLocation } from '@tanstack/react-router';
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { createSelection, type ListPlace, type Selection } from './listSelection.ts';

/** How a list was left: how far it was scrolled, its cursor and its selected rows. */
interface LeftList {
  readonly scrollTop: number;
  readonly place: ListPlace;
}

/** By the entry of the history, so that Back finds what was left and a link begins at the top. */
const left = new Map<string, LeftList>();
const leftMax = 50;

/** Makes the place of a list's cursor and selected rows, as it was when Back leads to the list. */
export function useSelection(): Selection {
  const entry = useHistoryEntry();
  const [selection] = useState(() => createSelection(leftAt(entry)?.place));
  return selection;
}

/**
 * Remembers how the list is left. Returns how far it was scrolled when Back leads to it; the cursor
 * then has the focus again.
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
    // After the page, which gives the focus to its heading.
    if (kept && kept.place.cursor >= 0)
      requestAnimationFrame(() => scroller.current?.focus({ preventScroll: true }));
  }, [kept, scroller]);
  return kept?.scrollTop;
}

/** The entry of the history that a list is shown in. */
const useHistoryEntry = (): string | undefined =>
  useLocation({ select: ({ state }) => state.__TSR_key });

/** How the list of this entry was left; undefined when it was not shown before. */
const leftAt = (entry: string | undefined): LeftList | undefined =>
  entry === undefined ? undefined : left.get(entry);

/** Remembers how a list is left. The oldest are forgotten. */
function leave(entry: string | undefined, { scrollTop, place }: LeftList): void {
  if (entry === undefined) return;
  left.delete(entry);
  left.set(entry, { scrollTop, place: { ...place, hovered: -1 } });
  const [oldest] = left.keys();
  if (left.size > leftMax && oldest !== undefined) left.delete(oldest);
}
