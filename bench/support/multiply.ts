import type { Database } from '../../server/src/platform/storage/database.ts';

/**
 * Copies a merchant's auto orders until there are `times` as many, in a database without other
 * merchants. The copies have new oids, codes, order ids and emails, and are otherwise equal, so
 * each value stays as common as it was. Orders are not copied, because a list of auto orders does
 * not read them. The indexes are built afterwards, which is several times faster.
 */
export async function multiply(db: Database, merchantId: string, times: number): Promise<void> {
  const { max: step = 0 } =
    (await db.row<{ max: number }>(
      'select max(auto_order_oid) as max from auto_order where merchant_id = $1',
      [merchantId],
    )) ?? {};
  const { max: itemStep = 0 } =
    (await db.row<{ max: number }>(
      'select max(auto_order_item_oid) as max from auto_order_item where merchant_id = $1',
      [merchantId],
    )) ?? {};
  const indexes = await db.rows<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i
     where i.indrelid =
       any('{auto_order,auto_order_item,auto_order_search,auto_order_search_value}'::regclass[])
       and not i.indisunique`,
  );
  for (const { name } of indexes) await db.run(`drop index ${name}`);
  const number = `(auto_order_oid + n * ${step})`;
  await copy(db, 'auto_order', merchantId, times, {
    auto_order_oid: number,
    auto_order_code: `'C' || lpad(${number}::text, 9, '0')`,
    original_order_id: `merchant_id || '-9' || lpad(${number}::text, 9, '0')`,
    next_shipment_at: spread('next_shipment_at'),
    due_at: spread('due_at'),
  });
  await copy(db, 'auto_order_item', merchantId, times, {
    auto_order_oid: number,
    auto_order_item_oid: `auto_order_item_oid + n * ${itemStep}`,
    next_shipment_at: spread('next_shipment_at'),
    calculated_next_shipment_at: spread('calculated_next_shipment_at'),
  });
  await copy(db, 'auto_order_search', merchantId, times, {
    auto_order_oid: number,
    customer_profile_oid: `customer_profile_oid + n * ${step}`,
    billing_email: `n || '.' || billing_email`,
    billing_cc_emails: `n || '.' || billing_cc_emails`,
    ordered_at: spread('ordered_at'),
    paid_at: spread('paid_at'),
  });
  await copy(db, 'auto_order_search_value', merchantId, times, {
    auto_order_oid: number,
    value: `case kind when 'phone' then value || ' ext ' || n else value end`,
  });
  for (const { definition } of indexes) await db.run(definition);
  await db.run('vacuum (analyze)');
}

/**
 * Returns the SQL that moves the moments of the copies some seconds apart, as the moments of many
 * customers are.
 */
const spread = (column: string): string => `${column} + n * interval '1 second'`;

async function copy(
  db: Database,
  table: string,
  merchantId: string,
  times: number,
  changed: Readonly<Record<string, string>>,
): Promise<void> {
  const columns = await db.rows<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0
      and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  const names = columns.map(({ name }) => name);
  await db.run(
    `insert into ${table} (${names.join(', ')})
      select ${names.map((name) => changed[name] ?? name).join(', ')}
     from ${table}, generate_series(1, ${times - 1}) n where merchant_id = $1`,
    [merchantId],
  );
}
