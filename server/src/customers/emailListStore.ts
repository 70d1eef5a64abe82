import type { EmailList } from '@perennial/contract/customerLists.ts';
import type { Temporal } from 'temporal-polyfill';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { Database } from '../platform/storage/database.ts';
import { inZone } from '../platform/storage/zone.ts';

/** Returns the wire's email lists of a merchant, by name. */
export async function listEmailLists(
  db: Database,
  merchantId: string,
  timeZone: string,
): Promise<EmailList[]> {
  const rows = await db.rows<{ list: EmailList }>(
    `select jsonb_build_object('email_list_uuid', l.email_list_uuid, 'merchant_id', l.merchant_id,
       'name', l.name, 'created_dts', wire_dts(l.created_at), 'deleted', false,
       'member_count', (select count(*) from email_list_member m
         where m.merchant_id = $1 and m.email_list_uuid = l.email_list_uuid)) as list
     from email_list l where l.merchant_id = $1 and ${inZone('$2')} order by l.name_lc`,
    [merchantId, timeZone],
  );
  return rows.map((row) => row.list);
}

/** Returns the UUID of the list with this name or UUID, or undefined. */
export async function findEmailList(
  db: Database,
  merchantId: string,
  nameOrUuid: string,
): Promise<string | undefined> {
  const row = await db.row<{ uuid: string }>(
    `select email_list_uuid as uuid from email_list
     where merchant_id = $1 and (name_lc = $2 or email_list_uuid = $2)
     order by (email_list_uuid = $2) desc limit 1`,
    [merchantId, foldTrimmed(nameOrUuid)],
  );
  return row?.uuid;
}

/** Adds a list unless a concurrent request has taken its name. */
export async function addEmailList(
  tx: Database,
  merchantId: string,
  { uuid, name }: { readonly uuid: string; readonly name: string },
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into email_list (merchant_id, email_list_uuid, name, name_lc, created_at)
     values ($1, $2, $3, $4, $5) on conflict on constraint email_list_name do nothing`,
    [merchantId, uuid, name.trim(), foldTrimmed(name), at],
  );
}

/** Adds a customer to a list. */
export async function joinEmailList(
  tx: Database,
  merchantId: string,
  uuid: string,
  customerOid: number,
): Promise<void> {
  await tx.run(
    `insert into email_list_member (merchant_id, email_list_uuid, customer_profile_oid)
     values ($1, $2, $3) on conflict do nothing`,
    [merchantId, uuid, customerOid],
  );
}

/** Removes a customer from a list. */
export async function leaveEmailList(
  tx: Database,
  merchantId: string,
  uuid: string,
  customerOid: number,
): Promise<void> {
  await tx.run(
    `delete from email_list_member
     where merchant_id = $1 and email_list_uuid = $2 and customer_profile_oid = $3`,
    [merchantId, uuid, customerOid],
  );
}

/** Adds a customer to the lists of another customer. */
export async function joinListsOf(
  tx: Database,
  merchantId: string,
  fromOid: number,
  toOid: number,
): Promise<void> {
  await tx.run(
    `insert into email_list_member (merchant_id, email_list_uuid, customer_profile_oid)
     select m.merchant_id, m.email_list_uuid, $3 from email_list_member m
     where m.merchant_id = $1 and m.customer_profile_oid = $2
     on conflict do nothing`,
    [merchantId, fromOid, toOid],
  );
}
