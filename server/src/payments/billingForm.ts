import { cardFieldOf } from '../kernel/cardNumbers.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { CardExpiration, CardFacts } from './gateway.ts';

/** A new card that a customer entered: a token instead of its number. */
export interface EnteredCard extends CardFacts {
  readonly cardToken: string;
  readonly expiration: CardExpiration;
}

/** The faults of a form by field, as sentences for the customer. */
export type FormFaults = { readonly [Field in FormField]?: string };
/** A field of the card page's form. */
export type FormField = 'card' | 'card_token' | 'expiration_month' | 'expiration_year';

const tokenLengthMax = 100;
const yearsAhead = 20;

/** Reads the form. `today` is the current month in the merchant's zone. */
export function readCardForm(
  fields: URLSearchParams,
  today: { readonly year: number; readonly month: number },
): Outcome<EnteredCard, FormFaults> {
  const cardToken = (fields.get('card_token') ?? '').trim();
  const month = wholeNumber(fields.get('expiration_month'));
  const year = wholeNumber(fields.get('expiration_year'));
  const faults: { [Field in FormField]?: string } = {};

  const tokenFault = cardFieldOf(fields) !== undefined ? cardNumberFault : faultOfToken(cardToken);
  if (tokenFault !== undefined) faults.card_token = tokenFault;
  if (month === undefined || month < 1 || month > 12)
    faults.expiration_month = 'Choose the month in which the card expires.';
  if (year === undefined || year > today.year + yearsAhead)
    faults.expiration_year = 'Choose the year in which the card expires.';
  else if (isPast(year, month, today))
    faults.expiration_year = 'This card has expired. Enter one that is still valid.';

  return Object.keys(faults).length > 0
    ? failure(faults)
    : success({ cardToken, expiration: { month: month!, year: year! } });
}

/** The years in which a card may expire, starting with this year. */
export const expirationYears = (thisYear: number): number[] =>
  Array.from({ length: yearsAhead + 1 }, (_, ahead) => thisYear + ahead);

const isPast = (
  year: number,
  month: number | undefined,
  today: { readonly year: number; readonly month: number },
): boolean =>
  year < today.year || (year === today.year && month !== undefined && month < today.month);

const cardNumberFault =
  'This looks like a card number. For your safety we never accept card numbers: ' +
  'enter the token of your card instead.';

function faultOfToken(token: string): string | undefined {
  if (token === '') return 'Enter the card token.';
  if (token.length > tokenLengthMax || !/^[\x21-\x7e]+$/.test(token))
    return `A card token has at most ${tokenLengthMax} letters, digits and symbols, and no spaces.`;
  if (ofGateway.test(token))
    return 'This is a token of Stripe. Open the secure card form of the shop instead.';
  return undefined;
}

// Tokens of the gateway. A customer of a shop with Stripe could have seen those of another
// customer.
const ofGateway = /^(cus|pm|pi|seti|src)_/;

const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
