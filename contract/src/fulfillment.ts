/** Distribution centers: their waiting orders and their reports (current API, FulfillmentApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  int32,
  int32s,
  many,
  model,
  one,
  oneOf,
  readOnly,
  someOf,
  text,
  texts,
  textTo,
} from './fields.ts';
import { orderStages } from './order.ts';
import { OrderItem } from './orderItem.ts';

export const DistributionCenter = model('DistributionCenter', 'A place from which orders ship.', {
  address1: textTo(50),
  address2: textTo(50),
  city: textTo(32),
  code: textTo(20, 'In upper case. Lines of orders and items name the center by it.'),
  country_code: textTo(2),
  default_center: readOnly(
    flag('Ships the lines that name no center. Every merchant has this one, with the code DFLT.'),
  ),
  distribution_center_oid: readOnly(int32()),
  latitude: decimal(),
  longitude: decimal(),
  name: textTo(50),
  postal_code: textTo(20),
  state: textTo(32),
});
export type DistributionCenter = Static<typeof DistributionCenter>;

export const DistributionCenterResponse = answer('DistributionCenterResponse', {
  distribution_center: one(DistributionCenter),
});
export type DistributionCenterResponse = Static<typeof DistributionCenterResponse>;

export const DistributionCentersResponse = answer('DistributionCentersResponse', {
  distribution_centers: many(DistributionCenter),
});
export type DistributionCentersResponse = Static<typeof DistributionCentersResponse>;

export const FulfillmentShipment = model(
  'FulfillmentShipment',
  'The lines of one order that a distribution center shipped. The costs are in the merchant’s currency.',
  {
    fulfillment_fee: decimal('The other charges of the center. Added to actual_fulfillment.'),
    order_id: text(),
    package_cost: decimal('The cost of the packaging. Added to actual_other_cost.'),
    shipping_cost: decimal('The charge of the carrier. Added to actual_shipping.'),
    tracking_numbers: texts(),
  },
);
export type FulfillmentShipment = Static<typeof FulfillmentShipment>;

export const FulfillmentShipments = model(
  'FulfillmentShipments',
  'The shipments that a distribution center reports. The list alone is accepted as well.',
  { shipments: many(FulfillmentShipment, 'At most 100.') },
);
export type FulfillmentShipments = Static<typeof FulfillmentShipments>;

export const FulfillmentAcknowledgements = model(
  'FulfillmentAcknowledgements',
  'The orders that a distribution center has received. The list alone is accepted as well.',
  { order_ids: texts('At most 100.') },
);
export type FulfillmentAcknowledgements = Static<typeof FulfillmentAcknowledgements>;

export const FulfillmentInventory = model(
  'FulfillmentInventory',
  'The stock of an item at a distribution center.',
  { itemId: text('The item, by its merchant_item_id.'), quantity: decimal() },
);
export type FulfillmentInventory = Static<typeof FulfillmentInventory>;

export const FulfillmentInventories = model(
  'FulfillmentInventories',
  'The stock that a distribution center reports. The list alone is accepted as well.',
  { inventories: many(FulfillmentInventory, 'At most 500.') },
);
export type FulfillmentInventories = Static<typeof FulfillmentInventories>;

export const FulfillmentResult = model(
  'FulfillmentResult',
  'The outcome of one element of a batch.',
  {
    itemId: text(),
    order_id: text(),
    reason: text('Why it was refused, and how to fix it.'),
    successful: flag(),
  },
);
export type FulfillmentResult = Static<typeof FulfillmentResult>;

export const FulfillmentResultsResponse = answer('FulfillmentResultsResponse', {
  results: many(FulfillmentResult, 'One for each element, in its order.'),
});
export type FulfillmentResultsResponse = Static<typeof FulfillmentResultsResponse>;

export const OrderAddItemsAndReleaseRequest = model(
  'OrderAddItemsAndReleaseRequest',
  'Lines for a held order. They cost nothing, because the order is paid.',
  { items: many(OrderItem, 'Each with merchant_item_id and quantity.') },
);
export type OrderAddItemsAndReleaseRequest = Static<typeof OrderAddItemsAndReleaseRequest>;

export const OrderStageMove = model('OrderStageMove', 'A move of an order, and who made it.', {
  after_stage: oneOf(orderStages),
  before_stage: oneOf(orderStages, 'Absent for the first stage of the order.'),
  by: text('The user or application. Perennial: the engine. Absent on old moves.'),
  transition_dts: dateTime(),
});
export type OrderStageMove = Static<typeof OrderStageMove>;

export const OrderParcel = model(
  'OrderParcel',
  'The lines of an order that one distribution center ships.',
  {
    acknowledged: flag('The center has received all of it and has not shipped all of it.'),
    distribution_center_code: text(),
    item_indexes: int32s('The item_index of each line that it ships.'),
    shipped_dts: dateTime('When the last line shipped. Absent while lines are left.'),
    waiting_indexes: int32s('Of these, the lines that wait to be shipped now.'),
  },
);
export type OrderParcel = Static<typeof OrderParcel>;

export const OrderRefundBlock = model(
  'OrderRefundBlock',
  'Refunds of the order are refused until it is removed.',
  { reason: text(), set_by: text('The user or the application that set it.') },
);
export type OrderRefundBlock = Static<typeof OrderRefundBlock>;

export const OrderStages = model(
  'OrderStages',
  'The past, current and possible next stages of an order.',
  {
    allowed_stages: someOf(orderStages, 'The stages to which an update may move it.'),
    current_stage: oneOf(orderStages),
    moves: many(OrderStageMove, 'All moves, the oldest first.'),
    owed: decimal('The amount left to pay. Absent when it is paid, rejected or a quote.'),
    owed_currency_code: text('The currency of owed, in which the gateway charges it.'),
    parcels: many(OrderParcel, 'The parcels, by distribution center.'),
    refund_block: one(OrderRefundBlock, 'Absent: refunds are not blocked.'),
    released_to_stage: oneOf(orderStages, 'Of a held order: where a release moves it.'),
  },
);
export type OrderStages = Static<typeof OrderStages>;

export const OrderStagesResponse = answer('OrderStagesResponse', { stages: one(OrderStages) });
export type OrderStagesResponse = Static<typeof OrderStagesResponse>;
