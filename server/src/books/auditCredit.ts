import { type Minor, zero } from '../kernel/money.ts';
import { amountOf } from '../orders/money.ts';
import type { OrderDocument } from '../orders/order.ts';
import type { Difference } from './audit.ts';

/*
 * Compares the ledger of store credit with the orders that used credit and the refunds that gave
 * it. Customers saw the documents of these orders.
 */

/** A credit that does not exist, or whose used amount is negative or more than the credit. */
export interface OverusedCredit {
  readonly customerOid: number;
  readonly entryOid: number;
  /** The original amount of the credit. Null: the credit does not exist. */
  readonly amount: number | null;
  readonly used: number;
}

/** The store credit of an order, by its document and by the ledger. */
export interface CreditOfOrder {
  readonly orderId: string;
  /**
   * This field and the next two are null if the order does not exist. The summary is also null if
   * the order shows no store credit.
   */
  readonly summary: OrderDocument['summary'] | null;
  readonly currency: string | null;
  /** Whether the order was rejected without having been paid, so that its credit was given back. */
  readonly isLost: boolean | null;
  /**
   * The store credit that the charge of its rebill has taken while it is under way. The order shows
   * it only when the outcome is known. Null: no charge is under way.
   */
  readonly held: number | null;
  /** The amount that payments took, less the amount that was given back. */
  readonly paid: number;
  /** The amount that refunds of the order gave, less the amount that was taken back. */
  readonly returned: number;
}

/** Returns the differences between the ledger of store credit and the orders. */
export function creditDifferences(
  overused: readonly OverusedCredit[],
  orders: readonly CreditOfOrder[],
): Difference[] {
  return [
    ...overused.map(({ customerOid, entryOid, amount, used }) => ({
      objectType: 'store credit' as const,
      objectId: `${customerOid}/${entryOid}`,
      field: 'used',
      stored: String(used),
      recomputed: amount === null ? 'none: no such credit' : `0 to ${amount}`,
    })),
    ...orders.flatMap(orderDifferences),
  ];
}

/** A refund may also have given store credit instead of money, so the ledger may contain more. */
function orderDifferences(order: CreditOfOrder): Difference[] {
  const { orderId, summary, currency, isLost, held, paid, returned } = order;
  const shown = (figure: 'amount' | 'refunded'): Minor =>
    currency === null ? zero : amountOf(summary?.[`internal_gift_certificate_${figure}`], currency);
  const used = held ?? (isLost === true ? zero : shown('amount'));
  const finding = (field: string, stored: number, recomputed: number): Difference => ({
    objectType: 'order',
    objectId: orderId,
    field,
    stored: String(stored),
    recomputed: String(recomputed),
  });
  return [
    ...(used === paid ? [] : [finding('summary.internal_gift_certificate_amount', used, paid)]),
    ...(returned >= shown('refunded')
      ? []
      : [finding('summary.internal_gift_certificate_refunded', shown('refunded'), returned)]),
  ];
}
