import type { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';
import type { ObjectFacts } from './objectFacts.ts';
import type { SystemTaskType, Task, TaskObjectType } from './task.ts';
import type { SystemClosing } from './taskStatus.ts';
import type { StoredRules } from './workflowRules.ts';

/** An event, with the fields that system tasks need. */
export interface RelevantEvent {
  readonly name: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** The reaction to an event: a type of task to raise, and the types whose cause is gone. */
export interface Wanted {
  readonly raise?: SystemTaskType | undefined;
  readonly close: readonly SystemTaskType[];
}

const cardTypes = ['auto_order_card_update_issue', 'auto_order_canceled_payment'] as const;
const orderTypes = ['order_accounts_receivable', 'order_fraud_review'] as const;
const stockTypes = ['item_low_stock', 'item_out_of_stock'] as const;
const none: Wanted = { close: [] };

/** The types of system tasks for each type of object. */
export const typesOf: Readonly<Partial<Record<TaskObjectType, readonly SystemTaskType[]>>> = {
  'auto order': cardTypes,
  order: orderTypes,
  item: stockTypes,
};

/**
 * Returns whether an event is relevant to system tasks, without a query. Most events of the rebill
 * engine are not.
 */
export function isRelevant({ name, data = {} }: RelevantEvent): boolean {
  switch (name) {
    case 'auto_order_decline':
      return data['hard'] === true;
    case 'auto_order_disable':
    case 'auto_order_cancel':
    case 'auto_order_rebill':
    case 'order_create':
    case 'order_payment_process':
    case 'order_payment_failed':
    case 'order_stage_change':
    case 'item_create':
    case 'item_update':
      return true;
    default:
      return false;
  }
}

/**
 * Returns whether an event can raise a task. Paid rebills, which are most events, cannot: for them,
 * only objects with open tasks are loaded.
 */
export function mayRaise({ name, data = {} }: RelevantEvent): boolean {
  switch (name) {
    case 'auto_order_rebill':
    case 'order_payment_process':
      return false;
    case 'auto_order_cancel':
    case 'auto_order_disable':
      return data['reason'] === 'declined';
    case 'order_create':
    case 'order_stage_change':
      // A declined rebill that leaves an order emits order_payment_failed as well. An invoiced one
      // only creates its order.
      return data['rebill_number'] === undefined || data['owed'] === true;
    default:
      return isRelevant({ name, objectType: '', objectId: '', data });
  }
}

/**
 * Returns the reaction to one event. A card counts as fixed when a rebill is paid. An auto order
 * that was canceled for another reason no longer needs a card.
 */
export function wantedBy(event: RelevantEvent, facts: ObjectFacts): Wanted {
  const { name, data = {} } = event;
  switch (event.objectType) {
    case 'auto order':
      if (name === 'auto_order_decline')
        return { raise: 'auto_order_card_update_issue', close: [] };
      if (name === 'auto_order_rebill') return data['owed'] === true ? none : { close: cardTypes };
      if (data['reason'] !== 'declined')
        return name === 'auto_order_cancel' ? { close: cardTypes } : none;
      // A hard decline has already raised its own task.
      return data['hard'] === true ? none : { raise: 'auto_order_canceled_payment', close: [] };
    case 'order':
      return wantedByStage(facts.stage);
    case 'item':
      return wantedByStock(facts.stock);
    default:
      return none;
  }
}

function wantedByStage(stage: string | undefined): Wanted {
  const raise =
    stage === 'Accounts Receivable'
      ? 'order_accounts_receivable'
      : stage === 'Fraud Review'
        ? 'order_fraud_review'
        : undefined;
  return stage === undefined ? none : { raise, close: orderTypes.filter((type) => type !== raise) };
}

function wantedByStock(stock: ObjectFacts['stock']): Wanted {
  const raise =
    stock === 'low' ? 'item_low_stock' : stock === 'out' ? 'item_out_of_stock' : undefined;
  return { raise, close: stockTypes.filter((type) => type !== raise) };
}

/**
 * Returns how a task whose cause is gone is closed: by the customer if the card has changed since
 * the task was raised, else by the system.
 */
export function closingOf(task: Task, facts: ObjectFacts): SystemClosing {
  return task.cardMark !== undefined &&
    facts.cardMark !== undefined &&
    task.cardMark !== facts.cardMark
    ? 'closed - customer'
    : 'closed - system';
}

/** The name and the instructions of each type of task. */
export const taskTypeWords: Readonly<
  Record<SystemTaskType, { readonly name: string; readonly details: string }>
> = {
  auto_order_card_update_issue: {
    name: 'Ask the customer for another card',
    details: 'The card was declined for good. No further attempt will be made with it.',
  },
  auto_order_canceled_payment: {
    name: 'Win back an auto order that ended by declines',
    details: 'Every attempt to charge the card was declined, so the auto order has ended.',
  },
  order_accounts_receivable: {
    name: 'Collect the payment of an order',
    details: 'The order is in Accounts Receivable.',
  },
  order_fraud_review: {
    name: 'Review an order for fraud',
    details: 'The order is held in Fraud Review until a person has reviewed it.',
  },
  item_low_stock: {
    name: 'Reorder an item',
    details: 'The stock has reached the level at which it is reordered.',
  },
  item_out_of_stock: { name: 'An item is out of stock', details: 'No stock is left to ship.' },
};

/**
 * Returns the fields that a rule sets in a task raised at this moment; undefined when the
 * merchant's rule for the type is off.
 */
export function byRule(
  rules: StoredRules,
  type: SystemTaskType,
  at: Temporal.Instant,
  zone: string,
):
  | Pick<Task, 'assignedUserId' | 'assignedGroupId' | 'priority' | 'tags' | 'dueAt' | 'expiresAt'>
  | undefined {
  const rule = rules[type];
  if (rule?.enabled !== true) return undefined;
  return {
    assignedUserId: rule.assigned_to_user_id,
    assignedGroupId: rule.assigned_to_group_id,
    priority: rule.priority ?? '2 - medium',
    tags: rule.tags ?? [],
    dueAt: rule.due_days === undefined ? undefined : addDays(at, rule.due_days, zone),
    expiresAt:
      rule.expiration_days === undefined ? undefined : addDays(at, rule.expiration_days, zone),
  };
}
