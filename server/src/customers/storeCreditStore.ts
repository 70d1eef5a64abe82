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
       entered_at, vests_at, expires_at, order_id, is_refund)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
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
      credit.isRefund === true,
    ],
  );
}

/** A use, with the profile whose credit it takes. */
export type CustomerUse = CreditUse & { readonly customerOid: number };

/** Adds uses of customers' credits. */
export async function addUses(
  tx: Database,
  merchantId: string,
  uses: readonly CustomerUse[],
): Promise<void> {
  if (uses.length === 0) return;
  await tx.run(
    `insert into store_credit_use (merchant_id, ${useRows.names})
     select m.merchant_id, ${useRows.names} from ${useRows.insertFrom(2)}`,
    [merchantId, ...useRows.values(uses)],
  );
}

const useColumns: readonly Column<CustomerUse>[] = [
  { name: 'customer_profile_oid', type: 'integer', read: ({ customerOid }) => customerOid },
  { name: 'use_oid', type: 'integer', read: ({ useOid }) => useOid },
  { name: 'entry_oid', type: 'integer', read: ({ entryOid }) => entryOid },
  { name: 'amount', type: 'bigint', read: ({ amount }) => amount },
  { name: 'description', type: 'text', read: ({ description }) => description },
  { name: 'order_id', type: 'text', read: ({ orderId }) => orderId },
  { name: 'used_at', type: 'timestamptz', read: ({ usedAt }) => usedAt },
  { name: 'purpose', type: 'text', read: ({ purpose }) => purpose },
];
const useRows = recordset(useColumns);

/** Returns the credits of a customer and their uses, each in the order in which they were added. */
export async function readAccount(
  db: Database,
  merchantId: string,
  customerOid: number,
): Promise<CreditAccount> {
  const accounts = await readAccounts(db, merchantId, [customerOid]);
  return accounts.get(customerOid) ?? { credits: [], uses: [] };
}

/** Returns the accounts of customers that have credits, by the oid of the profile. */
export async function readAccounts(
  db: Database,
  merchantId: string,
  customerOids: readonly number[],
): Promise<ReadonlyMap<number, CreditAccount>> {
  const credits = await db.rows<StoreCredit & { amount: Minor | string; customerOid: number }>(
    `select customer_profile_oid as "customerOid", entry_oid as "entryOid", amount, description,
       entered_at as "enteredAt", vests_at as "vestsAt", expires_at as "expiresAt",
       order_id as "orderId", is_refund as "isRefund"
     from store_credit where merchant_id = $1 and customer_profile_oid = any($2::int[])
     order by entry_oid`,
    [merchantId, customerOids],
  );
  const uses = await db.rows<CustomerUse>(
    `select ${selectedUse} from store_credit_use
     where merchant_id = $1 and customer_profile_oid = any($2::int[]) order by use_oid`,
    [merchantId, customerOids],
  );
  const usesOf = Map.groupBy(uses.map(useOf), ({ customerOid }) => customerOid);
  const creditsOf = Map.groupBy(credits, ({ customerOid }) => customerOid);
  return new Map(
    [...creditsOf].map(([customerOid, own]) => [
      customerOid,
      { credits: own.map(creditOf), uses: usesOf.get(customerOid) ?? [] },
    ]),
  );
}

const creditOf = (row: StoreCredit & { readonly amount: Minor | string }): StoreCredit => ({
  ...row,
  amount: minor(Number(row.amount)),
  expiresAt: row.expiresAt ?? undefined,
  orderId: row.orderId ?? undefined,
});

/** Returns the uses that pay for an order, with the profile whose credits they used. */
export async function findPaymentsOfOrder(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<CustomerUse[]> {
  const rows = await db.rows<CustomerUse>(
    `select ${selectedUse} from store_credit_use
     where merchant_id = $1 and order_id = $2 and purpose = 'payment' order by use_oid`,
    [merchantId, orderId],
  );
  return rows.map(useOf);
}

const selectedUse = `customer_profile_oid as "customerOid", use_oid as "useOid",
  entry_oid as "entryOid", amount, description, order_id as "orderId", used_at as "usedAt", purpose`;

const useOf = (row: CustomerUse): CustomerUse => ({
  ...row,
  amount: minor(Number(row.amount)),
  orderId: row.orderId ?? undefined,
});

/** Gives a customer the credits of another customer, and their uses. */
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
