import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { chargeKey } from './attempt.ts';
import { chargeFromJson, type StoredCharge } from './codec.ts';

/** A payment that waits for the customer of an auto order. */
export interface WaitingPayment {
  readonly rebillNumber: number;
  /** The key of its charge. */
  readonly key: string;
  readonly gatewayCode: string;
  /** The gateway's own id of the payment. */
  readonly reference: string;
  readonly cardToken: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  /** When the payment is given up, on the merchant's clock. */
  readonly until: Temporal.Instant;
}

/** Returns the payment that waits for the customer of an auto order, if there is one. */
export async function findAwaitedPayment(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): Promise<WaitingPayment | undefined> {
  const row = await db.row<{
    rebill_number: number;
    attempt: number;
    epoch: number;
    route: string[];
    reference: string;
    amount_minor: number;
    currency: string;
    confirm_until: Temporal.Instant;
    planned: StoredCharge;
  }>(
    `select rebill_number, attempt, epoch, route, reference, amount_minor, currency, confirm_until,
       planned
     from rebill
     where merchant_id = $1 and auto_order_oid = $2 and lease_until is not null
       and confirm_until is not null`,
    [merchantId, autoOrderOid],
  );
  if (row === undefined) return undefined;
  const { rebill_number: rebillNumber, attempt, epoch, reference, currency } = row;
  return {
    rebillNumber,
    key: chargeKey(merchantId, { autoOrderOid, rebillNumber, attempt, epoch }),
    gatewayCode: row.route[0] ?? '',
    reference,
    cardToken: chargeFromJson(row.planned).card?.token ?? '',
    amount: row.amount_minor,
    currency,
    until: row.confirm_until,
  };
}

/** Returns whether a rebill was paid. */
export async function isPaidRebill(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
  rebillNumber: number,
): Promise<boolean> {
  const row = await db.row<{ state: string }>(
    `select state from rebill
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3`,
    [merchantId, autoOrderOid, rebillNumber],
  );
  return row?.state === 'paid';
}
