import type { Database } from '../platform/storage/database.ts';
import { chargeKey } from './attempt.ts';

/**
 * Queries a charge of unknown outcome now instead of at its next turn, because its gateway sent a
 * notification. The notification is only a hint; the gateway is still queried. Ignores keys that
 * are not of rebills, and charges for whose answer a process is waiting.
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
