import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import {
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useMemo,
  useRef,
} from 'react';
import { afterPaint } from './afterPaint.ts';
import type { Column } from './columns.ts';
import classes from './list.module.css';
import { ListHeader } from './listHeader.tsx';
import { useLeaving } from './listPlaces.ts';
import { type ListPage, loadedRows, type PagePlace } from './listQuery.ts';
import { ListRow } from './listRow.tsx';
import { extended, type Selection, toggled } from './listSelection.ts';
import { isInView, useWindow } from './listWindow.ts';
import type { RowAction } from './rowActions.tsx';
import { NotShown, Waiting } from './states.tsx';
import { useListCommands } from './useListCommands.ts';
import { usePlace, useRows } from './useListRows.ts';

/** The result of `useInfiniteQuery` for a `listQuery`. */
export type ListResult<Row> = UseInfiniteQueryResult<InfiniteData<ListPage<Row>, PagePlace>>;

export interface ListProps<Row> {
  /** The name of the rows, in the plural and lower case: `auto orders`. */
  readonly what: string;
  readonly result: ListResult<Row>;
  readonly columns: readonly Column<Row>[];
  readonly sort: string | undefined;
  onSort(field: string): void;
  /**
   * Moves to the end of the list, or back to its beginning. Absent: only loaded rows can be
   * reached.
   */
  onPlace?(end: 'end' | undefined): void;
  keyOf(row: Row): string;
  onOpen(row: Row): void;
  onPeek(row: Row): void;
  /** Called when the cursor rests on a row, to prefetch its data. */
  onRest?(row: Row): void;
  readonly selection: Selection;
  /** The actions on a row besides opening and peeking. */
  readonly rowActions?: readonly RowAction<Row>[] | undefined;
  /** Shown when there are no rows: `Empty` or `EmptyByFilter`. */
  readonly empty: ReactNode;
}

/**
 * A list of any length: the rows have the same height, only visible ones are in the document, and
 * pages are read as they come near. It draws all five states except the filters, which the page
 * draws.
 */
export function List<Row>(props: ListProps<Row>) {
  const { result, what, empty } = props;
  const { data, error, isPending, refetch } = result;
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (isPending) return <Waiting what={what} rows={12} />;
  const loaded = loadedRows(data);
  if (loaded.rows.length === 0 && loaded.offset === 0) return <>{empty}</>;
  return <Grid {...props} />;
}

function Grid<Row>(props: ListProps<Row>) {
  const { what, result, columns, keyOf, selection } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const { rowAt, count, offset, ends, isCounted } = useRows(result.data, props.onPlace);
  const leftAtPx = useLeaving(scroller, selection);
  const { virtual, style, isNarrow } = useWindow(scroller, count, columns, leftAtPx);
  const items = virtual.getVirtualItems();
  const slots = useSlots(items.length);
  usePages(result, items[0]?.index ?? 0, items.at(-1)?.index ?? 0, offset, count);
  usePlace(props, virtual, leftAtPx !== undefined);
  useActiveRow(scroller, selection, id);
  const actions = useRowActions(props);
  const scrollTo = (index: number) => {
    if (!isInView(virtual, index)) virtual.scrollToIndex(index);
    // Enter then opens the row, not the link or button that had the focus.
    scroller.current?.focus({ preventScroll: true });
  };
  const onOpen = (row: Row) => afterPaint(() => props.onOpen(row));
  useListCommands({ ...props, ...ends, onOpen, count, rowAt, scrollTo });
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={what}
      aria-multiselectable="true"
      aria-rowcount={isCounted ? count + 1 : -1}
      aria-busy={result.isPlaceholderData || undefined}
      className={classes['grid']}
      data-compact={isNarrow || undefined}
      onClick={(event) => clicked(event, { ...props, onOpen }, rowAt)}
      {...hovering(selection)}
      style={style}
    >
      <ListHeader columns={columns} sort={props.sort} onSort={props.onSort} />
      <div
        role="rowgroup"
        className={classes['rows']}
        data-stale={result.isPlaceholderData || undefined}
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map(({ index, start }) => {
          const row = rowAt(index);
          const rowKey = row === undefined ? '' : keyOf(row);
          return (
            <ListRow
              key={index % slots}
              id={`${id}-${index}`}
              index={index}
              top={start}
              row={row}
              {...{ rowKey, columns, selection, actions }}
            />
          );
        })}
      </div>
    </div>
  );
}

/**
 * Adds the peek at a row first, if it differs from opening the row. The actions stay the same, so
 * that rows are not rendered again.
 */
function useRowActions<Row>({ onOpen, onPeek, rowActions = none }: ListProps<Row>) {
  const latest = useRef(onPeek);
  latest.current = onPeek;
  const hasPeek = onPeek !== onOpen;
  return useMemo(() => {
    const run = (row: Row) => latest.current(row);
    const peek = { id: 'peek', label: 'Peek', icon: 'eye', run } as const;
    return hasPeek ? [peek, ...rowActions] : rowActions;
  }, [hasPeek, rowActions]);
}

const none: readonly RowAction<never>[] = [];

/** Returns the index of the row that contains an element; −1: none. */
const indexOf = (element: HTMLElement): number =>
  Number(element.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);

/** Marks the row under the pointer. A finger has no place to rest. */
function hovering(selection: Selection) {
  const hover = (index: number) => {
    if (selection.get().hovered !== index)
      selection.update((place) => ({ ...place, hovered: index }));
  };
  return {
    onPointerOver({ target, pointerType }: PointerEvent) {
      if (pointerType === 'mouse') hover(indexOf(target as HTMLElement));
    },
    onPointerLeave: () => hover(-1),
  };
}

/**
 * Announces the row with the cursor to screen readers; moving it renders two rows and not the grid.
 */
function useActiveRow(
  scroller: RefObject<HTMLElement | null>,
  selection: Selection,
  id: string,
): void {
  useEffect(() => {
    const name = () => {
      const { cursor } = selection.get();
      if (cursor < 0) scroller.current?.removeAttribute('aria-activedescendant');
      else scroller.current?.setAttribute('aria-activedescendant', `${id}-${cursor}`);
    };
    name();
    return selection.subscribe(name);
  }, [scroller, selection, id]);
}

/**
 * Returns the number of elements that the rows share. A row that scrolls out of view, or is
 * replaced after a filter change, leaves its element to the next row: changing a text is faster
 * than creating elements.
 */
function useSlots(shown: number): number {
  const most = useRef(1);
  most.current = Math.max(most.current, shown);
  return most.current;
}

/**
 * Reads the next page when 60 % of the loaded rows are passed, and earlier pages on the way back.
 */
function usePages<Row>(
  result: ListResult<Row>,
  first: number,
  last: number,
  offset: number,
  count: number,
): void {
  const { hasNextPage, hasPreviousPage, isFetching, fetchNextPage, fetchPreviousPage } = result;
  useEffect(() => {
    if (isFetching) return;
    if (hasPreviousPage && first < offset + 10) void fetchPreviousPage();
    else if (hasNextPage && last > offset + (count - offset) * 0.6) void fetchNextPage();
  }, [
    first,
    last,
    offset,
    count,
    isFetching,
    hasNextPage,
    hasPreviousPage,
    fetchNextPage,
    fetchPreviousPage,
  ]);
}

/**
 * One listener for all rows: the checkbox selects the row, links lead to their pages, and any other
 * place opens the row.
 */
function clicked<Row>(
  event: MouseEvent,
  { selection, keyOf, onOpen }: ListProps<Row>,
  rowAt: (index: number) => Row | undefined,
): void {
  const target = event.target as HTMLElement;
  const index = indexOf(target);
  const row = rowAt(index);
  if (row === undefined || target.closest('a, button')) return;
  const keyAt = (at: number) => {
    const found = rowAt(at);
    return found === undefined ? '' : keyOf(found);
  };
  if (event.shiftKey) selection.update((place) => extended(place, index, keyAt));
  else if (target.closest('[data-box]') || event.ctrlKey || event.metaKey)
    selection.update((place) => toggled(place, index, keyAt));
  else {
    selection.update((place) => ({ ...place, cursor: index }));
    onOpen(row);
  }
}
