import {
  byAutoOrder,
  columnsAs,
  type Person,
  type PersonKeeper,
} from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';

const searchFields = 'first_name last_name company city postal_code'.split(' ');

/** The personal data in auto orders. */
export const autoOrderPeople: PersonKeeper = {
  find: findAutoOrders,
  lock: lockAutoOrders,
  obstacles: findActive,
  tables: [
    {
      table: 'auto_order',
      key: ['auto_order_oid'],
      ...byAutoOrder,
      columns: {
        ...columnsAs('text', 'cancel_reason canceled_by_user failure_reason'),
        add_ons: 'jsonb',
        properties: { to: "'[]'" },
        charged_by_kind: 'null',
        charged_card_mark: 'null',
      },
      kept: 'auto_order_code original_order_id status currency rotating_transaction_gateway_code state',
    },
    {
      table: 'auto_order_item',
      key: ['auto_order_oid', 'auto_order_item_oid'],
      ...byAutoOrder,
      columns: {
        ...columnsAs('jsonb', 'options add_ons agreed_options'),
        properties: { to: "'[]'" },
        paypal_payer_id: 'null',
        paypal_recurring_payment_profile_id: 'null',
      },
      kept:
        'original_item_id arbitrary_item_id frequency next_item_id simple_schedule ' +
        'original_item_id_lc next_item_id_lc former_shipments_at',
    },
    {
      table: 'auto_order_search',
      key: ['auto_order_oid'],
      ...byAutoOrder,
      columns: {
        ...columnsAs('null', searchFields.map((name) => `billing_${name}`).join(' ')),
        ...columnsAs('null', searchFields.map((name) => `shipping_${name}`).join(' ')),
        ...columnsAs('null', 'billing_day_phone billing_email billing_cc_emails card_expires_on'),
      },
      kept:
        'card_type screen_branding_theme_code billing_state_region billing_country_code ' +
        'shipping_state_region shipping_country_code',
    },
    {
      table: 'auto_order_search_value',
      key: ['kind', 'value', 'auto_order_oid'],
      where: "auto_order_oid = any($2::int[]) and kind = 'phone'",
      match: 'autoOrderOids',
    },
    {
      table: 'auto_order_log',
      key: ['auto_order_oid', 'log_id'],
      ...byAutoOrder,
      columns: { message: 'text', ...columnsAs('json', 'actor changes') },
    },
    { table: 'auto_order_update_job', key: ['job_id'], ...byAutoOrder },
  ],
};

async function findAutoOrders(
  db: Database,
  merchantId: string,
  found: Person,
): Promise<Partial<Person>> {
  const rows = await db.rows<{ oid: number }>(
    `select auto_order_oid as oid from auto_order_search
     where merchant_id = $1 and customer_profile_oid = any($2::int[]) order by 1`,
    [merchantId, found.customerOids],
  );
  return { autoOrderOids: [...new Set([...found.autoOrderOids, ...rows.map(({ oid }) => oid)])] };
}

async function lockAutoOrders(tx: Database, merchantId: string, person: Person): Promise<void> {
  await tx.rows(
    `select auto_order_oid from auto_order
     where merchant_id = $1 and auto_order_oid = any($2::int[]) order by 1 for update`,
    [merchantId, person.autoOrderOids],
  );
}

async function findActive(db: Database, merchantId: string, person: Person): Promise<string[]> {
  const rows = await db.rows<{ oid: number }>(
    `select auto_order_oid as oid from auto_order
     where merchant_id = $1 and auto_order_oid = any($2::int[]) and enabled and not completed
     order by 1`,
    [merchantId, person.autoOrderOids],
  );
  return rows.map(({ oid }) => `auto order ${oid} is active`);
}
