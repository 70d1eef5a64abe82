/** The shipping of an item: methods, cases, markups, restrictions and the stock at each center. */
import type { Static } from 'typebox';
import { answer, Distance, Weight } from './common.ts';
import { dateTime, decimal, flag, int32, many, model, one, oneOf, text, textTo } from './fields.ts';

export const ItemShippingCase = model('ItemShippingCase', 'The number of units in a case.', {
  case_label: textTo(20),
  case_merchant_item_id: text(),
  case_merchant_item_oid: int32(),
  quantity: int32(),
});
export type ItemShippingCase = Static<typeof ItemShippingCase>;

export const ItemShippingDestinationMarkup = model(
  'ItemShippingDestinationMarkup',
  'A shipping charge for a destination.',
  {
    adult_signature_required: flag(),
    country_code: textTo(2),
    flat_fee: decimal(),
    per_item: decimal(),
    postal_code: textTo(20),
    shipping_method: text(),
    state: textTo(32),
  },
);
export type ItemShippingDestinationMarkup = Static<typeof ItemShippingDestinationMarkup>;

export const ItemShippingDestinationRestriction = model(
  'ItemShippingDestinationRestriction',
  'Where an item may be sent.',
  {
    country_code: textTo(2),
    state: textTo(32),
    validity: oneOf(['valid only for', 'invalid for']),
  },
);
export type ItemShippingDestinationRestriction = Static<typeof ItemShippingDestinationRestriction>;

export const ItemShippingDistributionCenter = model(
  'ItemShippingDistributionCenter',
  'The stock of an item at one place.',
  {
    allocated_to_placed_orders: decimal(),
    allocated_to_shopping_carts: decimal(),
    available_to_allocate: decimal('The stock that is not reserved.'),
    desired_inventory_level: decimal('The target level for an order to the supplier.'),
    distribution_center_code: text(),
    distribution_center_oid: int32(),
    eta: text(),
    handles: flag('The center stocks this item.'),
    inventory_level: decimal('What is there.'),
    maximum_backorder: int32(),
    reorder_inventory_level: decimal('At or below this the stock is low.'),
    sku: text(),
    stock_picking_location: text(),
    cogs: decimal(),
  },
);
export type ItemShippingDistributionCenter = Static<typeof ItemShippingDistributionCenter>;

export const ItemShippingDistributionCenterResponse = answer(
  'ItemShippingDistributionCenterResponse',
  { itemShippingDistributionCenter: one(ItemShippingDistributionCenter) },
);
export type ItemShippingDistributionCenterResponse = Static<
  typeof ItemShippingDistributionCenterResponse
>;

export const ItemInventoryUpdate = model(
  'ItemInventoryUpdate',
  'The stock of an item at a distribution center.',
  { distribution_center_code: text(), inventory_level: decimal(), merchant_item_id: text() },
);
export type ItemInventoryUpdate = Static<typeof ItemInventoryUpdate>;

export const ItemInventoryUpdateRequest = model(
  'ItemInventoryUpdateRequest',
  'The stock that items have from now on.',
  { inventory_updates: many(ItemInventoryUpdate, 'At most 500.') },
);
export type ItemInventoryUpdateRequest = Static<typeof ItemInventoryUpdateRequest>;

export const ItemShippingMethod = model(
  'ItemShippingMethod',
  'The cost of a shipping method for an item.',
  {
    cost: decimal(),
    each_additional_item_markup: decimal(),
    filter_to_if_available: flag(),
    first_item_markup: decimal(),
    fixed_shipping_cost: decimal(),
    flat_fee_markup: decimal(),
    free_shipping: flag(),
    per_item_fee_markup: decimal(),
    percentage_markup: decimal(),
    percentage_of_item_markup: decimal(),
    relax_restrictions_on_upsell: flag(),
    shipping_method: text(),
    shipping_method_oid: int32(),
    shipping_method_validity: oneOf(['invalid for', 'valid for', 'valid only for']),
    ships_separately: flag(),
    signature_required: flag(),
  },
);
export type ItemShippingMethod = Static<typeof ItemShippingMethod>;

export const ItemShippingPackageRequirement = model(
  'ItemShippingPackageRequirement',
  'A package that an item has to ship in.',
  {
    package_name: text(),
    package_oid: int32(),
  },
);
export type ItemShippingPackageRequirement = Static<typeof ItemShippingPackageRequirement>;

export const ItemShipping = model('ItemShipping', 'How an item ships, and its stock.', {
  allow_back_order: flag('The item is sold even when none is left.'),
  distribution_centers: many(ItemShippingDistributionCenter),
  free_shipping: flag(),
  track_inventory: flag('True: orders reduce the stock.'),
  amazon_fba: flag(),
  case_inner_packs: int32(),
  case_units: int32(),
  cases: many(ItemShippingCase),
  collect_serial_numbers: flag(),
  country_code_of_origin: textTo(2),
  customs_description: text(),
  customs_value: decimal(),
  delivery_on_friday: flag(),
  delivery_on_monday: flag(),
  delivery_on_saturday: flag(),
  delivery_on_sunday: flag(),
  delivery_on_thursday: flag(),
  delivery_on_tuesday: flag(),
  delivery_on_wednesday: flag(),
  destination_markups: many(ItemShippingDestinationMarkup),
  destination_restrictions: many(ItemShippingDestinationRestriction),
  eta: dateTime(),
  freight_class: text(),
  hazmat: flag(),
  hold_for_transmission: flag(),
  include_on_packing_slip: flag(),
  made_to_order: flag(),
  made_to_order_lead_time: int32(),
  max_days_time_in_transit: int32(),
  methods: many(ItemShippingMethod),
  no_shipping_discount: flag(),
  one_line_per_unit: flag('Kept with the item, for carts that make a line of each piece.'),
  package_requirements: many(ItemShippingPackageRequirement),
  perishable_class_name: text(),
  perishable_class_oid: int32(),
  preorder: flag(),
  require_delivery_date: flag(),
  restrict_shipment_on_friday: flag(),
  restrict_shipment_on_monday: flag(),
  restrict_shipment_on_saturday: flag(),
  restrict_shipment_on_sunday: flag(),
  restrict_shipment_on_thursday: flag(),
  restrict_shipment_on_tuesday: flag(),
  restrict_shipment_on_wednesday: flag(),
  send_to_hold_before_fulfillment: flag(),
  ship_separately: flag(),
  ship_separately_additional_weight: one(Weight),
  ship_separately_height: one(Distance),
  ship_separately_length: one(Distance),
  ship_separately_package_special_type: text(),
  ship_separately_width: one(Distance),
  special_product_type: text(),
});
export type ItemShipping = Static<typeof ItemShipping>;
