import type { Frequency } from '@perennial/contract/frequency.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { ChargedBy } from './chargedBy.ts';

/** An auto order as the rules see it: the record, not its wire format. */
export interface AutoOrder {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly autoOrderCode: string;
  readonly originalOrderId: string;
  readonly status: AutoOrderStatus;
  readonly enabled: boolean;
  readonly completed: boolean;
  /**
   * When the customer signed up: the creation of the original order. Grandfathered prices depend on
   * it.
   */
  readonly signedUpAt: Temporal.Instant;
  readonly cancelAfterNextXOrders?: number | undefined;
  readonly cancelReason?: string | undefined;
  readonly canceledByUser?: string | undefined;
  readonly canceledAt?: Temporal.Instant | undefined;
  readonly cancelUpgrade: boolean;
  readonly cancelDowngrade: boolean;
  readonly disabledAt?: Temporal.Instant | undefined;
  readonly mergedAt?: Temporal.Instant | undefined;
  readonly mergedIntoAutoOrderOid?: number | undefined;
  /** Failed charges in a row of the rebill that is due; 0 after a success. */
  readonly creditCardAttempt: number;
  /** When the next retry is due, after a decline. */
  readonly nextAttemptAt?: Temporal.Instant | undefined;
  /**
   * The next attempt that the engine planned last. A different next attempt was set by a client.
   * Absent in records of releases that did not store it.
   */
  readonly plannedAttemptAt?: Temporal.Instant | undefined;
  readonly failureReason?: string | undefined;
  readonly overrideAffiliateId?: number | undefined;
  readonly rotatingTransactionGatewayCode?: string | undefined;
  /** Absent until the first paid charge of the auto order. */
  readonly chargedBy?: ChargedBy | undefined;
  /** The number of rebills so far. The next rebill has this number plus one. */
  readonly rebillCount: number;
  readonly addOns: readonly AddOn[];
  readonly properties: readonly Property[];
  readonly items: readonly AutoOrderItem[];
  /**
   * Counts every change. It is the `ETag` on the wire, and it guards updates that race a rebill.
   */
  readonly version: number;
}

/** A completed auto order has the status `disabled`, because the wire has no status for it. */
export type AutoOrderStatus = 'active' | 'canceled' | 'disabled' | 'merged';

/** One recurring line of an auto order. Days are in the merchant's time zone. */
export interface AutoOrderItem {
  readonly itemOid: number;
  /** The catalogue item whose steps, schedules and prices apply. */
  readonly originalItemId: string;
  readonly originalQuantity: number;
  /** The item that ships in place of the scheduled one. */
  readonly arbitraryItemId?: string | undefined;
  readonly arbitraryQuantity?: number | undefined;
  readonly arbitraryUnitCost?: Minor | undefined;
  /** Rebills left at `arbitraryUnitCost`; absent: all rebills. */
  readonly arbitraryUnitCostRemainingOrders?: number | undefined;
  /** 0–100. */
  readonly arbitraryPercentageDiscount?: number | undefined;
  /** The interval in days when `frequency` is `Every...`. */
  readonly arbitraryScheduleDays?: number | undefined;
  /** Set only for an item without a fixed schedule. */
  readonly frequency?: Frequency | undefined;
  /** The scheduled moment of the next rebill; absent when nothing more will ship. */
  readonly nextShipmentAt?: Temporal.Instant | undefined;
  /**
   * The local date and time from which months and years are counted. It holds the time of day and
   * the day of the month before clamping, so 31 January leads to 28 February and back to 31 March.
   * It is reset when the next shipment is set by hand.
   */
  readonly anchor: Temporal.PlainDateTime;
  readonly nextPreshipmentNoticeAt?: Temporal.Instant | undefined;
  readonly preshipmentNoticeSent: boolean;
  readonly noOrderAfterAt?: Temporal.Instant | undefined;
  readonly firstOrderAt?: Temporal.Instant | undefined;
  readonly lastOrderAt?: Temporal.Instant | undefined;
  /**
   * Shipments scheduled up to this moment were missed, because the item was stopped or its date was
   * set in the past.
   */
  readonly missedUntil?: Temporal.Instant | undefined;
  /**
   * Earlier dates of the next shipment, each moved without being billed, latest first. The store
   * adds one with each move.
   */
  readonly formerShipmentsAt?: readonly Temporal.Instant[] | undefined;
  /** When a merge moved the item to this auto order. */
  readonly mergedAt?: Temporal.Instant | undefined;
  /** The amount paid for the item, including the original purchase. */
  readonly lifeTimeValue: Minor;
  /** The sum of the item's rebills so far. */
  readonly rebillValue: Minor;
  readonly numberOfRebills: number;
  /** Rebills left before the item completes; absent: no end. */
  readonly remainingRepeatCount?: number | undefined;
  readonly paused: boolean;
  /**
   * The position in the steps of `originalItemId`: the step that ships next, and the shipments made
   * in it.
   */
  readonly step: StepCursor;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  /** The prices of options on every rebill, as agreed at the purchase. Absent: none. */
  readonly agreedOptions?: readonly AgreedOption[] | undefined;
  readonly properties: readonly Property[];
  readonly addOns: readonly AddOn[];
  readonly paypalPayerId?: string | undefined;
  readonly paypalRecurringPaymentProfileId?: string | undefined;
}

/** An option that changes the price of each unit on every rebill. */
export interface AgreedOption {
  readonly label: string;
  readonly value: string;
  /** Added to the unit cost; negative when the option makes the item cheaper. */
  readonly costChange: Minor;
}

/**
 * A position in a list of steps: `index` counts from 0, `done` counts the shipments made in that
 * step.
 */
export interface StepCursor {
  readonly index: number;
  readonly done: number;
}

/** A name and a value that clients keep with an auto order. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** An item that ships with the next orders (auto_order reference, AutoOrderAddonItem). */
export interface AddOn {
  readonly itemId: string;
  readonly quantity: number;
  readonly unitCost?: Minor | undefined;
  readonly freeShipping: boolean;
  /** Orders left; absent: every order. */
  readonly nextXOrders?: number | undefined;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}
