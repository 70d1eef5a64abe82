import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import { takeIds } from '../platform/storage/takenIds.ts';

/*
 * Background work of auto orders: updates that a client sent with `_async`, and recalculations
 * after a change of the catalogue. A worker claims a row by locking it, and deletes it in the
 * transaction that does the work. So if a process is killed, the work is either done or still
 * queued.
 */

/** An update to run later. */
export interface UpdateJob {
  readonly jobId: number;
  readonly autoOrderOid: number;
  readonly body: WireAutoOrder;
  readonly validatesOriginalOrder: boolean;
  readonly actorName: string;
  /** Attempts that ended with an internal error. */
  readonly attempts: number;
}

/** Stores updates that a worker runs later. */
export async function insertUpdateJobs(
  db: Database,
  merchantId: string,
  jobs: readonly Omit<UpdateJob, 'jobId' | 'attempts'>[],
): Promise<void> {
  const ids = await takeIds(db, 'auto_order_update_job.job_id', jobs.length);
  await db.run(
    `insert into auto_order_update_job (merchant_id, job_id, auto_order_oid, body,
       validate_original_order, actor_name)
     overriding system value
     select m.merchant_id, r.id, r.oid, r.body, r.validates, r.actor
     from ${merchantRow} cross join jsonb_to_recordset($2::jsonb)
       as r (id bigint, oid integer, body jsonb, validates boolean, actor text)`,
    [
      merchantId,
      JSON.stringify(
        jobs.map((job, place) => ({
          oid: job.autoOrderOid,
          body: job.body,
          validates: job.validatesOriginalOrder,
          actor: job.actorName,
          id: ids[place],
        })),
      ),
    ],
  );
}

/** Returns the merchants that have waiting updates or recalculations. */
export async function merchantsWithJobs(
  db: Database,
  merchantIds: readonly string[],
): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} m.merchant_id = any($1::text[])
       and exists (select from auto_order_update_job j
         where ${only('j')} j.merchant_id = m.merchant_id)
     union
     select m.merchant_id from merchant m
     where ${only('m')} m.merchant_id = any($1::text[])
       and exists (select from auto_order_recalculation r
         where ${only('r')} r.merchant_id = m.merchant_id)`,
    [merchantIds],
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * Claims the first queued update of the merchant that no other worker has claimed. Updates of one
 * auto order keep their order: a later one waits for the earlier one.
 */
export async function claimUpdateJob(
  tx: Database,
  merchantId: string,
): Promise<UpdateJob | undefined> {
  const row = await tx.row<{
    job_id: number;
    auto_order_oid: number;
    body: WireAutoOrder;
    validate_original_order: boolean;
    actor_name: string;
    attempts: number;
  }>(
    `select j.job_id, j.auto_order_oid, j.body, j.validate_original_order, j.actor_name, j.attempts
     from auto_order_update_job j
     where j.merchant_id = $1 and not exists (
       select from auto_order_update_job earlier
       where earlier.merchant_id = $1 and earlier.auto_order_oid = j.auto_order_oid
         and earlier.job_id < j.job_id)
     order by j.job_id limit 1 for update skip locked`,
    [merchantId],
  );
  return (
    row && {
      jobId: row.job_id,
      autoOrderOid: row.auto_order_oid,
      body: row.body,
      validatesOriginalOrder: row.validate_original_order,
      actorName: row.actor_name,
      attempts: row.attempts,
    }
  );
}

/** Deletes a finished update. Returns false when it was already gone. */
export async function deleteUpdateJob(
  tx: Database,
  merchantId: string,
  jobId: number,
): Promise<boolean> {
  return (
    (await tx.run('delete from auto_order_update_job where merchant_id = $1 and job_id = $2', [
      merchantId,
      jobId,
    ])) === 1
  );
}

/** Counts an attempt that ended with an internal error. */
export async function countJobAttempt(
  db: Database,
  merchantId: string,
  jobId: number,
): Promise<void> {
  await db.run(
    `update auto_order_update_job set attempts = attempts + 1
     where merchant_id = $1 and job_id = $2`,
    [merchantId, jobId],
  );
}

/**
 * Queues the recalculation of all auto orders that an item drives. A recalculation under way starts
 * over.
 */
export async function queueRecalculation(
  tx: Database,
  merchantId: string,
  itemId: string,
): Promise<void> {
  await tx.run(
    `insert into auto_order_recalculation (merchant_id, item_id_lc) values ($1, fold($2))
     on conflict (merchant_id, item_id_lc) do update set after_oid = 0`,
    [merchantId, itemId],
  );
}

/**
 * Claims a recalculation that no other worker has claimed. Returns the item, and the last auto
 * order that was recalculated.
 */
export async function claimRecalculation(
  tx: Database,
  merchantId: string,
): Promise<{ itemId: string; afterOid: number } | undefined> {
  const row = await tx.row<{ item_id_lc: string; after_oid: number }>(
    `select item_id_lc, after_oid from auto_order_recalculation where merchant_id = $1
     order by item_id_lc limit 1 for update skip locked`,
    [merchantId],
  );
  return row && { itemId: row.item_id_lc, afterOid: row.after_oid };
}

/**
 * Sets where the recalculation continues: after `afterOid`, or nowhere when it is finished
 * (undefined).
 */
export async function moveRecalculation(
  tx: Database,
  merchantId: string,
  itemId: string,
  afterOid: number | undefined,
): Promise<void> {
  if (afterOid === undefined)
    await tx.run(
      'delete from auto_order_recalculation where merchant_id = $1 and item_id_lc = $2',
      [merchantId, itemId],
    );
  else
    await tx.run(
      `update auto_order_recalculation set after_oid = $3
       where merchant_id = $1 and item_id_lc = $2`,
      [merchantId, itemId, afterOid],
    );
}
