import { parseRange } from './filters.ts';
import { listOf, type UrlState } from './urlCodec.ts';

type Value = string | readonly string[];
type Fields = Readonly<Record<string, unknown>>;

/** One filter of an address as a field of the list's request, and back. */
export interface WireFilter {
  toWire(value: Value): Fields;
  /** Undefined when the request does not filter by it. */
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

/** The address of a stored request. Conditions that the list has no filter for are left out. */
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
    /** A number that is chosen among a few. */
    chosenNumber: (field: Field): WireFilter => ({
      toWire: (value) => ({ [field]: Number(listOf(value)[0]) }),
      fromWire: ({ [field]: value }) => (typeof value === 'number' ? [String(value)] : undefined),
    }),
    day: (field: Field): WireFilter => ({
      toWire: (value) => (typeof value === 'string' ? { [field]: value } : {}),
      fromWire: ({ [field]: value }) => dayIn(value),
    }),
    days: (range: RangeOf<Search> & string): WireFilter => ({
      toWire: (value) => daysPart(range, value),
      fromWire: ({ [`${range}_begin`]: begin, [`${range}_end`]: end }) => rangeIn(begin, end),
    }),
  };
}

/** Both days are included. */
function daysPart(name: string, value: Value): Fields {
  const { from, to } = parseRange(String(value)) ?? {};
  return {
    ...(from !== undefined && { [`${name}_begin`]: `${from}T00:00:00` }),
    ...(to !== undefined && { [`${name}_end`]: `${to}T23:59:59` }),
  };
}

function rangeIn(begin: unknown, end: unknown): string | undefined {
  const [from, to] = [dayIn(begin), dayIn(end)];
  return from === undefined && to === undefined ? undefined : `${from ?? ''}..${to ?? ''}`;
}

const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\d{4}-\d\d-\d\d/.exec(value)?.[0] : undefined;
