import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { FieldChange } from './change.ts';

/** One row of a list in a form, for example an add-on. */
export type Row = Readonly<Record<string, string>>;

/** The values typed into a form, by the names of its fields. */
export type Values = Readonly<Record<string, string | boolean | readonly Row[]>>;

/** An option of a field with choices. */
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
  /** For `rows`: the fields of one row. */
  readonly columns?: readonly Field[];
  /** For `rows`: the text of the button that adds one. */
  readonly adds?: string;
  /** The fields of one group share one legend. */
  readonly group?: string | undefined;
  readonly autoComplete?: string;
  readonly isRequired?: boolean;
  /** True if it needs a whole line of the form. */
  readonly isWide?: boolean;
}

/** The inputs of a part of an auto order's editing besides the auto order. */
export interface FormContext {
  /** The current time on the merchant's clock. */
  readonly now: string;
  readonly zone: string;
  /** The person's login: a cancelation that names a user charges the fee. */
  readonly login: string;
  readonly cancelReasons: readonly string[];
  /** The codes and descriptions of the customer's other auto orders. */
  readonly mergeable: readonly Choice[];
}

/** The write that saving a form performs. */
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

/** One change of an auto order, as a dialog. */
export interface Part {
  readonly title: string;
  /** The text of the button. */
  readonly save: string;
  /** The warning about what cannot be undone, shown before saving. */
  readonly isFinal?: ((values: Values) => string | undefined) | undefined;
  /**
   * Returns why the auto order cannot be changed in this way; undefined when it can. Called before
   * the context is read, and once more with it.
   */
  readonly hindrance?: (order: AutoOrder, context?: FormContext) => string | undefined;
  /** Returns the initial values of the form. */
  start(order: AutoOrder, context: FormContext): Values;
  fields(order: AutoOrder, values: Values, context: FormContext): readonly Field[];
  /**
   * Returns the change that the values describe; undefined while they change nothing or are
   * incomplete.
   */
  deed(order: AutoOrder, values: Values, context: FormContext): Deed | undefined;
  /** Describes the result in words, for the toast. */
  done(order: AutoOrder, values: Values): string;
}

/** Returns the text in a field. */
export const textOf = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** Returns whether a flag is set. */
export const flagOf = (values: Values, name: string): boolean => values[name] === true;

/** Returns the rows of a list. */
export const rowsOf = (values: Values, name: string): readonly Row[] => {
  const value = values[name];
  return Array.isArray(value) ? value : [];
};

/**
 * Parses a typed number; null if the text is empty, undefined if it is not a number. A comma is a
 * decimal separator, except before three digits: `1,200` is more than a thousand in some countries
 * and little more than one in others.
 */
export function numberOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  if (!/^-?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) || /^-?\d+,\d{3}$/.test(text)) return undefined;
  return Number(text.replace(',', '.'));
}

/** Describes the fault of the text in a field; undefined while it is valid. */
export function faultOf(kind: Field['kind'], typed: string): string | undefined {
  if (kind !== 'count' && kind !== 'decimal' && kind !== 'amount') return undefined;
  const value = numberOf(typed);
  if (value === undefined)
    return kind === 'count' ? 'Type a whole number.' : 'Type a number, for example 12.50.';
  return kind === 'count' && value !== null && !Number.isInteger(value)
    ? 'Type a whole number.'
    : undefined;
}
