import type { Database } from '../storage/database.ts';
import { tenantTablesInOrder } from '../storage/distribution.ts';
import { merchantRow } from '../storage/recordset.ts';

/*
 * The rows of one merchant in every table, as JSON: PostgreSQL writes and reads them itself, so no
 * value passes through our own types, and any version reads what another wrote.
 */

/** A table of merchants' rows, with the columns that are copied. */
export interface RowsTable {
  readonly name: string;
  /** Those that are stored and not generated, quoted where they must be. */
  readonly columns: readonly string[];
}

// Applications belong to the installation, and so do the rights that users gave to them. People log
// in again.
const stayBehind: readonly string[] = [
  'oauth_grant',
  'oauth_code',
  'oauth_ticket',
  'oauth_token',
  'user_session',
];

/** Lists the tables that move with a merchant, each after those that its foreign keys name. */
export async function listRowsTables(db: Database): Promise<RowsTable[]> {
  const names = (await tenantTablesInOrder(db)).filter((name) => !stayBehind.includes(name));
  return db.rows<RowsTable>(
    `select t.name, (select array_agg(quote_ident(a.attname) order by a.attnum)
        from pg_attribute a where a.attrelid = t.name::regclass and a.attnum > 0
          and not a.attisdropped and a.attgenerated = ''
          and (t.name, a.attname) <> ('api_key', 'key_id')) as columns
     from unnest($1::text[]) with ordinality as t (name, place) order by t.place`,
    [[...names, 'api_key']],
  );
}

const rowsAtOnce = 1000;

/** Reads the merchant's rows of a table in batches: each row is JSON without line feeds. */
export async function* readRows(
  tx: Database,
  merchantId: string,
  { name, columns }: RowsTable,
): AsyncGenerator<string[]> {
  await tx.run(
    `declare moved no scroll cursor for select row_to_json(t)::text as row
     from (select ${columns.join(', ')} from ${name} where merchant_id = $1) as t`,
    [merchantId],
  );
  for (;;) {
    const rows = await tx.rows<{ row: string }>(`fetch ${rowsAtOnce} from moved`);
    // In JSON only the space between values may contain a line feed.
    if (rows.length > 0) yield rows.map(({ row }) => row.replaceAll('\n', ' '));
    if (rows.length < rowsAtOnce) break;
  }
  await tx.run('close moved');
}

/** Inserts rows that {@link readRows} returned. */
export async function insertRows(
  tx: Database,
  merchantId: string,
  { name, columns }: RowsTable,
  rows: readonly string[],
): Promise<void> {
  // Every row is inserted where the merchant is; its own row makes that place.
  const isMerchant = name === 'merchant';
  const id = isMerchant ? '$1' : 'm.merchant_id';
  const values = columns.map((column) => (column === 'merchant_id' ? id : `r.${column}`));
  await tx.run(
    `insert into ${name} (${columns.join(', ')}) overriding system value
     select ${values.join(', ')}
     from ${isMerchant ? '' : `${merchantRow} cross join`}
       json_populate_recordset(null::${name}, $2::json) as r`,
    [merchantId, `[${rows.join(',')}]`],
  );
}

/** Lets the numbers that a table counts by itself continue above those of the inserted rows. */
export async function continueNumbers(
  tx: Database,
  merchantId: string,
  { name, columns }: RowsTable,
): Promise<void> {
  const counted = await tx.rows<{ column: string; sequence: string }>(
    `select quote_ident(attname) as column, pg_get_serial_sequence($1, attname) as sequence
     from pg_attribute where attrelid = $1::regclass and attidentity <> ''`,
    [name],
  );
  for (const { column, sequence } of counted.filter((each) => columns.includes(each.column))) {
    const highest = await tx.row<{ value: number | null }>(
      `select max(${column}) as value from ${name} where merchant_id = $1`,
      [merchantId],
    );
    if (highest?.value != null)
      await tx.row(
        `select case when nextval($1::regclass) < $2 then setval($1::regclass, $2) end as value`,
        [sequence, highest.value],
      );
  }
}
