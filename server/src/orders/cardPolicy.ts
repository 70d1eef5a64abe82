import type { Temporal } from 'temporal-polyfill';
import { localDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';

/** The cards that a merchant accepts for recurring orders. */
export interface CardPolicy {
  /** Cards that expire within this number of months are refused; 0: no limit. */
  readonly monthsMin: number;
  /** The accepted types of card; empty: all. */
  readonly brands: readonly string[];
}

/** The known fields of a card. A token may come without the other fields. */
export interface GivenCard {
  readonly card_type?: string | null | undefined;
  readonly card_expiration_month?: number | null | undefined;
  readonly card_expiration_year?: number | null | undefined;
}

/** Reads the policy of a merchant's settings. Values that are not valid count as not set. */
export function cardPolicyOf(settings: Readonly<Record<string, unknown>>): CardPolicy {
  const months = settings['prohibit_expiring_cards_months'];
  const brands = settings['accepted_card_types'];
  return {
    monthsMin: typeof months === 'number' && months > 0 ? months : 0,
    brands: Array.isArray(brands) ? brands.filter((each) => typeof each === 'string') : [],
  };
}

/**
 * Returns why a card is not accepted, or undefined. Unknown fields of the card are not checked.
 * `path` is the path of the object with the card's fields, with a dot at the end, or empty.
 */
export function unacceptedCard(
  card: GivenCard,
  { monthsMin, brands }: CardPolicy,
  { at, timeZone }: { readonly at: Temporal.Instant; readonly timeZone: string },
  path = '',
): FieldFault | undefined {
  const { card_type: type, card_expiration_month: month, card_expiration_year: year } = card;
  if (type && brands.length > 0 && !brands.some((each) => isSame(each, type)))
    return {
      field: `${path}card_type`,
      reason: 'is not a type of card that auto orders accept',
      fix: `Send a card of one of the types: ${brands.join(', ')}`,
    };
  if (month == null || year == null || monthsMin === 0) return undefined;
  const today = localDate(at, timeZone);
  if ((year - today.year) * 12 + month - today.month >= monthsMin) return undefined;
  return {
    field: `${path}card_expiration_month`,
    reason: `is less than ${monthsMin} months away`,
    fix: 'Send a card that expires later',
  };
}

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
