import { required } from '../../kernel/assert.ts';
import type { Database } from './database.ts';
import { inZone } from './zone.ts';

/**
 * A list to read a page of. All texts are our own SQL; values of clients come through `values`
 * alone.
 */
export interface PageSource {
  /** The table; its rows go by the alias `o`. */
  readonly table: string;
  /** The column that, with `merchant_id`, names a row. */
  readonly key: string;
  /** Conditions, joined by and; `o.merchant_id = $1` is always among them. */
  readonly where: readonly string[];
  /** The whole order, ending with the key so that pages never overlap. */
  readonly orderBy: readonly string[];
  /** What `$1`, `$2`, ... of the conditions stand for; the first is the merchant's id. */
  readonly values: readonly unknown[];
  /** The JSON of one row, as text or jsonb. */
  readonly json: string;
  /** The zone that its moments are printed in. */
  readonly zone: string;
}

/** A page as the wire needs it: the JSON text of its rows and its place in the whole list. */
export interface JsonPage {
  readonly json: string;
  readonly count: number;
  readonly limit: number;
  readonly offset: number;
  readonly more: boolean;
  /** Left out where counting would go past {@link countedMax} rows. */
  readonly totalRecords?: number;
}

/**
 * Totals up to here are counted exactly; beyond, counting would take longer than the page
 * (ResultSet.total_records may be absent).
 */
export const countedMax = 10_000;

/**
 * Reads a page: first the keys alone, then the JSON of those rows, so that what is skipped is never
 * built.
 */
export async function readPage(
  db: Database,
  source: PageSource,
  page: { readonly limit: number; readonly offset: number },
): Promise<JsonPage> {
  const { text, values } = pageStatement(source, page);
  const { json, found } = required(
    await db.row<{ json: string; found: number }>(text, values),
    'page',
  );
  const more = found > page.limit;
  const count = Math.min(found, page.limit);
  // The last page knows the total by itself.
  const total =
    !more && (count > 0 || page.offset === 0) ? page.offset + count : await countRows(db, source);
  return { json, count, ...page, more, ...(total === undefined ? {} : { totalRecords: total }) };
}

/** Adds a parameter to a statement and returns its placeholder, such as `$3`. */
export type Bind = (value: unknown) => string;

/** Collects a statement's values. */
export function bindings(...first: readonly unknown[]): {
  readonly values: unknown[];
  readonly bind: Bind;
} {
  const values = [...first];
  return { values, bind: (value) => `$${values.push(value)}` };
}

function pageStatement(
  source: PageSource,
  page: { readonly limit: number; readonly offset: number },
): { text: string; values: unknown[] } {
  const { table, key, where, orderBy } = source;
  const { values, bind } = bindings(...source.values);
  const limit = `${bind(page.limit)}::int`;
  const text = `
    with page as materialized (
      select k.key, row_number() over () as place
      from (select o.${key} as key from ${table} o where ${where.join(' and ')}
        order by ${orderBy.join(', ')}
            limit ${limit} + 1 offset ${bind(page.offset)}::int) k
    )
    select '[' || coalesce(string_agg((${source.json})::text, ','
      order by page.place) filter (where page.place <= ${limit}), '') || ']' as json,
      count(*) as found
    from page join ${table} o on o.merchant_id = $1 and o.${key} = page.key
      where ${inZone(bind(source.zone))}`;
  return { text, values };
}

async function countRows(
  db: Database,
  { table, where, values }: PageSource,
): Promise<number | undefined> {
  const row = await db.row<{ total: number }>(
    `select count(*) as total from (select 1 from ${table} o where ${where.join(' and ')}
      limit ${countedMax + 1}) counted`,
    values,
  );
  return row && row.total <= countedMax ? row.total : undefined;
}
