import type { Choice } from './filters.ts';

/** An order in which a list can begin at a value. */
export interface JumpField {
  readonly label: string;
  /** The field of `_sort`; absent: a column that is not sortable. */
  readonly sort?: string;
  /** The values of the field, where it has only a few. */
  readonly values?: readonly Choice[];
}

/** The kind of value at which a list can start, by the sorted field. */
export type JumpKind = 'date' | 'month' | 'text';

/** How the values of a field are entered. */
export function jumpKind(field: string): JumpKind {
  if (field.endsWith('_dts')) return 'date';
  return field === 'card_expires' ? 'month' : 'text';
}

/**
 * The part of a list's request that starts it at a value: at the whole day, in either direction.
 */
export function fromQuery(
  from: string | undefined,
  sort: string | undefined,
): { readonly _from?: string } {
  if (from === undefined || sort === undefined) return {};
  const isDown = sort.startsWith('-');
  const isDay = jumpKind(sort.replace(/^-/, '')) === 'date';
  return { _from: isDay ? `${from}T${isDown ? '23:59:59' : '00:00:00'}` : from };
}

/** Reads the start value from an address; undefined if it does not fit the order of the list. */
export function parseFrom(from: string | undefined, sort: string | undefined): string | undefined {
  if (from === undefined || sort === undefined) return undefined;
  return patterns[jumpKind(sort.replace(/^-/, ''))].test(from) ? from : undefined;
}

const patterns: Readonly<Record<JumpKind, RegExp>> = {
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  month: /^\d{4}-(0[1-9]|1[0-2])$/,
  text: /^.{1,60}$/,
};
