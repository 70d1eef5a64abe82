import { createHash } from 'node:crypto';
import type { SortField } from '@perennial/contract/sorting.ts';
import { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import type { Bind } from '../platform/storage/page.ts';

/*
 * Pages by cursor (keyset): a page begins after the sort value and the key of the last row of the
 * page before. No rows are skipped by number, so a page far down takes as long as the first, and
 * new or deleted rows do not shift other rows. All SQL here is ours; clients' values are
 * parameters.
 */

/** A table whose rows can be listed, with its sort orders. */
export interface ListSource {
  /** The table and its alias, such as `auto_order a`. */
  readonly from: string;
  /** The equality on the merchant, which is `$1`. */
  readonly merchant: string;
  /** The column that identifies a row within its merchant. */
  readonly key: SortColumn;
  /** Tables that conditions and sorts may need, by name. */
  readonly joins: Readonly<Record<string, string>>;
  /** The sort columns. Each has an index on merchant, column and key. */
  readonly sorts: Readonly<Record<string, SortColumn>>;
}

/** A sort column. A missing value sorts as the greatest. */
export interface SortColumn {
  readonly sql: string;
  readonly type: 'int' | 'bigint' | 'text' | 'timestamptz' | 'date';
  readonly join?: string;
  readonly isNullable?: boolean;
  /** True if its letters are upper case. Other texts are folded. */
  readonly isUpper?: boolean;
}

/** A condition as SQL, and the join that it needs. */
export interface Condition {
  readonly sql: string;
  readonly join?: string | undefined;
  /**
   * The same condition as selects of a column `key`: a row fulfils it if one of them returns the
   * row's key. A select may return a key twice, and an index returns its keys in order. A list
   * without other conditions counts these keys instead of rows, so the time does not grow with the
   * table.
   */
  readonly keys?: readonly string[];
}

/** The filter of a list: every condition must hold, and one of the branches if there are any. */
export interface Matches {
  readonly conditions: readonly Condition[];
  /** Mutually exclusive conditions. Each becomes a separate select with its own index. */
  readonly branches: readonly Condition[];
}

/** The order of a list. */
export interface ListOrder {
  readonly name: string;
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Returns the order that `_sort` requests; the order of the keys when it is absent. */
export function listOrderOf(source: ListSource, sort: readonly SortField[]): ListOrder {
  const [{ field, descending } = { field: '', descending: false }] = sort;
  return { name: field, column: source.sorts[field] ?? source.key, descending };
}

/** Where a page begins: after this row. */
export interface PageStart {
  /** The row's sort value as text; null where it is missing. */
  readonly value: string | null;
  readonly key: string;
}

/** The start of a page: at a value of the order, whether or not a row has it. */
export interface Beginning {
  readonly from: string;
}

/** Selects `key` and `value` (text) of one page, in order. */
export function pageSql(
  source: ListSource,
  matches: Matches,
  {
    order,
    after,
    limit,
  }: { order: ListOrder; after: PageStart | Beginning | undefined; limit: number },
  bind: Bind,
): string {
  const direction = order.descending ? 'desc' : 'asc';
  const isByKey = order.column === source.key;
  const terms = (value: string, key: string) =>
    [...(isByKey ? [] : [`${value} ${direction}`]), `${key} ${direction}`].join(', ');
  const parts = partsOf(source, order, after, bind);
  const selects = branchesOf(matches).flatMap((branch) =>
    parts.map((part) => {
      const conditions = [...matches.conditions, ...branch, ...part];
      const joins = joinsOf(source, [...conditions, order.column]);
      return `(select ${source.key.sql} as key, ${order.column.sql} as value
        from ${source.from} ${joins} where ${whereOf(source, conditions)}
        order by ${terms(order.column.sql, source.key.sql)} limit ${limit})`;
    }),
  );
  const all = selects.length === 1 ? selects[0]! : `(${selects.join(' union all ')})`;
  return `select key, ${sqlText('value', order.column.type)} as value from ${all} as found
    order by ${terms('found.value', 'key')} limit ${limit}`;
}

/** Counts what matches, up to `max`. */
export function countSql(source: ListSource, matches: Matches, max: number): string {
  const [first, ...others] = matches.conditions;
  if (first?.keys && others.length === 0 && matches.branches.length === 0)
    return countKeysSql(first.keys, max);
  const selects = branchesOf(matches).map((branch) => {
    const conditions = [...matches.conditions, ...branch];
    return `(select 1 from ${source.from} ${joinsOf(source, conditions)}
      where ${whereOf(source, conditions)} limit ${max})`;
  });
  return `select least(count(*), ${max})::int as total
    from (${selects.join(' union all ')}) as matches`;
}

function countKeysSql(keys: readonly string[], max: number): string {
  const selects = keys.map(
    (select) => `(select distinct key from (${select}) as found limit ${max})`,
  );
  return `select least(count(distinct key), ${max})::int as total
    from (${selects.join(' union all ')}) as matches`;
}

const branchesOf = ({ branches }: Matches): (readonly Condition[])[] =>
  branches.length === 0 ? [[]] : branches.map((branch) => [branch]);

/**
 * The rest of a list after a position, in parts that an index serves completely: rows with a value
 * and rows without. One comparison for both would filter the whole index.
 */
function partsOf(
  source: ListSource,
  { column, descending }: ListOrder,
  after: PageStart | Beginning | undefined,
  bind: Bind,
): Condition[][] {
  if (after === undefined) return [[]];
  const missing = { sql: `${column.sql} is null`, join: column.join };
  if ('from' in after) {
    const value = `${bind(after.from)}::${column.type}`;
    const sql = `${column.sql} ${descending ? '<=' : '>='} ${value}`;
    const present = { sql, join: column.join };
    return descending || !column.isNullable ? [[present]] : [[present], [missing]];
  }
  const beyond = descending ? '<' : '>';
  const key = `${bind(after.key)}::${source.key.type}`;
  const laterKeys = { sql: `${source.key.sql} ${beyond} ${key}` };
  if (column === source.key) return [[laterKeys]];
  const present = { sql: `${column.sql} is not null`, join: column.join };
  if (after.value === null)
    return descending ? [[missing, laterKeys], [present]] : [[missing, laterKeys]];
  const value = `${bind(after.value)}::${column.type}`;
  const later = {
    sql: `(${column.sql}, ${source.key.sql}) ${beyond} (${value}, ${key})`,
    join: column.join,
  };
  return descending || !column.isNullable ? [[later]] : [[later], [missing]];
}

function joinsOf(source: ListSource, parts: readonly { join?: string | undefined }[]): string {
  const names = new Set(parts.flatMap(({ join }) => (join === undefined ? [] : [join])));
  return [...names].map((name) => source.joins[name]).join(' ');
}

const whereOf = (source: ListSource, conditions: readonly Condition[]): string =>
  [source.merchant, ...conditions.map(({ sql }) => sql)].join(' and ');

/** Formats a sort value as text that can be parsed back to exactly the same value. */
const sqlText = (sql: string, type: SortColumn['type']): string =>
  type === 'timestamptz'
    ? `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `${sql}::text`;

/**
 * Parses the value at which a list begins. Undefined when it does not fit the order's column. In
 * descending order, the list starts with all texts that begin with the value.
 */
export function readBeginning(
  { column, descending }: ListOrder,
  text: string,
  instantOf: (text: string) => Temporal.Instant | undefined,
): Beginning | undefined {
  const from = beginningText(column, text.trim(), instantOf);
  if (from === undefined || !isOfType(from, column.type)) return undefined;
  return { from: column.type === 'text' && descending ? from + lastCharacter : from };
}

function beginningText(
  { type, isUpper }: SortColumn,
  text: string,
  instantOf: (text: string) => Temporal.Instant | undefined,
): string | undefined {
  if (type === 'text') return isUpper ? text.toUpperCase() : fold(text);
  if (type === 'timestamptz') return instantOf(text)?.toString();
  // A month means its first day.
  return type === 'date' && /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
}

/**
 * Writes a cursor. It is only valid for this list, because it contains a digest of the filters and
 * the order.
 */
export function writeCursor(list: string, { value, key }: PageStart): string {
  return Buffer.from(JSON.stringify([digest(list), value, key])).toString('base64url');
}

/** Reads a cursor. Undefined when it belongs to another list. */
export function readCursor(
  list: string,
  text: string,
  source: ListSource,
  order: ListOrder,
): PageStart | undefined {
  const parts = partsOfCursor(text);
  if (parts === undefined || parts[0] !== digest(list)) return undefined;
  const [, value, key] = parts;
  const isWhole =
    isOfType(key, source.key.type) && (value === null || isOfType(value, order.column.type));
  return isWhole ? { value, key } : undefined;
}

/** Sorts behind every other character. */
export const lastCharacter = '\u{10FFFF}';

const digest = (list: string): string =>
  createHash('sha256').update(list).digest('base64url').slice(0, 11);

function partsOfCursor(text: string): [string, string | null, string] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) &&
      parts.length === 3 &&
      typeof parts[0] === 'string' &&
      (parts[1] === null || typeof parts[1] === 'string') &&
      typeof parts[2] === 'string'
      ? (parts as [string, string | null, string])
      : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a text can be cast, because a client may have written its own cursor. */
function isOfType(text: string, type: SortColumn['type']): boolean {
  switch (type) {
    case 'int':
      return /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) < 2 ** 31;
    case 'bigint':
      return /^-?\d{1,18}$/.test(text);
    case 'text':
      return !text.includes('\0') && text.isWellFormed();
    case 'timestamptz':
      return /^\d{4}-.*Z$/.test(text) && isRead(() => Temporal.Instant.from(text));
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) && isRead(() => Temporal.PlainDate.from(text));
  }
}

function isRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
