import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { chargeKey } from './attempt.ts';
import { isUnsettled } from './store.ts';

/**
 * Schedules the query of a charge with an unknown outcome for now, because its gateway sent a
 * notification. The notification is only a hint; the gateway is still queried. Ignores keys that do
 * not belong to rebills, and charges whose answer a process is waiting for.
 */
export async function requeryNow(db: Database, merchantId: string, key: string): Promise<void> {
  const [, , autoOrderOid = 0, rebillNumber = 0, attempt = 0, epoch = 1] = key
    .split(':')
    .map(Number);
  if (key !== chargeKey(merchantId, { autoOrderOid, rebillNumber, attempt, epoch })) return;
  await db.run(
    `update rebill set lease_until = statement_timestamp()
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3 and attempt = $4
       and epoch = $5 and state = 'unknown' and lease_until is not null`,
    [merchantId, autoOrderOid, rebillNumber, attempt, epoch],
  );
}

/**
 * Ends the time to confirm payments of these auto orders, for example because there is a new card.
 * The payments are then canceled at the gateway, unless they were confirmed before.
 */
export async function endConfirmations(
  db: Database,
  merchantId: string,
  autoOrderOids: readonly number[],
  now: Temporal.Instant,
): Promise<void> {
  if (autoOrderOids.length === 0) return;
  await db.run(
    `update rebill set confirm_until = least(confirm_until, $3::timestamptz),
       lease_until = statement_timestamp()
     where merchant_id = $1 and auto_order_oid = any($2::int[]) and lease_until is not null
       and confirm_until is not null`,
    [merchantId, autoOrderOids, now],
  );
}

/** Schedules the query of payments whose time to confirm has ended at this moment. */
export async function wakeEnded(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<void> {
  await db.run(
    `update rebill set lease_until = statement_timestamp()
     where merchant_id = $1 and ${isUnsettled} and confirm_until <= $2`,
    [merchantId, until],
  );
}
