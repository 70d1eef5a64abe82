import type { Column } from '../platform/storage/recordset.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import {
  type CalculatedAutoOrder,
  type CalculatedItem,
  earliestShipment,
  isPaused,
} from './calculated.ts';

/**
 * A column, and whether a rebill may change it. The other columns are written only when a user
 * edits the record.
 */
interface RecordColumn<Source> extends Column<Source> {
  readonly moves: boolean;
}

/** The values from which a row of `auto_order_item` is written. */
export interface ItemSource {
  readonly autoOrderOid: number;
  readonly position: number;
  readonly item: AutoOrderItem;
  readonly calculated: CalculatedItem;
}

const moving = <Source>(
  name: string,
  type: string,
  read: Column<Source>['read'],
): RecordColumn<Source> => ({ name, type, read, moves: true });
const edited = <Source>(
  name: string,
  type: string,
  read: Column<Source>['read'],
): RecordColumn<Source> => ({ name, type, read, moves: false });

/** The column with the auto order's oid. */
export const oidColumn: Column<CalculatedAutoOrder> = {
  name: 'auto_order_oid',
  type: 'integer',
  read: ({ autoOrder }) => autoOrder.autoOrderOid,
};

/**
 * The columns of `auto_order` without its keys, its version and its times of creation and change.
 */
export const autoOrderColumns: readonly RecordColumn<CalculatedAutoOrder>[] = [
  moving('status', 'text', ({ autoOrder }) => autoOrder.status),
  moving('enabled', 'boolean', ({ autoOrder }) => autoOrder.enabled),
  moving('completed', 'boolean', ({ autoOrder }) => autoOrder.completed),
  moving(
    'cancel_after_next_x_orders',
    'integer',
    ({ autoOrder }) => autoOrder.cancelAfterNextXOrders,
  ),
  moving('cancel_reason', 'text', ({ autoOrder }) => autoOrder.cancelReason),
  moving('canceled_by_user', 'text', ({ autoOrder }) => autoOrder.canceledByUser),
  moving('canceled_at', 'timestamptz', ({ autoOrder }) => autoOrder.canceledAt),
  edited('cancel_upgrade', 'boolean', ({ autoOrder }) => autoOrder.cancelUpgrade),
  edited('cancel_downgrade', 'boolean', ({ autoOrder }) => autoOrder.cancelDowngrade),
  moving('disabled_at', 'timestamptz', ({ autoOrder }) => autoOrder.disabledAt),
  edited('merged_at', 'timestamptz', ({ autoOrder }) => autoOrder.mergedAt),
  edited(
    'merged_into_auto_order_oid',
    'integer',
    ({ autoOrder }) => autoOrder.mergedIntoAutoOrderOid,
  ),
  moving('credit_card_attempt', 'integer', ({ autoOrder }) => autoOrder.creditCardAttempt),
  moving('next_attempt_at', 'timestamptz', ({ autoOrder }) => autoOrder.nextAttemptAt),
  moving('planned_attempt_at', 'timestamptz', ({ autoOrder }) => autoOrder.plannedAttemptAt),
  moving('failure_reason', 'text', ({ autoOrder }) => autoOrder.failureReason),
  edited('override_affiliate_id', 'integer', ({ autoOrder }) => autoOrder.overrideAffiliateId),
  edited(
    'rotating_transaction_gateway_code',
    'text',
    ({ autoOrder }) => autoOrder.rotatingTransactionGatewayCode,
  ),
  moving('charged_by_kind', 'text', ({ autoOrder }) => autoOrder.chargedBy?.kind),
  moving('charged_card_mark', 'text', ({ autoOrder }) => autoOrder.chargedBy?.cardMark),
  moving('rebill_count', 'integer', ({ autoOrder }) => autoOrder.rebillCount),
  moving('add_ons', 'jsonb', ({ autoOrder }) => autoOrder.addOns),
  edited('properties', 'jsonb', ({ autoOrder }) => autoOrder.properties),
  moving('next_shipment_at', 'timestamptz', ({ autoOrder }) => earliestShipment(autoOrder.items)),
  moving('due_at', 'timestamptz', ({ calculated }) => calculated.dueAt),
  moving('paused', 'boolean', ({ autoOrder }) => isPaused(autoOrder)),
];

/** The key columns of an item's row. */
export const itemKeys: readonly Column<ItemSource>[] = [
  { name: 'auto_order_oid', type: 'integer', read: ({ autoOrderOid }) => autoOrderOid },
  { name: 'auto_order_item_oid', type: 'integer', read: ({ item }) => item.itemOid },
];

/** The columns of `auto_order_item` without its keys. */
export const itemColumns: readonly RecordColumn<ItemSource>[] = [
  edited('position', 'smallint', ({ position }) => position),
  edited('original_item_id', 'text', ({ item }) => item.originalItemId),
  edited('original_quantity', 'numeric', ({ item }) => item.originalQuantity),
  edited('arbitrary_item_id', 'text', ({ item }) => item.arbitraryItemId),
  edited('arbitrary_quantity', 'numeric', ({ item }) => item.arbitraryQuantity),
  edited('arbitrary_unit_cost', 'bigint', ({ item }) => item.arbitraryUnitCost),
  moving(
    'arbitrary_unit_cost_remaining_orders',
    'integer',
    ({ item }) => item.arbitraryUnitCostRemainingOrders,
  ),
  edited(
    'arbitrary_percentage_discount',
    'numeric',
    ({ item }) => item.arbitraryPercentageDiscount,
  ),
  edited('arbitrary_schedule_days', 'integer', ({ item }) => item.arbitraryScheduleDays),
  edited('frequency', 'text', ({ item }) => item.frequency),
  moving('next_shipment_at', 'timestamptz', ({ item }) => item.nextShipmentAt),
  moving('missed_until', 'timestamptz', ({ item }) => item.missedUntil),
  edited('merged_at', 'timestamptz', ({ item }) => item.mergedAt),
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
  edited('agreed_options', 'jsonb', ({ item }) => item.agreedOptions),
  edited('properties', 'jsonb', ({ item }) => item.properties),
  moving('add_ons', 'jsonb', ({ item }) => item.addOns),
  edited('paypal_payer_id', 'text', ({ item }) => item.paypalPayerId),
  edited(
    'paypal_recurring_payment_profile_id',
    'text',
    ({ item }) => item.paypalRecurringPaymentProfileId,
  ),
  moving('next_item_id', 'text', ({ calculated }) => calculated.nextItemId),
  moving(
    'calculated_next_shipment_at',
    'timestamptz',
    ({ calculated }) => calculated.nextShipmentAt,
  ),
  moving('simple_schedule', 'jsonb', ({ calculated }) => calculated.simpleSchedule),
];

/**
 * The assignment of `former_shipments_at`: when the row's date moves, the current date is added to
 * its former ones. Sixteen are enough, because no client sends a form that is that many moves old.
 */
export const formerShipments = (row: string, isMoved: string): string =>
  `former_shipments_at = case when ${row}.next_shipment_at is not null and ${isMoved}
     then (array_prepend(${row}.next_shipment_at, ${row}.former_shipments_at))[1:16]
     else ${row}.former_shipments_at end`;
