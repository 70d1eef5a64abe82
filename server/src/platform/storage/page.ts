import { required } from '../../kernel/assert.ts';
import type { Database } from './database.ts';
import { inHalves, type LeftOut, mayBeOfRecord, readEach, readOrLeaveOut } from './unreadable.ts';
import { inZone } from './zone.ts';

/**
 * The list from which a page is read. All texts are our own SQL; clients' values are only in
 * `values`.
 */
export interface PageSource {
  /** The table; `o` is the alias of its rows. */
  readonly table: string;
  /** The column that identifies a row together with `merchant_id`. */
  readonly key: string;
  /** The column that identifies a row for clients, if that is not the key. */
  readonly name?: string;
  /** Conditions, joined by and; `o.merchant_id = $1` is always among them. */
  readonly where: readonly string[];
  /** The complete order, ending with the key so that pages never overlap. */
  readonly orderBy: readonly string[];
  /** The values of `$1`, `$2`, ... in the conditions; the first is the merchant's id. */
  readonly values: readonly unknown[];
  /** The JSON of one row, as text or jsonb. */
  readonly json: string;
  /** The zone in which its times are printed. */
  readonly zone: string;
}

type Place = { readonly limit: number; readonly offset: number };

/** A page as the wire needs it: the JSON text of its rows and its place in the whole list. */
export interface JsonPage {
  readonly json: string;
  readonly count: number;
  readonly limit: number;
  readonly offset: number;
  readonly more: boolean;
  /** Absent if counting would exceed {@link countedMax} rows. */
  readonly totalRecords?: number;
  /**
   * The records of the page that cannot be read, and those that cannot be compared with a filter.
   */
  readonly leftOut?: readonly LeftOut[];
}

/** One record as JSON text, and its version for `ETag`. */
export interface VersionedJson {
  readonly json: string;
  readonly version: number;
}

/** A list of named records as JSON text, and those of them that cannot be read. */
export interface JsonList {
  readonly json: string;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Totals up to this number are counted exactly; beyond it, counting would take longer than reading
 * the page (ResultSet.total_records may be absent).
 */
export const countedMax = 10_000;

/** Reads a page. Leaves out and names records that cannot be read. */
export function readPage(db: Database, source: PageSource, page: Place): Promise<JsonPage> {
  return readOrLeaveOut(
    () => readWholePage(db, source, page),
    () => readReadablePage(db, source, page),
  );
}

/**
 * Reads first the keys alone, then the JSON of those rows, so that no JSON of skipped rows is
 * built.
 */
async function readWholePage(db: Database, source: PageSource, page: Place): Promise<JsonPage> {
  const { text, values } = pageStatement(source, page);
  const { json, found } = required(
    await db.row<{ json: string; found: number }>(text, values),
    'page',
  );
  return { json, ...(await pagePlace(db, source, page, found)) };
}

/**
 * Returns the position of a page in the whole list, from the number of keys found for it (one more
 * than fit).
 */
async function pagePlace(
  db: Database,
  source: PageSource,
  page: Place,
  found: number,
): Promise<Omit<JsonPage, 'json'>> {
  const more = found > page.limit;
  const count = Math.min(found, page.limit);
  // On the last page, its position and number of rows give the total.
  const total =
    !more && (count > 0 || page.offset === 0) ? page.offset + count : await countRows(db, source);
  return { count, ...page, more, ...(total === undefined ? {} : { totalRecords: total }) };
}

/** Adds a parameter to a statement and returns its placeholder, such as `$3`. */
export type Bind = (value: unknown) => string;

/** Collects the values of a statement's parameters. */
export function bindings(...first: readonly unknown[]): {
  readonly values: unknown[];
  readonly bind: Bind;
} {
  const values = [...first];
  return { values, bind: (value) => `$${values.push(value)}` };
}

function pageStatement(source: PageSource, page: Place): { text: string; values: unknown[] } {
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

type Key = string | number;

/**
 * Reads a page without the records that cannot be read or compared with its filters. If only its
 * content cannot be read, such a record still counts for the page, so that pages do not shift.
 */
async function readReadablePage(db: Database, source: PageSource, page: Place): Promise<JsonPage> {
  const { comparable, keys, leftOut } = await findKeys(db, source, page);
  const shown = keys.slice(0, page.limit);
  const read = await readEach(shown, (some) => readTexts(db, source, some));
  const texts = new Map(read.rows.map(({ key, json }) => [key, json]));
  const json = shown.flatMap((key) => texts.get(key) ?? []);
  return {
    ...(await pagePlace(db, comparable, page, keys.length)),
    json: `[${json.join(',')}]`,
    count: json.length,
    leftOut: await named(db, source, [...leftOut, ...read.leftOut]),
  };
}

/** Replaces the keys of the records by their names. */
async function named(
  db: Database,
  { table, key, name, values: [merchantId] }: PageSource,
  leftOut: readonly LeftOut[],
): Promise<readonly LeftOut[]> {
  if (name === undefined || leftOut.length === 0) return leftOut;
  const rows = await db.rows<{ key: string; name: string }>(
    `select o.${key}::text as key, o.${name}::text as name from ${table} o
     where o.merchant_id = $1 and o.${key}::text = any($2::text[])`,
    [merchantId, leftOut.map(({ id }) => id)],
  );
  const names = new Map(rows.map((row) => [row.key, row.name]));
  return leftOut.map(({ id, error }) => ({ id: names.get(id) ?? id, error }));
}

/** The keys of a page, and the source without the records that fail a comparison. */
interface FoundKeys {
  readonly comparable: PageSource;
  readonly keys: readonly Key[];
  readonly leftOut: readonly LeftOut[];
}

async function findKeys(db: Database, source: PageSource, page: Place): Promise<FoundKeys> {
  try {
    return { comparable: source, keys: await keysOf(db, source, page), leftOut: [] };
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    const leftOut = await findIncomparable(db, source, error);
    const comparable = without(source, leftOut);
    return { comparable, keys: await keysOf(db, comparable, page), leftOut };
  }
}

async function keysOf(
  db: Database,
  { table, key, where, orderBy, values: given }: PageSource,
  page: Place,
): Promise<Key[]> {
  const { values, bind } = bindings(...given);
  const rows = await db.rows<{ key: Key }>(
    `select o.${key} as key from ${table} o where ${where.join(' and ')}
     order by ${orderBy.join(', ')} limit ${bind(page.limit)}::int + 1 offset ${bind(page.offset)}::int`,
    values,
  );
  return rows.map((row) => row.key);
}

function readTexts(
  db: Database,
  { table, key, values: [merchantId], json, zone }: PageSource,
  keys: readonly Key[],
): Promise<{ key: Key; json: string }[]> {
  return db.rows(
    `select o.${key} as key, (${json})::text as json from ${table} o
     where o.merchant_id = $1 and o.${key} = any($2) and ${inZone('$3')}`,
    [merchantId, keys, zone],
  );
}

const ofMerchant = 'o.merchant_id = $1';
const keysAtOnce = 5_000;
/** If more records than this are bad, the list itself is broken, and the read fails. */
const incomparableMax = 1_000;

/**
 * Finds the records that fail one of the source's conditions. Checks all records of the merchant.
 */
async function findIncomparable(
  db: Database,
  source: PageSource,
  error: unknown,
): Promise<LeftOut[]> {
  const found: LeftOut[] = [];
  for (let after: Key | undefined; ; ) {
    const keys = await keysAfter(db, source, after);
    await inHalves(
      keys,
      (some) => compare(db, source, some),
      async (key, fault) => {
        found.push({ id: String(key), error: fault });
        if (found.length > incomparableMax) throw error;
        return [];
      },
    );
    after = keys.at(-1);
    if (keys.length < keysAtOnce) return found;
  }
}

async function keysAfter(
  db: Database,
  { table, key, values: [merchantId] }: PageSource,
  after: Key | undefined,
): Promise<Key[]> {
  const [condition, values] =
    after === undefined ? ['', [merchantId]] : [`and o.${key} > $2`, [merchantId, after]];
  const rows = await db.rows<{ key: Key }>(
    `select o.${key} as key from ${table} o where ${ofMerchant} ${condition}
     order by o.${key} limit ${keysAtOnce}`,
    values,
  );
  return rows.map((row) => row.key);
}

/** Evaluates every condition on every record; throws if one cannot be evaluated. */
async function compare(
  db: Database,
  { table, key, where, values }: PageSource,
  keys: readonly Key[],
): Promise<[]> {
  const counts = where
    .filter((condition) => condition !== ofMerchant)
    .map((condition) => `count(*) filter (where ${condition})`);
  await db.rows(
    `select ${counts.join(', ')} from ${table} o
     where ${ofMerchant} and o.${key} = any($${values.length + 1})`,
    [...values, keys],
  );
  return [];
}

/**
 * Returns the source without these records. `case` keeps PostgreSQL from evaluating their
 * conditions.
 */
function without(source: PageSource, leftOut: readonly LeftOut[]): PageSource {
  const { values, bind } = bindings(...source.values);
  const ids = leftOut.map(({ id }) => id);
  const conditions = source.where.filter((condition) => condition !== ofMerchant);
  return {
    ...source,
    where: [
      ofMerchant,
      `case when o.${source.key}::text = any(${bind(ids)}::text[]) then false
        else ${conditions.join(' and ')} end`,
    ],
    values,
  };
}
