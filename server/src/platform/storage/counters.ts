import { present } from '../../kernel/assert.ts';
import type { Database } from './database.ts';

/** The numbers counted per merchant. */
export type CounterName =
  | 'auto_order'
  | 'auto_order_item'
  | 'order'
  | 'item'
  | 'customer'
  | 'webhook'
  | 'user'
  | 'group'
  | 'saved_search';

/**
 * Takes `count` consecutive numbers and answers the first. Call it outside a long transaction: the counter's row stays locked until
 * the surrounding transaction ends. Numbers taken and not used leave a gap, which nothing minds.
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
  return present(row, 'counter').first;
}
