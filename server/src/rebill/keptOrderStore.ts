import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import type { RebillKey, RebillState } from './attempt.ts';
import { chargeFromJson, type StoredCharge } from './codec.ts';
import type { PlannedCharge } from './plan.ts';

/*
 * Rows of `rebill` that left an order, through which staff settle the rebill. A transaction that
 * writes has locked the auto order.
 */

/** The rebill of an order. */
export interface KeptAttempt extends RebillKey {
  readonly state: RebillState;
  /** When the card was last charged. */
  readonly at: Temporal.Instant;
  /** The billed plan; absent if the order was imported, or declined before plans were stored. */
  readonly planned?: PlannedCharge['order'];
  readonly editedFields: readonly string[];
}

/** Returns the rebill of an order; undefined for every other order. */
export async function findRebillOfOrder(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<RebillKey | undefined> {
  const [row] = await db.rows<{ auto_order_oid: number; rebill_number: number }>(
    `select auto_order_oid, rebill_number from orders
     where merchant_id = $1 and order_id = $2 and rebill_number > 0 and auto_order_oid is not null`,
    [merchantId, orderId],
  );
  return row && { autoOrderOid: row.auto_order_oid, rebillNumber: row.rebill_number };
}

/** Returns a rebill with the changes by staff to its order; undefined if it does not exist. */
export async function findKeptAttempt(
  db: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
): Promise<KeptAttempt | undefined> {
  const [row] = await db.rows<{
    state: RebillState;
    at: Temporal.Instant;
    planned: StoredCharge | null;
    edited_fields: string[] | null;
  }>(
    `select state, at, planned, edited_fields from rebill
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3`,
    [merchantId, autoOrderOid, rebillNumber],
  );
  if (row === undefined) return undefined;
  const { state, at, planned } = row;
  return {
    autoOrderOid,
    rebillNumber,
    state,
    at,
    editedFields: row.edited_fields ?? [],
    ...(planned === null ? {} : { planned: chargeFromJson(planned).order }),
  };
}

/**
 * Returns the order in Accounts Receivable that the last declined rebill of an active auto order
 * left.
 */
export async function findOwedRebill(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): Promise<string | undefined> {
  const row = await db.row<{ order_id: string }>(
    `select o.order_id from auto_order a
     join rebill r on r.merchant_id = $1 and r.auto_order_oid = a.auto_order_oid
       and r.rebill_number = a.rebill_count + 1 and r.state = 'declined'
     join orders o on o.merchant_id = $1 and o.order_id = r.order_id
     where a.merchant_id = $1 and a.auto_order_oid = $2 and a.status = 'active'
       and coalesce(a.failure_reason, '') not like 'Cannot rebill: %'
       and o.paid_at is null and o.current_stage = 'Accounts Receivable'
       and o.charge_lease_until is null`,
    [merchantId, autoOrderOid],
  );
  return row?.order_id;
}

/** Returns whether one of these auto orders has a charge in flight or with an unknown outcome. */
export async function hasChargeUnderWay(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<boolean> {
  const [row] = await db.rows(
    `select 1 from rebill
     where merchant_id = $1 and auto_order_oid = any($2::int[]) and lease_until is not null
       limit 1`,
    [merchantId, oids],
  );
  return row !== undefined;
}

/**
 * The decision of staff: paid at a time, or rejected. A rejected rebill keeps its plan, because the
 * order may be paid after all.
 */
export type StaffVerdict =
  | {
      readonly state: 'paid';
      readonly paidAt: Temporal.Instant;
      /**
       * The order's total, which a coupon for the retry of Accounts Receivable may have lowered.
       */
      readonly amount: Minor;
      /** Absent when no gateway was charged. */
      readonly capture?: { readonly gateway: string; readonly reference: string } | undefined;
    }
  | { readonly state: 'given up' };

/** Stores the verdict of staff on a rebill. */
export async function settleByStaff(
  tx: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
  verdict: StaffVerdict,
  actorName: string,
): Promise<void> {
  await tx.run(
    `update rebill set state = $4, settled_by = $5, at = coalesce($6, at), reference = $7,
       route = case when $8::text is not null then array[$8] when $4 = 'paid' then '{}'
         else route end,
       planned = case when $4 = 'paid' then null else planned end,
       amount_minor = coalesce($9, amount_minor)
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3`,
    [
      merchantId,
      autoOrderOid,
      rebillNumber,
      verdict.state,
      actorName,
      verdict.state === 'paid' ? verdict.paidAt : null,
      (verdict.state === 'paid' && verdict.capture?.reference) || null,
      (verdict.state === 'paid' && verdict.capture?.gateway) || null,
      verdict.state === 'paid' ? verdict.amount : null,
    ],
  );
}

/** Stores which fields of the order staff have changed. */
export async function saveEditedFields(
  tx: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
  editedFields: readonly string[],
): Promise<void> {
  await tx.run(
    `update rebill set edited_fields = $4::text[]
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3`,
    [merchantId, autoOrderOid, rebillNumber, editedFields],
  );
}

/**
 * Removes a field from the edited fields of the orders that an auto order's declined rebills left.
 */
export async function forgetEditedField(
  tx: Database,
  merchantId: string,
  autoOrderOid: number,
  field: string,
): Promise<void> {
  await tx.run(
    `update rebill set edited_fields = array_remove(edited_fields, $3)
     where merchant_id = $1 and auto_order_oid = $2 and state = 'declined'
       and $3 = any(edited_fields)`,
    [merchantId, autoOrderOid, field],
  );
}
