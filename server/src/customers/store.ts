import type { Database } from '../platform/storage/database.ts';

/** The profile with this email, compared without case; undefined when there is none. */
export async function findCustomerOid(db: Database, merchantId: string, email: string): Promise<number | undefined> {
  const row = await db.row<{ oid: number }>(
    'select customer_profile_oid as oid from customer where merchant_id = $1 and email_lc = $2',
    [merchantId, emailKey(email)],
  );
  return row?.oid;
}

/** Emails are compared without case and without spaces around them. */
export const emailKey = (email: string): string => email.trim().toLowerCase();
