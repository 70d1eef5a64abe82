/**
 * The events that webhooks and the pull feed report.
 *
 * The six auto order events come from the auto_order document; `auto_order_preshipment`, the item
 * events and the workflow events were added later. An event's payload is the object in its state at
 * the commit that created the event.
 */
import type { ExpansionName } from './expansions.ts';

/** One event. */
export interface EventDescription {
  /**
   * The event's number for clients (`webhook_event_oid`): it never changes and is never used for
   * another event. A new event takes the next number.
   */
  readonly eventOid: number;
  readonly category:
    | 'auto_order'
    | 'order'
    | 'fulfillment'
    | 'chargeback'
    | 'item'
    | 'customer'
    | 'workflow_task'
    | 'user'
    | 'webhook';
  /** When the event occurs. */
  readonly description: string;
  /** The model of the payload. */
  readonly payload:
    | 'AutoOrder'
    | 'Order'
    | 'Item'
    | 'Customer'
    | 'ChargebackDispute'
    | 'WorkflowTask'
    | 'User'
    | 'Webhook';
  /**
   * The list of expansions that a subscription may name; absent if the payload is always complete.
   */
  readonly expansion?: ExpansionName;
  /** True if it can be sent again for every existing record. */
  readonly supportsReflow: boolean;
}

/** All events by name. */
export const events = {
  auto_order_create: autoOrder(
    1,
    'The payment of the original order succeeded: the auto order is active.',
  ),
  auto_order_update: autoOrder(
    2,
    'The auto order was changed, by a request, a user or the engine.',
  ),
  auto_order_rebill: autoOrder(3, 'A rebill was paid and made an order.'),
  auto_order_decline: autoOrder(4, 'A charge was declined.'),
  auto_order_cancel: autoOrder(5, 'The auto order was canceled.'),
  auto_order_disable: autoOrder(
    6,
    'The auto order was disabled, by failed rebills or by the merchant.',
  ),
  auto_order_preshipment: autoOrder(7, 'A pre-shipment notice was made.'),
  auto_order_item_cancel_scheduled: autoOrder(
    8,
    'An item was given a date after which it ships no more.',
  ),
  auto_order_item_cancel: autoOrder(9, 'An item ended or was removed.'),
  auto_order_item_pause: autoOrder(10, 'An item was paused.'),
  auto_order_item_unpause: autoOrder(11, 'A paused item continues.'),
  auto_order_item_reactivate: autoOrder(12, 'An item that had ended ships again.'),
  order_create: { ...order(13, 'An order was stored.'), supportsReflow: true },
  order_update: order(14, 'An order was changed.'),
  order_payment_process: order(15, 'The payment of an order succeeded.'),
  order_payment_failed: order(16, 'The payment of an order failed.'),
  order_stage_change: order(17, 'An order moved to another stage.'),
  item_create: item(18, 'An item was inserted.'),
  item_update: { ...item(19, 'An item was changed.'), supportsReflow: true },
  customer_create: customer(20, 'A customer profile was inserted.'),
  customer_update: customer(21, 'A customer profile was changed.'),
  workflow_task_create: task(22, 'A task was raised.'),
  workflow_task_update: task(23, 'A task was changed.'),
  workflow_task_delete: task(24, 'A task was deleted; the payload is the task as it last was.'),
  user_create: user(25, 'A user was inserted.'),
  user_update: user(26, 'A user was changed.'),
  user_delete: user(27, 'A user was deleted; the payload is the user as they last were.'),
  user_login: user(28, 'A user logged in.'),
  webhook_disable: {
    eventOid: 29,
    category: 'webhook',
    description: 'A webhook was disabled: its receiver failed for days, or its owner is gone.',
    payload: 'Webhook',
    supportsReflow: false,
  },
  order_refund: order(30, 'Money was given back for an order.'),
  order_reject: order(31, 'An order was rejected.'),
  order_ship: order(
    32,
    'A shipment of an order got its tracking number, or the order was shipped.',
  ),
  order_delete: order(33, 'An order was deleted; the payload is the order as it last was.'),
  customer_delete: customer(
    34,
    'A customer profile was deleted; the payload is the profile as it last was.',
  ),
  item_delete: item(35, 'An item was deleted; the payload is the item as it last was.'),
  chargeback_create: chargeback(36, 'A customer disputed a charge, or staff recorded a dispute.'),
  chargeback_update: chargeback(37, 'A dispute changed, was won or was lost.'),
  chargeback_delete: chargeback(
    38,
    'A dispute was deleted; the payload is the dispute as it last was.',
  ),
  fulfillment_hold: fulfillment(39, 'An order was held for review and does not ship.'),
  fulfillment_transmit: fulfillment(40, 'An order reached the Shipping Department and may ship.'),
} as const satisfies Record<string, EventDescription>;

/**
 * Events of the published catalogue that cannot happen on this server, each with the reason as a
 * sentence. The refusal of a subscription contains this sentence.
 */
export const absentEvents: Readonly<Record<string, string>> = {
  checkout_cart_abandon: 'This server has no carts.',
  checkout_cart_send_return_email: 'This server has no carts.',
  order_abandon_recovery: 'This server has no carts.',
  order_s3_invoice: 'This server stores no invoices in S3.',
  order_s3_packing_slip: 'This server stores no packing slips in S3.',
  order_ship_delivered: 'This server does not follow shipments at their carriers.',
  order_ship_expected: 'This server does not follow shipments at their carriers.',
  order_ship_out_for_delivery: 'This server does not follow shipments at their carriers.',
  screen_recording: 'This server records no screens.',
};

/**
 * The permission that a caller needs to see an event of a category: the permission to read its
 * object through the API. Webhooks, reflow, the pull feed and the log of deliveries show an event
 * only to callers that have it.
 */
export const categoryPermissions = {
  auto_order: 'auto_order_read',
  order: 'order_read',
  fulfillment: 'order_read',
  chargeback: 'order_read',
  item: 'item_read',
  customer: 'customer_read',
  workflow_task: 'workflow_read',
  user: 'user_read',
  webhook: 'webhook_read',
} as const satisfies Record<EventDescription['category'], `${string}_read`>;

/** The name of an event. */
export type EventName = keyof typeof events;

function autoOrder(eventOid: number, description: string) {
  const category = 'auto_order';
  return {
    category,
    eventOid,
    description,
    payload: 'AutoOrder',
    expansion: category,
    supportsReflow: false,
  } as const;
}

function order(eventOid: number, description: string) {
  return {
    category: 'order',
    eventOid,
    description,
    payload: 'Order',
    expansion: 'order',
    supportsReflow: false,
  } as const;
}

function item(eventOid: number, description: string) {
  return {
    category: 'item',
    eventOid,
    description,
    payload: 'Item',
    expansion: 'item',
    supportsReflow: false,
  } as const;
}

function customer(eventOid: number, description: string) {
  return {
    category: 'customer',
    eventOid,
    description,
    payload: 'Customer',
    expansion: 'customer',
    supportsReflow: false,
  } as const;
}

function fulfillment(eventOid: number, description: string) {
  return {
    category: 'fulfillment',
    eventOid,
    description,
    payload: 'Order',
    expansion: 'order',
    supportsReflow: false,
  } as const;
}

function chargeback(eventOid: number, description: string) {
  return {
    category: 'chargeback',
    eventOid,
    description,
    payload: 'ChargebackDispute',
    supportsReflow: false,
  } as const;
}

function task(eventOid: number, description: string) {
  return {
    category: 'workflow_task',
    eventOid,
    description,
    payload: 'WorkflowTask',
    supportsReflow: false,
  } as const;
}

function user(eventOid: number, description: string) {
  return {
    eventOid,
    category: 'user',
    description,
    payload: 'User',
    supportsReflow: false,
  } as const;
}
