import type { InfiniteData } from '@tanstack/react-query';
import type { ListPage, PagePlace } from '../kit/listQuery.ts';

/** The pages of a list in the query's form. */
export type Pages<Row> = InfiniteData<ListPage<Row>, PagePlace>;

/** Updates changed rows in place. Unchanged pages and rows stay the same objects. */
export function patched<Row>(
  data: Pages<Row>,
  idOf: (row: Row) => string,
  changed: ReadonlyMap<string, Row>,
): Pages<Row> {
  const pages = data.pages.map((page) => {
    if (!page.rows.some((row) => changed.has(idOf(row)))) return page;
    return { ...page, rows: page.rows.map((row) => changed.get(idOf(row)) ?? row) };
  });
  return { ...data, pages };
}

/** The value that a row is sorted by; a missing value is the greatest. */
export type SortValue = string | number | undefined;

/** How a list is sorted. */
export interface ListOrder<Row> {
  valueOf(row: Row): SortValue;
  readonly isDescending: boolean;
}

/** The order of a list by its `_sort`; the empty name is the list's own order. */
export function orderOf<Row>(
  values: Readonly<Record<string, (row: Row) => SortValue>>,
  sort = '',
): ListOrder<Row> {
  const valueOf = values[sort.replace(/^-/, '')] ?? (() => undefined);
  return { valueOf, isDescending: sort.startsWith('-') };
}

/** Folds a text in the way the server compares it. */
export const foldedText = (text: string | undefined): SortValue => text?.toLowerCase();

/** A moment as a number. */
export const momentValue = (iso: string | undefined): SortValue =>
  iso === undefined ? undefined : Date.parse(iso);

/** The rows in memory, and whether they include the list's first and last rows. */
export interface Shown<Row> {
  readonly rows: readonly Row[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Returns those of the rows `ids` that are no longer in the right place: they would enter the list,
 * leave it or move. `matching` contains those that still match the filters, with their current
 * values.
 */
export function displacedRows<Row>(
  ids: readonly string[],
  shown: Shown<Row>,
  matching: ReadonlyMap<string, Row>,
  idOf: (row: Row) => string,
  order: ListOrder<Row>,
): string[] {
  const places = new Map(shown.rows.map((row, index) => [idOf(row), index]));
  return ids.filter((id) => {
    const [row, place] = [matching.get(id), places.get(id)];
    if (row === undefined) return place !== undefined;
    return place === undefined ? isWithin(row, shown, order) : !isInOrder(row, place, shown, order);
  });
}

function isWithin<Row>(row: Row, { rows, isFirst, isLast }: Shown<Row>, order: ListOrder<Row>) {
  const [first, last] = [rows[0], rows.at(-1)];
  const isBehindFirst = isFirst || first === undefined || compare(order, first, row) <= 0;
  return isBehindFirst && (isLast || last === undefined || compare(order, row, last) < 0);
}

function isInOrder<Row>(row: Row, place: number, { rows }: Shown<Row>, order: ListOrder<Row>) {
  const [before, after] = [rows[place - 1], rows[place + 1]];
  return (
    (before === undefined || compare(order, before, row) <= 0) &&
    (after === undefined || compare(order, row, after) <= 0)
  );
}

function compare<Row>({ valueOf, isDescending }: ListOrder<Row>, a: Row, b: Row): number {
  const [x, y] = [valueOf(a), valueOf(b)];
  const ascending = x === y ? 0 : isLess(x, y) ? -1 : 1;
  return isDescending ? -ascending : ascending;
}

function isLess(x: SortValue, y: SortValue): boolean {
  if (x === undefined || y === undefined) return y === undefined;
  return x < y;
}

/** Rows by their ids. */
export const byId = <Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
): ReadonlyMap<string, Row> => new Map(rows.map((row) => [idOf(row), row]));
