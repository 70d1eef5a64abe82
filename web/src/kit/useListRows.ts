import type { InfiniteData } from '@tanstack/react-query';
import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { type ListPage, loadedRows, type PagePlace } from './listQuery.ts';
import type { Selection } from './listSelection.ts';

type ListData<Row> = InfiniteData<ListPage<Row>, PagePlace> | undefined;
type OnPlace = ((end: 'end' | undefined) => void) | undefined;

/** The rows by their index in the whole list; undefined: currently not in memory. */
export function useRows<Row>(data: ListData<Row>, onPlace: OnPlace) {
  const { rows, offset, isLast, isMore, beginning } = loadedRows(data);
  const rowAt = (index: number): Row | undefined => rows[index - offset];
  const ends = {
    ...(!isLast && onPlace && { onEnd: () => onPlace('end') }),
    ...(beginning !== undefined && onPlace && { onBeginning: () => onPlace(undefined) }),
  };
  const isCounted = isLast && !(isMore && beginning === 'end');
  return { rowAt, offset, count: offset + rows.length, ends, isCounted };
}

/**
 * Moves the cursor to the first or last row when the list starts at another position than before. A
 * list that was read from its end up to its first row then starts with that row again.
 */
export function usePlace<Row>(
  {
    result: { data },
    selection,
    onPlace,
  }: {
    readonly result: { readonly data: ListData<Row> };
    readonly selection: Selection;
    readonly onPlace?: OnPlace;
  },
  virtual: Virtualizer<HTMLDivElement, Element>,
  isRestored: boolean,
): void {
  const { beginning, isFirst, offset, rows } = loadedRows(data);
  const place = JSON.stringify(beginning);
  const shown = useRef(isRestored ? place : undefined);
  const first = beginning === 'end' ? offset + rows.length - 1 : 0;
  useLayoutEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    selection.update((before) => ({ ...before, cursor: first, anchor: first }));
    virtual.scrollToIndex(first);
  }, [place, first, selection, virtual]);
  const isWhole = beginning === 'end' && isFirst && offset > 0;
  useEffect(() => {
    if (isWhole) onPlace?.(undefined);
  }, [isWhole, onPlace]);
}
