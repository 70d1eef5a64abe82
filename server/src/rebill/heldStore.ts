import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import { merchantRow } from '../platform/storage/recordset.ts';

/*
 * The table `held_auto_order`: auto orders with a due charge that waits for a reason outside the
 * auto order. A row may remain after its reason is gone, which costs only one check without effect.
 */

/** An auto order and the reason for which its charge waits. */
export interface Held {
  readonly autoOrderOid: number;
  readonly waitsFor: string;
}

/** Stores the reasons for which these locked auto orders wait. */
export async function rememberHeld(
  tx: Database,
  merchantId: string,
  held: readonly Held[],
): Promise<void> {
  if (held.length === 0) return;
  await tx.run(
    `insert into held_auto_order (merchant_id, auto_order_oid, waits_for)
     select m.merchant_id, h.oid, h.waits_for
     from ${merchantRow} cross join unnest($2::int[], $3::text[]) as h (oid, waits_for)
     on conflict (merchant_id, auto_order_oid) do update set waits_for = excluded.waits_for`,
    [merchantId, held.map((each) => each.autoOrderOid), held.map((each) => each.waitsFor)],
  );
}

/** Returns those of these merchants that have waiting auto orders. */
export async function merchantsWithHeld(
  db: Database,
  merchantIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} m.merchant_id = any($1::text[])
       and exists (select from held_auto_order h where ${only('h')} h.merchant_id = m.merchant_id)`,
    [merchantIds],
  );
  return new Set(rows.map((row) => row.merchant_id));
}

/** The most auto orders that one transaction releases. */
export const heldLimit = 1000;

/** Returns a batch of the auto orders that wait for any of these reasons. */
export async function findHeld(
  db: Database,
  merchantId: string,
  waitsFor: readonly string[],
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select auto_order_oid from held_auto_order
     where merchant_id = $1 and waits_for = any($2::text[])
     order by auto_order_oid limit ${heldLimit}`,
    [merchantId, waitsFor],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** Deletes the rows of these auto orders, after they have become due. */
export async function forgetHeld(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<void> {
  await tx.run(
    'delete from held_auto_order where merchant_id = $1 and auto_order_oid = any($2::int[])',
    [merchantId, oids],
  );
}
