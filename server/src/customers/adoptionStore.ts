import type { Database } from '../platform/storage/database.ts';

/** Orders that must still be moved to a profile, because they are too many for one request. */
export interface Adoption {
  /** The profile that gets them. */
  readonly oid: number;
  /**
   * The profile to which they belonged; 0: orders with the profile's email that belong to no
   * profile.
   */
  readonly fromOid: number;
}

/** Queues orders for the worker. If they are queued twice, they are moved once. */
export async function queueAdoption(
  tx: Database,
  merchantId: string,
  { oid, fromOid }: Adoption,
): Promise<void> {
  await tx.run(
    `insert into customer_adoption (merchant_id, customer_profile_oid, from_profile_oid)
     values ($1, $2, $3) on conflict do nothing`,
    [merchantId, oid, fromOid],
  );
}

/** Claims the next adoption until the transaction ends, with the profile's email. */
export async function claimAdoption(
  tx: Database,
  merchantId: string,
): Promise<(Adoption & { readonly email: string | undefined }) | undefined> {
  const row = await tx.row<{ oid: number; fromOid: number; email: string | null }>(
    `select a.customer_profile_oid as oid, a.from_profile_oid as "fromOid",
       (select c.email from customer c where c.merchant_id = $1
         and c.customer_profile_oid = a.customer_profile_oid) as email
     from customer_adoption a where a.merchant_id = $1
     order by a.customer_profile_oid, a.from_profile_oid limit 1 for update of a skip locked`,
    [merchantId],
  );
  return row && { ...row, email: row.email ?? undefined };
}

/** Ends an adoption. */
export async function deleteAdoption(
  tx: Database,
  merchantId: string,
  { oid, fromOid }: Adoption,
): Promise<void> {
  await tx.run(
    `delete from customer_adoption where merchant_id = $1 and customer_profile_oid = $2
       and from_profile_oid = $3`,
    [merchantId, oid, fromOid],
  );
}
