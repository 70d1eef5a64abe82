import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import type { StoreCredit } from './storeCredit.ts';

/** Adds a credit of a customer. */
export async function addCredit(
  tx: Database,
  merchantId: string,
  customerOid: number,
  credit: StoreCredit,
): Promise<void> {
  await tx.run(
    `insert into store_credit (merchant_id, customer_profile_oid, entry_oid, amount, description,
       entered_at, vests_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      merchantId,
      customerOid,
      credit.entryOid,
      credit.amount,
      credit.description,
      credit.enteredAt,
      credit.vestsAt,
      credit.expiresAt ?? null,
    ],
  );
}

/** Returns the credits of a customer, in the order in which they were given. */
export async function listCredits(
  db: Database,
  merchantId: string,
  customerOid: number,
): Promise<StoreCredit[]> {
  const rows = await db.rows<{
    entryOid: number;
    amount: number;
    description: string;
    enteredAt: Temporal.Instant;
    vestsAt: Temporal.Instant;
    expiresAt: Temporal.Instant | null;
  }>(
    `select entry_oid as "entryOid", amount, description, entered_at as "enteredAt",
       vests_at as "vestsAt", expires_at as "expiresAt"
     from store_credit where merchant_id = $1 and customer_profile_oid = $2 order by entry_oid`,
    [merchantId, customerOid],
  );
  return rows.map((row) => ({
    ...row,
    amount: Number(row.amount) as Minor,
    expiresAt: row.expiresAt ?? undefined,
  }));
}

/** Gives a customer the credits of another. */
export async function moveCredits(
  tx: Database,
  merchantId: string,
  fromOid: number,
  toOid: number,
): Promise<void> {
  await tx.run(
    `update store_credit set customer_profile_oid = $3
     where merchant_id = $1 and customer_profile_oid = $2`,
    [merchantId, fromOid, toOid],
  );
}
