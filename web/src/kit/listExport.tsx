import { useState } from 'react';
import { useCommands } from '../shell/useCommands.ts';
import { csvOf } from './csv.ts';
import { ExportDialog } from './exportDialog.tsx';
import type { ListResult } from './list.tsx';
import { loadedRows, type ReadPage } from './listQuery.ts';
import { saveAs } from './saveAs.ts';

/** The command that saves a list as CSV: the selected rows at once, or all rows in a dialog. */
export function ListExport<Row extends object>({
  what,
  result,
  selected,
  readPage,
}: {
  /** The name of the rows, in the plural and lower case. */
  readonly what: string;
  readonly result: ListResult<Row>;
  readonly selected: readonly Row[];
  /** Reads the whole list, page by page. */
  readonly readPage: ReadPage<Row>;
}) {
  const { rows, total, isMore } = loadedRows(result.data);
  const [isOpen, setOpen] = useState(false);
  const save = () => (selected.length > 0 ? saveRows(what, selected) : setOpen(true));
  useCommands({ 'list.export': rows.length === 0 ? undefined : save });
  if (!isOpen) return null;
  return <ExportDialog {...{ what, total, isMore, readPage }} onClose={() => setOpen(false)} />;
}

/** Saves rows that are in memory as CSV. */
export function saveRows(what: string, rows: readonly object[]): void {
  saveAs(`${what.replaceAll(' ', '-')}.csv`, csvOf(rows), 'text/csv');
}
