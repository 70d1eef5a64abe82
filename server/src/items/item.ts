import type { Frequency } from '@perennial/contract/frequency.ts';
import type { ItemTaxExemption } from '@perennial/contract/itemPricing.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/** A catalogue item as the rules see it (item reference, Item: the fields that schedules need). */
export interface CatalogItem {
  readonly itemId: string;
  readonly itemOid: number;
  readonly description: string;
  readonly inactive: boolean;
  readonly kit: boolean;
  readonly kitComponentOnly: boolean;
  /** The components of one kit; absent for other items. The components ship and have stock. */
  readonly components?: readonly KitComponent[] | undefined;
  readonly pricing: ItemPricing;
  /** The quantities that one purchase may contain. Absent: any quantity. */
  readonly limits?: PurchaseLimits | undefined;
  readonly autoOrder?: ItemAutoOrder | undefined;
  /** True: not taxed. Otherwise taxed at the order's rate. */
  readonly taxFree: boolean;
  /** The places where it is not taxed. Absent: none. */
  readonly taxExemptions?: readonly ItemTaxExemption[] | undefined;
  /** The part of the unit cost that is taxed. Absent: all of it. */
  readonly taxableCost?: Minor | undefined;
  /** The type of an item that does not ship as a parcel. Absent: it ships. */
  readonly productType?: 'digital' | 'service' | undefined;
  /** The weight of one unit in grams. Absent: it has no weight. */
  readonly grams?: number | undefined;
  /** Whether it ships free in every order. */
  readonly freeShipping?: boolean | undefined;
  /** Whether coupons do not reduce its price. */
  readonly excludesCoupons?: boolean | undefined;
  /** The remaining stock; absent if the stock is not counted. */
  readonly stock?: ItemStock | undefined;
  /** The distribution center that ships it. Absent: the merchant's default center. */
  readonly distributionCenter?: string | undefined;
}

/** The quantity of an item that its center can still sell. */
export interface ItemStock {
  readonly available: number;
  /** The lowest value of `available`: 0, or less for an item with back orders. */
  readonly floor: number;
}

/** An item that a kit contains, and its quantity in one kit. */
export interface KitComponent {
  readonly itemId: string;
  readonly quantity: number;
}

/** The quantities of an item that one purchase may contain. */
export interface QuantityLimits {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly multiple?: number | undefined;
}

/** The limits on purchases of an item (item reference, ItemRestriction). */
export interface PurchaseLimits extends QuantityLimits {
  /** Whether a customer may buy only one, and only once. */
  readonly onePerCustomer: boolean;
  /** Whether it must be ordered alone. */
  readonly isSeparate: boolean;
  /** The case-folded ids of items that cannot be in the same order. */
  readonly notWith: readonly string[];
  /** The case-folded ids of items of which at least one must be in the same order; empty: none. */
  readonly onlyWith: readonly string[];
}

/** The prices of an item for a pricing tier. */
export interface ItemTier {
  /** Absent: the tier has only a name. */
  readonly oid?: number | undefined;
  readonly name: string;
  /** Each price applies from a quantity on. */
  readonly prices: readonly { readonly quantity: number; readonly cost: Minor }[];
  /** The limits for customers of the tier. Absent: the same as for everyone. */
  readonly limit?: TierLimit | undefined;
}

/**
 * The limits on purchases of an item by customers of a pricing tier (item reference,
 * ItemPricingTierLimit).
 */
export interface TierLimit {
  /** The maximum number of units over all orders of the customer. */
  readonly unitsMax?: number | undefined;
  /** The maximum number of units in one order. */
  readonly unitsPerOrderMax?: number | undefined;
  readonly multiple?: number | undefined;
  /** Whether an order with the item need not reach the tier's minimum number of items. */
  readonly isFreeOfMinimum: boolean;
  /** The payment methods with which the item can be paid; empty: all. */
  readonly paymentMethods: readonly string[];
}

/** Prices in minor units of the merchant's currency. */
export interface ItemPricing {
  readonly cost?: Minor | undefined;
  /** The price on auto order. It takes precedence over `cost` and the sale price. */
  readonly autoOrderCost?: Minor | undefined;
  readonly saleCost?: Minor | undefined;
  readonly saleStart?: Temporal.Instant | undefined;
  readonly saleEnd?: Temporal.Instant | undefined;
  /** The prices by pricing tier. Absent: none. */
  readonly tiers?: readonly ItemTier[] | undefined;
}

/**
 * How an item recurs (item reference, ItemAutoOrder): with schedules that a customer may choose, or
 * by fixed steps (`upsell`).
 */
export interface ItemAutoOrder {
  readonly autoOrderable: boolean;
  readonly schedules: readonly Frequency[];
  /** True: the item follows `steps`. False: the customer chose one of `schedules`. */
  readonly upsell: boolean;
  readonly steps: readonly Step[];
  /** Whether the item is paused: its due auto orders are postponed one day at a time. */
  readonly paused: boolean;
  readonly freeShipping: boolean;
  /** Cards that expire within this number of months are refused. 0: no limit. */
  readonly prohibitExpiringCardsMonths: number;
  /**
   * The amount that is authorized to test the card of an order that costs nothing. Absent: the
   * merchant's amount.
   */
  readonly testAmount?: Minor | undefined;
  readonly cancelItemId?: string | undefined;
  readonly cancelChargeMinimumBalance: boolean;
  readonly cancelMinimumRebillCount?: number | undefined;
  readonly cancelMinimumRebillValue?: Minor | undefined;
  readonly cancelMinimumLifeTimeCount?: number | undefined;
  readonly cancelMinimumLifeTimeValue?: Minor | undefined;
  readonly upgradeItemIds: readonly string[];
  readonly downgradeItemIds: readonly string[];
  readonly cancelOtherAutoOrders: boolean;
  readonly refundOtherAutoOrders: boolean;
  readonly onePerCustomer: boolean;
  /** Whether customers cannot cancel it themselves. */
  readonly hasNoEasyCancel: boolean;
}

/** One step of a fixed schedule (item reference, ItemAutoOrderStep). */
export type Step = ItemStep | PauseStep | PauseUntilStep | LoopStep | KitOnlyStep;

interface StepBase {
  /** Days from the pre-shipment notice to the shipment. Absent: no notice. */
  readonly preshipmentNoticeDays?: number | undefined;
}

/**
 * Ships `itemId` (the item itself when absent) `repeatCount` times, one `schedule` apart. Without
 * `repeatCount`, the last step never ends.
 */
export interface ItemStep extends StepBase {
  readonly type: 'item';
  readonly itemId?: string | undefined;
  readonly schedule: Frequency;
  /** The interval in days when `schedule` is `Every...`. */
  readonly arbitraryScheduleDays?: number | undefined;
  readonly repeatCount?: number | undefined;
  readonly unitCost?: Minor | undefined;
  /** Different prices from the given day of the retries on (cost schedule by retry). */
  readonly unitCostSchedules: readonly { readonly retryDays: number; readonly unitCost: Minor }[];
  /**
   * Old prices for customers who signed up on or before a date. The earliest date that covers the
   * sign-up applies.
   */
  readonly grandfatherPricing: readonly {
    readonly onOrBefore: Temporal.PlainDate;
    readonly unitCost: Minor;
  }[];
}

/** Waits for this number of days before the next step. */
export interface PauseStep extends StepBase {
  readonly type: 'pause';
  readonly pauseDays: number;
}

/**
 * Waits until a date, or until a day of the month that is at least `minimumDelayDays` after the
 * last order.
 */
export interface PauseUntilStep extends StepBase {
  readonly type: 'pause until';
  readonly untilDate?: Temporal.PlainDate | undefined;
  readonly untilDayOfMonth?: number | undefined;
  readonly minimumDelayDays?: number | undefined;
}

/** Goes back to the first step. */
export interface LoopStep extends StepBase {
  readonly type: 'loop';
}

/** Marks an item that recurs only as a component of a kit. It does not ship by itself. */
export interface KitOnlyStep extends StepBase {
  readonly type: 'kit only';
}
