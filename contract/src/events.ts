/**
 * The events that webhooks and the pull feed tell of.
 *
 * The six auto order events are the auto_order document's; `auto_order_preshipment`, the item events and the workflow
 * events are younger. An event's payload is the object as of the commit that made the event.
 */
import type { ExpansionName } from './expansions.ts';

/** One event. */
export interface EventDescription {
  readonly category:
    | 'auto_order'
    | 'order'
    | 'item'
    | 'customer'
    | 'workflow_task'
    | 'user'
    | 'webhook';
  /** When it happens. */
  readonly description: string;
  /** The model of the payload. */
  readonly payload:
    | 'AutoOrder'
    | 'Order'
    | 'Item'
    | 'Customer'
    | 'WorkflowTask'
    | 'User'
    | 'Webhook';
  /** The list of expansions that a subscription may name; absent where the payload is always whole. */
  readonly expansion?: ExpansionName;
  /** Whether it can be sent again for every existing record. */
  readonly supportsReflow: boolean;
}

/** All events by name. */
export const events = {
  auto_order_create: autoOrder(
    'The payment of the original order succeeded: the auto order is active.',
  ),
  auto_order_update: autoOrder('The auto order was changed, by a request, a user or the engine.'),
  auto_order_rebill: autoOrder('A rebill was paid and made an order.'),
  auto_order_decline: autoOrder('A charge was declined.'),
  auto_order_cancel: autoOrder('The auto order was canceled.'),
  auto_order_disable: autoOrder(
    'The auto order was disabled, by failed rebills or by the merchant.',
  ),
  auto_order_preshipment: autoOrder('A pre-shipment notice was made.'),
  auto_order_item_cancel_scheduled: autoOrder(
    'An item was given a date after which it ships no more.',
  ),
  auto_order_item_cancel: autoOrder('An item ended or was removed.'),
  auto_order_item_pause: autoOrder('An item was paused.'),
  auto_order_item_unpause: autoOrder('A paused item goes on.'),
  auto_order_item_reactivate: autoOrder('An item that had ended ships again.'),
  order_create: { ...order('An order was stored.'), supportsReflow: true },
  order_update: order('An order was changed.'),
  order_payment_process: order('The payment of an order succeeded.'),
  order_payment_failed: order('The payment of an order failed.'),
  order_stage_change: order('An order moved to another stage.'),
  item_create: item('An item was inserted.'),
  item_update: { ...item('An item was changed.'), supportsReflow: true },
  customer_create: customer('A customer profile was inserted.'),
  customer_update: customer('A customer profile was changed.'),
  workflow_task_create: task('A task was raised.'),
  workflow_task_update: task('A task was changed.'),
  workflow_task_delete: task('A task was deleted; the payload is the task as it last was.'),
  user_create: user('A user was inserted.'),
  user_update: user('A user was changed.'),
  user_delete: user('A user was deleted; the payload is the user as they last were.'),
  user_login: user('A user logged in.'),
  webhook_disable: {
    category: 'webhook',
    description: 'A webhook was disabled after days of unbroken failure.',
    payload: 'Webhook',
    supportsReflow: false,
  },
} as const satisfies Record<string, EventDescription>;

/**
 * The permission that a caller needs to see an event of a category: the one that reads its object through the API. Webhooks, reflow,
 * the pull feed and the log of deliveries show an event only to callers that have it.
 */
export const categoryPermissions = {
  auto_order: 'auto_order_read',
  order: 'order_read',
  item: 'item_read',
  customer: 'customer_read',
  workflow_task: 'workflow_read',
  user: 'user_read',
  webhook: 'webhook_read',
} as const satisfies Record<EventDescription['category'], `${string}_read`>;

/** The name of an event. */
export type EventName = keyof typeof events;

function autoOrder(description: string) {
  const category = 'auto_order';
  return {
    category,
    description,
    payload: 'AutoOrder',
    expansion: category,
    supportsReflow: false,
  } as const;
}

function order(description: string) {
  return {
    category: 'order',
    description,
    payload: 'Order',
    expansion: 'order',
    supportsReflow: false,
  } as const;
}

function item(description: string) {
  return {
    category: 'item',
    description,
    payload: 'Item',
    expansion: 'item',
    supportsReflow: false,
  } as const;
}

function customer(description: string) {
  return {
    category: 'customer',
    description,
    payload: 'Customer',
    expansion: 'customer',
    supportsReflow: false,
  } as const;
}

function task(description: string) {
  return {
    category: 'workflow_task',
    description,
    payload: 'WorkflowTask',
    supportsReflow: false,
  } as const;
}

function user(description: string) {
  return { category: 'user', description, payload: 'User', supportsReflow: false } as const;
}
