import { completesCardNumber, holdsCardNumber, plainDigits } from './cardDigits.ts';
import { isCardNumber, longestCardNumber, shortestCardNumber } from './cardIssuers.ts';

/*
 * Finds card numbers in what clients send, so that none is ever stored (docs/adr/0049). A number is
 * one where issuer prefix, length and check digit fit. Its digits may have letters around them, be
 * of any script, and be broken up:
 *
 * - by any characters but letters, where cards are printed in groups (4-4-4-4, 4-6-5, 8-8, 6-10 …)
 *   or digit by digit;
 * - by one and the same separator throughout, in groups of any size;
 * - over neighbouring fields or list elements that hold such groups and nothing else.
 *
 * A run of digits without a separator counts only as a whole: part of a longer number is not a card
 * number.
 */

/**
 * The path (`payment.credit_card.card_number`) of the first text, number or name in `value` that
 * holds a card number, alone or with its neighbours. Undefined when there is none. A text alone has
 * the path `''`.
 */
export function findCardNumber(value: unknown): string | undefined {
  const path = find(value);
  return path?.startsWith('.') ? path.slice(1) : path;
}

/**
 * The name of the first field of a form that holds a card number, alone or with its neighbours;
 * undefined when there is none.
 */
export function cardFieldOf(form: URLSearchParams): string | undefined {
  // A password is never stored, and the log-in must not depend on what it looks like.
  const fields = [...form].filter(([name]) => name !== 'password');
  const found =
    find(fields.map(([name, value]) => ({ [name]: value }))) ?? find(Object.fromEntries(fields));
  return found === undefined ? undefined : (/\w+$/.exec(found)?.[0] ?? 'The form');
}

/**
 * The last four digits of a masked card number (`XXXXXXXXXXXX1111`, `************1111`, `1111`);
 * undefined when the text is not a masked number.
 */
export function lastFourOf(masked: string): string | undefined {
  return /^[Xx*•.\s-]*(\d{4})$/.exec(masked.trim())?.[1];
}

/** How the wire shows a card: all masked but the last four digits. */
export const maskedCardNumber = (lastFour: string): string => `XXXXXXXXXXXX${lastFour}`;

/** The path below `value`; it is put together on the way back, because most bodies have none. */
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

/** Elements are neighbours, and so are the same fields of elements that are objects. */
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

// These fields hold other numbers, often next to each other in an address or a record: a postal
// code of six digits and a phone of ten would be a card number for one customer in a hundred.
const isOtherNumber = (name: string): boolean =>
  /(phone|fax|mobile|postal_code|zip|ids?|oids?|quantity|weight|cost|price|year|month|_dts)$/i.test(
    name,
  );

/**
 * The fields in their order. Reports when the newest one completes a card number that earlier ones
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

/** A cheap first look: most texts are too long or begin with a letter. */
function mayBeFragment(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > fragmentLengthMax)
    return false;
  const code = value.charCodeAt(0);
  return code < 58 || code > 127;
}

/**
 * The digits of a text that holds nothing but a part of a number: not an amount, a time of day, or
 * a phone with its country.
 */
function fragmentOf(text: string): string | undefined {
  const plain = plainDigits(text, 1);
  if (plain === undefined || /[A-Za-z]|^\s*\+|^\s*\d+[.,:]\d{1,2}\s*$/.test(plain))
    return undefined;
  const digits = plain.replace(/\D+/g, '');
  return digits.length < longestCardNumber ? digits : undefined;
}
