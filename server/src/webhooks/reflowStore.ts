import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';

/** A running reflow: the records of one kind are sent to one webhook again. */
export interface Reflow {
  readonly webhookOid: number;
  readonly eventName: string;
  readonly expansion: string;
  readonly eventRuler?: string;
  /** The id of the last record that was queued. */
  readonly afterId: string;
}

/** Starts a reflow; a running one starts again from the first record. */
export async function startReflow(
  db: Database,
  merchantId: string,
  webhookOid: number,
  eventName: string,
): Promise<void> {
  await db.run(
    `insert into webhook_reflow (merchant_id, webhook_oid, event_name) values ($1, $2, $3)
     on conflict (merchant_id, webhook_oid, event_name) do update set after_id = ''`,
    [merchantId, webhookOid, eventName],
  );
}

/**
 * Locks a reflow that no other process is working on; undefined when there is none. If the
 * subscription was removed, it has no expansion and no pattern.
 */
export async function lockReflow(tx: Database, merchantId: string): Promise<Reflow | undefined> {
  const row = await tx.row<{
    webhook_oid: number;
    event_name: string;
    after_id: string;
    expansion: string | null;
    event_ruler: string | null;
  }>(
    `select r.webhook_oid, r.event_name, r.after_id, s.expansion, s.event_ruler
     from webhook_reflow r
     left join webhook_subscription s on s.merchant_id = $1 and s.webhook_oid = r.webhook_oid
       and s.event_name = r.event_name
     where r.merchant_id = $1 order by r.webhook_oid limit 1 for update of r skip locked`,
    [merchantId],
  );
  return (
    row && {
      webhookOid: row.webhook_oid,
      eventName: row.event_name,
      afterId: row.after_id,
      expansion: row.expansion ?? '',
      ...(row.event_ruler === null ? {} : { eventRuler: row.event_ruler }),
    }
  );
}

/** Stores the progress of a reflow. */
export async function saveReflow(
  tx: Database,
  merchantId: string,
  { webhookOid, eventName }: Reflow,
  afterId: string,
): Promise<void> {
  await tx.run(
    `update webhook_reflow set after_id = $4
     where merchant_id = $1 and webhook_oid = $2 and event_name = $3`,
    [merchantId, webhookOid, eventName, afterId],
  );
}

/** Deletes a finished reflow. */
export async function endReflow(
  tx: Database,
  merchantId: string,
  { webhookOid, eventName }: Reflow,
): Promise<void> {
  await tx.run(
    'delete from webhook_reflow where merchant_id = $1 and webhook_oid = $2 and event_name = $3',
    [merchantId, webhookOid, eventName],
  );
}

/** Lists the merchants that have a running reflow. */
export async function merchantsWithReflows(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select 1 from webhook_reflow r where ${only('r')}
       r.merchant_id = m.merchant_id) order by 1`,
  );
  return rows.map((row) => row.merchant_id);
}
