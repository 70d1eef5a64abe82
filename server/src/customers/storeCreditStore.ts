import { type Minor, minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Column, recordset } from '../platform/storage/recordset.ts';
import type { CreditAccount, CreditUse, StoreCredit } from './storeCredit.ts';

/** Adds a credit of a customer. */
export async function addCredit(
  tx: Database,
  merchantId: string,
  customerOid: number,
  credit: StoreCredit,
): Promise<void> {
  await tx.run(
    `insert into store_credit (merchant_id, customer_profile_oid, entry_oid, amount, description,
       entered_at, vests_at, expires_at, order_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      merchantId,
      customerOid,
      credit.entryOid,
      credit.amount,
      credit.description,
      credit.enteredAt,
      credit.vestsAt,
      credit.expiresAt ?? null,
      credit.orderId ?? null,
    ],
  );
}

/** Adds uses of a customer's credits. */
export async function addUses(
  tx: Database,
  merchantId: string,
  customerOid: number,
  uses: readonly CreditUse[],
): Promise<void> {
  if (uses.length === 0) return;
  await tx.run(
    `insert into store_credit_use (merchant_id, customer_profile_oid, ${useRows.names})
     select m.merchant_id, $2::int, ${useRows.names} from ${useRows.insertFrom(3)}`,
    [merchantId, customerOid, ...useRows.values(uses)],
  );
}

const useColumns: readonly Column<CreditUse>[] = [
  { name: 'use_oid', type: 'integer', read: ({ useOid }) => useOid },
  { name: 'entry_oid', type: 'integer', read: ({ entryOid }) => entryOid },
  { name: 'amount', type: 'bigint', read: ({ amount }) => amount },
  { name: 'description', type: 'text', read: ({ description }) => description },
  { name: 'order_id', type: 'text', read: ({ orderId }) => orderId },
  { name: 'used_at', type: 'timestamptz', read: ({ usedAt }) => usedAt },
];
const useRows = recordset(useColumns);

/** Returns the credits of a customer and their uses, each in the order in which they were added. */
export async function readAccount(
  db: Database,
  merchantId: string,
  customerOid: number,
): Promise<CreditAccount> {
  const credits = await db.rows<StoreCredit & { amount: Minor | string }>(
    `select entry_oid as "entryOid", amount, description, entered_at as "enteredAt",
       vests_at as "vestsAt", expires_at as "expiresAt", order_id as "orderId"
     from store_credit where merchant_id = $1 and customer_profile_oid = $2 order by entry_oid`,
    [merchantId, customerOid],
  );
  const uses = await db.rows<CreditUse>(
    `select ${selectedUse} from store_credit_use
     where merchant_id = $1 and customer_profile_oid = $2 order by use_oid`,
    [merchantId, customerOid],
  );
  return {
    credits: credits.map((credit) => ({
      ...credit,
      amount: minor(Number(credit.amount)),
      expiresAt: credit.expiresAt ?? undefined,
      orderId: credit.orderId ?? undefined,
    })),
    uses: uses.map(useOf),
  };
}

/** Returns the uses of an order, with the profile whose credits they took. */
export async function findUsesOfOrder(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<(CreditUse & { readonly customerOid: number })[]> {
  const rows = await db.rows<CreditUse & { customerOid: number }>(
    `select ${selectedUse}, customer_profile_oid as "customerOid" from store_credit_use
     where merchant_id = $1 and order_id = $2 order by use_oid`,
    [merchantId, orderId],
  );
  return rows.map((row) => ({ ...useOf(row), customerOid: row.customerOid }));
}

const selectedUse = `use_oid as "useOid", entry_oid as "entryOid", amount, description,
  order_id as "orderId", used_at as "usedAt"`;

const useOf = (row: CreditUse): CreditUse => ({
  ...row,
  amount: minor(Number(row.amount)),
  orderId: row.orderId ?? undefined,
});

/** Gives a customer the credits of another, and their uses. */
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
  await tx.run(
    `update store_credit_use set customer_profile_oid = $3
     where merchant_id = $1 and customer_profile_oid = $2`,
    [merchantId, fromOid, toOid],
  );
}
