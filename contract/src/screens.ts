/**
 * Lists for screens, under /perennial/v1: short rows, states in one word, pages by cursor, counts.
 */
import type { Static } from 'typebox';
import { answer, counted, Property } from './common.ts';
import { Coupon } from './coupon.ts';
import { events } from './events.ts';
import {
  dateTime,
  decimal,
  flag,
  int32,
  int32sTo,
  many,
  model,
  one,
  oneOf,
  someOf,
  text,
  texts,
  textsTo,
  textTo,
} from './fields.ts';
import { frequencies } from './frequency.ts';
import { WebhookDelivery } from './perennial.ts';
import { WorkflowTask } from './workflow.ts';

const eventNames = Object.keys(events);

/** The states of an auto order. Each auto order is in exactly one of them. */
export const autoOrderStates = [
  'in_doubt',
  'parked',
  'retrying',
  'paused',
  'active',
  'completed',
  'canceled',
  'disabled',
  'merged',
] as const;

const stateWords =
  'in_doubt: a charge has no answer yet. parked: it cannot be billed until it is fixed. ' +
  'retrying: its last charge was declined and is tried again. paused: something is paused and ' +
  'nothing else ships. active: none of these. completed: disabled because nothing more ships. ' +
  'canceled, disabled, merged: as in status.';

/** The values of an auto order's status. */
export const autoOrderStatuses = ['active', 'canceled', 'disabled', 'merged'] as const;

/** The most rows of a page. */
const oidsMax = 200;

const searchText = (what: string) =>
  textTo(100, `The beginning of ${what}. Case does not matter; several words must all be found.`);

export const AutoOrderSearch = model(
  'AutoOrderSearch',
  'Which auto orders to list. All filters must match; of a list of values, any one.',
  {
    text: searchText(
      'a code, an order id, an email, a phone number (digits), a first or last name or a company',
    ),
    status: someOf(autoOrderStatuses),
    state: someOf(autoOrderStates, stateWords),
    next_shipment_dts_begin: dateTime(),
    next_shipment_dts_end: dateTime(),
    signed_up_dts_begin: dateTime('When the original order was placed.'),
    signed_up_dts_end: dateTime(),
    last_modified_dts_begin: dateTime('Created or changed at this moment or later.'),
    last_modified_dts_end: dateTime(),
    item_ids: texts('Original item ids of its items.'),
    next_item_ids: texts('Items that ship next.'),
    frequencies: someOf(frequencies),
    card_types: texts(),
    card_expires_before: dateTime(
      'Cards whose last valid day is before the day of this moment in the merchant’s zone.',
    ),
    declines_min: int32('At least this number of declines since the last paid rebill.'),
    declined_within_hours: int32(
      'A rebill was declined in the last hours of this number, by the merchant’s clock, and has ' +
        'not been paid since.',
    ),
    mail_bounced_within_hours: int32('A mail about it bounced in the last hours of this number.'),
    failure_reason: textTo(100, 'The beginning of failure_reason. Case does not matter.'),
    country_codes: texts('Of the billing or the shipping address.'),
    customer_profile_oid: int32(),
    auto_order_oids: int32sTo(oidsMax, `Among these, of at most ${oidsMax}: to read rows again.`),
    property: one(Property, 'A property of the auto order with this name and value, exactly.'),
    facets: someOf(['status', 'state'], 'The fields to count by, in addition.'),
  },
  { 'x-criteria': true },
);
export type AutoOrderSearch = Static<typeof AutoOrderSearch>;

export const RowCustomer = model('RowCustomer', 'Who an auto order or an order is for.', {
  customer_profile_oid: int32(),
  first_name: text(),
  last_name: text(),
  company: text(),
  email: text(),
  country_code: text('Of the billing address.'),
});

export const RowCard = model('RowCard', 'The card that is charged.', {
  card_type: text(),
  last_four: text(),
  card_expiration_month: int32(),
  card_expiration_year: int32(),
});

export const RowItem = model('RowItem', 'An item of an auto order, in short.', {
  auto_order_item_oid: int32(),
  original_item_id: text(),
  next_item_id: text('The item that ships next; absent when nothing ships.'),
  quantity: decimal(),
  frequency: text(),
  paused: flag(),
  next_shipment_dts: dateTime(),
});

export const AutoOrderRow = model('AutoOrderRow', 'An auto order as a line of a list.', {
  auto_order_oid: int32(),
  auto_order_code: text(),
  version: int32('For If-Match.'),
  original_order_id: text(),
  customer: one(RowCustomer),
  status: oneOf(autoOrderStatuses),
  state: oneOf(autoOrderStates, stateWords),
  next_shipment_dts: dateTime(),
  items: many(RowItem),
  next_total: decimal(
    'What the next rebill will be charged, as the preview says. Absent when none is coming.',
  ),
  currency_code: text(),
  frequency: text('Of the item that ships first.'),
  card: one(RowCard),
  credit_card_attempt: int32('Declines since the last paid rebill.'),
  credit_card_attempts_max: int32(
    'While the card is retried: how many attempts the settings allow before the auto order ends, ' +
      'those that were declined included.',
  ),
  next_attempt_dts: dateTime(),
  failure_reason: text(),
  rebill_count: int32(),
  life_time_value: decimal(),
  signed_up_dts: dateTime(),
  last_modified_dts: dateTime(),
  canceled_dts: dateTime(),
  cancel_reason: text(),
  merged_into_auto_order_oid: int32(),
});
export type AutoOrderRow = Static<typeof AutoOrderRow>;

export const FacetCount = model('FacetCount', 'The number of rows with one value.', {
  value: text(),
  count: int32('At most 10,000.'),
});

const paged = {
  next_cursor: text('Send it as _after to read on; absent on the last page.'),
  ...counted,
};

export const AutoOrderFacets = model(
  'AutoOrderFacets',
  'Counts by value. All filters apply except the one on the same field.',
  { status: many(FacetCount), state: many(FacetCount) },
);

export const AutoOrderSearchResponse = answer('AutoOrderSearchResponse', {
  auto_orders: many(AutoOrderRow),
  ...paged,
  facets: one(AutoOrderFacets, 'Present when requested.'),
});
export type AutoOrderSearchResponse = Static<typeof AutoOrderSearchResponse>;

/** The relation of an order to an auto order. */
export const orderKinds = ['original', 'rebill', 'ordinary'] as const;

const kindWords =
  'original: it started an auto order. rebill: a rebill of one. ordinary: it has to do with none.';

export const OrderSearch = model(
  'OrderSearch',
  'Which orders to list. All filters must match; of a list of values, any one.',
  {
    text: searchText(
      'an order id or, of orders of an auto order or a customer profile, an email, a phone number ' +
        '(digits) or a name. Other orders are found by the whole email, phone number or name',
    ),
    kinds: someOf(orderKinds, kindWords),
    stages: texts('Values of current_stage.'),
    payment_methods: texts(),
    item_ids: texts('Items of the order.'),
    country_codes: texts('Of the billing or the shipping address.'),
    creation_dts_begin: dateTime(),
    creation_dts_end: dateTime(),
    customer_profile_oid: int32(),
    auto_order_oid: int32('The original order and the rebills of this auto order.'),
    distribution_center_codes: texts('Orders that wait to be shipped from one of these centers.'),
    order_ids: textsTo(oidsMax, `Among these, of at most ${oidsMax}: to read rows again.`),
    facets: someOf(['kind'], 'The fields to count by, in addition.'),
  },
  { 'x-criteria': true },
);
export type OrderSearch = Static<typeof OrderSearch>;

export const RowOrderItem = model('RowOrderItem', 'A line of an order, in short.', {
  merchant_item_id: text(),
  quantity: decimal(),
});

export const OrderRow = model('OrderRow', 'An order as a line of a list.', {
  order_id: text(),
  kind: oneOf(orderKinds, kindWords),
  auto_order_oid: int32(),
  auto_order_code: text(),
  rebill_number: int32('0 is the original order.'),
  customer: one(RowCustomer),
  current_stage: text(),
  items: many(RowOrderItem),
  total: decimal(),
  currency_code: text(),
  payment_method: text(),
  card: one(RowCard),
  creation_dts: dateTime(),
  payment_dts: dateTime(),
});
export type OrderRow = Static<typeof OrderRow>;

export const OrderFacets = model(
  'OrderFacets',
  'Counts by value. All filters apply except the one on the same field.',
  { kind: many(FacetCount) },
);

export const OrderSearchResponse = answer('OrderSearchResponse', {
  orders: many(OrderRow),
  ...paged,
  facets: one(OrderFacets, 'Present when requested.'),
});

export const CustomerSearch = model(
  'CustomerSearch',
  'Which customer profiles to list. All filters must match.',
  {
    text: searchText(
      'an email or, of the first billing address, a first or last name, a company or a phone ' +
        'number (digits); a whole customer_profile_oid, or an order id',
    ),
    signup_dts_begin: dateTime(),
    signup_dts_end: dateTime(),
    last_modified_dts_begin: dateTime(),
    last_modified_dts_end: dateTime(),
    has_auto_orders: flag('Whether an original order of an auto order has the profile.'),
    customer_profile_oids: int32sTo(
      oidsMax,
      `Among these, of at most ${oidsMax}: to read rows again.`,
    ),
    auto_order_oids: int32sTo(oidsMax, `The profiles of these auto orders, of at most ${oidsMax}.`),
  },
  { 'x-criteria': true },
);
export type CustomerSearch = Static<typeof CustomerSearch>;

export const CustomerRow = model('CustomerRow', 'A customer profile as a line of a list.', {
  customer_profile_oid: int32(),
  email: text(),
  first_name: text('Of the first billing address, as company, city, country_code and phone.'),
  last_name: text(),
  company: text(),
  city: text(),
  country_code: text(),
  phone: text(),
  auto_order_count: int32('Auto orders whose original order has the profile.'),
  active_auto_order_count: int32(),
  next_shipment_dts: dateTime('The first next shipment of the active ones.'),
  signup_dts: dateTime(),
  last_modified_dts: dateTime(),
});
export type CustomerRow = Static<typeof CustomerRow>;

export const CustomerSearchResponse = answer('CustomerSearchResponse', {
  customers: many(CustomerRow),
  ...paged,
});

export const ItemRow = model('ItemRow', 'A catalogue item as a line of a list.', {
  merchant_item_oid: int32(),
  merchant_item_id: text(),
  description: text(),
  cost: decimal(),
  inactive: flag(),
  auto_orderable: flag(),
  auto_order_schedules: texts(),
  creation_dts: dateTime(),
  last_modified_dts: dateTime(),
});
export type ItemRow = Static<typeof ItemRow>;

/** The states of a delivery attempt. Each attempt is in exactly one of them. */
export const deliveryStates = ['delivered', 'failed', 'waiting'] as const;

export const DeliverySearch = model(
  'DeliverySearch',
  'Which tries to deliver events to list. All filters must match; of a list of values, any one.',
  {
    text: textTo(
      100,
      'The id of an object, alone or after its type, as in order DEMO-0000000101. If no try is about ' +
        'an object with this id, those about objects whose ids begin with it.',
    ),
    webhook_oid: int32(),
    states: someOf(
      deliveryStates,
      'delivered: the receiver accepted it. waiting: it failed and is tried again. ' +
        'failed: it failed, and a later try or none followed.',
    ),
    event_names: someOf(eventNames, 'Tries with one of these events.'),
    delivery_dts_begin: dateTime('By the clock of the machine.'),
    delivery_dts_end: dateTime(),
  },
  { 'x-criteria': true },
);
export type DeliverySearch = Static<typeof DeliverySearch>;

export const DeliverySearchResponse = answer('DeliverySearchResponse', {
  deliveries: many(WebhookDelivery),
  ...paged,
});

export const CouponSearchResponse = answer('CouponSearchResponse', {
  coupons: many(Coupon),
  ...paged,
});

export const TaskSearchResponse = answer('TaskSearchResponse', {
  tasks: many(WorkflowTask),
  ...paged,
});

/** The ways in which a record can name an item. */
export const itemUseKinds = [
  'next_item',
  'original_item',
  'step',
  'kit',
  'coupon',
  'auto_apply',
  'cancel_item',
] as const;

export const ItemUse = model('ItemUse', 'Records that name an item in one way.', {
  kind: oneOf(
    itemUseKinds,
    'next_item, original_item: active auto orders that ship it next or began with it. step: items ' +
      'with a step that ships it. kit: kits that contain it. coupon, auto_apply: coupons that name ' +
      'it. cancel_item: items whose cancelation charges it.',
  ),
  count: int32('At most 10,000 auto orders are counted.'),
  names: texts('The items or coupons, at most 20. Of auto orders none are listed.'),
  consequence: text('The effect on them when the item is deleted.'),
});
export type ItemUse = Static<typeof ItemUse>;

export const ItemUsesResponse = answer('ItemUsesResponse', { uses: many(ItemUse) });

export const ItemSearchResponse = answer('ItemSearchResponse', { items: many(ItemRow), ...paged });

/** The types of objects that a search of everything finds. */
export const searchTypes = ['auto_order', 'order', 'customer', 'item', 'task'] as const;

export const FoundThing = model('FoundThing', 'A search result.', {
  type: oneOf(searchTypes),
  id: text('The id that people use: code, order id, email, item id, task number.'),
  oid: text('The id that its operation takes: oid, order id or uuid.'),
  title: text(),
  subtitle: text(),
  status: text(),
  url: text('Its page in the console.'),
  matched_field: text('What the text was found in.'),
});
export type FoundThing = Static<typeof FoundThing>;

export const AnythingSearchResponse = answer('AnythingSearchResponse', {
  results: many(FoundThing),
});

export const DueOverview = model('DueOverview', 'The shipments due on one local day.', {
  rebills: int32('Active auto orders whose next shipment is on that day, or earlier for today.'),
  total: decimal(
    'What they will be charged by their previews. Absent for more than 200, and where one of them ' +
      'is charged in another currency than the merchant’s.',
  ),
  units: decimal('The quantities that will ship by their previews; absent for more than 200.'),
});

export const DeclineOverview = model(
  'DeclineOverview',
  'Auto orders with a rebill that was declined in the last 24 hours and has not been paid since.',
  {
    count: int32('As the search with declined_within_hours 24 counts them.'),
    retrying: int32('Of these, in the state retrying.'),
    ended: int32('Of these, in one of the states completed, canceled, disabled and merged.'),
  },
);

export const TaskOverview = model('TaskOverview', 'Open tasks.', {
  mine: int32('Assigned to the caller.'),
  groups: int32('Assigned to a group of the caller.'),
  unassigned: int32(),
  overdue: int32('Of all open tasks, those whose due date is past.'),
});

export const OrderOverview = model('OrderOverview', 'Orders that wait, by their stage.', {
  to_ship: int32('In the Shipping Department.'),
  owed: int32('In Accounts Receivable.'),
  held: int32('In Hold or Fraud Review.'),
});
export type OrderOverview = Static<typeof OrderOverview>;

export const Overview = model('Overview', 'What needs attention.', {
  active: int32('By state, as the search of auto orders counts them.'),
  paused: int32(),
  retrying: int32(),
  parked: int32(),
  in_doubt: int32(),
  due_today: one(DueOverview),
  due_tomorrow: one(DueOverview),
  declines: one(DeclineOverview),
  webhooks_failing: int32('Enabled webhooks whose last delivery failed.'),
  mails_bounced: int32('Auto orders of which a mail bounced in the last 24 hours.'),
  orders: one(OrderOverview),
  tasks: one(TaskOverview),
  next_due_dts: dateTime('The time of the engine’s next work.'),
  as_of_dts: dateTime('When this was counted, on the merchant’s clock.'),
});
export type Overview = Static<typeof Overview>;

export const RestingGateway = model(
  'RestingGateway',
  'A gateway that takes no charges for a while, because many in a row failed there.',
  {
    code: text('As the settings name it.'),
    since_dts: dateTime(),
    until_dts: dateTime('From then on it takes charges again.'),
    reason: text('The message of the last failure.'),
  },
);
export type RestingGateway = Static<typeof RestingGateway>;

const upTo = 'Counted up to 10,000.';

export const WorkFailure = model(
  'WorkFailure',
  'Background work of the server that failed since the server process started. What it was about ' +
    'is in the log of the server: it may concern another merchant.',
  {
    worker: text('The name of the work, as in the log.'),
    count: int32('How many batches failed. Work that failed is tried again.'),
    last_dts: dateTime('When the last one failed, by the real clock.'),
    last_error: text('The kind of the last error, such as `DatabaseError 57P01`.'),
  },
);

export const Versions = model('Versions', 'What the installation runs.', {
  release: text('Of Perennial.'),
  node: text(),
  postgresql: text(),
  migration: text('The latest change of the database that was applied.'),
});

export const Health = model('Health', 'The waiting, failed and doubtful work of the merchant.', {
  as_of_dts: dateTime('When this was read, on the merchant’s clock.'),
  charges_stopped: int32('1: a person stopped the charges of the merchant; due ones wait.'),
  overdue_auto_orders: int32(`Due and not billed yet. ${upTo}`),
  overdue_seconds: decimal('Since the oldest of them fell due, on the merchant’s clock.'),
  parked_auto_orders: int32(`They cannot be billed as they are. ${upTo}`),
  declined_rebills: int32(`In the last 24 hours. ${upTo}`),
  open_charges: int32(`Charges that have not ended. ${upTo}`),
  unknown_charges: int32('Of these, those whose gateway is queried again.'),
  unknown_charge_seconds: decimal('Since the oldest of them was requested.'),
  open_refunds: int32(`Refunds that have not ended. ${upTo}`),
  webhooks_disabled: int32('They receive nothing.'),
  webhooks_failing: int32('Their last delivery failed.'),
  webhook_events_waiting: int32('Events that wait for their delivery.'),
  webhook_waiting_seconds: decimal('Since the oldest delivery that waits was formed.'),
  mails_waiting: int32(`Mails to be sent. ${upTo}`),
  mails_failing: int32('Of these, those of which an attempt failed.'),
  mail_waiting_seconds: decimal('Since the oldest of them should have been sent.'),
  jobs_waiting: int32(`Updates of auto orders that wait in the background. ${upTo}`),
  resting_gateways: many(RestingGateway),
  work_failures: many(WorkFailure, 'Of the process that responds, the latest first.'),
  versions: one(Versions),
});
export type Health = Static<typeof Health>;

export const HealthResponse = answer('HealthResponse', { health: one(Health) });

export const OverviewResponse = answer('OverviewResponse', { overview: one(Overview) });
