import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { recordset } from '../platform/storage/recordset.ts';

/** An auto order whose card expires soon. */
export interface ExpiringCard {
  readonly autoOrderOid: number;
  /** The last day of the card's month of expiry, as ISO 8601. */
  readonly expiresOn: string;
}

/**
 * Returns the active auto orders whose cards expire between two days and were not recorded before,
 * sorted by the day of expiry.
 */
export async function findExpiring(
  db: Database,
  merchantId: string,
  from: Temporal.PlainDate,
  until: Temporal.PlainDate,
  limit: number,
): Promise<ExpiringCard[]> {
  return db.rows<ExpiringCard>(
    `select s.auto_order_oid as "autoOrderOid", s.card_expires_on::text as "expiresOn"
     from auto_order_search s
     join auto_order a on a.merchant_id = $1 and a.auto_order_oid = s.auto_order_oid
       and a.status = 'active'
     where s.merchant_id = $1 and s.card_expires_on between $2::date and $3::date
       and not exists (
         select from card_expiry_notice n
         where n.merchant_id = $1 and n.auto_order_oid = s.auto_order_oid
           and n.expires_on = s.card_expires_on)
     order by s.card_expires_on, s.auto_order_oid limit $4`,
    [merchantId, from.toString(), until.toString(), limit],
  );
}

/** Records expiring cards. Returns those that no other process has recorded. */
export async function noteExpiring(
  tx: Database,
  merchantId: string,
  cards: readonly ExpiringCard[],
  now: Temporal.Instant,
): Promise<ExpiringCard[]> {
  return tx.rows<ExpiringCard>(
    `insert into card_expiry_notice (merchant_id, ${rows.names}, noted_at)
     select m.merchant_id, ${rows.names}, $2::timestamptz from ${rows.insertFrom(3)}
     on conflict do nothing
     returning auto_order_oid as "autoOrderOid", expires_on::text as "expiresOn"`,
    [merchantId, now, ...rows.values(cards)],
  );
}

const rows = recordset<ExpiringCard>([
  { name: 'auto_order_oid', type: 'int', read: ({ autoOrderOid }) => autoOrderOid },
  { name: 'expires_on', type: 'date', read: ({ expiresOn }) => expiresOn },
]);
