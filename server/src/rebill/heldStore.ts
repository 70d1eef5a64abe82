import type { Database } from '../platform/storage/database.ts';

/*
 * Auto orders whose due charge waits for something that is no fault of theirs. A row may outlive its reason, and then
 * costs one look for nothing.
 */

/** An auto order and what its charge waits for. */
export interface Held {
  readonly autoOrderOid: number;
  readonly waitsFor: string;
}

/** Remembers what locked auto orders wait for. */
export async function rememberHeld(
  tx: Database,
  merchantId: string,
  held: readonly Held[],
): Promise<void> {
  if (held.length === 0) return;
  await tx.run(
    `insert into held_auto_order (merchant_id, auto_order_oid, waits_for)
     select $1, oid, waits_for from unnest($2::int[], $3::text[]) as h (oid, waits_for) order by oid
     on conflict (merchant_id, auto_order_oid) do update set waits_for = excluded.waits_for`,
    [merchantId, held.map((each) => each.autoOrderOid), held.map((each) => each.waitsFor)],
  );
}

/** Of these merchants, those with auto orders that wait. */
export async function merchantsWithHeld(
  db: Database,
  merchantIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ merchant_id: string }>(
    `select m.merchant_id from unnest($1::text[]) as m (merchant_id)
     where exists (select from held_auto_order h where h.merchant_id = m.merchant_id)`,
    [merchantIds],
  );
  return new Set(rows.map((row) => row.merchant_id));
}

/** How many are let go in one transaction. */
export const heldLimit = 1000;

/** Auto orders that wait for any of these, a batch of them. */
export async function findHeld(
  db: Database,
  merchantId: string,
  waitsFor: readonly string[],
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select auto_order_oid from held_auto_order where merchant_id = $1 and waits_for = any($2::text[])
     order by auto_order_oid limit ${heldLimit}`,
    [merchantId, waitsFor],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** Forgets that these auto orders waited, once they will be looked at. */
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
