import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** The key of a mail, in whose order a sweep goes through all mails of a merchant. */
export interface NoticeKey {
  readonly autoOrderOid: number;
  readonly noticeId: number;
}

const sweepSize = 2000;
// A mail that has not been sent yet stays, however old it is.
const removable = 'n.made_at < $2 and n.next_try_at is null';

/**
 * Removes mails that were made before a moment, among the next mails after a key, and queues the
 * removal of their files. Returns how many it removed, and where the sweep continues; undefined at
 * the end.
 */
export function forgetMails(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
  after: NoticeKey = { autoOrderOid: -1, noticeId: 0 },
): Promise<{ readonly removed: number; readonly next: NoticeKey | undefined }> {
  return db.transaction(async (tx) => {
    const last = await lastOf(tx, merchantId, after);
    if (!last) return { removed: 0, next: undefined };
    const values = [
      merchantId,
      before,
      after.autoOrderOid,
      after.noticeId,
      last.autoOrderOid,
      last.noticeId,
    ];
    const between = `(n.auto_order_oid, n.notice_id) > ($3, $4)
      and (n.auto_order_oid, n.notice_id) <= ($5, $6)`;
    await tx.run(
      `insert into mail_removal (merchant_id, auto_order_oid, notice_id, made_at, remove_at)
       select n.merchant_id, n.auto_order_oid, n.notice_id, n.made_at, statement_timestamp()
       from notice n where n.merchant_id = $1 and ${removable} and n.attempts > 0 and ${between}
       on conflict do nothing`,
      values,
    );
    const removed = await tx.run(
      `delete from notice n where n.merchant_id = $1 and ${removable} and ${between}`,
      values,
    );
    return { removed, next: last };
  });
}

const lastOf = (
  tx: Database,
  merchantId: string,
  { autoOrderOid, noticeId }: NoticeKey,
): Promise<NoticeKey | undefined> =>
  tx.row(
    `select auto_order_oid as "autoOrderOid", notice_id as "noticeId" from (
       select auto_order_oid, notice_id from notice
       where merchant_id = $1 and (auto_order_oid, notice_id) > ($2, $3)
       order by auto_order_oid, notice_id limit ${sweepSize}) as swept
     order by auto_order_oid desc, notice_id desc limit 1`,
    [merchantId, autoOrderOid, noticeId],
  );

/** Counts the mails that {@link forgetMails} would remove. */
export async function countMails(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*) as count from notice n where n.merchant_id = $1 and ${removable}`,
    [merchantId, before],
  );
  return row?.count ?? 0;
}
