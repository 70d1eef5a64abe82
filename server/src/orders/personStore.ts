import { byOrder, columnsAs, type Person, type PersonKeeper } from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';

/** The personal data in orders, refunds and disputes. */
export const orderPeople: PersonKeeper = {
  find: findOrders,
  lock: lockOrders,
  obstacles: findOpen,
  tables: [
    {
      table: 'orders',
      key: ['order_id'],
      ...byOrder,
      columns: {
        ...columnsAs(
          'json',
          'head affiliates billing buysafe channel_partner checkout coupons ' +
            'current_stage_histories digital_order edi gift gift_certificate internal ' +
            'items linked_shipment marketing payment point_of_sale quote salesforce ' +
            'shipping summary tags taxes utms',
        ),
        facets: 'facets',
        ...columnsAs('null', 'fraud_score properties card_token taxed_place'),
        erased_at: { to: 'statement_timestamp()' },
      },
      kept:
        'current_stage currency channel_partner_code channel_partner_order_id copied_from ' +
        'rebill_stop restocked charge_gone_gateway',
      secrets: ['card_token'],
    },
    {
      table: 'order_payment_attempt',
      key: ['order_id', 'attempt'],
      ...byOrder,
      columns: {
        coupon: 'json',
        card_token: { to: "'(erased)'" },
        ...columnsAs('text', 'message requested_by'),
      },
      kept: 'state source currency charged_by_kind idempotency_key gateway reference',
      secrets: ['card_token'],
    },
    {
      table: 'card_test',
      key: ['key'],
      ...byOrder,
      columns: { card_token: 'null', reason: 'text' },
      kept: 'key order_id currency gateway gateway_kind state reference result code',
      secrets: ['card_token'],
    },
    {
      table: 'order_refund',
      key: ['order_id', 'refund_number'],
      ...byOrder,
      columns: { terms: 'json', message: 'text' },
      kept: 'state currency gateway charge_reference idempotency_key reference',
    },
    {
      table: 'refund_block',
      key: ['order_id'],
      ...byOrder,
      columns: columnsAs('text', 'reason set_by'),
    },
    {
      table: 'chargeback_dispute',
      key: ['dispute_oid'],
      ...byOrder,
      columns: { document: 'jsonb' },
      kept: 'state order_id currency charge_reference gateway_reference',
    },
    {
      // The number of claims stays the same; their key no longer identifies a person.
      table: 'once_claim',
      key: ['item_id', 'customer'],
      ...byOrder,
      columns: { customer: { to: "'(erased) ' || order_id" } },
      kept: 'item_id order_id',
    },
  ],
};

async function findOrders(
  db: Database,
  merchantId: string,
  found: Person,
): Promise<Partial<Person>> {
  const orders = await db.rows<{ id: string }>(
    `select order_id as id from orders where merchant_id = $1
       and (customer_profile_oid = any($2::int[]) or auto_order_oid = any($3::int[])) order by 1`,
    [merchantId, found.customerOids, found.autoOrderOids],
  );
  const orderIds = [...new Set([...found.orderIds, ...orders.map(({ id }) => id)])];
  const disputes = await db.rows<{ oid: number }>(
    `select dispute_oid as oid from chargeback_dispute
     where merchant_id = $1 and order_id = any($2::text[]) order by 1`,
    [merchantId, orderIds],
  );
  return { orderIds, disputeOids: disputes.map(({ oid }) => oid) };
}

async function lockOrders(tx: Database, merchantId: string, person: Person): Promise<void> {
  await tx.rows(
    `select order_id from orders
     where merchant_id = $1 and order_id = any($2::text[]) order by 1 for update`,
    [merchantId, person.orderIds],
  );
}

/** The checks that find open orders. Each is a statement on `$2`, the ids of orders. */
const openChecks = [
  `select 'order ' || order_id || ' is in ' || current_stage as obstacle from orders
   where merchant_id = $1 and order_id = any($2::text[])
     and current_stage not in ('Completed Order', 'Rejected') order by order_id`,
  `select 'a charge of order ' || order_id || ' has no result yet' as obstacle from orders
   where merchant_id = $1 and order_id = any($2::text[]) and charge_lease_until is not null
   order by order_id`,
  `select 'a charge of order ' || order_id || ' has no result yet' as obstacle
   from order_payment_attempt
   where merchant_id = $1 and order_id = any($2::text[]) and state = 'charging' order by order_id`,
  `select 'a card test of order ' || order_id || ' is not ended' as obstacle from card_test
   where merchant_id = $1 and order_id = any($2::text[]) and state <> 'ended' order by order_id`,
  `select 'a refund of order ' || order_id || ' has no result yet' as obstacle from order_refund
   where merchant_id = $1 and order_id = any($2::text[]) and state = 'refunding' order by order_id`,
  `select 'a refund of order ' || order_id || ' is still to be made' as obstacle from other_refund
   where merchant_id = $1 and (order_id = any($2::text[]) or cause_order_id = any($2::text[]))
   order by order_id`,
  `select 'the dispute of order ' || order_id || ' is open' as obstacle from chargeback_dispute
   where merchant_id = $1 and order_id = any($2::text[]) and state = 'open' order by order_id`,
];

async function findOpen(db: Database, merchantId: string, person: Person): Promise<string[]> {
  const found: string[] = [];
  for (const check of openChecks)
    for (const row of await db.rows<{ obstacle: string }>(check, [merchantId, person.orderIds]))
      if (!found.includes(row.obstacle)) found.push(row.obstacle);
  return found;
}
