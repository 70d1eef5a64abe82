import type { Temporal } from 'temporal-polyfill';
import type { Frequency } from '../kernel/frequency.ts';
import type { Minor } from '../kernel/money.ts';
import type { ChargedBy } from './chargedBy.ts';

/** An auto order as the rules see it: the record, not the wire. */
export interface AutoOrder {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly autoOrderCode: string;
  readonly originalOrderId: string;
  readonly status: AutoOrderStatus;
  readonly enabled: boolean;
  readonly completed: boolean;
  /** When the customer signed up: the original order's creation. Grandfathered prices look at it. */
  readonly signedUpAt: Temporal.Instant;
  readonly cancelAfterNextXOrders?: number;
  readonly cancelReason?: string;
  readonly canceledByUser?: string;
  readonly canceledAt?: Temporal.Instant;
  readonly cancelUpgrade: boolean;
  readonly cancelDowngrade: boolean;
  readonly disabledAt?: Temporal.Instant;
  readonly mergedAt?: Temporal.Instant;
  readonly mergedIntoAutoOrderOid?: number;
  /** Failed charges in a row of the rebill that is due; 0 after a success. */
  readonly creditCardAttempt: number;
  /** When the next retry is due, after a decline. */
  readonly nextAttemptAt?: Temporal.Instant;
  readonly failureReason?: string;
  readonly overrideAffiliateId?: number;
  readonly rotatingTransactionGatewayCode?: string;
  /** Absent: no charge of it was ever paid. */
  readonly chargedBy?: ChargedBy | undefined;
  /** Rebills so far: the number of the next one is this plus one. */
  readonly rebillCount: number;
  readonly addOns: readonly AddOn[];
  readonly properties: readonly Property[];
  readonly items: readonly AutoOrderItem[];
  /** Counts every change; an `ETag` on the wire, and the guard of an update that races a rebill. */
  readonly version: number;
}

/** `completed` auto orders are `disabled`; the wire has no other word for them. */
export type AutoOrderStatus = 'active' | 'canceled' | 'disabled' | 'merged';

/** One recurring line of an auto order. Dates are moments; days are those of the merchant's zone. */
export interface AutoOrderItem {
  readonly itemOid: number;
  /** Drives the schedule: whose steps, or whose price, apply. */
  readonly originalItemId: string;
  readonly originalQuantity: number;
  /** Ships in place of the scheduled item. */
  readonly arbitraryItemId?: string;
  readonly arbitraryQuantity?: number;
  readonly arbitraryUnitCost?: Minor;
  /** Rebills left at `arbitraryUnitCost`; absent: all of them. */
  readonly arbitraryUnitCostRemainingOrders?: number;
  /** 0–100. */
  readonly arbitraryPercentageDiscount?: number;
  /** The interval in days when `frequency` is `Every...`. */
  readonly arbitraryScheduleDays?: number;
  /** Set only for an item without a fixed schedule. */
  readonly frequency?: Frequency;
  /** The scheduled moment of the next rebill; absent when nothing more will ship. */
  readonly nextShipmentAt?: Temporal.Instant;
  /**
   * The local date and time that months and years are counted from: its day of the month (clamped in short months) and its
   * time of day. Reset when somebody sets the next shipment by hand, so 31 January goes to 28 February and back to 31 March.
   */
  readonly anchor: Temporal.PlainDateTime;
  readonly nextPreshipmentNoticeAt?: Temporal.Instant;
  readonly preshipmentNoticeSent: boolean;
  readonly noOrderAfterAt?: Temporal.Instant;
  readonly firstOrderAt?: Temporal.Instant;
  readonly lastOrderAt?: Temporal.Instant;
  /** Shipments scheduled up to here were missed: the item was stopped, or its date was set in the past. */
  readonly missedUntil?: Temporal.Instant;
  /** Includes the original purchase. */
  readonly lifeTimeValue: Minor;
  /** The sum of the item's rebills so far. */
  readonly rebillValue: Minor;
  readonly numberOfRebills: number;
  /** Rebills left before the item completes; absent: without end. */
  readonly remainingRepeatCount?: number;
  readonly paused: boolean;
  /** Where the item stands in the steps of `originalItemId`: the step whose shipment is next, and shipments made in it. */
  readonly step: StepCursor;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  readonly properties: readonly Property[];
  readonly addOns: readonly AddOn[];
  readonly paypalPayerId?: string;
  readonly paypalRecurringPaymentProfileId?: string;
}

/** A place in a list of steps: `index` from 0, `done` shipments made in that step. */
export interface StepCursor {
  readonly index: number;
  readonly done: number;
}

export interface Property {
  readonly name: string;
  readonly value: string;
}

/** Rides along on the next orders (auto_order reference, AutoOrderAddonItem). */
export interface AddOn {
  readonly itemId: string;
  readonly quantity: number;
  readonly unitCost?: Minor;
  readonly freeShipping: boolean;
  /** Orders left; absent: every order. */
  readonly nextXOrders?: number;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}
