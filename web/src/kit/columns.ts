import type { ReactNode } from 'react';

/** A column of a list. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** A track of a CSS grid, for example `minmax(160px, 2fr)`. */
  readonly width: string;
  /** The field of `_sort`; absent: not sortable. */
  readonly sort?: string;
  /** Its position on a narrow screen, which shows two lines; absent: hidden there. */
  readonly narrow?: 'first' | 'first end' | 'second' | 'second end';
  readonly isNumber?: boolean;
  /** True if it is shown by default. */
  readonly isUsual?: boolean;
  cell(row: Row): ReactNode;
}

/** The columns that a person chose, in the list's order; the default ones without a choice. */
export function shownColumns<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[] | undefined,
): Column<Row>[] {
  const shown = columns.filter(({ id, isUsual }) => (chosen ? chosen.includes(id) : isUsual));
  return shown.length > 0 ? shown : columns.filter(({ isUsual }) => isUsual);
}

/** The sort after a click on a header: ascending, descending, then the list's default. */
export function nextSort(sort: string | undefined, field: string): string | undefined {
  if (sort === field) return `-${field}`;
  return sort === `-${field}` ? undefined : field;
}
