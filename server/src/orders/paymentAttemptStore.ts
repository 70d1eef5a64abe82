import type { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import type { KnownChargeResult } from './charge.ts';
import type { OrderCoupon } from './coupon.ts';
import type { AttemptSource, EarlierPayments, PaymentAttempt } from './paymentAttempt.ts';
import { storedId } from './store.ts';

/*
 * The table `order_payment_attempt`. A transaction that writes a row holds the lock of its order.
 * Until `orders.charge_lease_until`, only this process asks the gateway.
 */

/**
 * Stores an attempt: as `charging` before the gateway is asked, or as `paid` if there is nothing to
 * charge.
 */
export async function insertAttempt(
  tx: Database,
  attempt: PaymentAttempt,
  state: 'charging' | 'paid',
): Promise<void> {
  await tx.run(
    `insert into order_payment_attempt (merchant_id, order_id, attempt, state, source, retry_day,
       amount_minor, currency, discount_minor, coupon, card_token, charged_by_kind, idempotency_key,
       requested_by, requested_at)
     values ($1, $2, $3, $15, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      attempt.merchantId,
      attempt.orderId,
      attempt.attempt,
      attempt.source,
      attempt.retryDay ?? null,
      attempt.amount,
      attempt.currency,
      attempt.discount,
      attempt.coupon === undefined ? null : JSON.stringify(attempt.coupon),
      attempt.cardToken,
      attempt.chargedBy ?? null,
      attempt.idempotencyKey,
      attempt.requestedBy,
      attempt.requestedAt,
      state,
    ],
  );
}

/**
 * Returns the number of the last attempt of a locked order, and the sum that its attempts captured.
 */
export async function findEarlierPayments(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<EarlierPayments> {
  const row = await tx.row<{ last: number; paid: number }>(
    `select coalesce(max(attempt), 0) as last,
       coalesce(sum(amount_minor) filter (where state = 'paid'), 0)::bigint as paid
     from order_payment_attempt where merchant_id = $1 and order_id = $2`,
    [merchantId, storedId(orderId)],
  );
  return { last: row?.last ?? 0, paid: minor(row?.paid ?? 0) };
}

/** Returns the attempt of an order whose outcome is not known. */
export async function findOpenAttempt(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<PaymentAttempt | undefined> {
  const row = await db.row<AttemptRow>(
    `select ${columns} from order_payment_attempt
     where merchant_id = $1 and order_id = $2 and state = 'charging'`,
    [merchantId, storedId(orderId)],
  );
  return row && fromRow(merchantId, row);
}

/** Stores the outcome of an attempt. */
export async function settleAttempt(
  tx: Database,
  { merchantId, orderId, attempt }: PaymentAttempt,
  result: KnownChargeResult,
): Promise<void> {
  await tx.run(
    `update order_payment_attempt set state = $4, gateway = $5, reference = $6, message = $7
     where merchant_id = $1 and order_id = $2 and attempt = $3`,
    [
      merchantId,
      orderId,
      attempt,
      result.kind === 'approved' ? 'paid' : 'declined',
      result.gateway,
      result.reference ?? null,
      result.kind === 'declined' ? result.reason : null,
    ],
  );
}

interface AttemptRow {
  order_id: string;
  attempt: number;
  source: AttemptSource;
  retry_day: number | null;
  amount_minor: number;
  currency: string;
  discount_minor: number;
  coupon: OrderCoupon | null;
  card_token: string;
  charged_by_kind: string | null;
  idempotency_key: string;
  requested_by: string;
  requested_at: Temporal.Instant;
}

const columns = `order_id, attempt, source, retry_day, amount_minor, currency, discount_minor,
  coupon, card_token, charged_by_kind, idempotency_key, requested_by, requested_at`;

const fromRow = (merchantId: string, row: AttemptRow): PaymentAttempt => ({
  merchantId,
  orderId: row.order_id,
  attempt: row.attempt,
  source: row.source,
  retryDay: row.retry_day ?? undefined,
  amount: minor(row.amount_minor),
  currency: row.currency,
  discount: minor(row.discount_minor),
  coupon: row.coupon ?? undefined,
  cardToken: row.card_token,
  chargedBy: row.charged_by_kind ?? undefined,
  idempotencyKey: row.idempotency_key,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
});
