import type { ItemUse } from '@perennial/contract/screens.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Database } from '../platform/storage/database.ts';

/** The kinds of records whose documents name an item. */
type DocumentKind = Extract<ItemUse['kind'], 'kit' | 'step' | 'cancel_item' | 'coupon'>;

/** The documents that name an item: the table, the column that names a record, the JSON paths. */
const places: Readonly<
  Record<DocumentKind, { readonly table: string; readonly name: string; readonly paths: string[] }>
> = {
  kit: {
    table: 'item',
    name: 'merchant_item_id',
    paths: ['$.kit_definition.components[*].component_merchant_item_id'],
  },
  step: {
    table: 'item',
    name: 'merchant_item_id',
    paths: ['$.auto_order.steps[*].recurring_merchant_item_id'],
  },
  cancel_item: {
    table: 'item',
    name: 'merchant_item_id',
    paths: ['$.auto_order.auto_order_cancel_item_id'],
  },
  coupon: {
    table: 'coupon',
    name: 'merchant_code',
    paths: ['$.*.items[*]', '$.*.excluded_items[*]', '$.*.required_purchase_items[*]'],
  },
};

/**
 * Finds the items and coupons that name an item, each once, by kind. Leaves out the item itself.
 */
export async function findItemUses(
  db: Database,
  merchantId: string,
  itemId: string,
): Promise<readonly { readonly kind: DocumentKind; readonly name: string }[]> {
  const selects = Object.entries(places).map(([kind, { table, name, paths }]) => {
    const other = table === 'item' ? 'and fold(t.merchant_item_id) <> $2' : '';
    const named = paths.map((path) => namedBy(path)).join(' or ');
    return `select '${kind}' as kind, t.${name} as name from ${table} t
      where t.merchant_id = $1 ${other} and (${named})`;
  });
  return db.rows(
    `select kind, name from (${selects.join(' union all ')}) as found
    order by kind, name collate "C"`,
    [merchantId, fold(itemId)],
  );
}

const namedBy = (path: string): string =>
  `exists (select 1 from jsonb_path_query(t.document, '${path}') as named (v)
    where fold(named.v #>> '{}') = $2)`;

/** Returns the spelling of an item's id; undefined when there is no such item. */
export async function findItemId(
  db: Database,
  merchantId: string,
  oid: number,
): Promise<string | undefined> {
  const row = await db.row<{ id: string }>(
    `select merchant_item_id as id from item where merchant_id = $1 and merchant_item_oid = $2`,
    [merchantId, oid],
  );
  return row?.id;
}
