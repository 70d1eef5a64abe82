import type { Billed } from '../autoOrders/billed.ts';
import type { OpenRebill } from '../autoOrders/mergeFault.ts';
import type { Context } from '../platform/context.ts';
import { billedRebill, type MovedFrom } from './movedFrom.ts';

/**
 * Reads the dates and counts that the settled rebills of an auto order changed, the latest first.
 * Includes the rebills of auto orders that were merged into it, because it now has their items.
 */
export async function readBilled(
  { db, merchant: { merchantId } }: Pick<Context, 'db' | 'merchant'>,
  autoOrderOid: number,
): Promise<Billed> {
  const rows = await db.rows<{ auto_order_oid: number; moved_from: MovedFrom }>(
    `with recursive lives (oid) as (
       select $2::int
       union
       select a.auto_order_oid from lives
       join auto_order a on a.merchant_id = $1 and a.merged_into_auto_order_oid = lives.oid
     )
     select r.auto_order_oid, r.moved_from
     from lives join rebill r on r.merchant_id = $1 and r.auto_order_oid = lives.oid
     where r.state not in ('charging', 'unknown', 'declined') and r.moved_from is not null
     order by r.at desc, r.rebill_number desc limit ${rebillsMax}`,
    [merchantId, autoOrderOid],
  );
  return rows.map((row) => billedRebill(row.auto_order_oid, row.moved_from));
}

// No form is older than this number of rebills: for an auto order that ships every day it is a
// year.
const rebillsMax = 400;

/** Returns those of these auto orders whose next rebill has begun but is not settled. */
export async function readOpenRebills(
  { db, merchant: { merchantId } }: Pick<Context, 'db' | 'merchant'>,
  oids: readonly number[],
): Promise<ReadonlyMap<number, OpenRebill>> {
  const rows = await db.rows<{ auto_order_oid: number; state: OpenRebill }>(
    `select r.auto_order_oid, r.state
     from rebill r join auto_order a on a.merchant_id = $1 and a.auto_order_oid = r.auto_order_oid
     where r.merchant_id = $1 and r.auto_order_oid = any($2::int[])
       and a.auto_order_oid = any($2::int[]) and r.rebill_number > a.rebill_count
       and r.state in ('charging', 'unknown', 'declined')`,
    [merchantId, oids],
  );
  return new Map(rows.map((row) => [row.auto_order_oid, row.state]));
}
