import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';

/** An act in words: `updateUser` → `Update user`, `key rotate` → `Key rotate (command)`. */
export function actWords({ act = '', actor_kind: kind }: AuditLogEntry): string {
  const words = act.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return kind === 'command' ? `${sentence} (command)` : sentence;
}

/** What an entry is about: `user 7`. */
export const objectWords = ({
  object_type: type = '',
  object_id: id = '',
}: AuditLogEntry): string => [type, id].filter((word) => word !== '').join(' ');

/** Who acted, beyond the name: `session`, `key:3`. */
export const viaWords = ({ actor_kind: kind, application_id: application }: AuditLogEntry) =>
  application === undefined || application === 'console' ? kind : application;

/** A field that an act changed. */
export interface ChangedField {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** The fields of an entry, each with its text before and after; `–` where there was none. */
export function changedFields({ before = {}, after = {} }: AuditLogEntry): ChangedField[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => ({
    name,
    before: textOf(before[name]),
    after: textOf(after[name]),
  }));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The name of a field in words: `merchantId` and `merchant_id` are `merchant id`. */
export const nameWords = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .replaceAll('_', ' ');

/** What an entry changed, in one line of a list: the names of the fields. */
export function summaryOf(entry: AuditLogEntry): string {
  const names = changedFields(entry).map(({ name }) => nameWords(name));
  return names.length > 4
    ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
    : names.join(', ');
}
