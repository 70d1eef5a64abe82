import type { AccountsReceivableRetryConfig } from '@perennial/contract/receivable.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';

/*
 * The tables `receivable_retry_config` and `receivable_retry`. A transaction that changes the row
 * of an order holds the lock of the order.
 */

/** Returns the configuration of a merchant; undefined if there is none. */
export async function findRetryConfig(
  db: Database,
  merchantId: string,
): Promise<AccountsReceivableRetryConfig | undefined> {
  const row = await db.row<{ config: AccountsReceivableRetryConfig }>(
    'select config from receivable_retry_config where merchant_id = $1',
    [merchantId],
  );
  return row?.config;
}

/** Stores the configuration and makes the retry check every order with it again. */
export async function saveRetryConfig(
  tx: Database,
  merchantId: string,
  config: AccountsReceivableRetryConfig,
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into receivable_retry_config (merchant_id, config, modified_at) values ($1, $2, $3)
     on conflict (merchant_id) do update set config = excluded.config,
       modified_at = excluded.modified_at`,
    [merchantId, JSON.stringify(config), now],
  );
  await tx.run(
    `update receivable_retry set next_at = $2 where merchant_id = $1 and next_at is not null`,
    [merchantId, now],
  );
}

/** Returns those of these merchants that have an active retry. */
export async function merchantsWithRetry(
  db: Database,
  merchantIds: readonly string[],
): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select c.merchant_id from receivable_retry_config c
     where ${only('c')} c.merchant_id = any($1::text[]) and c.config->>'active' = 'true'`,
    [merchantIds],
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * Adds orders that have come into Accounts Receivable since the last call, at most 500 at a time.
 */
export async function adoptReceivables(db: Database, merchantId: string): Promise<number> {
  return db.run(
    `insert into receivable_retry (merchant_id, order_id, entered_at, next_at)
     select o.merchant_id, o.order_id, e.at, e.at
     from orders o
     cross join lateral (
       select coalesce(max((move->>'transition_dts')::timestamptz), o.created_at) as at
       from json_array_elements(coalesce(o.current_stage_histories, '[]'::json)) as h (move)
       where move->>'after_stage' = 'Accounts Receivable') e
     where o.merchant_id = $1 and o.current_stage = 'Accounts Receivable' and o.paid_at is null
       and o.card_token is not null and o.payment->>'payment_method' = 'Credit Card'
       and not exists (
         select from receivable_retry r where r.merchant_id = $1 and r.order_id = o.order_id)
     limit 500
     on conflict (merchant_id, order_id) do nothing`,
    [merchantId],
  );
}

/** The row of an order in the table of the retry. */
export interface RetryRow {
  readonly orderId: string;
  readonly enteredAt: Temporal.Instant;
  readonly nextAt: Temporal.Instant | null;
  readonly lastDay: number | null;
}

/** Returns the order that is due first, up to a moment. */
export async function firstRetry(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<RetryRow | undefined> {
  return db.row<RetryRow>(
    `select ${columns} from receivable_retry
     where merchant_id = $1 and next_at <= $2 order by next_at, order_id limit 1`,
    [merchantId, until],
  );
}

/** Returns the row of a locked order, locked until the transaction ends. */
export async function lockRetry(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<RetryRow | undefined> {
  return tx.row<RetryRow>(
    `select ${columns} from receivable_retry where merchant_id = $1 and order_id = $2 for update`,
    [merchantId, orderId],
  );
}

const columns = `order_id as "orderId", entered_at as "enteredAt", next_at as "nextAt",
  last_day as "lastDay"`;

/** Stores when the retry checks an order again, and its last step. */
export async function moveRetry(
  tx: Database,
  merchantId: string,
  { orderId, enteredAt, nextAt, lastDay }: RetryRow,
): Promise<void> {
  await tx.run(
    `update receivable_retry set entered_at = $3, next_at = $4, last_day = $5
     where merchant_id = $1 and order_id = $2`,
    [merchantId, orderId, enteredAt, nextAt, lastDay],
  );
}

/** Ends the retry of an order, because it has left Accounts Receivable. */
export async function endRetry(tx: Database, merchantId: string, orderId: string): Promise<void> {
  await tx.run('delete from receivable_retry where merchant_id = $1 and order_id = $2', [
    merchantId,
    orderId,
  ]);
}

/**
 * The results of the retry for one day of its list and one calendar day. Amounts are in minor
 * units.
 */
export interface RetryFigures {
  readonly day: number;
  readonly label: string;
  readonly attempts: number;
  readonly successes: number;
  readonly revenue: number;
  readonly discounts: number;
}

/** Returns the results of the retry in a period. */
export function readRetryFigures(
  db: Database,
  merchantId: string,
  {
    from,
    to,
    zone,
  }: {
    readonly from: Temporal.Instant | undefined;
    readonly to: Temporal.Instant | undefined;
    readonly zone: string;
  },
): Promise<RetryFigures[]> {
  return db.rows(
    `select retry_day as day, to_char(requested_at at time zone $4, 'YYYY-MM-DD') as label,
       count(*)::int as attempts, (count(*) filter (where state = 'paid'))::int as successes,
       coalesce(sum(amount_minor) filter (where state = 'paid'), 0)::bigint as revenue,
       coalesce(sum(discount_minor) filter (where state = 'paid'), 0)::bigint as discounts
     from order_payment_attempt
     where merchant_id = $1 and source = 'retry' and state <> 'charging'
       and ($2::timestamptz is null or requested_at >= $2)
       and ($3::timestamptz is null or requested_at <= $3)
     group by 1, 2 order by 1, 2`,
    [merchantId, from ?? null, to ?? null, zone],
  );
}
