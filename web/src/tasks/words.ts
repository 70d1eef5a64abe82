import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { Tone } from '../kit/tone.ts';
import type { ChangedField } from './change.ts';
import { priorityWord } from './list.ts';

/** A status for people. */
export function statusWords({ status = 'open' }: WorkflowTask): string {
  const words: Partial<Record<string, string>> = {
    delayed: 'Snoozed',
    'awaiting customer feedback': 'Waits for the customer',
    'closed - system': 'Closed by itself',
    'closed - customer': 'Closed by the customer',
    'closed - expiration': 'Expired',
  };
  return words[status] ?? status.charAt(0).toUpperCase() + status.slice(1);
}

/** How much attention a status needs. */
export function toneOfStatus({ status }: WorkflowTask): Tone {
  if (status === 'delayed') return 'note';
  if (status === 'closed - expiration') return 'warn';
  return status?.startsWith('closed') ? 'good' : 'quiet';
}

/** Names the object of a task in short: `Auto order ABCDE12345`. */
export function objectWords({ object_type: type, object_id: id }: WorkflowTask): string {
  if (type === undefined) return '';
  return `${type.charAt(0).toUpperCase()}${type.slice(1)} ${id ?? ''}`.trim();
}

/** Returns the console's address of an object; undefined for one without a page. */
export function objectPath({ object_type: type, object_id: id }: WorkflowTask): string | undefined {
  if (id === undefined) return undefined;
  if (type === 'auto order') return `/auto-orders/${encodeURIComponent(id)}`;
  return type === undefined || type === 'storefront' ? undefined : `/o/${encodeURIComponent(id)}`;
}

/** Names the assignee of a task: a person, a group, or no one. */
export const whoWords = (task: WorkflowTask): string =>
  task.assigned_to_user ??
  (task.assigned_to_group === undefined ? 'No one' : `${task.assigned_to_group} (group)`);

/** The same, but without marking groups as such. */
export const whoShort = (task: WorkflowTask): string =>
  task.assigned_to_user ?? task.assigned_to_group ?? 'No one';

/** Describes when a task that a rule raised closes by itself; undefined for other tasks. */
export function closesItself({ system_task_type: type }: WorkflowTask): string | undefined {
  switch (type) {
    case 'auto_order_card_update_issue':
      return 'It closes automatically when a rebill of the auto order is paid.';
    case 'auto_order_canceled_payment':
      return 'It closes automatically when a rebill of the auto order is paid again.';
    case 'order_accounts_receivable':
      return 'It closes automatically when the order is paid or leaves Accounts Receivable.';
    case 'order_fraud_review':
      return 'It closes automatically when the order leaves Fraud Review.';
    case 'item_low_stock':
    case 'item_out_of_stock':
      return 'It closes automatically when enough of the item is in stock.';
    default:
      return undefined;
  }
}

/** The name of a field for people. */
export const fieldWords: Readonly<Record<ChangedField, string>> = {
  status: 'Status',
  delay_until_dts: 'Snoozed until',
  due_dts: 'Due',
  priority: 'Priority',
  assigned_to_user_id: 'Assigned to',
  assigned_to_group_id: 'Assigned to the group',
  tags: 'Tags',
  task_name: 'Name',
  task_details: 'Details',
};

/**
 * Formats the value of a field for people. `nameOf` names users and groups, `minute` formats a
 * time.
 */
export function valueWords(
  field: ChangedField,
  value: unknown,
  nameOf: (field: ChangedField, id: number) => string,
  minute: (iso: string) => string,
): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (field === 'priority') return priorityWord(value as never);
  if (field === 'status') return statusWords({ status: value as never });
  if (typeof value === 'number') return nameOf(field, value);
  return field.endsWith('_dts') ? minute(String(value)) : String(value);
}

/** Formats a short time ago, in seconds below a minute: `4 s ago`. */
export function agoWords(atIso: string | undefined, nowIso: string): string {
  if (atIso === undefined) return '';
  const seconds = Math.max(0, Math.round((Date.parse(nowIso) - Date.parse(atIso)) / 1000));
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400
    ? `${Math.floor(seconds / 3600)} h ago`
    : `${Math.floor(seconds / 86_400)} d ago`;
}
