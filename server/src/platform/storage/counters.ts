import { required } from '../../kernel/assert.ts';
import type { Database } from './database.ts';

/** The sequences of numbers that each merchant has. */
export type CounterName =
  | 'auto_order'
  | 'auto_order_item'
  | 'card_test'
  | 'api_key'
  | 'file'
  | 'order'
  | 'item'
  | 'customer'
  | 'webhook'
  | 'user'
  | 'group'
  | 'saved_search'
  | 'distribution_center'
  | 'dispute'
  | 'coupon'
  | 'digital_item'
  | 'pricing_tier'
  | 'stock_adjustment'
  | 'review'
  | 'store_credit'
  | 'tax_rate'
  | 'wish';

/**
 * Takes `count` consecutive numbers and returns the first. Call it outside a long transaction: the
 * counter's row stays locked until the surrounding transaction ends. Unused numbers leave a
 * harmless gap.
 */
export async function takeNumbers(
  db: Database,
  merchantId: string,
  name: CounterName,
  count: number,
): Promise<number> {
  const row = await db.row<{ first: number }>(
    `insert into counter (merchant_id, name, value) values ($1, $2, $3)
     on conflict (merchant_id, name) do update set value = counter.value + $3
     returning value - $3 + 1 as first`,
    [merchantId, name, count],
  );
  return required(row, 'counter').first;
}

/**
 * Locks a counter until the transaction ends, so that only one transaction at a time counts and
 * inserts. A later statement of the transaction sees the rows that earlier transactions have
 * inserted.
 */
export async function lockCounter(
  tx: Database,
  merchantId: string,
  name: CounterName,
): Promise<void> {
  await tx.run(
    `insert into counter (merchant_id, name, value) values ($1, $2, 0)
     on conflict (merchant_id, name) do update set value = counter.value`,
    [merchantId, name],
  );
}

// More numbers than the lost period can have used. Order ids have ten digits; other ids are int32.
const skipped = { order: 10_000_000, other: 1_000_000 };

/**
 * Moves every counter past the numbers that were used in the period that a restored database has
 * lost, so that no number is used twice: by `times` the most numbers that such a period can use,
 * and above the numbers known to be in use.
 */
export async function skipNumbers(
  tx: Database,
  merchantIds: readonly string[],
  times: number,
  seen: readonly {
    readonly merchantId: string;
    readonly name: CounterName;
    readonly value: number;
  }[],
): Promise<void> {
  await tx.run(
    `update counter c set value = greatest(c.value, coalesce((
         select max(s.value) from unnest($1::text[], $2::text[], $3::bigint[]) as s (merchant_id,
           name, value)
         where s.merchant_id = c.merchant_id and s.name = c.name), 0))
       + $5::bigint * case when c.name = 'order' then ${skipped.order} else ${skipped.other} end
     from unnest($4::text[]) as m (merchant_id) where c.merchant_id = m.merchant_id`,
    [
      seen.map(({ merchantId }) => merchantId),
      seen.map(({ name }) => name),
      seen.map(({ value }) => value),
      merchantIds,
      times,
    ],
  );
}
