import type { Database } from '../platform/storage/database.ts';
import type { InFlight } from './attempt.ts';
import type { NamedAttempt } from './knownAttemptStore.ts';
import { type InFlightRow, inFlightColumns, inFlightFromRow, takenOver } from './store.ts';

/** A charge that has no outcome, as a person may settle it. */
export interface DoubtfulCharge {
  readonly inFlight: InFlight;
  /** Its gateway if it was reported that the settings no longer name it. */
  readonly goneGateway: string | undefined;
}

/** Returns the charge of an attempt: `ended` if it has an outcome, undefined if it never began. */
export async function findDoubtful(
  db: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber, attempt }: NamedAttempt,
): Promise<DoubtfulCharge | 'ended' | undefined> {
  const row = await db.row<
    InFlightRow & { readonly is_open: boolean; readonly gone_gateway: string | null }
  >(
    `select ${inFlightColumns}, r.gone_gateway,
       r.lease_until is not null and r.attempt = $4 as is_open
     from rebill r
     where r.merchant_id = $1 and r.auto_order_oid = $2 and r.rebill_number = $3
       and r.attempt >= $4`,
    [merchantId, autoOrderOid, rebillNumber, attempt],
  );
  if (row === undefined || !row.is_open) return row && 'ended';
  return { inFlight: inFlightFromRow(row), goneGateway: row.gone_gateway ?? undefined };
}

/**
 * Locks a charge that this process took over, so that no other takes it over before the transaction
 * ends. Returns false if one has.
 */
export async function lockTaken(
  tx: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber, attempt, checks }: InFlight,
): Promise<boolean> {
  const row = await tx.row(
    `select from rebill
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3 and attempt = $4
       and checks = $5 and lease_until is not null for update`,
    [merchantId, autoOrderOid, rebillNumber, attempt, checks],
  );
  return row !== undefined;
}

/**
 * Takes over a charge that no process asks about. Returns undefined if one does, or if the charge is
 * settled.
 */
export async function takeStranded(
  db: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber, attempt }: NamedAttempt,
  leaseMs: number,
): Promise<InFlight | undefined> {
  const row = await db.row<InFlightRow>(
    `update rebill r set ${takenOver('$5')}
     where r.merchant_id = $1 and r.auto_order_oid = $2 and r.rebill_number = $3
       and r.attempt = $4 and r.lease_until is not null and r.is_stranded
     returning ${inFlightColumns}`,
    [merchantId, autoOrderOid, rebillNumber, attempt, leaseMs],
  );
  return row && inFlightFromRow(row);
}
