import type { GatewayKind } from '@perennial/contract/gatewayKind.ts';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import { recordset } from '../platform/storage/recordset.ts';

/**
 * A charge from before a restore that a gateway knows and that moved money or may have moved it.
 */
export interface RestoredCharge {
  /** Its subject: its key without attempt and epoch. */
  readonly subject: string;
  readonly key: string;
  readonly gatewayCode: string;
  /** Absent when an earlier release stored the charge. */
  readonly kind?: GatewayKind | undefined;
  /** The gateway's own id of the charge. */
  readonly reference: string;
  /** False when the gateway has not decided yet. */
  readonly isCaptured: boolean;
  readonly amount: Minor;
  readonly currency: string;
  readonly orderId: string;
}

/** Stores charges that a gateway knows. An undecided charge never replaces a capture. */
export async function saveRestoredCharges(
  db: Database,
  merchantId: string,
  charges: readonly RestoredCharge[],
): Promise<void> {
  await db.run(
    `insert into restored_charge (merchant_id, ${rows.names})
     select m.merchant_id, ${rows.names} from ${rows.insertFrom(2)}
     on conflict (merchant_id, subject) do update set key = excluded.key,
       gateway_code = excluded.gateway_code, gateway_kind = excluded.gateway_kind, reference = excluded.reference,
       is_captured = excluded.is_captured, amount_minor = excluded.amount_minor,
       currency = excluded.currency, order_id = excluded.order_id
     where not restored_charge.is_captured`,
    [merchantId, ...rows.values(charges)],
  );
}

const rows = recordset<RestoredCharge>([
  { name: 'subject', type: 'text', read: ({ subject }) => subject },
  { name: 'key', type: 'text', read: ({ key }) => key },
  { name: 'gateway_code', type: 'text', read: ({ gatewayCode }) => gatewayCode },
  { name: 'gateway_kind', type: 'text', read: ({ kind }) => kind },
  { name: 'reference', type: 'text', read: ({ reference }) => reference },
  { name: 'is_captured', type: 'boolean', read: ({ isCaptured }) => isCaptured },
  { name: 'amount_minor', type: 'bigint', read: ({ amount }) => amount },
  { name: 'currency', type: 'text', read: ({ currency }) => currency },
  { name: 'order_id', type: 'text', read: ({ orderId }) => orderId },
]);

interface Row {
  subject: string;
  key: string;
  gateway_code: string;
  gateway_kind: GatewayKind | null;
  reference: string;
  is_captured: boolean;
  amount_minor: number;
  currency: string;
  order_id: string;
}

/** Returns what gateways knew about these subjects before a restore. */
export async function findRestoredCharges(
  db: Database,
  merchantId: string,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, RestoredCharge>> {
  const found = await db.rows<Row>(
    `select subject, key, gateway_code, gateway_kind, reference, is_captured, amount_minor, currency, order_id
     from restored_charge where merchant_id = $1 and subject = any($2::text[])`,
    [merchantId, subjects],
  );
  return new Map(
    found.map((row) => [
      row.subject,
      {
        subject: row.subject,
        key: row.key,
        gatewayCode: row.gateway_code,
        kind: row.gateway_kind ?? undefined,
        reference: row.reference,
        isCaptured: row.is_captured,
        amount: row.amount_minor as Minor,
        currency: row.currency,
        orderId: row.order_id,
      },
    ]),
  );
}

/** Returns true when a restore left something to look up for this merchant. */
export async function hasRestoredCharges(db: Database, merchantId: string): Promise<boolean> {
  const row = await db.row('select 1 from restored_charge where merchant_id = $1 limit 1', [
    merchantId,
  ]);
  return row !== undefined;
}

/** Deletes an undecided charge that took no money. It may be charged again under a new key. */
export async function forgetRestoredCharge(
  db: Database,
  merchantId: string,
  subject: string,
): Promise<void> {
  await db.run(
    'delete from restored_charge where merchant_id = $1 and subject = $2 and not is_captured',
    [merchantId, subject],
  );
}
