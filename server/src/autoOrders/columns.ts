import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { CalculatedItem } from './calculated.ts';
import type { Temporal } from 'temporal-polyfill';

/** How a record's value stands in its table; statements over many records are made from these. */
export interface Column<Source> {
  readonly name: string;
  readonly type: string;
  /** Undefined is stored as null; Temporal values and lists are written as JSON writes them. */
  readonly read: (source: Source) => unknown;
  /** Whether a rebill may change it; the others are written only when somebody edits the record. */
  readonly moves: boolean;
}

/** What a row of `auto_order` is made from. */
export interface AutoOrderSource {
  readonly autoOrder: AutoOrder;
  readonly dueAt: Temporal.Instant | undefined;
}

/** What a row of `auto_order_item` is made from. */
export interface ItemSource {
  readonly autoOrderOid: number;
  readonly position: number;
  readonly item: AutoOrderItem;
  readonly calculated: CalculatedItem;
}

const moving = <Source>(name: string, type: string, read: Column<Source>['read']): Column<Source> => ({ name, type, read, moves: true });
const edited = <Source>(name: string, type: string, read: Column<Source>['read']): Column<Source> => ({ name, type, read, moves: false });

/** Of `auto_order`, but for its keys, its version and the moments of creation and change. */
export const autoOrderColumns: readonly Column<AutoOrderSource>[] = [
  moving('status', 'text', ({ autoOrder }) => autoOrder.status),
  moving('enabled', 'boolean', ({ autoOrder }) => autoOrder.enabled),
  moving('completed', 'boolean', ({ autoOrder }) => autoOrder.completed),
  moving('cancel_after_next_x_orders', 'integer', ({ autoOrder }) => autoOrder.cancelAfterNextXOrders),
  moving('cancel_reason', 'text', ({ autoOrder }) => autoOrder.cancelReason),
  moving('canceled_by_user', 'text', ({ autoOrder }) => autoOrder.canceledByUser),
  moving('canceled_at', 'timestamptz', ({ autoOrder }) => autoOrder.canceledAt),
  edited('cancel_upgrade', 'boolean', ({ autoOrder }) => autoOrder.cancelUpgrade),
  edited('cancel_downgrade', 'boolean', ({ autoOrder }) => autoOrder.cancelDowngrade),
  moving('disabled_at', 'timestamptz', ({ autoOrder }) => autoOrder.disabledAt),
  edited('merged_at', 'timestamptz', ({ autoOrder }) => autoOrder.mergedAt),
  edited('merged_into_auto_order_oid', 'integer', ({ autoOrder }) => autoOrder.mergedIntoAutoOrderOid),
  moving('credit_card_attempt', 'integer', ({ autoOrder }) => autoOrder.creditCardAttempt),
  moving('next_attempt_at', 'timestamptz', ({ autoOrder }) => autoOrder.nextAttemptAt),
  moving('failure_reason', 'text', ({ autoOrder }) => autoOrder.failureReason),
  edited('override_affiliate_id', 'integer', ({ autoOrder }) => autoOrder.overrideAffiliateId),
  edited('rotating_transaction_gateway_code', 'text', ({ autoOrder }) => autoOrder.rotatingTransactionGatewayCode),
  moving('rebill_count', 'integer', ({ autoOrder }) => autoOrder.rebillCount),
  moving('add_ons', 'jsonb', ({ autoOrder }) => autoOrder.addOns),
  edited('properties', 'jsonb', ({ autoOrder }) => autoOrder.properties),
  moving('next_shipment_at', 'timestamptz', ({ autoOrder }) => earliestShipment(autoOrder.items)),
  moving('due_at', 'timestamptz', ({ dueAt }) => dueAt),
];

/** Of `auto_order_item`, but for its keys. */
export const itemColumns: readonly Column<ItemSource>[] = [
  edited('position', 'smallint', ({ position }) => position),
  edited('original_item_id', 'text', ({ item }) => item.originalItemId),
  edited('original_quantity', 'numeric', ({ item }) => item.originalQuantity),
  edited('arbitrary_item_id', 'text', ({ item }) => item.arbitraryItemId),
  edited('arbitrary_quantity', 'numeric', ({ item }) => item.arbitraryQuantity),
  edited('arbitrary_unit_cost', 'bigint', ({ item }) => item.arbitraryUnitCost),
  moving('arbitrary_unit_cost_remaining_orders', 'integer', ({ item }) => item.arbitraryUnitCostRemainingOrders),
  edited('arbitrary_percentage_discount', 'numeric', ({ item }) => item.arbitraryPercentageDiscount),
  edited('arbitrary_schedule_days', 'integer', ({ item }) => item.arbitraryScheduleDays),
  edited('frequency', 'text', ({ item }) => item.frequency),
  moving('next_shipment_at', 'timestamptz', ({ item }) => item.nextShipmentAt),
  moving('anchor', 'timestamp', ({ item }) => item.anchor),
  moving('next_preshipment_notice_at', 'timestamptz', ({ item }) => item.nextPreshipmentNoticeAt),
  moving('preshipment_notice_sent', 'boolean', ({ item }) => item.preshipmentNoticeSent),
  edited('no_order_after_at', 'timestamptz', ({ item }) => item.noOrderAfterAt),
  moving('first_order_at', 'timestamptz', ({ item }) => item.firstOrderAt),
  moving('last_order_at', 'timestamptz', ({ item }) => item.lastOrderAt),
  moving('life_time_value', 'bigint', ({ item }) => item.lifeTimeValue),
  moving('rebill_value', 'bigint', ({ item }) => item.rebillValue),
  moving('number_of_rebills', 'integer', ({ item }) => item.numberOfRebills),
  moving('remaining_repeat_count', 'integer', ({ item }) => item.remainingRepeatCount),
  edited('paused', 'boolean', ({ item }) => item.paused),
  moving('step_index', 'smallint', ({ item }) => item.step.index),
  moving('step_done', 'integer', ({ item }) => item.step.done),
  edited('options', 'jsonb', ({ item }) => item.options),
  edited('properties', 'jsonb', ({ item }) => item.properties),
  moving('add_ons', 'jsonb', ({ item }) => item.addOns),
  edited('paypal_payer_id', 'text', ({ item }) => item.paypalPayerId),
  edited('paypal_recurring_payment_profile_id', 'text', ({ item }) => item.paypalRecurringPaymentProfileId),
  moving('next_item_id', 'text', ({ calculated }) => calculated.nextItemId),
  moving('calculated_next_shipment_at', 'timestamptz', ({ calculated }) => calculated.nextShipmentAt),
  moving('simple_schedule', 'jsonb', ({ calculated }) => calculated.simpleSchedule),
];

/** One source as an object of its columns, for `jsonb_to_recordset`. */
export function toRow<Source>(columns: readonly Column<Source>[], source: Source): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.name, column.read(source)]));
}

/** The columns' names, each with a prefix such as `r.`, separated by commas. */
export const namesOf = (columns: readonly Column<never>[], prefix = ''): string =>
  columns.map((column) => prefix + column.name).join(', ');

/** The columns as `jsonb_to_recordset` wants them declared. */
export const declared = (columns: readonly Column<never>[]): string => columns.map((column) => `${column.name} ${column.type}`).join(', ');

/** The columns as an `update` sets them from `r`. */
export const assigned = (columns: readonly Column<never>[]): string => columns.map((column) => `${column.name} = r.${column.name}`).join(', ');

/** What `next_shipment_dts` of an auto order means where it sorts and filters: the earliest date of its items. */
export function earliestShipment(items: readonly AutoOrderItem[]): Temporal.Instant | undefined {
  let earliest: Temporal.Instant | undefined;
  for (const { nextShipmentAt } of items) {
    if (nextShipmentAt !== undefined && (earliest === undefined || nextShipmentAt.epochMilliseconds < earliest.epochMilliseconds)) {
      earliest = nextShipmentAt;
    }
  }
  return earliest;
}
