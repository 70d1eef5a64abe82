import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** Returns when mails that verify the address of a profile were requested, newest first. */
export async function listVerificationMails(
  tx: Database,
  merchantId: string,
  customerOid: number,
): Promise<Temporal.Instant[]> {
  const rows = await tx.rows<{ asked_at: Temporal.Instant }>(
    `select asked_at from verification_mail
     where merchant_id = $1 and customer_profile_oid = $2 order by asked_at desc`,
    [merchantId, customerOid],
  );
  return rows.map((row) => row.asked_at);
}

/** Stores the request for a mail, and deletes the requests before `since`. */
export async function keepVerificationMail(
  tx: Database,
  merchantId: string,
  customerOid: number,
  { at, since }: { readonly at: Temporal.Instant; readonly since: Temporal.Instant },
): Promise<void> {
  await tx.run(
    `delete from verification_mail
     where merchant_id = $1 and customer_profile_oid = $2 and asked_at < $3`,
    [merchantId, customerOid, since],
  );
  await tx.run(
    `insert into verification_mail (merchant_id, customer_profile_oid, asked_at)
     values ($1, $2, $3)`,
    [merchantId, customerOid, at],
  );
}
