import { byCustomer, type Person, type PersonKeeper } from '../platform/privacy/person.ts';
import type { Database } from '../platform/storage/database.ts';

/** The personal data in profiles: all of a profile. */
export const customerPeople: PersonKeeper = {
  find: findEmails,
  lock: lockProfiles,
  obstacles: findAdoptions,
  tables: [
    { table: 'store_credit_use', key: ['customer_profile_oid', 'use_oid'], ...byCustomer },
    { table: 'store_credit', key: ['customer_profile_oid', 'entry_oid'], ...byCustomer },
    {
      table: 'wish_list_item',
      key: ['customer_profile_oid', 'customer_wishlist_item_oid'],
      ...byCustomer,
    },
    {
      table: 'verification_mail',
      key: ['customer_profile_oid', 'asked_at'],
      ...byCustomer,
    },
    { table: 'email_list_member', key: ['email_list_uuid', 'customer_profile_oid'], ...byCustomer },
    { table: 'customer', key: ['customer_profile_oid'], ...byCustomer, secrets: ['card_tokens'] },
  ],
};

async function findEmails(
  db: Database,
  merchantId: string,
  found: Person,
): Promise<Partial<Person>> {
  const rows = await db.rows<{ email: string }>(
    `select lower(email) as email from customer
     where merchant_id = $1 and customer_profile_oid = any($2::int[]) order by 1`,
    [merchantId, found.customerOids],
  );
  return { emails: rows.map(({ email }) => email) };
}

async function lockProfiles(tx: Database, merchantId: string, person: Person): Promise<void> {
  await tx.rows(
    `select customer_profile_oid from customer
     where merchant_id = $1 and customer_profile_oid = any($2::int[]) order by 1 for update`,
    [merchantId, person.customerOids],
  );
}

async function findAdoptions(db: Database, merchantId: string, person: Person): Promise<string[]> {
  const row = await db.row(
    `select 1 from customer_adoption
     where merchant_id = $1
       and (customer_profile_oid = any($2::int[]) or from_profile_oid = any($2::int[])) limit 1`,
    [merchantId, person.customerOids],
  );
  return row === undefined ? [] : ['earlier orders are still being added to the profile'];
}
