import type { Temporal } from 'temporal-polyfill';
import type { Person } from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';

/** A mail that may exist as a file in the folder of mails, and must be deleted there. */
export interface MailRemoval {
  readonly autoOrderOid: number;
  readonly noticeId: number;
  readonly madeAt: Temporal.Instant;
}

/** Queues the removal of all mails to and about a person that a sender has ever taken to send. */
export function queueRemovalsOf(
  tx: Database,
  merchantId: string,
  { autoOrderOids, orderIds, emails }: Person,
): Promise<number> {
  return tx.run(
    `insert into mail_removal (merchant_id, auto_order_oid, notice_id, made_at, remove_at)
     select n.merchant_id, n.auto_order_oid, n.notice_id, n.made_at,
       coalesce(n.next_try_at, statement_timestamp())
     from notice n where n.merchant_id = $1 and n.attempts > 0
       and (n.auto_order_oid = any($2::int[]) or n.order_id = any($3::text[])
         or lower(n.email) = any($4::text[]))
     on conflict do nothing`,
    [merchantId, autoOrderOids, orderIds, emails],
  );
}

/** Returns the merchants that have mails to remove now. */
export async function merchantsWithRemovals(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from mail_removal r where ${only('r')}
       r.merchant_id = m.merchant_id and r.remove_at <= statement_timestamp())
     order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/** Reads a batch of mails to remove now. */
export function readRemovals(db: Database, merchantId: string): Promise<MailRemoval[]> {
  return db.rows<MailRemoval>(
    `select auto_order_oid as "autoOrderOid", notice_id as "noticeId", made_at as "madeAt"
     from mail_removal where merchant_id = $1 and remove_at <= statement_timestamp()
     order by remove_at limit 100`,
    [merchantId],
  );
}

/** Deletes a removal that is done. */
export async function finishRemoval(
  db: Database,
  merchantId: string,
  { autoOrderOid, noticeId }: MailRemoval,
): Promise<void> {
  await db.run(
    'delete from mail_removal where merchant_id = $1 and auto_order_oid = $2 and notice_id = $3',
    [merchantId, autoOrderOid, noticeId],
  );
}
