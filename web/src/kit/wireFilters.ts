import { parseRange } from './filters.ts';
import { listOf, type UrlState } from './urlCodec.ts';

type Value = string | readonly string[];
type Fields = Readonly<Record<string, unknown>>;

/** One filter of an address as a field of the list's request, and back. */
export interface WireFilter {
  toWire(value: Value): Fields;
  /** Undefined if the request does not filter by it. */
  fromWire(search: Fields): Value | undefined;
}

/** The filters of a list by their names in the address. */
export type WireFilters = Readonly<Record<string, WireFilter>>;

/** The request of a list. A date without an offset is a day of the merchant's zone. */
export const toSearch = <Search>(wire: WireFilters, state: UrlState): Search =>
  Object.assign(
    {},
    ...Object.entries(wire).map(([name, filter]) => {
      const value = state[name];
      return value === undefined || value.length === 0 ? {} : filter.toWire(value);
    }),
  ) as Search;

/**
 * Returns the address of a stored request. Leaves out conditions that the list has no filter for.
 */
export function fromSearch(wire: WireFilters, search: object): UrlState {
  const found = Object.entries(wire).map(([name, filter]) => [
    name,
    filter.fromWire({ ...search }),
  ]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value.length > 0));
}

/** The field `x` of the pair `x_begin` and `x_end`. */
type RangeOf<Search> = {
  [Name in keyof Search]: Name extends `${infer Range}_begin` ? Range : never;
}[keyof Search];

/** The filters that are one field of a list's request, checked against its type. */
export function wireFieldsOf<Search>() {
  type Field = keyof Search & string;
  return {
    text: (field: Field): WireFilter => ({
      toWire: (value) => (typeof value === 'string' ? { [field]: value } : {}),
      fromWire: ({ [field]: value }) => (typeof value === 'string' ? value : undefined),
    }),
    values: (field: Field): WireFilter => ({
      toWire: (value) => ({ [field]: listOf(value) }),
      fromWire: ({ [field]: value }) => (Array.isArray(value) ? value.map(String) : undefined),
    }),
    number: (field: Field): WireFilter => ({
      toWire: (value) => (typeof value === 'string' ? { [field]: Number(value) } : {}),
      fromWire: ({ [field]: value }) => (typeof value === 'number' ? String(value) : undefined),
    }),
    /** A number chosen from a few. */
    chosenNumber: (field: Field): WireFilter => ({
      toWire: (value) => ({ [field]: Number(listOf(value)[0]) }),
      fromWire: ({ [field]: value }) => (typeof value === 'number' ? [String(value)] : undefined),
    }),
    day: (field: Field): WireFilter => ({
      toWire: (value) => (typeof value === 'string' ? { [field]: value } : {}),
      fromWire: ({ [field]: value }) => dayIn(value),
    }),
    days: (range: RangeOf<Search> & string): WireFilter =>
      between(`${range}_begin`, `${range}_end`),
    /** A range of days between two fields with any names. */
    daysBetween: (begin: Field, end: Field): WireFilter => between(begin, end),
    /** One of a few values. */
    chosen: (field: Field): WireFilter => ({
      toWire: (value) => ({ [field]: listOf(value)[0] }),
      fromWire: ({ [field]: value }) => (typeof value === 'string' ? [value] : undefined),
    }),
    /** Two choices that are true and false in the wire format; both together do not filter. */
    either: (field: Field, [yes, no]: readonly [string, string]): WireFilter => ({
      toWire(value) {
        const chosen = listOf(value);
        return chosen.length === 1 ? { [field]: chosen[0] === yes } : {};
      },
      fromWire: ({ [field]: value }) =>
        typeof value === 'boolean' ? [value ? yes : no] : undefined,
    }),
    /** A choice that is true in the wire format, or absent. */
    only: (field: Field, yes: string): WireFilter => ({
      toWire: () => ({ [field]: true }),
      fromWire: ({ [field]: value }) => (value === true ? [yes] : undefined),
    }),
  };
}

/** Includes both days. */
const between = (begin: string, end: string): WireFilter => ({
  toWire(value) {
    const { from, to } = parseRange(String(value)) ?? {};
    return {
      ...(from !== undefined && { [begin]: `${from}T00:00:00` }),
      ...(to !== undefined && { [end]: `${to}T23:59:59` }),
    };
  },
  fromWire: ({ [begin]: from, [end]: to }) => rangeIn(from, to),
});

function rangeIn(begin: unknown, end: unknown): string | undefined {
  const [from, to] = [dayIn(begin), dayIn(end)];
  return from === undefined && to === undefined ? undefined : `${from ?? ''}..${to ?? ''}`;
}

const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\d{4}-\d\d-\d\d/.exec(value)?.[0] : undefined;
