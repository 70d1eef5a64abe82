import { completesCardNumber, holdsCardNumber, plainDigits } from './cardDigits.ts';
import { isCardNumber, longestCardNumber, shortestCardNumber } from './cardIssuers.ts';

/*
 * Finds card numbers in requests, so that none is ever stored (docs/adr/0049). A number is a card
 * number if its issuer prefix, length and check digit are valid. Its digits may have letters around
 * them, be in any script, and be separated:
 *
 * - by any characters except letters, in the groups of printed cards (4-4-4-4, 4-6-5, 8-8, 6-10 …)
 *   or digit by digit;
 * - by the same separator everywhere, in groups of any size;
 * - across neighbouring fields or list elements that contain only such groups.
 *
 * A run of digits without a separator counts only as a whole: part of a longer number is not a card
 * number.
 */

/**
 * Returns the path (`payment.credit_card.card_number`) of the first text, number or name in `value`
 * that contains a card number, alone or together with its neighbours. Undefined if there is none. A
 * text alone has the path `''`.
 */
export function findCardNumber(value: unknown): string | undefined {
  const path = find(value);
  return path?.startsWith('.') ? path.slice(1) : path;
}

/**
 * Returns the name of the first field of a form that contains a card number, alone or together with
 * its neighbours; undefined if there is none.
 */
export function cardFieldOf(form: URLSearchParams): string | undefined {
  // A password is never stored, and a log-in must not depend on the form of the password.
  const fields = [...form].filter(([name]) => name !== 'password');
  const found =
    find(fields.map(([name, value]) => ({ [name]: value }))) ?? find(Object.fromEntries(fields));
  return found === undefined ? undefined : (/\w+$/.exec(found)?.[0] ?? 'The form');
}

/**
 * Returns the last four digits of a masked card number (`XXXXXXXXXXXX1111`, `************1111`,
 * `1111`); undefined if the text is not a masked number.
 */
export function lastFourOf(masked: string): string | undefined {
  return /^[Xx*•.\s-]*(\d{4})$/.exec(masked.trim())?.[1];
}

/** Returns a card number as the wire shows it, with all but the last four digits masked. */
export const maskedCardNumber = (lastFour: string): string => `XXXXXXXXXXXX${lastFour}`;

/**
 * Returns the path below `value`. The path is built only when a number is found, because most
 * bodies have none.
 */
function find(value: unknown): string | undefined {
  if (typeof value === 'string') return holdsCardNumber(value) ? '' : undefined;
  if (typeof value === 'number') return isWholeCardNumber(value) ? '' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? findInList(value, '') : findInObject(value);
}

const leastNumber = 10 ** (shortestCardNumber - 1);
const isWholeCardNumber = (value: number): boolean =>
  value >= leastNumber && Number.isInteger(value) && isCardNumber(String(value));

function findInObject(value: object): string | undefined {
  const neighbours = new Neighbours();
  for (const name of Object.keys(value)) {
    if (holdsCardNumber(name)) return '';
    const each: unknown = (value as Record<string, unknown>)[name];
    const found = Array.isArray(each) ? findInList(each, name) : find(each);
    if (found !== undefined) return `.${name}${found}`;
    if (neighbours.complete(name, each)) return `.${name}`;
  }
  return undefined;
}

/**
 * Elements are neighbours. In a list of objects, the same fields of adjacent elements are
 * neighbours as well.
 */
function findInList(list: readonly unknown[], listName: string): string | undefined {
  const elements = new Neighbours();
  const columns = new Map<string, Neighbours>();
  for (let i = 0; i < list.length; i++) {
    const each = list[i];
    const found = find(each) ?? (elements.complete(listName, each) ? '' : undefined);
    if (found !== undefined) return `[${i}]${found}`;
    const column = columnThatCompletes(columns, each);
    if (column !== undefined) return `[${i}].${column}`;
  }
  return undefined;
}

function columnThatCompletes(
  columns: Map<string, Neighbours>,
  element: unknown,
): string | undefined {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  for (const name of Object.keys(element)) {
    const value: unknown = (element as Record<string, unknown>)[name];
    const column = columns.get(name);
    if (column?.complete(name, value)) return name;
    if (column || !mayBeFragment(value)) continue;
    const begun = new Neighbours();
    begun.complete(name, value);
    columns.set(name, begun);
  }
  return undefined;
}

// These fields contain other numbers, often next to each other in an address or a record. A postal
// code of six digits and a phone number of ten would look like a card number for one customer in a
// hundred.
const isOtherNumber = (name: string): boolean =>
  /(phone|fax|mobile|postal_code|zip|ids?|oids?|quantity|weight|cost|price|year|month|_dts)$/i.test(
    name,
  );

/**
 * The fields in their order. Detects when the newest one completes a card number that earlier ones
 * begin.
 */
class Neighbours {
  #groups: string[] | undefined;
  #digits = 0;

  complete(name: string, value: unknown): boolean {
    const digits = mayBeFragment(value) && !isOtherNumber(name) ? fragmentOf(value) : undefined;
    if (digits === undefined) {
      this.#groups = undefined;
      return false;
    }
    if (this.#groups === undefined) {
      [this.#groups, this.#digits] = [[digits], digits.length];
      return false;
    }
    this.#groups.push(digits);
    this.#digits += digits.length;
    while (this.#digits - this.#groups[0]!.length >= longestCardNumber)
      this.#digits -= this.#groups.shift()!.length;
    return this.#digits >= shortestCardNumber && completesCardNumber(this.#groups);
  }
}

const fragmentLengthMax = 40;

/** A cheap check first: most texts are too long or begin with a letter. */
function mayBeFragment(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > fragmentLengthMax)
    return false;
  const code = value.charCodeAt(0);
  return code < 58 || code > 127;
}

/**
 * Returns the digits of a text that contains only a part of a number: not an amount, a time of day,
 * or a phone number with its country code.
 */
function fragmentOf(text: string): string | undefined {
  const plain = plainDigits(text, 1);
  if (plain === undefined || /[A-Za-z]|^\s*\+|^\s*\d+[.,:]\d{1,2}\s*$/.test(plain))
    return undefined;
  const digits = plain.replace(/\D+/g, '');
  return digits.length < longestCardNumber ? digits : undefined;
}
