import type { Context } from '../platform/context.ts';
import type { OrderRecord } from './order.ts';

/**
 * Who reacts to orders within the same transaction. Handed in when the app is put together, because
 * orders know nothing of auto orders.
 */
export interface OrderHooks {
  /**
   * The order was just paid (charged, approved, or taken as paid), in the transaction that settles
   * it and after it was saved. Called once an order. What it throws undoes the settling.
   */
  onPaid(context: Context, order: OrderRecord): Promise<void>;
  /**
   * Sentences for the partner that inserted this order: what the auto order that it started charges
   * for shipments in the past. Empty where there are none, or where the order started no auto order.
   */
  missedAtStart(context: Context, orderId: string): Promise<readonly string[]>;
  /**
   * Addresses, payment or other searched parts of these orders changed; some may be the original
   * order of an auto order.
   */
  onOriginalOrderChanged(context: Context, orderIds: readonly string[]): Promise<void>;
  /**
   * Locks the rebill behind an order that is not settled yet, before the order is locked. Undefined
   * for orders without one.
   */
  lockRebill(context: Context, orderId: string): Promise<LockedRebill | undefined>;
}

/** The rebill behind an order, locked until the transaction ends. */
export interface LockedRebill {
  /**
   * A charge is in flight, or its answer is not known: what pays the order must not change before
   * it is settled.
   */
  readonly isUnderWay: boolean;
  /** Settles the rebill as the changed order says, after the order was saved. */
  changed(context: Context, before: OrderRecord, after: OrderRecord): Promise<void>;
}

/** Hooks that do nothing. */
export const noHooks: OrderHooks = {
  onPaid: async () => {},
  missedAtStart: async () => [],
  onOriginalOrderChanged: async () => {},
  lockRebill: async () => undefined,
};
