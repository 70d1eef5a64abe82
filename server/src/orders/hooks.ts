import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';
import type { KnownChargeResult } from './charge.ts';
import type { OrderRecord } from './order.ts';

/**
 * Reactions to orders within the same transaction. `app/` provides them, because orders must not
 * import auto orders.
 */
export interface OrderHooks {
  /**
   * Runs once when an order becomes paid (charged, approved, or reported as paid), after it was
   * saved, in the transaction that settles it. An exception rolls the settlement back.
   */
  onPaid(context: Context, order: OrderRecord): Promise<void>;
  /**
   * Returns sentences for the partner that inserted this order: what its new auto order charges for
   * past shipments. Empty if it charges nothing for them, or if the order started no auto order.
   */
  missedAtStart(context: Context, orderId: string): Promise<readonly string[]>;
  /**
   * Runs when addresses, payment or other searchable parts of these orders changed. Some of them
   * may be original orders of auto orders.
   */
  onOriginalOrderChanged(context: Context, orderIds: readonly string[]): Promise<void>;
  /**
   * Locks the unsettled rebill behind an order, before the order is locked. Returns undefined for
   * an order without one.
   */
  lockRebill(context: Context, orderId: string): Promise<LockedRebill | undefined>;
  /**
   * Returns which of these items the customer of a new order already has in an active auto order:
   * the oid of that auto order, by item id.
   */
  findHeldItems(
    context: Context,
    order: OrderRecord,
    itemIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  /**
   * Returns how many months a card must last for the items of an order's auto order; 0: no limit.
   */
  monthsACardMustLast(context: Context, orderId: string): Promise<number>;
  /** Returns the oids of the active auto orders of an order's customer. */
  findAutoOrdersOfCustomer(context: Context, order: OrderRecord): Promise<readonly number[]>;
  /**
   * Locks an auto order, and the one into which it was merged, until the transaction ends. It must
   * be called before one of its orders is locked. Returns the oid of the auto order that has the
   * items now.
   */
  lockAutoOrder(context: Context, autoOrderOid: number): Promise<number>;
  /** Cancels an auto order. One that has already ended stays as it is. */
  cancelAutoOrder(context: Context, autoOrderOid: number, why: CancelNote): Promise<void>;
  /** Makes the engine check a stopped auto order at once. */
  wakeAutoOrder(context: Context, autoOrderOid: number): Promise<void>;
}

/** The reason why an auto order is canceled, and the user or application that cancels it. */
export interface CancelNote {
  readonly reason: string;
  readonly user: string;
}

/** The card of a charge. */
export interface ChargeableCard {
  readonly token: string | undefined;
  /** The kind of gateway that charged the card before. */
  readonly chargedBy?: string | undefined;
}

/** The rebill behind an order, locked until the transaction ends. */
export interface LockedRebill {
  /**
   * Whether a charge is in flight, or its answer is unknown. The payment of the order must not
   * change before the charge is settled.
   */
  readonly isUnderWay: boolean;
  /** Whether the engine retries the rebill by itself. */
  readonly isRetried: boolean;
  /** When the engine stopped retrying it; absent while it retries. */
  readonly endedAt?: Temporal.Instant | undefined;
  /**
   * Returns why the engine would not charge the order by itself, in words for staff: an action of
   * staff on the order, or the state of the original order. Undefined if the engine would charge
   * it.
   */
  hold(context: Context, order: OrderRecord): Promise<string | undefined>;
  /**
   * Returns the card for a charge of the order, which is the one that the retries of the rebill
   * use.
   */
  card(context: Context, order: OrderRecord): Promise<ChargeableCard>;
  /** Settles the rebill according to the changed order, after the order was saved. */
  changed(context: Context, before: OrderRecord, after: OrderRecord): Promise<void>;
  /**
   * Settles the rebill after a coupon left nothing to charge for its order. The order is already
   * saved.
   */
  covered(context: Context, after: OrderRecord): Promise<void>;
  /** Settles the rebill after its order was charged. The order is already saved. */
  charged(
    context: Context,
    after: OrderRecord,
    result: KnownChargeResult & { readonly cardToken: string },
  ): Promise<void>;
}

/** Hooks that do nothing. */
export const noHooks: OrderHooks = {
  onPaid: async () => {},
  missedAtStart: async () => [],
  onOriginalOrderChanged: async () => {},
  lockRebill: async () => undefined,
  findHeldItems: async () => new Map(),
  monthsACardMustLast: async () => 0,
  findAutoOrdersOfCustomer: async () => [],
  lockAutoOrder: async (_context, autoOrderOid) => autoOrderOid,
  cancelAutoOrder: async () => {},
  wakeAutoOrder: async () => {},
};
