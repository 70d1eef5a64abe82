import type { Customer } from '@perennial/contract/customer.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** A profile that comes with its number and its past. */
export interface ImportedCustomer {
  readonly customerProfileOid: number;
  readonly email: string;
  readonly document: Customer;
  readonly createdAt: Temporal.Instant;
}

/** Adds profiles, any number in one statement. */
export async function insertCustomers(tx: Database, merchantId: string, customers: readonly ImportedCustomer[]): Promise<void> {
  const rows = customers.map(({ customerProfileOid, email, document, createdAt }) => ({ oid: customerProfileOid, email, document, at: createdAt }));
  await tx.run(
    `insert into customer (merchant_id, customer_profile_oid, email, document, created_at, modified_at)
     select $1, oid, email, document, at, at from jsonb_to_recordset($2::jsonb) as r (oid int, email text, document jsonb, at timestamptz)`,
    [merchantId, JSON.stringify(rows)],
  );
}
