import type { Temporal } from 'temporal-polyfill';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import { rangeConditions } from '../kernel/momentRange.ts';
import type { Bind } from '../platform/storage/page.ts';
import { type Condition, lastCharacter } from './keyset.ts';

/* Conditions as SQL, with clients' values as parameters. Texts are compared case-folded. */

/** Matches a column that equals one of these texts, regardless of case. */
export const isAnyOf = (column: string, values: readonly string[], bind: Bind): string =>
  `${column} = any(${bind(values.map(foldTrimmed))}::text[])`;

/** Matches one of these keys; returns no condition when no key is given. */
export const isAmong = (
  column: string,
  type: 'int' | 'text',
  keys: readonly (string | number)[] | null | undefined,
  bind: Bind,
): Condition[] => (keys?.length ? [{ sql: `${column} = any(${bind(keys)}::${type}[])` }] : []);

/**
 * Matches a column (collation C) whose text begins with this. An index on it serves the condition.
 */
export function beginsWith(column: string, beginning: string, bind: Bind): string {
  return `(${column} >= ${bind(beginning)} and ${column} < ${bind(beginning + lastCharacter)})`;
}

/** The beginning of a long text, by which lists sort it. Its index cuts it at the same length. */
export const sortedText = (sql: string): string => `left(fold(${sql}), 100) collate "C"`;

/** The description of the row `alias` in the form by which lists sort it. */
export const sortedDescription = (alias: string): string =>
  sortedText(`${alias}.document->>'description'`);

/** The digits of a phone number in the form of its index. */
export const digitsOf = (sql: string): string =>
  `regexp_replace(${sql}, '\\D', '', 'g') collate "C"`;

/** Matches a column whose value is in one select of each group. */
export const inAll = (column: string, groups: readonly (readonly string[])[]): string =>
  groups.map((selects) => `${column} in (${selects.join(' union all ')})`).join(' and ');

/** Splits a search text into words, folded. */
export const searchWords = (text: string | null | undefined): string[] =>
  fold(text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');

/** Returns those values that begin with a search text. */
export type Recognised =
  | { readonly kind: 'email'; readonly beginning: string }
  | { readonly kind: 'orderId'; readonly from: string; readonly to: string }
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'words'; readonly words: readonly string[] };

/**
 * Recognises the kind of a typed text, so that only the matching fields are searched. A text with
 * an @ is an email, MERCHANT-123 an order id, digits a phone number, an oid or the number of an
 * order.
 */
export function recognise(merchantId: string, text: string): Recognised | undefined {
  const words = searchWords(text);
  const whole = words.join(' ');
  if (whole === '') return undefined;
  if (words.length === 1 && whole.includes('@')) return { kind: 'email', beginning: whole };
  const orderNumber = orderNumberOf(merchantId, whole);
  if (orderNumber !== undefined)
    return {
      kind: 'orderId',
      from: `${merchantId}-${orderNumber.padEnd(orderDigits, '0')}`,
      to: `${merchantId}-${orderNumber.padEnd(orderDigits, '9')}`,
    };
  const digits = whole.replace(/\D/g, '');
  if (digits !== '' && /^[\d\s()+./-]+$/.test(whole)) return { kind: 'number', digits };
  return { kind: 'words', words };
}

/** Order ids are the merchant's id, a hyphen and ten digits. */
export const orderDigits = 10;

/** Returns the order id with this number; undefined when the number has too many digits. */
export const orderIdOfNumber = (merchantId: string, digits: string): string | undefined =>
  digits.length <= orderDigits ? `${merchantId}-${digits.padStart(orderDigits, '0')}` : undefined;

function orderNumberOf(merchantId: string, text: string): string | undefined {
  const prefix = `${fold(merchantId)}-`;
  const number = text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
  return number !== undefined && /^\d{0,10}$/.test(number) ? number : undefined;
}

/** The first and the last moment of a search; absent means no limit. */
export type SearchInterval = readonly [Temporal.Instant | undefined, Temporal.Instant | undefined];

/** Matches rows whose column is in the interval. */
export const inInterval = (column: string, [begin, end]: SearchInterval, bind: Bind): Condition[] =>
  rangeConditions(column, { begin, end }, bind).map((sql) => ({ sql }));
