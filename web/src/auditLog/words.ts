import type { AuditLogEntry } from '@perennial/contract/auditLog.ts';

/** An act in words: `updateUser` → `Update user`, `key rotate` → `Key rotate (command)`. */
export function actWords({ act = '', actor_kind: kind }: AuditLogEntry): string {
  const words = act.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return kind === 'command' ? `${sentence} (command)` : sentence;
}

/** The object of an entry: `user 7`. */
export const objectWords = ({
  object_type: type = '',
  object_id: id = '',
}: AuditLogEntry): string => [type, id].filter((word) => word !== '').join(' ');

/** The actor besides the name: `session`, `key:3`. */
export const viaWords = ({ actor_kind: kind, application_id: application }: AuditLogEntry) =>
  application === undefined || application === 'console' ? kind : application;

/** A field that an act changed. */
export interface ChangedField {
  /** The name in words; for a nested field with its parents: `shipping methods › Ground › cost`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Returns the changed fields of an entry, each with its text before and after; `–` for no value.
 * Splits records and lists of records into their fields.
 */
export function changedFields({ before = {}, after = {} }: AuditLogEntry): ChangedField[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => ({ name, before: was.get(name) ?? '–', after: is.get(name) ?? '–' }))
    .filter((field) => field.before !== field.after);
}

/** The texts of all fields of a value, by their names in words. */
function leavesOf(value: unknown, path: readonly string[] = []): Map<string, string> {
  const parts = partsOf(value);
  if (parts === undefined) return new Map([[path.join(' › '), textOf(value)]]);
  return new Map(parts.flatMap(([name, part]) => [...leavesOf(part, [...path, name])]));
}

/**
 * Returns the named parts of a record or of a list of records; undefined for a value that is shown
 * as text.
 */
function partsOf(value: unknown): [name: string, part: unknown][] | undefined {
  if (isRecord(value)) return Object.entries(value).map(([name, part]) => [nameWords(name), part]);
  if (!Array.isArray(value) || !value.some((part) => typeof part === 'object')) return undefined;
  const titles = value.map(titleOf);
  const areClear = new Set(titles).size === titles.length && !titles.includes(undefined);
  return value.map((part, index) => [(areClear && titles[index]) || String(index + 1), part]);
}

/**
 * Returns the name, code or id of a record. Unlike its index, it does not change when another
 * record is added.
 */
function titleOf(record: unknown): string | undefined {
  if (!isRecord(record)) return undefined;
  const [, title] =
    Object.entries(record).find(
      ([name, value]) => /\b(name|code|key|id|oid)$/.test(nameWords(name)) && isTitle(value),
    ) ?? [];
  return title === undefined ? undefined : String(title);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTitle = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value !== '');

function textOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (Array.isArray(value)) return value.map(textOf).join(', ') || '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** The name of a field in words: `merchantId` and `merchant_id` are `merchant id`. */
export const nameWords = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .replaceAll('_', ' ');

/** Names the fields that an entry changed, in one line of a list. */
export function summaryOf(entry: AuditLogEntry): string {
  const { before = {}, after = {} } = entry;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].map(nameWords);
  return names.length > 4
    ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
    : names.join(', ');
}
