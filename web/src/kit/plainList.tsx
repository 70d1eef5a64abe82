import type { ReactNode } from 'react';
import type { BulkAction } from './bulk.ts';
import { type Column, nextSort } from './columns.ts';
import { ExportButton } from './exportButton.tsx';
import { FilterBar } from './filterBar.tsx';
import type { Filters } from './filters.ts';
import { LeftOut } from './leftOut.tsx';
import { List, type ListResult } from './list.tsx';
import { ListCount } from './listCount.tsx';
import { useSelection } from './listPlaces.ts';
import type { ReadPage } from './listQuery.ts';
import { NoRows } from './noRows.tsx';
import type { ListState } from './searchParts.ts';
import { SelectionBar } from './selectionBar.tsx';
import { useUrlState } from './useUrlState.ts';

/** A list with filters, count and rows, for records that are neither followed live nor peeked at. */
export function PlainList<Row extends object>({
  path,
  what,
  hint,
  filters,
  columns,
  usualSort,
  state,
  result,
  readPage,
  keyOf,
  onOpen,
  actions,
  empty,
}: {
  /** The address of the page, which keeps the filters. */
  readonly path: string;
  /** The rows in the plural and lower case. */
  readonly what: string;
  /** The placeholder of the text filter: what it searches. */
  readonly hint: string;
  readonly filters: Filters;
  readonly columns: readonly Column<Row>[];
  readonly usualSort?: string;
  readonly state: ListState;
  readonly result: ListResult<Row>;
  /** Reads the whole list, page by page. */
  readonly readPage: ReadPage<Row>;
  keyOf(row: Row): string;
  onOpen(row: Row): void;
  /** The actions for selected rows. */
  readonly actions?: readonly BulkAction<Row>[] | undefined;
  /** Nothing exists. */
  readonly empty: ReactNode;
}) {
  const setState = useUrlState(path);
  const selection = useSelection();
  return (
    <>
      <FilterBar
        filters={filters}
        state={state}
        hint={hint}
        onChange={(name, value, isTyping) => setState({ [name]: value }, isTyping)}
      >
        <ListCount result={result} />
        <ExportButton />
      </FilterBar>
      <LeftOut result={result} />
      <SelectionBar
        what={what}
        result={result}
        selection={selection}
        actions={actions}
        keyOf={keyOf}
        readPage={readPage}
      />
      <List
        what={what}
        result={result}
        columns={columns}
        sort={state.sort ?? usualSort}
        onSort={(field) => setState({ sort: nextSort(state.sort, field) }, false)}
        keyOf={keyOf}
        onOpen={onOpen}
        onPeek={onOpen}
        selection={selection}
        empty={
          <NoRows filters={filters} state={state} onClear={(none) => setState(none, false)}>
            {empty}
          </NoRows>
        }
      />
    </>
  );
}
