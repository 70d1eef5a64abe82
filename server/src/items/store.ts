import type { Item } from '@perennial/contract/item.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import type { Database } from '../platform/storage/database.ts';
import { bindings, type JsonPage, readPage, type VersionedJson } from '../platform/storage/page.ts';
import { inZone } from '../platform/storage/zone.ts';
import { catalogItem } from './catalogItem.ts';
import type { CatalogItem } from './item.ts';
import { partIds } from './kit.ts';
import { itemJson } from './present.ts';

/**
 * Reads the catalogue items with these ids, by {@link catalogKey}; unknown ids are absent. Always
 * reads the database, because a price cached in the process could be charged after it was changed.
 */
export async function findCatalogItems(
  db: Database,
  merchantId: string,
  itemIds: Iterable<string>,
): Promise<ReadonlyMap<string, CatalogItem>> {
  const keys = [...new Set([...itemIds].map(catalogKey))];
  if (keys.length === 0) return new Map();
  const rows = await db.rows<{ key: string; document: Item }>(
    `select merchant_item_id_lc as key, document - '{${shownParts.join(',')}}'::text[] as document
     from item where merchant_id = $1 and merchant_item_id_lc = any($2::text[])`,
    [merchantId, keys],
  );
  return new Map(
    rows.flatMap(({ key, document }) => {
      const item = readable(document);
      return item === undefined ? [] : [[key, item] as const];
    }),
  );
}

/**
 * Reads the catalogue items with these ids like {@link findCatalogItems}, and the components of the
 * kits among them. Without kits, it needs only one statement.
 */
export async function findSoldItems(
  db: Database,
  merchantId: string,
  itemIds: Iterable<string>,
): Promise<ReadonlyMap<string, CatalogItem>> {
  const items = await findCatalogItems(db, merchantId, itemIds);
  const parts = partIds(items.values()).filter((id) => !items.has(catalogKey(id)));
  if (parts.length === 0) return items;
  return new Map([...items, ...(await findCatalogItems(db, merchantId, parts))]);
}

// Long parts that only shops show. The rules of a rebill do not read them.
const shownParts = [
  'chargeback',
  'content',
  'ebay',
  'google_product_search',
  'related',
  'variant_items',
  'variations',
];

/**
 * An item with an unreadable document counts as missing. Auto orders that need it are parked under
 * its id until it is fixed.
 */
function readable(document: Item): CatalogItem | undefined {
  try {
    return catalogItem(document);
  } catch {
    return undefined;
  }
}

/** Returns the key of an item id. The comparison of item ids ignores case. */
export const catalogKey = (itemId: string): string => fold(itemId);

/** The ways to name one item of a merchant. */
export type ItemKey = { readonly oid: number } | { readonly itemId: string };

/**
 * Reads the stored document of an item and locks its row until the transaction ends. Returns
 * undefined if there is none. A damaged document keeps the item's ids, so that an update repairs
 * it.
 */
export async function lockItem(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<{ readonly item: Item; readonly version: number } | undefined> {
  const row = await tx.row<{ document: Item; version: number }>(
    `select version, jsonb_build_object('merchant_id', merchant_id, 'merchant_item_oid', merchant_item_oid,
       'merchant_item_id', merchant_item_id)
       || case jsonb_typeof(document) when 'object' then document else '{}' end as document
     from item where merchant_id = $1 and merchant_item_oid = $2 for update`,
    [merchantId, oid],
  );
  return row && { item: row.document, version: row.version };
}

/** Returns the wire's JSON of an item with its version, or undefined. */
export async function readItemJson(
  db: Database,
  merchantId: string,
  key: ItemKey,
  expand: ReadonlySet<string>,
  timeZone: string,
): Promise<VersionedJson | undefined> {
  const [condition, value] =
    'oid' in key
      ? ['o.merchant_item_oid = $2', key.oid]
      : ['o.merchant_item_id_lc = $2', catalogKey(key.itemId)];
  const [row] = await db.lookup<VersionedJson>(
    `select ${itemJson('o', expand)}::text as json, o.version
     from item o where o.merchant_id = $1 and ${condition} and ${inZone('$3')}`,
    [merchantId, value, timeZone],
  );
  return row;
}

/** Returns the JSON of the items that exist, by oid. */
export async function readItemTexts(
  db: Database,
  merchantId: string,
  oids: readonly number[],
  { expand, timeZone }: Pick<ItemList, 'expand' | 'timeZone'>,
): Promise<Map<string, string>> {
  const rows = await db.rows<{ oid: number; json: string }>(
    `select o.merchant_item_oid as oid, ${itemJson('o', expand)}::text as json
     from item o where o.merchant_id = $1 and o.merchant_item_oid = any($2) and ${inZone('$3')}`,
    [merchantId, oids, timeZone],
  );
  return new Map(rows.map(({ oid, json }) => [String(oid), json]));
}

/** Returns item oids in ascending order, after a given oid. */
export async function listItemOids(
  db: Database,
  merchantId: string,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.rows<{ oid: number }>(
    `select merchant_item_oid as oid from item where merchant_id = $1 and merchant_item_oid > $2
     order by merchant_item_oid limit $3`,
    [merchantId, after, limit],
  );
  return rows.map((row) => row.oid);
}

/** The request for a list of items. */
export interface ItemList {
  /** Only items that were created or changed at or after this moment. */
  readonly since?: Temporal.Instant | undefined;
  readonly sort: readonly SortField[];
  readonly expand: ReadonlySet<string>;
  readonly timeZone: string;
  readonly page: { readonly limit: number; readonly offset: number };
}

/** Reads a page of a merchant's items as JSON. */
export function readItemPage(db: Database, merchantId: string, list: ItemList): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1'];
  if (list.since) where.push(`o.modified_at >= ${bind(list.since)}::timestamptz`);
  const orderBy = list.sort.map(
    ({ field, descending }) => `${sortColumns[field]} ${descending ? 'desc' : 'asc'}`,
  );
  return readPage(
    db,
    {
      table: 'item',
      key: 'merchant_item_oid',
      where,
      values,
      orderBy: [...orderBy, 'o.merchant_item_oid'],
      zone: list.timeZone,
      json: itemJson('o', list.expand),
    },
    list.page,
  );
}

/** Inserts an item. Returns false when its id is taken. */
export async function insertItem(
  tx: Database,
  merchantId: string,
  item: Item,
  at: Temporal.Instant,
): Promise<boolean> {
  const inserted = await tx.run(
    `insert into item
       (merchant_id, merchant_item_oid, merchant_item_id, inactive, document, created_at,
         modified_at)
     values ($1, $2, $3, $4, $5::jsonb, $6, $6)
     on conflict on constraint item_merchant_item_id do nothing`,
    [
      merchantId,
      item.merchant_item_oid,
      item.merchant_item_id,
      item.inactive ?? false,
      JSON.stringify(item),
      at,
    ],
  );
  return inserted === 1;
}

/** Saves a locked item in its current form. */
export async function saveItem(
  tx: Database,
  merchantId: string,
  item: Item,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `update item set inactive = $3, document = $4::jsonb, modified_at = $5, version = version + 1
     where merchant_id = $1 and merchant_item_oid = $2`,
    [merchantId, item.merchant_item_oid, item.inactive ?? false, JSON.stringify(item), at],
  );
}

/** Deletes a locked item and its reviews. */
export async function deleteItem(tx: Database, merchantId: string, oid: number): Promise<void> {
  await tx.run('delete from item where merchant_id = $1 and merchant_item_oid = $2', [
    merchantId,
    oid,
  ]);
}

/**
 * Returns the JSON of the stock of all items that track their inventory or have a distribution
 * center with a level, by item id. This part of the wire shows levels as whole numbers.
 */
export async function readInventory(db: Database, merchantId: string): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select coalesce(json_agg(json_build_object(
       'merchant_item_id', i.merchant_item_id, 'quantity', s.quantity,
       'allocated_to_placed_orders', s.placed, 'allocated_to_shopping_carts', s.carts,
       'available_to_allocate', s.available, 'distribution_centers', s.centers)
       order by i.merchant_item_id_lc), '[]')::text as json
     from item i cross join lateral (
       select coalesce(sum(c.quantity), 0)::int as quantity,
         coalesce(sum(c.placed), 0)::int as placed, coalesce(sum(c.carts), 0)::int as carts,
         coalesce(sum(c.available), 0)::int as available,
         coalesce(json_agg(json_build_object('code', c.code, 'quantity', c.quantity,
           'allocated_to_placed_orders', c.placed, 'allocated_to_shopping_carts', c.carts,
           'available_to_allocate', c.available) order by c.code), '[]') as centers
       from (${stockOfCenters}) c) s
     where i.merchant_id = $1 and (${flag('track_inventory')} or s.quantity <> 0)`,
    [merchantId],
  );
  return row?.json ?? '[]';
}

const flag = (name: string): string =>
  `(i.document #>> '{shipping,${name}}') is not distinct from 'true'`;

const stockOfCenters = `select e.code, e.quantity, e.placed, e.carts,
    coalesce(e.available, e.quantity - e.placed - e.carts) as available
  from (select upper(coalesce(d->>'distribution_center_code', '')) as code,
      ${pieces('inventory_level', '0')} as quantity,
      ${pieces('allocated_to_placed_orders', '0')} as placed,
      ${pieces('allocated_to_shopping_carts', '0')} as carts,
      ${pieces('available_to_allocate', 'null')} as available
    from jsonb_array_elements(case jsonb_typeof(i.document #> '{shipping,distribution_centers}')
      when 'array' then i.document #> '{shipping,distribution_centers}' else '[]' end) d) e`;

// A count that does not fit into int32 is shown as the nearest one that fits.
function pieces(field: string, otherwise: string): string {
  return `case jsonb_typeof(d->'${field}') when 'number' then
    trunc(greatest(least((d->>'${field}')::numeric, 1000000000), -1000000000))::int
    else ${otherwise} end`;
}

/** Returns the oids of the ids that exist, by {@link catalogKey}. */
export async function findItemOids(
  db: Database,
  merchantId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.rows<{ key: string; oid: number }>(
    `select merchant_item_id_lc as key, merchant_item_oid as oid from item
     where merchant_id = $1 and merchant_item_id_lc = any($2::text[])`,
    [merchantId, itemIds.map(catalogKey)],
  );
  return new Map(rows.map(({ key, oid }) => [key, oid]));
}

/** Returns those of the oids that exist. */
export async function findExistingOids(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (oids.length === 0) return new Set();
  const rows = await db.rows<{ oid: number }>(
    `select merchant_item_oid as oid from item
     where merchant_id = $1 and merchant_item_oid = any($2::int[])`,
    [merchantId, oids],
  );
  return new Set(rows.map(({ oid }) => oid));
}

const sortColumns: Readonly<Record<string, string>> = {
  merchant_item_oid: 'o.merchant_item_oid',
  merchant_item_id: 'o.merchant_item_id_lc',
  description: `fold(o.document->>'description') collate "C"`,
  creation_dts: 'o.created_at',
  last_modified_dts: 'o.modified_at',
};

/**
 * Locks these items in the order of their oids until the transaction ends, and returns their
 * documents by oid.
 */
export async function lockItems(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, Item>> {
  if (oids.length === 0) return new Map();
  const rows = await tx.rows<{ oid: number; document: Item }>(
    `select merchant_item_oid as oid, document from item
     where merchant_id = $1 and merchant_item_oid = any($2::int[])
     order by merchant_item_oid for no key update`,
    [merchantId, oids],
  );
  return new Map(rows.map(({ oid, document }) => [oid, document]));
}

/**
 * Saves the stock of locked items. The new version shows forms that they are stale. The time of the
 * last change stays that of the last change by a user.
 */
export async function saveStock(
  tx: Database,
  merchantId: string,
  items: readonly (readonly [oid: number, item: Item])[],
): Promise<void> {
  await tx.run(
    `update item i set document = s.document::jsonb, version = i.version + 1
     from unnest($2::int[], $3::text[]) as s (oid, document)
     where i.merchant_id = $1 and i.merchant_item_oid = s.oid`,
    [merchantId, items.map(([oid]) => oid), items.map(([, item]) => JSON.stringify(item))],
  );
}
