import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import type { StoredCustomer } from './customer.ts';

/** An imported profile, with its number and creation date. */
export interface ImportedCustomer extends StoredCustomer {
  readonly createdAt: Temporal.Instant;
}

/** Inserts any number of profiles in one statement. */
export async function insertCustomers(
  tx: Database,
  merchantId: string,
  customers: readonly ImportedCustomer[],
): Promise<void> {
  const rows = customers.map(({ document, cardTokens, createdAt }) => ({
    oid: document.customer_profile_oid,
    email: document.email,
    document,
    tokens: cardTokens,
    at: createdAt,
  }));
  await tx.run(
    `insert into customer (
       merchant_id, customer_profile_oid, email, document, card_tokens, created_at, modified_at)
     select m.merchant_id, oid, email, document, tokens, at, at
     from ${merchantRow} cross join jsonb_to_recordset($2::jsonb)
       as r (oid int, email text, document jsonb, tokens jsonb, at timestamptz)`,
    [merchantId, JSON.stringify(rows)],
  );
}
