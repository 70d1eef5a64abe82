import type { SortField } from '@perennial/contract/sorting.ts';
import { required } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Bind, bindings, countedMax } from '../platform/storage/page.ts';
import { type LeftOut, readEach } from '../platform/storage/unreadable.ts';
import { inZone } from '../platform/storage/zone.ts';
import {
  type Beginning,
  countSql,
  type ListOrder,
  type ListSource,
  listOrderOf,
  type Matches,
  type PageStart,
  pageSql,
  readBeginning,
  readCursor,
  writeCursor,
} from './keyset.ts';

/** A request for one page of a list. */
export interface ListRequest {
  readonly source: ListSource;
  /** The filters as the client sent them. A cursor is only valid for the same filters. */
  readonly filters: unknown;
  matches(bind: Bind): Matches;
  readonly sort: readonly SortField[];
  readonly limit: number;
  readonly after: string | undefined;
  /** The value at which the first page begins. */
  readonly from?: string | undefined;
}

/** One page of a list: the keys of its rows in order, and the cursor of the next page. */
export interface KeyPage<Key> {
  readonly keys: readonly Key[];
  readonly nextCursor?: string;
  readonly total: number;
  readonly isMore: boolean;
}

/** Finds one page of a list, as keys. */
export async function findPage<Key extends string | number>(
  { db, merchant: { merchantId, timeZone } }: Context,
  request: ListRequest,
): Promise<KeyPage<Key>> {
  const { source, sort, limit } = request;
  if (sort.length > 1)
    refuse('invalid_field', {
      field: '_sort',
      reason: 'names more than one field',
      fix: 'Sort by one field',
    });
  const order = listOrderOf(source, sort);
  const list = JSON.stringify([order.name, order.descending, request.filters]);
  const after = startOf(request, list, order, timeZone);
  const { values, bind } = bindings(merchantId);
  const matches = request.matches(bind);
  const text = pageSql(source, matches, { order, after, limit: limit + 1 }, bind);
  const rows = await db.rows<{ key: Key; value: string | null }>(text, values);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length <= limit;
  const total =
    isLast && after === undefined ? rows.length : await countMatches(db, merchantId, request);
  return {
    keys: page.map(({ key }) => key),
    ...(!isLast && last
      ? { nextCursor: writeCursor(list, { value: last.value, key: String(last.key) }) }
      : {}),
    total: Math.min(total, countedMax),
    isMore: total > countedMax,
  };
}

/** Returns the start of the page: after the cursor, at the requested value, or undefined. */
function startOf(
  { source, after, from }: ListRequest,
  list: string,
  order: ListOrder,
  timeZone: string,
): PageStart | Beginning | undefined {
  if (after !== undefined) return readCursor(list, after, source, order) ?? refuseCursor();
  if (!from?.trim()) return undefined;
  const instantOf = (text: string) => filterDate(text, '_from', timeZone);
  return readBeginning(order, from, instantOf) ?? refuseBeginning();
}

function refuseBeginning(): never {
  refuse('invalid_field', {
    field: '_from',
    reason: 'is not a value of the field that the list is sorted by',
    fix: 'Send a day or a moment, a number or the beginning of a text, as the field of _sort holds it',
  });
}

function refuseCursor(): never {
  refuse('invalid_field', {
    field: '_after',
    reason: 'is not a valid cursor of this list',
    fix: 'Send the next_cursor of the page before with the same filters and _sort, or leave it out',
  });
}

/** Counts what matches, up to one more than {@link countedMax}. */
export async function countMatches(
  db: Database,
  merchantId: string,
  { source, matches }: Pick<ListRequest, 'source' | 'matches'>,
): Promise<number> {
  const { values, bind } = bindings(merchantId);
  const text = countSql(source, matches(bind), countedMax + 1);
  return required(await db.row<{ total: number }>(text, values), 'total').total;
}

/** The rows that were read, and the records left out because they cannot be read. */
export interface ReadJsonRows<Key> {
  readonly rows: readonly { readonly key: Key; readonly json: string }[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads the JSON of rows in the order of their keys. Leaves out rows that were deleted since then
 * or cannot be read.
 */
export async function readListRows<Key extends string | number>(
  { db, merchant: { merchantId, timeZone } }: Pick<Context, 'db' | 'merchant'>,
  keys: readonly Key[],
  row: { readonly from: string; readonly key: string; readonly json: string },
): Promise<ReadJsonRows<Key>> {
  if (keys.length === 0) return { rows: [], leftOut: [] };
  const type = typeof keys[0] === 'number' ? 'int' : 'text';
  return readEach(keys, (some) =>
    db.rows<{ key: Key; json: string }>(
      `select asked.key, ${row.json} as json
       from unnest((select $2::${type}[])) with ordinality as asked (key, place)
       join ${row.from} on ${row.key} = asked.key
       where ${row.key.split('.')[0]}.merchant_id = $1 and ${inZone('$3')}
       order by asked.place`,
      [merchantId, some, timeZone],
    ),
  );
}
