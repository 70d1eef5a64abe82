import type { ItemDigitalItem } from '@perennial/contract/itemContent.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { bindings, type JsonPage, readPage } from '../platform/storage/page.ts';
import { inZone } from '../platform/storage/zone.ts';

/** The request for a list of digital items. */
export interface DigitalItemList {
  /** Only digital items that were created or changed at or after this moment. */
  readonly since?: Temporal.Instant | undefined;
  /** True: only digital items that no catalogue item delivers. */
  readonly unassociated: boolean;
  readonly sort: readonly SortField[];
  readonly timeZone: string;
  readonly page: { readonly limit: number; readonly offset: number };
}

/** Reads a page of the digital library as JSON. */
export function readDigitalPage(
  db: Database,
  merchantId: string,
  list: DigitalItemList,
): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1'];
  if (list.since) where.push(`o.modified_at >= ${bind(list.since)}::timestamptz`);
  if (list.unassociated) where.push(`o.digital_item_oid::text <> all(${delivered})`);
  const orderBy = list.sort.map(
    ({ field, descending }) => `${sortColumns[field]} ${descending ? 'desc' : 'asc'}`,
  );
  return readPage(
    db,
    {
      table: 'digital_item',
      key: 'digital_item_oid',
      where,
      values,
      orderBy: [...orderBy, 'o.digital_item_oid'],
      zone: list.timeZone,
      json: digitalJson('o'),
    },
    list.page,
  );
}

// Returns the oids that items name in their digital_delivery.
const delivered = `array(select d->>'digital_item_oid' from item i,
    jsonb_array_elements(case jsonb_typeof(i.document #> '{digital_delivery,digital_items}')
      when 'array' then i.document #> '{digital_delivery,digital_items}' else '[]' end) d
  where i.merchant_id = $1 and d->>'digital_item_oid' is not null)`;

const digitalJson = (alias: string): string =>
  `(${alias}.document || jsonb_build_object('digital_item_oid', ${alias}.digital_item_oid,
    'creation_dts', wire_dts(${alias}.created_at)))`;

/** Returns the wire's digital items with an external id. */
export async function listDigitalByExternalId(
  db: Database,
  merchantId: string,
  externalId: string,
  timeZone: string,
): Promise<ItemDigitalItem[]> {
  const rows = await db.rows<{ item: ItemDigitalItem }>(
    `select ${digitalJson('o')} as item from digital_item o
     where o.merchant_id = $1 and o.external_id = $2 and ${inZone('$3')}
     order by o.digital_item_oid`,
    [merchantId, externalId, timeZone],
  );
  return rows.map((row) => row.item);
}

/** Returns the wire's digital item, or undefined. */
export async function readDigital(
  db: Database,
  merchantId: string,
  oid: number,
  timeZone: string,
): Promise<ItemDigitalItem | undefined> {
  const row = await db.row<{ item: ItemDigitalItem }>(
    `select ${digitalJson('o')} as item from digital_item o
     where o.merchant_id = $1 and o.digital_item_oid = $2 and ${inZone('$3')}`,
    [merchantId, oid, timeZone],
  );
  return row?.item;
}

/** Returns those of the oids that exist. */
export async function findDigitalOids(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await db.rows<{ oid: number }>(
    `select digital_item_oid as oid from digital_item
     where merchant_id = $1 and digital_item_oid = any($2::int[])`,
    [merchantId, oids],
  );
  return new Set(rows.map(({ oid }) => oid));
}

/** Returns the stored digital item and locks it until the transaction ends, or undefined. */
export async function lockDigital(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<ItemDigitalItem | undefined> {
  const row = await tx.row<{ document: ItemDigitalItem }>(
    `select document from digital_item
     where merchant_id = $1 and digital_item_oid = $2 for update`,
    [merchantId, oid],
  );
  return row?.document;
}

/** Inserts a digital item, or saves it in its current form. */
export async function putDigital(
  tx: Database,
  merchantId: string,
  oid: number,
  item: ItemDigitalItem,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into digital_item
       (merchant_id, digital_item_oid, external_id, document, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $5)
     on conflict (merchant_id, digital_item_oid) do update
     set external_id = excluded.external_id, document = excluded.document,
       modified_at = excluded.modified_at`,
    [merchantId, oid, item.external_id || null, JSON.stringify(item), at],
  );
}

/** Deletes a digital item. Returns whether there was one. */
export async function deleteDigital(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<boolean> {
  const count = await tx.run(
    'delete from digital_item where merchant_id = $1 and digital_item_oid = $2',
    [merchantId, oid],
  );
  return count > 0;
}

const sortColumns: Readonly<Record<string, string>> = {
  digital_item_oid: 'o.digital_item_oid',
  original_filename: `fold(o.document->>'original_filename') collate "C"`,
  external_id: 'o.external_id collate "C"',
  creation_dts: 'o.created_at',
};
