import type { Temporal } from 'temporal-polyfill';
import { type Minor, minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import type { PlannedRefund } from './refund.ts';
import { storedId } from './store.ts';

/** A refund at a gateway, as it is stored before the gateway is asked. */
export interface RefundRecord {
  readonly merchantId: string;
  readonly orderId: string;
  /** 1, 2, 3 … within the order. */
  readonly refundNumber: number;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  /** The gateway's code and its id of the captured charge. */
  readonly gateway: string;
  readonly chargeReference: string;
  readonly idempotencyKey: string;
  readonly terms: RefundTerms;
  readonly requestedAt: Temporal.Instant;
  /** Whether it was reported that the settings no longer name its gateway. */
  readonly isReported?: boolean;
  /**
   * Whether a report was made that the settings no longer name its gateway, so that the gateway is
   * not asked.
   */
  readonly isStranded?: boolean;
  /** The end of its lease, which tells this claim of it from later ones. */
  readonly claim?: Temporal.Instant;
}

/** The data that is needed to settle a refund. */
export interface RefundTerms {
  readonly planned: Pick<PlannedRefund, 'before' | 'after' | 'amount' | 'reason' | 'rejectReason'>;
  readonly wishes: RefundWishes;
}

/** The options of a refund (current API, refundOrder). */
export interface RefundWishes {
  /** The name of the user or application that requested it. */
  readonly user: string;
  readonly rejectAfterRefund: boolean;
  readonly cancelAutoOrder: boolean;
  readonly cancelReason?: string | undefined;
  readonly notifyCustomer: boolean;
  /** How many pieces it puts back into stock. Absent: none. */
  readonly restocks?: boolean | undefined;
  /** The order whose refund caused this one. Absent: it was requested directly. */
  readonly causeOrderId?: string | undefined;
}

/** How long only the process that started a refund may send it to the gateway. */
export const refundLeaseMs = 120_000;
const leaseEnd = `statement_timestamp() + interval '${refundLeaseMs} milliseconds'`;

/** Stores a refund before it is sent to the gateway. */
export async function insertRefund(tx: Database, refund: RefundRecord): Promise<void> {
  await tx.run(
    `insert into order_refund (merchant_id, order_id, refund_number, state, amount_minor, currency,
       gateway, charge_reference, idempotency_key, terms, requested_at, lease_until)
     values ($1, $2, $3, 'refunding', $4, $5, $6, $7, $8, $9, $10, ${leaseEnd})`,
    [
      refund.merchantId,
      refund.orderId,
      refund.refundNumber,
      refund.amount,
      refund.currency,
      refund.gateway,
      refund.chargeReference,
      refund.idempotencyKey,
      JSON.stringify(refund.terms),
      refund.requestedAt,
    ],
  );
}

/** Stores a refund that a gateway made by itself. */
export async function insertReportedRefund(
  tx: Database,
  refund: RefundRecord,
  reference: string,
): Promise<void> {
  await insertRefund(tx, refund);
  await settleRefund(tx, refund, { kind: 'refunded', reference });
}

/**
 * Returns the sum of the refunds of a charge in minor units, as the gateway knew it at the time of
 * its report. Refunds that failed later count.
 */
export async function sumRefunded(
  tx: Database,
  merchantId: string,
  chargeReference: string,
  reportedAt: string,
): Promise<Minor> {
  const row = await tx.row<{ refunded: number }>(
    `select coalesce(sum(amount_minor), 0)::bigint as refunded from order_refund
     where merchant_id = $1 and charge_reference = $2
       and (state = 'refunded' or (state = 'failed' and failed_at >= $3))`,
    [merchantId, chargeReference, reportedAt],
  );
  return minor(row?.refunded ?? 0);
}

/** The refunds of an order so far. */
export interface RefundCounts {
  readonly count: number;
  /** Refunds that the gateway refused, or that failed after it had made them. */
  readonly refused: number;
  readonly isOpen: boolean;
}

/** Counts the refunds of an order. The caller has locked the order. */
export async function countRefunds(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<RefundCounts> {
  const row = await tx.row<RefundCounts>(
    `select count(*)::int as count,
       (count(*) filter (where state in ('refused', 'failed')))::int as refused,
       coalesce(bool_or(state = 'refunding'), false) as "isOpen"
     from order_refund where merchant_id = $1 and order_id = $2`,
    [merchantId, storedId(orderId)],
  );
  return row ?? { count: 0, refused: 0, isOpen: false };
}

/**
 * Stores why the gateway of a claimed refund is not asked. From then on a person may end the refund.
 * Returns false if another process has claimed it meanwhile.
 */
export async function strandRefund(
  tx: Database,
  { merchantId, orderId, refundNumber, claim }: RefundRecord,
  reason: string,
): Promise<boolean> {
  const count = await tx.run(
    `update order_refund set message = $4, is_stranded = true
     where merchant_id = $1 and order_id = $2 and refund_number = $3 and state = 'refunding'
       and lease_until = $5`,
    [merchantId, orderId, refundNumber, reason, claim ?? null],
  );
  return count === 1;
}

/** Returns the order's refund whose outcome is not known, locked until the transaction ends. */
export async function lockOpenRefund(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<RefundRecord | undefined> {
  const row = await tx.row<RefundRow>(
    `select ${columns} from order_refund
     where merchant_id = $1 and order_id = $2 and state = 'refunding' for update`,
    [merchantId, orderId],
  );
  return row && fromRow(merchantId, row);
}

/** Returns the order's refund that a person may end, because its gateway is not asked. */
export async function findStrandedRefund(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<RefundRecord | undefined> {
  const row = await db.row<RefundRow>(
    `select ${columns} from order_refund
     where merchant_id = $1 and order_id = $2 and state = 'refunding' and is_stranded`,
    [merchantId, orderId],
  );
  return row && fromRow(merchantId, row);
}

/**
 * Whether the order has a refund without a known outcome that rejects the order once it is made.
 */
export async function findRejectingRefund(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<boolean> {
  const row = await db.row(
    `select from order_refund where merchant_id = $1 and order_id = $2 and state = 'refunding'
       and (terms->'wishes'->>'rejectAfterRefund')::boolean`,
    [merchantId, orderId],
  );
  return row !== undefined;
}

/** The outcome of a refund at the gateway. */
export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly reference: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Stores the outcome of a refund. */
export async function settleRefund(
  tx: Database,
  { merchantId, orderId, refundNumber }: RefundRecord,
  outcome: RefundOutcome,
): Promise<void> {
  await tx.run(
    `update order_refund set state = $4, reference = $5, message = $6, lease_until = null
     where merchant_id = $1 and order_id = $2 and refund_number = $3`,
    [
      merchantId,
      orderId,
      refundNumber,
      outcome.kind,
      outcome.kind === 'refunded' ? outcome.reference : null,
      outcome.kind === 'refused' ? outcome.message : null,
    ],
  );
}

/**
 * Claims a refund without a known outcome whose lease has ended, because the gateway did not answer
 * or the process ended. Only one process asks the gateway again.
 */
export async function claimOpenRefund(
  tx: Database,
  merchantId: string,
): Promise<RefundRecord | undefined> {
  const row = await tx.row<RefundRow>(
    `update order_refund r set lease_until = ${leaseEnd}, is_stranded = false
     where r.merchant_id = $1 and r.state = 'refunding' and r.order_id = (
       select order_id from order_refund
       where merchant_id = $1 and state = 'refunding' and lease_until < now()
       order by lease_until limit 1 for update skip locked)
     returning ${columns}`,
    [merchantId],
  );
  return row && fromRow(merchantId, row);
}

/** A refund that a gateway made. It may have failed since. */
export interface MadeRefund {
  readonly refund: RefundRecord;
  readonly state: 'refunded' | 'failed';
  /** The gateway's id of the refund, or of the charge if its report did not name the refund. */
  readonly reference: string;
}

/**
 * Returns the refund of an order that a gateway's report describes: by its id, or else the latest
 * one with the same charge and amount.
 */
export async function findMadeRefund(
  tx: Database,
  merchantId: string,
  orderId: string,
  { reference, chargeReference, amount }: MadeRefundKey,
): Promise<MadeRefund | undefined> {
  const row = await tx.row<RefundRow & Pick<MadeRefund, 'state' | 'reference'>>(
    `select ${columns}, state, reference from order_refund
     where merchant_id = $1 and order_id = $2 and state in ('refunded', 'failed')
       and (reference = $3 or (charge_reference = $4 and amount_minor = $5))
     order by (reference = $3) desc, (state = 'refunded') desc, refund_number desc limit 1`,
    [merchantId, orderId, reference, chargeReference, amount],
  );
  if (row === undefined) return undefined;
  return { refund: fromRow(merchantId, row), state: row.state, reference: row.reference };
}

/** The values with which a gateway identifies a refund. */
export interface MadeRefundKey {
  readonly reference: string;
  readonly chargeReference: string;
  readonly amount: Minor;
}

/**
 * Stores that a refund failed after it was made. `at` is ISO 8601 text from the gateway's clock.
 */
export async function failRefund(
  tx: Database,
  { merchantId, orderId, refundNumber }: RefundRecord,
  reason: string,
  at: string,
): Promise<void> {
  await tx.run(
    `update order_refund set state = 'failed', message = $4, failed_at = $5
     where merchant_id = $1 and order_id = $2 and refund_number = $3`,
    [merchantId, orderId, refundNumber, reason, at],
  );
}

interface RefundRow {
  order_id: string;
  refund_number: number;
  amount_minor: number;
  currency: string;
  gateway: string;
  charge_reference: string;
  idempotency_key: string;
  terms: RefundTerms;
  requested_at: Temporal.Instant;
  is_reported: boolean;
  is_stranded: boolean | null;
  claim: Temporal.Instant | null;
}

const columns = `order_id, refund_number, amount_minor, currency, gateway, charge_reference,
  idempotency_key, terms, requested_at, (state = 'refunding' and message is not null) as is_reported,
  is_stranded, lease_until as claim`;

const fromRow = (merchantId: string, row: RefundRow): RefundRecord => ({
  merchantId,
  orderId: row.order_id,
  refundNumber: row.refund_number,
  amount: minor(row.amount_minor),
  currency: row.currency,
  gateway: row.gateway,
  chargeReference: row.charge_reference,
  idempotencyKey: row.idempotency_key,
  terms: row.terms,
  requestedAt: row.requested_at,
  isReported: row.is_reported,
  isStranded: row.is_stranded === true,
  ...(row.claim !== null && { claim: row.claim }),
});
