import type { QueryOf } from '@perennial/contract/operations.ts';
import { choicesOf, type Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';

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

export const auditSorts = ['at_dts'] as const;

/** The newest come first unless the address says otherwise. */
export const auditSort = '-at_dts';

export const auditViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'Users', state: { type: 'user' } },
  { label: 'API keys', state: { type: 'key' } },
  { label: 'Settings', state: { type: 'settings' } },
  { label: 'Webhooks', state: { type: 'webhook' } },
  { label: 'Clock', state: { type: 'clock' } },
];

/** Reads the address of the audit log. */
export const parseAuditList = (search: Record<string, unknown>): ListState =>
  parseListState(auditFilters, auditSorts, search, auditSort);

/** The filters of a request for entries. */
export type AuditQuery = QueryOf<'getAuditLog'>;

const { text, chosen, number, daysBetween } = wireFieldsOf<AuditQuery>();

/** The filters as fields of the request. */
export const auditWire: WireFilters = {
  q: text('text'),
  type: chosen('object_type'),
  object: text('object_id'),
  user: number('user_id'),
  act: text('act'),
  days: daysBetween('since_dts', 'until_dts'),
};

/** The request of the audit log. */
export const auditQueryOf = (state: ListState): AuditQuery =>
  toSearch<AuditQuery>(auditWire, state);

/** The request of a page in one direction: the entries beyond one, or from a moment on. */
export function auditPlaceOf(
  sort: string,
  after: string | undefined,
  from: string | undefined,
): AuditQuery {
  const begin = from === undefined ? {} : { from_dts: from };
  if (!sort.startsWith('-')) return { after_entry: Number(after ?? 0), ...begin };
  return { ...(after !== undefined && { before_entry: Number(after) }), ...begin };
}
