/**
 * Models of /perennial/v1, which only Perennial has: previews, the pull feed of events, the audit,
 * settings, and work on many tasks at once. No published client uses them, so they may grow.
 */
import type { Static } from 'typebox';
import { AutoOrderCancelReason } from './autoOrder.ts';
import { answer } from './common.ts';
import { declineReasons } from './declineReason.ts';
import {
  anyObject,
  dateTime,
  decimal,
  flag,
  int32,
  int32s,
  int64,
  many,
  model,
  one,
  oneOf,
  someOf,
  text,
  texts,
  textTo,
} from './fields.ts';
import { gatewayKinds } from './gatewayKind.ts';
import { OrderReasons } from './orderRefund.ts';
import { RetentionSettings } from './privacy.ts';
import { ShippingMethod } from './shippingMethod.ts';
import { WebhookEventCategory } from './webhook.ts';
import {
  systemTaskTypes,
  taskObjectTypes,
  taskPriorities,
  taskStatuses,
  WorkflowTask,
  WorkflowUser,
} from './workflow.ts';

export const PreviewRule = model('PreviewRule', 'A rule that affected a previewed line.', {
  rule: text('The rule’s name, for example step price, grandfathered price, percentage discount.'),
  detail: text('What it did, in words.'),
  unit_cost: decimal('The unit cost after this rule; price rules only.'),
  shipment_dts: dateTime('The date after this rule; date rules only.'),
});
export type PreviewRule = Static<typeof PreviewRule>;

export const PreviewCouponRule = model(
  'PreviewCouponRule',
  'The effect of a coupon on a rebill, in the order in which they applied.',
  {
    coupon_code: text(),
    detail: text('Its source, or why it gave no discount.'),
    discount: decimal('Off the lines.'),
    shipping_discount: decimal('Off shipping.'),
    left: decimal('Lines and shipping after it, before tax.'),
  },
);
export type PreviewCouponRule = Static<typeof PreviewCouponRule>;

export const AmountRule = model('AmountRule', 'One rule that determined an amount of an order.', {
  rule: text(),
  detail: text('What it did, in words.'),
  amount: decimal('The amount after this rule.'),
});
export type AmountRule = Static<typeof AmountRule>;

export const TaxRule = model('TaxRule', 'A rule that affected the tax of an order.', {
  rule: text('The rule’s name, for example state rate, tax exempt customer, address changed.'),
  detail: text('What it did, in words.'),
  tax_rate: decimal('Its part of the rate, in percent.'),
  tax: decimal('The tax after this rule. The last rule has the whole tax.'),
});
export type TaxRule = Static<typeof TaxRule>;

export const PreviewLine = model('PreviewLine', 'A line of a future rebill.', {
  auto_order_item_oid: int32(
    'The item that brings this line; absent for an add-on of the whole auto order.',
  ),
  kind: oneOf(['item', 'add-on', 'cancel fee']),
  merchant_item_id: text(),
  description: text(),
  quantity: decimal(),
  unit_cost: decimal(),
  total_cost: decimal(),
  price_rules: many(PreviewRule, 'In the order in which they were applied.'),
  date_rules: many(PreviewRule, 'In the order in which they were applied.'),
  notice_dts: dateTime(
    'When the customer is notified of this shipment: the event and, unless the merchant has ' +
      'switched it off, the mail. Absent: there is no notice, or it was made already.',
  ),
});
export type PreviewLine = Static<typeof PreviewLine>;

export const PreviewRebill = model('PreviewRebill', 'A rebill exactly as it would be ordered.', {
  rebill_number: int32('Counted from 1 for the first rebill after the original order.'),
  shipment_dts: dateTime(),
  currency_code: text(),
  lines: many(PreviewLine),
  coupon_rules: many(PreviewCouponRule, 'Absent without coupons.'),
  subtotal: decimal(),
  discount: decimal(),
  shipping: decimal(),
  shipping_rules: many(AmountRule, 'How shipping was determined, in the order of the rules.'),
  tax: decimal(),
  tax_rules: many(TaxRule, 'In the order in which they were applied.'),
  store_credit: decimal('What store credit pays. Absent: nothing.'),
  total: decimal('What is left to charge.'),
});
export type PreviewRebill = Static<typeof PreviewRebill>;

export const ParkedAutoOrder = model(
  'ParkedAutoOrder',
  'An auto order that is not billed until a fault is fixed.',
  {
    auto_order_oid: int32(),
    auto_order_code: text(),
    reason: text('What keeps it from being billed.'),
    fault: text('The same without the common beginning of all reasons.'),
    since_dts: dateTime('Since when it has been parked for this reason.'),
    merchant_item_id: text('The catalogue item to fix, when one is at fault.'),
    next_look_dts: dateTime(
      'When the engine checks it again. After a change of the auto order, it checks at once.',
    ),
  },
);
export type ParkedAutoOrder = Static<typeof ParkedAutoOrder>;

export const ParkedAutoOrdersResponse = answer('ParkedAutoOrdersResponse', {
  parked: many(ParkedAutoOrder),
});

/** Why a preview ends before the number of rebills that was requested. */
export const previewEnds = [
  'never',
  'completed',
  'canceled',
  'disabled',
  'merged',
  'paused',
  'parked',
] as const;

/** The states of a charge that has not ended. */
export const chargeStates = ['charging', 'unknown'] as const;

export const ChargeInFlight = model('ChargeInFlight', 'A charge that has not ended.', {
  key: text('Its idempotency key at the gateway.'),
  state: oneOf(chargeStates, 'charging: sent or about to be. unknown: the gateway did not answer.'),
  auto_order_oid: int32('Here and below: only of the charge of a rebill.'),
  auto_order_code: text(),
  rebill_number: int32(),
  order_id: text('The order that it will pay.'),
  attempt: int32(
    '1 is the first attempt of the rebill, or the first later payment of the order. ' +
      'Absent: the first payment of an order.',
  ),
  amount: decimal(),
  currency_code: text(),
  gateway: text('The code of the gateway that it was sent to first.'),
  requested_dts: dateTime('On the merchant’s clock.'),
  checks: int32('The number of queries to the gateway about it; not counted for orders.'),
  next_check_dts: dateTime('When the gateway is queried next, in real time.'),
  confirm_until_dts: dateTime(
    'The bank requires the customer to confirm the payment; it waits until then. Absent: it has no answer.',
  ),
  gone_gateway: text(
    'The settings no longer name this gateway, so it is not asked: name it again, or settle the charge by hand ' +
      '(settleCharge). Absent: the gateway is asked.',
  ),
});
export type ChargeInFlight = Static<typeof ChargeInFlight>;

export const ChargesResponse = answer('ChargesResponse', { charges: many(ChargeInFlight) });

/** The outcomes of a charge that a person may state. */
export const chargeOutcomes = ['captured', 'not_charged'] as const;

export const ChargeSettleRequest = model(
  'ChargeSettleRequest',
  'What a person found in the gateway’s own pages about a charge whose gateway the settings no longer name.',
  {
    key: textTo(200, 'Required. The key of the charge (getCharges).'),
    outcome: oneOf(
      chargeOutcomes,
      'Required. captured: the gateway took the money. not_charged: it did not, and cannot take it later.',
    ),
    transaction_id: textTo(
      200,
      'Required with captured: the gateway’s own id of the charge, which refunds and reports name.',
    ),
    gateway_kind: oneOf(
      [...gatewayKinds],
      'With captured: the kind of the gateway. A gateway of another kind is not asked to charge the card then.',
    ),
  },
);
export type ChargeSettleRequest = Static<typeof ChargeSettleRequest>;

export const SettledCharge = model(
  'SettledCharge',
  'A charge that a person settled, and what that changed; in a preview, what it would change.',
  {
    key: text(),
    preview: flag('True: nothing was changed.'),
    outcome: oneOf(chargeOutcomes),
    gateway: text(
      'The gateway with this outcome. ' +
        'Another than was stated: one that follows in the route of the charge took the money.',
    ),
    transaction_id: text(),
    amount: decimal(),
    currency_code: text(),
    order_id: text(),
    order_stage: text('The stage of the order afterwards. Absent: there is no order.'),
    auto_order_oid: int32(),
    auto_order_status: text('active, disabled or canceled, afterwards.'),
    next_attempt_dts: dateTime('With not_charged: when the rebill is tried again.'),
  },
);
export type SettledCharge = Static<typeof SettledCharge>;

export const ChargeSettleResponse = answer('ChargeSettleResponse', {
  settled_charge: one(SettledCharge),
});

export const PreviewResponse = answer('PreviewResponse', {
  rebills: many(PreviewRebill),
  ends: oneOf(
    previewEnds,
    'Why there are fewer than requested; absent when there are not. Parked: it cannot be billed until it is fixed.',
  ),
});
export type PreviewResponse = Static<typeof PreviewResponse>;

export const FeedEvent = model('FeedEvent', 'One event of the pull feed.', {
  cursor: text('Ask for what comes after it.'),
  event_name: text(),
  object_type: text('For example auto_order, order, workflow_task.'),
  object_id: text(),
  object_sequence: int64('Counts the events of this object from 1 without gaps.'),
  event_dts: dateTime('When it was committed.'),
  payload: anyObject('The object as of that moment.'),
});
export type FeedEvent = Static<typeof FeedEvent>;

export const EventsResponse = answer('EventsResponse', {
  events: many(FeedEvent),
  next_cursor: text('The cursor to ask with next time, also when the page is empty.'),
  more: flag('True if more events can be read at once.'),
});
export type EventsResponse = Static<typeof EventsResponse>;

export const AuditDifference = model(
  'AuditDifference',
  'A stored figure that the orders and attempts contradict.',
  {
    object_type: text(),
    object_id: text(),
    field: text(),
    stored: text(),
    recomputed: text(),
  },
);
export type AuditDifference = Static<typeof AuditDifference>;

export const AuditResponse = answer('AuditResponse', {
  auto_order_count: int32('Auto orders that were recomputed.'),
  order_count: int32(),
  attempt_count: int32(),
  difference_count: int32(),
  differences: many(AuditDifference, 'The first thousand.'),
});
export type AuditResponse = Static<typeof AuditResponse>;

export const DunningPolicy = model('DunningPolicy', 'The rules for declined rebills.', {
  retry_days: int32s('Days from each attempt to the next; [3, 3] makes three attempts in all.'),
  hard_decline_reasons: someOf(declineReasons, 'Reasons after which no further attempt is made.'),
  retry_coupon_codes: texts(
    'The coupon for the first retry, the second, and so on; an empty text for none. Each is one of coupons, ' +
      'or a coupon of the catalogue that takes a percentage or an amount off the subtotal without a condition.',
  ),
  at_end: oneOf(['disable', 'cancel'], 'After the last attempt.'),
  charge_cancel_item_at_end: flag('Before the end the item’s cancel item is charged once instead.'),
  retry_after_card_update: flag(
    'When the bank has updated a card, declines no longer count and what they stopped is tried again; ' +
      'true unless given.',
  ),
  confirmation_days: int32(
    'Days that a customer has to confirm a payment that the bank asks about (3-D Secure), 0 to 7; 3 ' +
      'unless given. 0: such a charge is declined.',
  ),
});
export type DunningPolicy = Static<typeof DunningPolicy>;

export const NoticeSettings = model(
  'NoticeSettings',
  'Which mails are sent to customers, from which address, and which address of the merchant is notified.',
  {
    preshipment: flag(),
    declined_card: flag(),
    card_expiring: flag('The card expires soon (card_expiry_notice_months).'),
    confirm_payment: flag('A payment that the customer must confirm at the bank.'),
    canceled: flag(),
    disabled: flag(),
    receipt: flag('After a paid rebill.'),
    order_receipt: flag('After the payment of any other order.'),
    shipment: flag(),
    refund: flag(),
    merchant_declined: flag('To merchant_email: charges of rebills that were declined.'),
    merchant_expired_card: flag('To merchant_email: charges that an expired card declined.'),
    merchant_canceled: flag('To merchant_email: auto orders that were canceled.'),
    merchant_parked: flag('To merchant_email: auto orders that cannot be billed.'),
    from_email: text('The sender; the server’s own unless given.'),
    merchant_email: textTo(
      100,
      'The address for notices to the merchant, such as a disabled webhook. Absent: no mail is sent.',
    ),
  },
);
export type NoticeSettings = Static<typeof NoticeSettings>;

export const RetryCoupon = model('RetryCoupon', 'The discount of a coupon on a retried rebill.', {
  code: textTo(20),
  percent: decimal('0 to 100.'),
  amount: decimal('In addition to the percentage; never more than the lines cost.'),
});
export type RetryCoupon = Static<typeof RetryCoupon>;

export const GatewaySetting = model(
  'GatewaySetting',
  'A gateway that gets a share of the charges.',
  {
    code: textTo(50, 'What rotating_transaction_gateway_code names.'),
    kind: oneOf([...gatewayKinds]),
    weight: decimal('Its share of the charges, among those that are active.'),
    state: oneOf(['active', 'inactive', 'stand-by']),
  },
);
export type GatewaySetting = Static<typeof GatewaySetting>;

export const GatewaySettings = model('GatewaySettings', 'The gateways that charges are sent to.', {
  list: many(GatewaySetting),
  cascade_on: someOf(
    declineReasons,
    'A charge that is declined for one of these reasons is sent to the next gateway.',
  ),
  inactive_after_failures: int32('Failures in a row that make a gateway inactive; absent: never.'),
  inactive_hours: int32('For how long; 24 unless given.'),
});
export type GatewaySettings = Static<typeof GatewaySettings>;

export const WebhookSettings = model('WebhookSettings', 'Where webhooks may lead.', {
  allow_loopback: flag(
    'Receivers on the server’s own machine, also without encryption; only while the clock is a test clock.',
  ),
});
export type WebhookSettings = Static<typeof WebhookSettings>;

export const DisputeSettings = model(
  'DisputeSettings',
  'What happens to the auto order when a charge of one of its orders is disputed.',
  {
    at_opening: oneOf(
      ['hold', 'cancel', 'continue'],
      'While a dispute is open: nothing is billed (hold, the default), the auto order is canceled, ' +
        'or it is billed on.',
    ),
    at_loss: oneOf(
      ['cancel', 'continue'],
      'When it is lost: the auto order is canceled (the default), or it is billed on.',
    ),
  },
);
export type DisputeSettings = Static<typeof DisputeSettings>;

export const MerchantSettings = model('MerchantSettings', 'The settings of a merchant.', {
  merchant_id: text(),
  company_name: text(),
  time_zone: text('An IANA name. It rules days, months and the offset of every date that is sent.'),
  currency_code: textTo(3),
  dunning: one(DunningPolicy),
  notices: one(NoticeSettings),
  missed_shipments: oneOf(
    ['one', 'skip', 'bill', 'roll forward'],
    'Which missed shipments are charged when an auto order starts again or gets a date in the ' +
      'past: one (the default), none (skip), or all, one a day (bill). Shipments ' +
      'of the time during which it was canceled are never charged. roll forward is an old name ' +
      'of skip.',
  ),
  sold_out_rebills: oneOf(
    ['hold', 'skip', 'split'],
    'What a due rebill does when one of its items is sold out: all of it waits (hold, the default); ' +
      'the rest is billed and ships, and the item skips this shipment (skip); or the rest is ' +
      'billed and ships, and the item is billed automatically once it is in stock again (split).',
  ),
  store_declined_rebills: flag('True: a declined rebill leaves an order in Accounts Receivable.'),
  prohibit_expiring_cards_months: int32(
    'Refuse cards that expire within this number of months, when something that recurs is bought ' +
      'and when a card is changed; 0 is off.',
  ),
  auth_test_amount: decimal(
    'The amount that is authorized and released at once to test a card. A card is tested when it ' +
      'pays an order that costs nothing and recurs (unless its items name an amount), and, if ' +
      'auth_test_card_changes is true, when an auto order gets it. 0 (the default) is off.',
  ),
  require_second_factor: flag(
    'True: users who log in without a second factor can do nothing but set one up. Keys and tokens ' +
      'are not concerned.',
  ),
  auth_test_card_changes: flag(
    'True: a new card of an auto order is tested with auth_test_amount, 1.00 if that is not set. A ' +
      'card that is declined is refused.',
  ),
  card_expiry_notice_months: int32(
    'This number of months before the card of an active auto order expires, its customer gets a mail ' +
      '(notices.card_expiring), once for each card; 0 to 12, 0 (the default) is off.',
  ),
  accepted_card_types: texts(
    'The types of card that auto orders accept, at the purchase and when a card is changed; empty ' +
      'for all.',
  ),
  cancel_reasons: many(AutoOrderCancelReason),
  coupons: many(RetryCoupon, 'Coupons for retries alone, which customers cannot enter.'),
  skip_original_coupons: flag('Rebills do not use the coupons of their original order.'),
  ignore_coupon_expiration: flag(
    'Rebills use the coupons of their original order also after their end.',
  ),
  shipping_methods: many(
    ShippingMethod,
    'What shipments cost. Without any, a rebill costs as much shipping as its original order.',
  ),
  gateways: one(GatewaySettings),
  webhooks: one(WebhookSettings),
  disputes: one(DisputeSettings),
  minimum_subtotal: decimal(
    'An order that costs less before coupons is refused; 0 (the default) is off. Rebills may cost less.',
  ),
  rebill_tiers: oneOf(
    ['present', 'agreed'],
    'The pricing tiers for a rebill: those that the customer has then (the default), or those ' +
      'of the original order.',
  ),
  tax_rounding: oneOf(
    ['order', 'line'],
    'Whether a tax is rounded once for the order (the default), or for each line and the shipping.',
  ),
  retention: one(RetentionSettings),
  order_reasons: one(OrderReasons),
  gateway_refunds: oneOf(
    ['continue', 'cancel'],
    'What happens to the auto order when a person refunds one of its orders at the gateway: it is ' +
      'billed on (the default) or canceled.',
  ),
});
export type MerchantSettings = Static<typeof MerchantSettings>;

export const MerchantSettingsResponse = answer('MerchantSettingsResponse', {
  settings: one(MerchantSettings),
});
export type MerchantSettingsResponse = Static<typeof MerchantSettingsResponse>;

export const WorkflowTaskSearch = model(
  'WorkflowTaskSearch',
  'A search of tasks, also by object and by text.',
  {
    text: text('Words that must all occur in name, details, notes, object or email.'),
    global_task_number: int32(),
    object_id: text(),
    object_type: oneOf(taskObjectTypes),
    object_email: text(),
    assigned_to_me: flag('Assigned to me or to one of my groups.'),
    assigned_to_my_groups: flag('Assigned to one of my groups, so to no user.'),
    unassigned: flag(),
    assigned_to_user_id: int32(),
    assigned_to_group_id: int32(),
    created_by: one(WorkflowUser),
    priority: oneOf(taskPriorities),
    priorities: someOf(taskPriorities, 'Any one of them.'),
    status: oneOf(taskStatuses),
    statuses: someOf(taskStatuses, 'Any one of them.'),
    overdue: flag('Whether the due date is past.'),
    system: flag('Whether a rule raised it. People made the others.'),
    system_task_type: oneOf(systemTaskTypes),
    tags: texts('All of them must be on the task.'),
    created_dts_begin: dateTime(),
    created_dts_end: dateTime(),
    due_dts_begin: dateTime(),
    due_dts_end: dateTime(),
    delay_until_dts_begin: dateTime(),
    delay_until_dts_end: dateTime(),
    last_update_dts_begin: dateTime(),
    last_update_dts_end: dateTime(),
  },
  { 'x-criteria': true },
);
export type WorkflowTaskSearch = Static<typeof WorkflowTaskSearch>;

export const WorkflowTasksBatchRequest = model(
  'WorkflowTasksBatchRequest',
  'The same change to many tasks.',
  {
    task_uuids: texts('At most 500.'),
    assigned_to_user_id: int32(),
    assigned_to_group_id: int32(),
    priority: oneOf(taskPriorities),
    status: oneOf(taskStatuses),
    due_dts: dateTime(),
    delay_until_dts: dateTime(),
    expiration_dts: dateTime(),
    add_tags: texts(),
    remove_tags: texts(),
  },
);
export type WorkflowTasksBatchRequest = Static<typeof WorkflowTasksBatchRequest>;

export const WorkflowTaskBatchResult = model(
  'WorkflowTaskBatchResult',
  'The outcome of one task of a batch.',
  {
    workflow_task_uuid: text(),
    success: flag(),
    failure_reason: text('Present when success is false.'),
    task: one(WorkflowTask, 'The task as it is now.'),
  },
);
export type WorkflowTaskBatchResult = Static<typeof WorkflowTaskBatchResult>;

export const WorkflowTasksBatchResponse = answer('WorkflowTasksBatchResponse', {
  results: many(WorkflowTaskBatchResult),
});
export type WorkflowTasksBatchResponse = Static<typeof WorkflowTasksBatchResponse>;

/** The lists that saved searches filter. */
export const savedSearchKinds = [
  'tasks',
  'auto_orders',
  'orders',
  'customers',
  'items',
  'events',
  'deliveries',
  'mails',
  'coupons',
  'audit_log',
] as const;

export const SavedSearch = model('SavedSearch', 'A saved search: a view of a list.', {
  saved_search_oid: int32(),
  name: textTo(100),
  kind: oneOf(savedSearchKinds, 'The list; default tasks. It never changes.'),
  search: one(WorkflowTaskSearch, 'The search of tasks; other kinds have filters.'),
  filters: anyObject('The search of a kind other than tasks; at most 16 KB as JSON.'),
  columns: texts('The columns to show, in their order; at most 50.'),
  sort: text('As _sort of the search.'),
  shared: flag('True: every user of the merchant sees it.'),
  created_by: one(WorkflowUser),
  created_dts: dateTime(),
});
export type SavedSearch = Static<typeof SavedSearch>;

export const SavedSearchResponse = answer('SavedSearchResponse', {
  saved_search: one(SavedSearch),
});
export type SavedSearchResponse = Static<typeof SavedSearchResponse>;

export const SavedSearchesResponse = answer('SavedSearchesResponse', {
  saved_searches: many(SavedSearch),
});
export type SavedSearchesResponse = Static<typeof SavedSearchesResponse>;

export const WorkflowRule = model(
  'WorkflowRule',
  'When a system task is raised, and who is assigned to it.',
  {
    system_task_type: oneOf(systemTaskTypes),
    enabled: flag(),
    assigned_to_user_id: int32('One of user and group is required.'),
    assigned_to_group_id: int32(),
    priority: oneOf(taskPriorities),
    tags: texts(),
    due_days: int32(),
    expiration_days: int32(
      'The number of days after which it closes as expired; absent for never.',
    ),
  },
);
export type WorkflowRule = Static<typeof WorkflowRule>;

export const WorkflowRules = model('WorkflowRules', 'The rules of the merchant.', {
  rules: many(WorkflowRule),
});
export type WorkflowRules = Static<typeof WorkflowRules>;

export const WorkflowRulesResponse = answer('WorkflowRulesResponse', { rules: many(WorkflowRule) });
export type WorkflowRulesResponse = Static<typeof WorkflowRulesResponse>;

export const WebhookOwner = model(
  'WebhookOwner',
  'The key or OAuth application that a webhook belongs to. Its deliveries show what the owner may read.',
  {
    application_id: text('key:<number> or oauth:<client id>.'),
    user_id: int32('The user that an OAuth application acts for.'),
    name: text('The name of the key, or of the application and its user; absent once it is gone.'),
    state: oneOf(['live', 'gone'], 'Gone: the key, the user or the grant was removed.'),
  },
);
export type WebhookOwner = Static<typeof WebhookOwner>;

export const MerchantWebhook = model(
  'MerchantWebhook',
  'A webhook for administrators: its owner and its health, without its credentials.',
  {
    webhook_oid: int32(),
    webhook_url: text(),
    owner: one(WebhookOwner),
    event_names: texts('The events that it subscribes to.'),
    missing_permissions: texts(
      'What the owner lacks to see all of these events; the events that need it are left out.',
    ),
    disabled: flag(),
    disabled_reason: text('Why the server disabled it.'),
    consecutive_failures: int32(),
    failing_since: dateTime('When the first of these failures happened.'),
    pending: int32('Events that wait.'),
    pending_oldest_dts: dateTime('When the oldest of them was recorded.'),
    tries_24h: int32('Attempts of the last 24 hours, counted up to 10,000.'),
    success_24h: decimal(
      'The share of these tries that succeeded, from 0 to 1; absent when there was none.',
    ),
    next_retry_dts: dateTime(),
    last_failure_dts: dateTime('The latest failed attempt.'),
    last_failure: text('Its status, or why there was no response.'),
    compress_events: flag(),
    maximum_events: int32(),
    maximum_size: int32(),
  },
);
export type MerchantWebhook = Static<typeof MerchantWebhook>;

export const MerchantWebhookUpdate = model(
  'MerchantWebhookUpdate',
  'The fields of any webhook that an administrator may change. Absent fields do not change.',
  {
    webhook_url: text('Https, wherever customer data is sent.'),
    disabled: flag('False: it is tried at once and continues where it stopped.'),
    compress_events: flag(),
    maximum_events: int32('The most events of a delivery.'),
    maximum_size: int32('The most bytes of a delivery.'),
    event_categories: many(WebhookEventCategory, 'The subscriptions: the whole list.'),
  },
);
export type MerchantWebhookUpdate = Static<typeof MerchantWebhookUpdate>;

export const WebhookReplay = model('WebhookReplay', 'A delivery that is sent again.', {
  delivery_id: text('The same as before: the receiver knows it by its webhook-id.'),
  attempt: int32('The number of the next attempt.'),
});
export type WebhookReplay = Static<typeof WebhookReplay>;

export const WebhookReplayResponse = answer('WebhookReplayResponse', {
  replay: one(WebhookReplay),
});
export type WebhookReplayResponse = Static<typeof WebhookReplayResponse>;

export const WebhookDelivery = model(
  'WebhookDelivery',
  'An attempt to deliver events to a webhook, without the payload. Times are on the machine’s clock.',
  {
    webhook_oid: int32(),
    request_id: text('Identifies the attempt in the log of the webhook.'),
    delivery_id: text('The same for all attempts of one delivery.'),
    attempt: int32('Counts the tries of the delivery from 1.'),
    delivery_dts: dateTime(),
    success: flag(),
    status_code: int32('Absent when the receiver did not respond.'),
    failure: text('Why there was no response.'),
    next_try_dts: dateTime('When the delivery is tried again; absent when it has ended.'),
    duration_ms: int32(),
    event_names: texts(),
    objects: texts('Type and id of each object, for example order DEMO-0000000101.'),
  },
);
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const WebhookDeliveriesResponse = answer('WebhookDeliveriesResponse', {
  deliveries: many(WebhookDelivery, 'The newest first.'),
});
export type WebhookDeliveriesResponse = Static<typeof WebhookDeliveriesResponse>;

export const MerchantWebhooksResponse = answer('MerchantWebhooksResponse', {
  webhooks: many(MerchantWebhook),
});
export type MerchantWebhooksResponse = Static<typeof MerchantWebhooksResponse>;

export const MerchantWebhookResponse = answer('MerchantWebhookResponse', {
  webhook: one(MerchantWebhook),
});
export type MerchantWebhookResponse = Static<typeof MerchantWebhookResponse>;

export const WebhookOwnerRequest = model('WebhookOwnerRequest', 'The new owner of a webhook.', {
  application_id: text('key:<number> or oauth:<client id>; absent: the caller.'),
  user_id: int32('With an OAuth application: the user that it acts for.'),
});
export type WebhookOwnerRequest = Static<typeof WebhookOwnerRequest>;

export const WebhookSecret = model('WebhookSecret', 'A secret that signs deliveries.', {
  secret_id: text(),
  secret: text('Shown once, in the response that created it; begins with whsec_.'),
  created_dts: dateTime(),
  expires_dts: dateTime('Until then deliveries carry a signature by it; absent on the newest.'),
});
export type WebhookSecret = Static<typeof WebhookSecret>;

export const WebhookSecretRequest = model('WebhookSecretRequest', 'How to replace a secret.', {
  keep_old_hours: int32(
    'For how many hours payloads are signed with the old secret as well as the new one; ' +
      'default 24, 0 ends the old one at once.',
  ),
});
export type WebhookSecretRequest = Static<typeof WebhookSecretRequest>;

export const WebhookSecretsResponse = answer('WebhookSecretsResponse', {
  secrets: many(WebhookSecret),
});
export type WebhookSecretsResponse = Static<typeof WebhookSecretsResponse>;
