import assert from 'node:assert/strict';
import { auditMerchant } from '../../server/src/books/auditOperations.ts';
import type { BookedCharge } from '../../server/src/payments/simulatorBooks.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';

/** The counts that {@link checkBooks} returns. */
export interface Checked {
  readonly captures: number;
  readonly paid: number;
  readonly declined: number;
}

/**
 * Compares the gateway's own books with ours, and our records with each other. Each paid rebill was
 * captured exactly once, or never if staff marked its order as paid. Each capture has one paid
 * order of its amount, and each charge without a capture was declined. Counters and schedules
 * match, and nothing is in flight.
 */
export async function checkBooks(
  db: Database,
  merchant: Merchant,
  books: readonly BookedCharge[],
): Promise<Checked> {
  const { merchantId } = merchant;
  const captures = new Map(
    books
      .filter(
        (charge) =>
          charge.merchantId === merchantId && charge.declined === undefined && !charge.isOpen,
      )
      .map((charge) => [charge.key, charge]),
  );
  const rows = await db.rows<RebillRow>(
    `select r.auto_order_oid as oid, r.rebill_number as number, r.attempt, r.state,
      r.amount_minor as amount, r.order_id as order_id,
       r.settled_by is not null as by_staff,
       o.total_minor as total, o.paid_at is not null as is_paid
     from rebill r left join orders o on o.merchant_id = $1 and o.order_id = r.order_id
       and o.auto_order_oid = r.auto_order_oid and o.rebill_number = r.rebill_number
     where r.merchant_id = $1`,
    [merchantId],
  );
  for (const row of rows) checkRebill(merchantId, row, captures);
  assert.deepEqual([...captures.keys()], [], 'captures without a rebill');
  const audit = await auditMerchant(db, merchant);
  assert.deepEqual(audit.differences, []);
  return {
    captures: books.length - captures.size,
    paid: rows.filter((row) => row.state === 'paid').length,
    declined: rows.filter((row) => row.state === 'declined').length,
  };
}

const settled: ReadonlySet<string> = new Set(['paid', 'declined', 'given up', 'invoiced']);

/** Checks one rebill, and removes its capture from those that still have to be explained. */
function checkRebill(
  merchantId: string,
  row: RebillRow,
  captures: Map<string, BookedCharge>,
): void {
  const { oid, number, attempt, state, amount, total } = row;
  const name = `rebill ${number} of ${oid}`;
  const isPaid = row.is_paid ?? false;
  assert.ok(settled.has(state), `${name} is left ${state}`);
  const keys = Array.from(
    { length: attempt },
    (_, index) => `rebill:${merchantId}:${oid}:${number}:${index + 1}`,
  );
  const captured = keys.filter((key) => captures.has(key));
  assert.equal(
    captured.length,
    state === 'paid' && amount > 0 && !row.by_staff ? 1 : 0,
    `${name} is ${state} and was captured ${captured.length} times`,
  );
  assert.equal(
    isPaid,
    state === 'paid',
    `${name} is ${state} and its order is ${isPaid ? '' : 'not '}paid`,
  );
  if (captured.length === 0) return;
  const capture = captures.get(captured[0]!)!;
  assert.deepEqual(
    [capture.amount, capture.orderReference, amount],
    [total, row.order_id, total],
    name,
  );
  captures.delete(captured[0]!);
}

interface RebillRow {
  oid: number;
  number: number;
  attempt: number;
  state: string;
  amount: number;
  order_id: string;
  total: number | null;
  is_paid: boolean | null;
  /** Whether staff marked its order as paid or rejected it. */
  by_staff: boolean;
}
