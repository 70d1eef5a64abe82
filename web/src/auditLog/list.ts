import type { QueryOf } from '@perennial/contract/operations.ts';
import { choicesOf, type Filters, parseRange } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';

/** The kinds of objects that entries are about. */
const objectTypes = [
  'user',
  'group',
  'key',
  'session',
  'grant',
  'webhook',
  'settings',
  'clock',
  'workflow rules',
  'mail template',
  'receivable retry',
  'tax rate',
  'distribution center',
  'merchant',
];

/** The filters of the audit log. The names are those of the address. */
export const auditFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'person, action, object or address' },
  type: { kind: 'choice', label: 'About', choices: choicesOf(objectTypes), isOne: true },
  object: { kind: 'word', label: 'Object', hint: 'the id of the object' },
  user: { kind: 'oid', label: 'By user', hint: 'the number of the user' },
  act: { kind: 'word', label: 'Action', hint: 'for example updateUser' },
  days: { kind: 'range', label: 'Day' },
};

/** Reads the address of the audit log. The newest entry is always first. */
export const parseAuditList = (search: Record<string, unknown>): ListState =>
  parseListState(auditFilters, [], search);

/** Reads the request to the server from the state in the address. */
export function auditQueryOf({ q, type, object, user, act, days }: ListState): AuditQuery {
  const { from, to } = typeof days === 'string' ? (parseRange(days) ?? {}) : {};
  return {
    ...textOf('text', q),
    ...textOf('object_type', Array.isArray(type) ? type[0] : type),
    ...textOf('object_id', object),
    ...(typeof user === 'string' && { user_id: Number(user) }),
    ...textOf('act', act),
    // Days of the merchant's zone, both included.
    ...(from !== undefined && { since_dts: `${from}T00:00:00` }),
    ...(to !== undefined && { until_dts: `${to}T23:59:59` }),
  };
}

/** The filters of a request for entries. */
export type AuditQuery = QueryOf<'getAuditLog'>;

const textOf = (name: 'text' | 'object_type' | 'object_id' | 'act', value: unknown): AuditQuery =>
  typeof value === 'string' && value !== '' ? { [name]: value } : {};
