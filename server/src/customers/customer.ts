import type { Customer } from '@perennial/contract/customer.ts';
import { amountFault } from '../kernel/amountFault.ts';
import { lastFourOf, maskedCardNumber } from '../kernel/cardNumbers.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { listParts } from './present.ts';

/**
 * A profile as it is stored: the wire's document without tokens, and the tokens of its cards by
 * card id.
 */
export interface StoredCustomer {
  readonly document: Customer;
  readonly cardTokens: Readonly<Record<string, string>>;
}

/** Returns the first fault of a profile in its stored form. */
export function customerFault(
  { email, cards, free_shipping_minimum: freeFrom, minimum_subtotal: minimum }: Customer,
  currency: string,
): FieldFault | undefined {
  if (!isEmail(email ?? ''))
    return {
      field: 'email',
      reason: 'is not a valid email address',
      fix: 'Send one of at most 100 characters, for example jane@example.com',
    };
  for (const [i, card] of (cards ?? []).entries()) {
    const month = card.card_expiration_month;
    if (month !== undefined && (month < 1 || month > 12))
      return {
        field: `cards[${i}].card_expiration_month`,
        reason: 'is not a valid month',
        fix: 'Send 1 to 12',
      };
    const year = card.card_expiration_year;
    if (year !== undefined && (year < 1000 || year > 9999))
      return {
        field: `cards[${i}].card_expiration_year`,
        reason: 'is not a valid year',
        fix: 'Send four digits',
      };
  }
  return (
    amountFault('free_shipping_minimum', freeFrom, currency) ??
    amountFault('minimum_subtotal', minimum, currency)
  );
}

// Published samples insert profiles with an email like sample_1.test.com, without an @.
const isEmail = (email: string): boolean =>
  email.length <= 100 && /^(?:[^\s@]+@[^\s@]+|[^\s@]+\.[^\s@.]+\.[^\s@.]+)$/.test(email.trim());

/**
 * Returns the profile with an id on each of its parts. A part that names an id of the `stored`
 * profile keeps it; every other part gets the next id. Tokens of cards are stored separately, and
 * cards show only their last four digits.
 */
export function withPartIds(
  customer: Customer,
  profileOid: number,
  stored?: StoredCustomer,
): StoredCustomer {
  const before = stored?.document ?? {};
  const owner = { customer_profile_oid: profileOid };
  const cards = withIds(customer.cards, before.cards, 'customer_profile_credit_card_id');
  const document = {
    ...customer,
    ...owner,
    billing: withIds(customer.billing, before.billing, 'customer_billing_oid')?.map((each) => ({
      ...each,
      ...owner,
    })),
    shipping: withIds(customer.shipping, before.shipping, 'customer_shipping_oid')?.map((each) => ({
      ...each,
      ...owner,
    })),
    properties: withIds(customer.properties, before.properties, 'customer_profile_property_oid'),
    cc_emails: withIds(customer.cc_emails, before.cc_emails, 'customer_profile_email_oid'),
    cards: cards?.map((card) => ({
      ...shownCard(card, stored ?? { document: {}, cardTokens: {} }),
      ...owner,
    })),
  };
  return {
    document: fromLoose<Customer>(document),
    cardTokens: tokensOf(cards ?? [], stored?.cardTokens ?? {}),
  };
}

/**
 * Returns the profile into which another one is merged. It keeps its values, gets those that only
 * the other has, and joins the lists of both. Parts of the other get new ids.
 */
export function joinedProfiles(into: StoredCustomer, other: StoredCustomer): StoredCustomer {
  const { document } = into;
  const lists = Object.fromEntries(
    listParts.flatMap((name) => {
      const list = [...(document[name] ?? []), ...(withoutIds(other, name) ?? [])];
      return list.length === 0 ? [] : [[name, list]];
    }),
  );
  const oid = Number(document.customer_profile_oid);
  return withPartIds({ ...other.document, ...document, ...lists }, oid, into);
}

// The ids of parts count within one profile. A card keeps its token.
function withoutIds({ document, cardTokens }: StoredCustomer, name: (typeof listParts)[number]) {
  return document[name]?.map((part) => {
    const kept = Object.entries(part).filter(([field]) => !partIds.has(field));
    const cardId = (part as Card).customer_profile_credit_card_id;
    const token = name === 'cards' ? cardTokens[String(cardId)] : undefined;
    return { ...Object.fromEntries(kept), ...(token && { card_number_token: token }) };
  });
}

const partIds = new Set([
  'customer_billing_oid',
  'customer_profile_credit_card_id',
  'customer_profile_email_oid',
  'customer_profile_property_oid',
  'customer_shipping_oid',
]);

function withIds<Part extends object, Name extends keyof Part & string>(
  parts: readonly Part[] | undefined,
  before: readonly Part[] | undefined,
  name: Name,
): Part[] | undefined {
  const free = new Set<unknown>((before ?? []).map((part) => part[name]));
  let next = Math.max(0, ...(before ?? []).map((part) => Number(part[name] ?? 0))) + 1;
  // If two parts name the same id, the first one keeps it.
  return parts?.map((part) => ({ ...part, [name]: free.delete(part[name]) ? part[name] : next++ }));
}

function tokensOf(
  cards: readonly Card[],
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    cards.flatMap((card) => {
      const id = String(card.customer_profile_credit_card_id);
      const token = card.card_number_token ?? before[id];
      return token ? [[id, token]] : [];
    }),
  );
}

type Card = NonNullable<Customer['cards']>[number];

function shownCard(
  { card_number_token: token, card_number, ...card }: Card,
  { document, cardTokens }: Pick<StoredCustomer, 'document' | 'cardTokens'>,
): Card {
  const { customer_profile_credit_card_id: id } = card;
  const before = document.cards?.find((each) => each.customer_profile_credit_card_id === id);
  // A client may send a new token along with the digits of the old card, because it sends back what
  // it read.
  const isNew = token !== undefined && token !== cardTokens[String(id)];
  const isOld = isNew && card_number === before?.card_number;
  const lastFour =
    /[_-](\d{4})$/.exec(token ?? '')?.[1] ?? lastFourOf(isOld ? '' : (card_number ?? ''));
  return lastFour === undefined ? card : { ...card, card_number: maskedCardNumber(lastFour) };
}
