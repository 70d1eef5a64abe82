import { type ReactNode, useCallback } from 'react';
import { LivePill } from '../live/LivePill.tsx';
import { type ListChanges, type LiveList, useLiveList } from '../live/queries.ts';
import { ListViews } from '../savedViews/ListViews.tsx';
import { type ListKind, lists } from '../savedViews/lists.ts';
import { useSavedViews } from '../savedViews/useSavedViews.ts';
import type { BulkAction } from './bulk.ts';
import { ColumnMenu, useColumns } from './columnMenu.tsx';
import { type Column, nextSort } from './columns.ts';
import { ExportButton } from './exportButton.tsx';
import { FilterBar } from './filterBar.tsx';
import type { Filters } from './filters.ts';
import { JumpTo } from './jumpTo.tsx';
import { LeftOut } from './leftOut.tsx';
import { List, type ListResult } from './list.tsx';
import { ListCount } from './listCount.tsx';
import { useSelection } from './listPlaces.ts';
import type { ReadPage } from './listQuery.ts';
import { NoRows } from './noRows.tsx';
import { Page } from './page.tsx';
import type { RowAction } from './rowActions.tsx';
import type { ListState } from './searchParts.ts';
import { SelectionBar } from './selectionBar.tsx';
import { SidePanel } from './sidePanel.tsx';
import { useUrlState } from './useUrlState.ts';
import { isSameView, type View } from './views.ts';

interface ListPageProps<Row extends object> {
  readonly title: string;
  /** The buttons of the page. */
  readonly buttons?: ReactNode;
  /** Shown above the list: facts that a person needs before reading it. */
  readonly notes?: ReactNode;
  /** The name of the rows, in the plural and lower case. */
  readonly what: string;
  readonly kind: ListKind;
  /** The placeholder of the text filter: the fields that it searches. */
  readonly hint: string;
  readonly filters: Filters;
  readonly views: readonly View[];
  readonly columns: readonly Column<Row>[];
  /** The sort without one in the address. */
  readonly usualSort?: string;
  readonly state: ListState;
  readonly result: ListResult<Row>;
  /** Reads the whole list, page by page. */
  readonly readPage: ReadPage<Row>;
  /** True if the list can start at a value of its sort. */
  readonly canJump?: boolean;
  /** How the list follows changes; absent: it is read only when it is opened. */
  readonly live?: LiveList<Row>;
  /** The changes of a list that only new rows enter, instead of `live`. */
  readonly changes?: ListChanges;
  keyOf(row: Row): string;
  onOpen(row: Row): void;
  /** The actions for selected rows. */
  readonly actions?: readonly BulkAction<Row>[] | undefined;
  /** The actions on one row. */
  readonly rowActions?: readonly RowAction<Row>[] | undefined;
  /** Returns the content of the side panel for a row; absent: rows have no side panel. */
  peek?(row: Row): { readonly title: string; readonly body: ReactNode };
  /** Shown when there are no records at all. */
  readonly empty: ReactNode;
  /** The dialogs above the list. */
  readonly children?: ReactNode;
}

/** A page that is one list: views, filters, count, columns, rows and the side panel. */
export function ListPage<Row extends object>(props: ListPageProps<Row>) {
  const { title, kind, hint, filters, views, state, result, live, columns: all } = props;
  const setState = useUrlState(lists[kind].path);
  const { saved, columns, chosen, choose } = useViewOf(props);
  const onJump = useCallback(
    (sort: string | undefined, from: string | undefined) =>
      setState({ sort, from, end: undefined }, false),
    [setState],
  );
  return (
    <Page title={title} actions={props.buttons}>
      {props.notes}
      <ListViews
        kind={kind}
        views={views}
        saved={saved}
        state={state}
        columns={columns.map(({ id }) => id)}
      />
      <FilterBar
        filters={filters}
        state={state}
        hint={hint}
        onChange={(name, value, isTyping) => setState({ [name]: value, end: undefined }, isTyping)}
      >
        {live && <Changes live={live} result={result} />}
        {props.changes && <LivePill changes={props.changes} />}
        <ListCount result={result} />
        {props.canJump && (
          <JumpTo
            columns={all}
            sort={state.sort ?? props.usualSort}
            from={state.from}
            isFromEnd={state.end !== undefined}
            onJump={onJump}
          />
        )}
        <ColumnMenu columns={all} chosen={chosen} onChoose={choose} />
        <ExportButton />
      </FilterBar>
      <LeftOut result={result} />
      <Rows {...props} columns={columns} setState={setState} />
      {props.children}
    </Page>
  );
}

/** Counts the rows that would enter, leave or move, and shows them on request. */
function Changes<Row extends object>({
  live,
  result,
}: {
  readonly live: LiveList<Row>;
  readonly result: ListResult<Row>;
}) {
  return <LivePill changes={useLiveList(live, result)} />;
}

/** The saved views of the list, and the columns of the current one. */
function useViewOf<Row extends object>({ kind, what, state, columns: all }: ListPageProps<Row>) {
  const saved = useSavedViews().filter((view) => view.kind === kind);
  const view = saved.find((each) => isSameView(each.state, state));
  const list = view ? `${what} ${view.oid}` : what;
  return { saved, ...useColumns(list, all, view?.columns) };
}

function Rows<Row extends object>(
  props: ListPageProps<Row> & { readonly setState: ReturnType<typeof useUrlState> },
) {
  const { what, result, columns, state, keyOf, onOpen, peek, setState } = props;
  const selection = useSelection();
  const showPeek = useCallback(
    (row: Row) => setState({ open: keyOf(row) }, false),
    [setState, keyOf],
  );
  const onPlace = useCallback(
    (end: 'end' | undefined) => setState({ from: undefined, end: end && '1' }, false),
    [setState],
  );
  return (
    <>
      <SelectionBar
        what={what}
        result={result}
        selection={selection}
        actions={props.actions}
        keyOf={keyOf}
        readPage={props.readPage}
      />
      <List
        what={what}
        result={result}
        columns={columns}
        sort={state.sort ?? props.usualSort}
        onSort={(field) =>
          setState({ sort: nextSort(state.sort, field), from: undefined, end: undefined }, false)
        }
        {...(props.canJump && { onPlace })}
        keyOf={keyOf}
        onOpen={onOpen}
        onPeek={peek ? showPeek : onOpen}
        selection={selection}
        rowActions={props.rowActions}
        empty={
          <NoRows filters={props.filters} state={state} onClear={(none) => setState(none, false)}>
            {props.empty}
          </NoRows>
        }
      />
      <Peeked {...props} />
    </>
  );
}

function Peeked<Row extends object>({
  result,
  state,
  keyOf,
  peek,
  setState,
}: ListPageProps<Row> & { readonly setState: ReturnType<typeof useUrlState> }) {
  const open = result.data?.pages
    .flatMap(({ rows }) => rows)
    .find((row) => keyOf(row) === state.open);
  if (open === undefined || !peek) return null;
  const { title, body } = peek(open);
  return (
    <SidePanel title={title} onClose={() => setState({ open: undefined }, false)}>
      {body}
    </SidePanel>
  );
}
