import { formatDay } from './moment.ts';
import { listOf, type UrlState } from './urlCodec.ts';

/**
 * One filter of a list: its form in the address, the words of its chip, and its choices. The table
 * of a list's filters defines the bar, the address and the request.
 */
export type Filter =
  | { readonly kind: 'text'; readonly label: string; readonly hint: string }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly choices: readonly Choice[];
      /** Only one value may be chosen. */
      readonly isOne?: boolean;
    }
  | { readonly kind: 'values'; readonly label: string; readonly hint: string }
  | { readonly kind: 'word'; readonly label: string; readonly hint: string; readonly form?: RegExp }
  | { readonly kind: 'number' | 'oid'; readonly label: string; readonly hint: string }
  | { readonly kind: 'day' | 'range'; readonly label: string };

/** A value in the wire format and its name. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

export type Filters = Readonly<Record<string, Filter>>;

/** The chosen filters: only valid names with valid values. */
export type FilterState = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Choices named by their values, with spaces and a first letter in upper case. */
export const choicesOf = (values: readonly string[]): Choice[] =>
  values.map((value) => ({ value, label: sentenceCase(value) }));

/** `in_doubt` → `In doubt`. */
export function sentenceCase(value: string): string {
  const words = value.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Reads the filters from an address. Leaves out invalid ones, so old links still open. */
export function parseFilters(filters: Filters, state: UrlState): FilterState {
  const found: Record<string, string | readonly string[]> = {};
  for (const [name, filter] of Object.entries(filters)) {
    const value = parseFilter(filter, listOf(state[name]));
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function parseFilter(filter: Filter, given: readonly string[]) {
  const values = given.map((value) => value.trim()).filter((value) => value !== '');
  const first = values[0];
  if (first === undefined) return undefined;
  switch (filter.kind) {
    case 'values':
      return [...new Set(values)].slice(0, 50);
    case 'choice':
      return known(filter.choices, values)?.slice(0, filter.isOne ? 1 : undefined);
    case 'word':
      return filter.form?.test(first) === false ? undefined : readers.text(first);
    default:
      return readers[filter.kind](first);
  }
}

type Read = (value: string) => string | undefined;

/** Read a single value of each kind; undefined if it is invalid. */
const readers: Readonly<Record<'text' | 'number' | 'oid' | 'day' | 'range', Read>> = {
  text: (value) => value.slice(0, 100),
  number: (value) => wholeNumber(value, 999_999),
  oid: (value) => wholeNumber(value, 2 ** 31 - 1),
  day: (value) => (isDay(value) ? value : undefined),
  range: (value) => (parseRange(value) === undefined ? undefined : value),
};

const wholeNumber = (value: string, max: number): string | undefined =>
  /^\d{1,10}$/.test(value) && Number(value) <= max ? String(Number(value)) : undefined;

function known(choices: readonly Choice[], values: readonly string[]): string[] | undefined {
  const chosen = choices.map(({ value }) => value).filter((value) => values.includes(value));
  return chosen.length > 0 ? chosen : undefined;
}

/**
 * A range of two days, both included; either may be absent. Written `2026-03-01..2026-03-31`,
 * `2026-03-01..`.
 */
export interface DayRange {
  readonly from?: string;
  readonly to?: string;
}

/** Parses a range of days; undefined if the text is not a range, or ends before it begins. */
export function parseRange(text: string): DayRange | undefined {
  const match = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/.exec(text);
  const [from, to] = [match?.[1], match?.[2]];
  if (!match || (from === undefined && to === undefined)) return undefined;
  if ([from, to].some((day) => day !== undefined && !isDay(day))) return undefined;
  if (from !== undefined && to !== undefined && to < from) return undefined;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function isDay(day: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** The text of a chip: `State: Paused, Retrying`, `Next shipment: from 2026-03-01`. */
export function chipWords(filter: Filter, value: string | readonly string[], now: string): string {
  const values = listOf(value);
  if (filter.kind === 'range')
    return `${filter.label}: ${rangeWords(parseRange(values[0]!) ?? {}, now)}`;
  if (filter.kind === 'number') return `${filter.label}: ${values[0]} or more`;
  if (filter.kind === 'day') return `${filter.label} ${formatDay(values[0]!, now)}`;
  const words = values.map((each) =>
    filter.kind === 'choice'
      ? (filter.choices.find((choice) => choice.value === each)?.label ?? each)
      : each,
  );
  return `${filter.label}: ${words.join(', ')}`;
}

function rangeWords({ from, to }: DayRange, now: string): string {
  const [first, last] = [from, to].map((day) => day && formatDay(day, now));
  if (first === undefined) return `until ${last}`;
  if (last === undefined) return `from ${first}`;
  return from === to ? first : `${first} to ${last}`;
}
