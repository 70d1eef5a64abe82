import type { Context } from '../platform/context.ts';
import type { OrderRecord } from './order.ts';

/**
 * Who reacts to orders within the same transaction. Handed in when the app is put together, because orders know nothing of
 * auto orders.
 */
export interface OrderHooks {
  /**
   * The order was just paid (charged, approved, or taken as paid), in the transaction that settles it and after it was saved. Called once an order.
   * What it throws undoes the settling.
   */
  onPaid(context: Context, order: OrderRecord): Promise<void>;
  /** Addresses, payment or other searched parts of these orders changed; some may be the original order of an auto order. */
  onOriginalOrderChanged(context: Context, orderIds: readonly string[]): Promise<void>;
}

/** Hooks that do nothing. */
export const noHooks: OrderHooks = {
  onPaid: async () => {},
  onOriginalOrderChanged: async () => {},
};
