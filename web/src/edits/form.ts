import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { FieldChange } from './change.ts';

/** One row of a list in a form, for example an add-on. */
export type Row = Readonly<Record<string, string>>;

/** The values typed into a form, by the names of its fields. */
export type Values = Readonly<Record<string, string | boolean | readonly Row[]>>;

/** A choice of a field. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/**
 * A field of a form. `amount` is money, in the currency of the auto order; `item` is the id of an
 * item of the catalogue.
 */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind:
    | 'date'
    | 'count'
    | 'decimal'
    | 'amount'
    | 'text'
    | 'item'
    | 'choice'
    | 'flag'
    | 'rows';
  readonly hint?: string | undefined;
  readonly choices?: readonly Choice[];
  /** Of `rows`: the fields of one row. */
  readonly columns?: readonly Field[];
  /** Of `rows`: the words of the button. */
  readonly adds?: string;
  /** The fields of one group have one legend. */
  readonly group?: string | undefined;
  readonly autoComplete?: string;
  readonly isRequired?: boolean;
  /** It has a line of the form to itself. */
  readonly isWide?: boolean;
}

/** The inputs of a part of an auto order's editing besides the auto order. */
export interface FormContext {
  /** The merchant's moment. */
  readonly now: string;
  readonly zone: string;
  /** The person's login: a cancelation with a user charges the fee. */
  readonly login: string;
  readonly cancelReasons: readonly string[];
  /** Code and words of other auto orders of the customer. */
  readonly mergeable: readonly Choice[];
}

/** The write that a form makes when it is saved. */
export type Deed =
  | { readonly kind: 'update'; readonly changes: readonly FieldChange[] }
  | {
      readonly kind: 'skip' | 'unskip' | 'resume' | 'reactivate';
      readonly request: {
        readonly shipment_dts?: string;
        readonly count?: number;
        readonly auto_order_item_oid?: number;
      };
    }
  | { readonly kind: 'charge' }
  | {
      readonly kind: 'card';
      readonly request: {
        readonly card_number_token: string;
        readonly card_expiration_month: number;
        readonly card_expiration_year: number;
        readonly attempt_rebill: boolean;
      };
    }
  | { readonly kind: 'merge'; readonly oids: readonly number[] };

/** One thing that can be changed, as a dialog. */
export interface Part {
  readonly title: string;
  /** The words of the button. */
  readonly save: string;
  /** Names what cannot be undone, before it is done. */
  readonly isFinal?: ((values: Values) => string | undefined) | undefined;
  /**
   * Why the auto order cannot be changed in this way; undefined when it can. It is asked before
   * the context is read, and once more with it.
   */
  readonly hindrance?: (order: AutoOrder, context?: FormContext) => string | undefined;
  /** The values that the form begins with. */
  start(order: AutoOrder, context: FormContext): Values;
  fields(order: AutoOrder, values: Values, context: FormContext): readonly Field[];
  /**
   * The change that the values describe; undefined while they change nothing or are not complete.
   */
  deed(order: AutoOrder, values: Values, context: FormContext): Deed | undefined;
  /** The result in words, for the toast. */
  done(order: AutoOrder, values: Values): string;
}

/** The text in a field. */
export const textOf = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** Whether a flag is set. */
export const flagOf = (values: Values, name: string): boolean => values[name] === true;

/** The rows of a list. */
export const rowsOf = (values: Values, name: string): readonly Row[] => {
  const value = values[name];
  return Array.isArray(value) ? value : [];
};

/**
 * A number as it was typed; null if nothing was typed, undefined if the text is not a number. A
 * comma is a decimal one, except before three digits: `1,200` is a thousand in some countries and
 * one in others.
 */
export function numberOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  if (!/^-?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) || /^-?\d+,\d{3}$/.test(text)) return undefined;
  return Number(text.replace(',', '.'));
}

/** Describes the fault of the text in a field; undefined while it can be read. */
export function faultOf(kind: Field['kind'], typed: string): string | undefined {
  if (kind !== 'count' && kind !== 'decimal' && kind !== 'amount') return undefined;
  const value = numberOf(typed);
  if (value === undefined)
    return kind === 'count' ? 'Type a whole number.' : 'Type a number, for example 12.50.';
  return kind === 'count' && value !== null && !Number.isInteger(value)
    ? 'Type a whole number.'
    : undefined;
}
