import type { Database } from '../platform/storage/database.ts';

/*
 * Finds emails and names that belong to customers. The search for an erased person leaves them in
 * the records of others, because they name a customer.
 */

/** Returns those of the emails, in lower case, that belong to a customer. */
export async function emailsOfCustomers(
  db: Database,
  merchantId: string,
  emails: readonly string[],
): Promise<string[]> {
  const rows = await db.rows<{ email: string }>(
    `select e.email from unnest($2::text[]) as e (email) where exists (
       select from customer c where c.merchant_id = $1 and c.email_lc = fold(e.email))`,
    [merchantId, emails],
  );
  return rows.map(({ email }) => email);
}

/**
 * Returns those of the names, in lower case as `last, first`, that are the billing name of a
 * customer.
 */
export function namesOfCustomers(
  db: Database,
  merchantId: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return Promise.resolve([]);
  return db.transaction(async (tx) => {
    // Reads every profile of the merchant. It runs once for each pass of a search.
    await tx.takeTime();
    const rows = await tx.rows<{ name: string }>(
      `select distinct b.name from customer c
       cross join lateral (
         select lower(concat(trim(a->>'last_name'), ', ', trim(a->>'first_name'))) as name
         from jsonb_array_elements(c.document->'billing') as a) b
       where c.merchant_id = $1 and jsonb_typeof(c.document->'billing') = 'array'
         and b.name = any($2::text[])`,
      [merchantId, names],
    );
    return rows.map(({ name }) => name);
  });
}
