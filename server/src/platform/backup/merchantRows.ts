import { join } from 'node:path';
import pg from 'pg';
import { makeFolders } from '../makeFolders.ts';
import type { Database } from '../storage/database.ts';
import { tenantTablesInOrder } from '../storage/distribution.ts';
import { readTables, type Table } from './catalogue.ts';
import { type BackupTable, FolderError, type MerchantManifest } from './manifest.ts';
import type { RowStream } from './rowStream.ts';

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
export async function readMerchantTables(db: Database): Promise<Table[]> {
  const tables = new Map((await readTables(db)).map((table) => [table.name, table]));
  const names = (await tenantTablesInOrder(db)).filter((name) => !stayBehind.includes(name));
  const { columns, ...keys } = tables.get('api_key')!;
  return [
    ...names.map((name) => tables.get(name)!),
    // Keys have numbers of the installation, not of the merchant.
    { ...keys, columns: columns.filter((column) => column !== 'key_id') },
  ];
}

/**
 * Writes all rows of a merchant into a folder, a file for each table. They are consistent if the
 * caller has begun a transaction with one snapshot. Calls `onTable` after each table.
 */
export async function writeMerchantRows(
  rows: RowStream,
  merchantId: string,
  folder: string,
  onTable: (done: number, total: number) => void,
): Promise<BackupTable[]> {
  makeFolders(join(folder, 'tables'), 0o700);
  const tables = await readMerchantTables(rows.db);
  const written: BackupTable[] = [];
  for (const { name, columns, key } of tables) {
    const path = `tables/${name}.base`;
    // COPY takes no parameters.
    const query =
      `select ${columns.join(', ')} from ${name} ` +
      `where merchant_id = ${pg.escapeLiteral(merchantId)}`;
    const base = { path, ...(await rows.read(query, join(folder, path), () => {})) };
    written.push({ name, columns, key, base });
    onTable(written.length, tables.length);
  }
  return written;
}

/**
 * Adds the rows of a checked folder, in the caller's transaction. Fails when the folder has another
 * table or column than this release, or a row of another merchant.
 */
export async function addMerchantRows(
  rows: RowStream,
  { merchantId, tables }: MerchantManifest,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const known = new Map((await readMerchantTables(rows.db)).map((table) => [table.name, table]));
  // A name from the folder becomes part of a statement only if this release has the same name.
  for (const table of tables) refuseUnknown(known.get(table.name), table);
  for (const table of tables) {
    const { name, columns, base } = table;
    const target = `${name} (${columns.join(', ')})`;
    const added = await rows.write(target, join(folder, base.path), onBytes);
    const own = await rows.db.row<{ count: number }>(
      `select count(*) as count from ${name} where merchant_id = $1`,
      [merchantId],
    );
    if (own!.count !== added)
      throw new FolderError(
        `${base.path} has rows of a merchant other than ${merchantId}; nothing was changed; ` +
          'export the merchant again',
      );
    await continueNumbers(rows.db, merchantId, table);
  }
}

function refuseUnknown(ours: Table | undefined, { name, columns }: BackupTable): void {
  const unknown = columns.find((column) => ours?.columns.includes(column) !== true);
  if (unknown !== undefined)
    throw new FolderError(
      `the export has a column ${name}.${unknown}, which this release does not have`,
    );
}

/** Sets the counters of a table above the numbers of the added rows. */
async function continueNumbers(
  db: Database,
  merchantId: string,
  { name, columns }: BackupTable,
): Promise<void> {
  const counted = await db.rows<{ column: string; sequence: string }>(
    `select quote_ident(attname) as column, pg_get_serial_sequence($1, attname) as sequence
     from pg_attribute where attrelid = $1::regclass and attidentity <> ''`,
    [name],
  );
  for (const { column, sequence } of counted.filter((each) => columns.includes(each.column))) {
    const highest = await db.row<{ value: number | null }>(
      `select max(${column}) as value from ${name} where merchant_id = $1`,
      [merchantId],
    );
    if (highest?.value != null)
      await db.row(
        `select case when nextval($1::regclass) < $2 then setval($1::regclass, $2) end as value`,
        [sequence, highest.value],
      );
  }
}
