import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { type CardPolicy, cardPolicyOf, type GivenCard, unacceptedCard } from './cardPolicy.ts';

const now = { at: Temporal.Instant.from('2026-03-31T12:00:00Z'), timeZone: 'America/New_York' };
const all: CardPolicy = { monthsMin: 0, brands: [] };
const visa = { ...all, brands: ['VISA', 'MasterCard'] };
const sixMonths = { ...all, monthsMin: 6 };
const until = (month: number, year: number) => ({
  card_expiration_month: month,
  card_expiration_year: year,
});

const cases: readonly [what: string, card: GivenCard, policy: CardPolicy, field?: string][] = [
  ['any card without a policy', { card_type: 'AMEX', ...until(3, 2026) }, all],
  ['a type of the list', { card_type: 'VISA' }, visa],
  ['in another case', { card_type: 'Mastercard' }, visa],
  ['another type', { card_type: 'AMEX' }, visa, 'payment.card_type'],
  ['a token of no known type', {}, visa],
  ['six months', until(9, 2026), sixMonths],
  ['five months', until(8, 2026), sixMonths, 'payment.card_expiration_month'],
  ['over the end of the year', until(1, 2027), sixMonths],
  ['last year', until(12, 2025), sixMonths, 'payment.card_expiration_month'],
  ['a token without an end', {}, sixMonths],
];

for (const [what, card, policy, field] of cases)
  test(`${field === undefined ? 'accepted' : 'refused'}: ${what}`, () => {
    assert.equal(unacceptedCard(card, policy, now, 'payment.')?.field, field);
  });

test('settings that are not valid count as not set', () => {
  assert.deepEqual(
    cardPolicyOf({ prohibit_expiring_cards_months: 'six', accepted_card_types: 7 }),
    all,
  );
  assert.deepEqual(
    cardPolicyOf({ prohibit_expiring_cards_months: 6, accepted_card_types: ['VISA'] }),
    { monthsMin: 6, brands: ['VISA'] },
  );
});
