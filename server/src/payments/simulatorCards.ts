import { createHash } from 'node:crypto';
import { declineReasons } from '@perennial/contract/declineReason.ts';
import type { CardFacts, CardType, DeclineReason } from './gateway.ts';

/** The simulator's behaviour for one charge. */
export type Behaviour =
  | { readonly kind: 'approve' }
  | { readonly kind: 'decline'; readonly reason: DeclineReason }
  /**
   * No answer arrives. Before capture: nothing is captured, and the next query is approved. After
   * capture: the charge is captured. Always: nothing is captured or answered.
   */
  | { readonly kind: 'time out'; readonly when: 'before capture' | 'after capture' | 'always' }
  /** Captures nothing until the customer confirms the payment. */
  | { readonly kind: 'confirm' }
  /** Approves after a delay. */
  | { readonly kind: 'slow'; readonly delayMs: number };

/** One kind of test card. */
export interface TestCard {
  /** The shape of its tokens, for people. */
  readonly token: string;
  readonly meaning: string;
  readonly shape: RegExp;
  readonly behaviour: (parts: readonly string[], charge: ChargeOfCard) => Behaviour;
}

/** The facts from which a card decides. */
export interface ChargeOfCard {
  readonly key: string;
  /** The number of declines that this token has had so far. */
  readonly declinesBefore: number;
}

/**
 * Returns how the simulator behaves for a card. Its token decides; a token that is not in the table
 * is approved. The part after a hyphen only distinguishes cards.
 */
export function behaviourOf(cardToken: string, charge: ChargeOfCard): Behaviour {
  const token = cardToken.split('-', 1)[0]!;
  for (const card of testCards) {
    const match = card.shape.exec(token);
    if (match) return card.behaviour(match.slice(1), charge);
  }
  return approve;
}

/**
 * Whether the customer of a card must confirm each charge, and the card itself when it is added.
 */
export const mustBeConfirmed = (cardToken: string): boolean =>
  behaviourOf(cardToken, { key: '', declinesBefore: 0 }).kind === 'confirm';

/**
 * Returns what the simulator knows about a card: what its token says, as in `tok_visa_0531_1111`.
 * Nothing for other tokens.
 */
export function factsOfToken(cardToken: string): CardFacts | undefined {
  const [, brand = '', month, year, lastFour] =
    /^tok_([a-z]+)_(\d\d)(\d\d)_(\d{4})\b/.exec(cardToken) ?? [];
  const type = brands[brand];
  if (type === undefined) return undefined;
  return { type, lastFour, expiration: { month: Number(month), year: 2000 + Number(year) } };
}

const brands: Readonly<Record<string, CardType>> = {
  amex: 'AMEX',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  visa: 'VISA',
};

const approve: Behaviour = { kind: 'approve' };

/** The simulator's cards. The first shape that matches decides. */
export const testCards: readonly TestCard[] = [
  {
    token: 'tok_approve',
    meaning: 'approved; so is every token that is not in this table',
    shape: /^tok_approve$/,
    behaviour: () => approve,
  },
  {
    token: 'tok_<brand>_<MMYY>_<last four>',
    meaning:
      'approved; the simulator reports this type, number and expiration: tok_visa_0531_1111, ' +
      'tok_mastercard_1230_4444',
    shape: /^tok_[a-z]+_\d{4}_\d{4}$/,
    behaviour: () => approve,
  },
  {
    token: 'tok_decline',
    meaning: 'declined: do not honor (soft)',
    shape: /^tok_decline$/,
    behaviour: () => ({ kind: 'decline', reason: 'do not honor' }),
  },
  {
    token: 'tok_decline_<reason>',
    meaning:
      'declined for that reason, its words joined by underscores: ' +
      'tok_decline_insufficient_funds (soft), tok_decline_stolen_card (hard)',
    shape: /^tok_decline_([a-z_]+)$/,
    behaviour: ([reason]) => ({ kind: 'decline', reason: reasonOf(reason) }),
  },
  {
    token: 'tok_decline_<n>x, tok_decline_<n>x_<reason>',
    meaning:
      'its first n charges are declined, later ones approved: tok_decline_2x_insufficient_funds',
    shape: /^tok_decline_(\d+)x(?:_([a-z_]+))?$/,
    behaviour: ([times, reason], { declinesBefore }) =>
      declinesBefore < Number(times) ? { kind: 'decline', reason: reasonOf(reason) } : approve,
  },
  {
    token: 'tok_confirm',
    meaning: 'its customer must confirm each charge (3-D Secure); nothing is captured before',
    shape: /^tok_confirm$/,
    behaviour: () => ({ kind: 'confirm' }),
  },
  {
    token: 'tok_timeout_before',
    meaning:
      'the first answer to each charge is lost and nothing is captured; when asked again, it is approved',
    shape: /^tok_timeout_before$/,
    behaviour: () => ({ kind: 'time out', when: 'before capture' }),
  },
  {
    token: 'tok_timeout_after',
    meaning: 'captured, but the first answer to each charge is lost',
    shape: /^tok_timeout_after$/,
    behaviour: () => ({ kind: 'time out', when: 'after capture' }),
  },
  {
    token: 'tok_timeout_always',
    meaning: 'never captured and never answered',
    shape: /^tok_timeout_always$/,
    behaviour: () => ({ kind: 'time out', when: 'always' }),
  },
  {
    token: 'tok_slow_<ms>',
    meaning: 'approved after this number of milliseconds',
    shape: /^tok_slow_(\d{1,6})$/,
    behaviour: ([delayMs]) => ({ kind: 'slow', delayMs: Number(delayMs) }),
  },
  {
    token: 'tok_mixed_<d>_<b>_<a>',
    meaning:
      'by the key of the charge: d percent declined, b percent lost before and ' +
      'a percent lost after capture, the rest approved',
    shape: /^tok_mixed_(\d{1,2})_(\d{1,2})_(\d{1,2})$/,
    behaviour: ([declined, before, after], { key }) =>
      mixed(percentileOf(key), Number(declined), Number(before), Number(after)),
  },
];

function mixed(percentile: number, declined: number, before: number, after: number): Behaviour {
  if (percentile < declined) return { kind: 'decline', reason: 'do not honor' };
  if (percentile < declined + before) return { kind: 'time out', when: 'before capture' };
  if (percentile < declined + before + after) return { kind: 'time out', when: 'after capture' };
  return approve;
}

/** Returns a number from 0 to just under 100, always the same for a key. */
const percentileOf = (key: string): number =>
  (createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32) * 100;

function reasonOf(words: string | undefined): DeclineReason {
  if (words === undefined) return 'do not honor';
  return declineReasons.find((reason) => reason === words.replaceAll('_', ' ')) ?? 'card declined';
}
