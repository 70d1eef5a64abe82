import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCardForm } from './billingForm.ts';

const today = { year: 2026, month: 3 };
const good = { card_token: 'tok_new', expiration_month: '4', expiration_year: '2029' };

test('a whole form', () => {
  assert.deepEqual(readCardForm(new URLSearchParams({ ...good, card_token: ' tok_new ' }), today), {
    ok: true,
    value: { cardToken: 'tok_new', expiration: { month: 4, year: 2029 } },
  });
  assert.equal(
    readCardForm(
      new URLSearchParams({ ...good, expiration_month: '3', expiration_year: '2026' }),
      today,
    ).ok,
    true,
  );
});

test('what is wrong with a form', async (t) => {
  const cases: [what: string, change: Partial<typeof good>, field: string, words: RegExp][] = [
    ['no token', { card_token: ' ' }, 'card_token', /Enter the card token/],
    [
      'a card number',
      { card_token: '4444333322221111' },
      'card_token',
      /never accept card numbers/,
    ],
    [
      'a card number in groups',
      { card_token: '4444 3333 2222 1111' },
      'card_token',
      /never accept card numbers/,
    ],
    ['a number with dots', { card_token: '4111.1111.1111.1111' }, 'card_token', /never accept/],
    ['a number with slashes', { card_token: '4111/1111/1111/1111' }, 'card_token', /never accept/],
    ['a number behind a letter', { card_token: 'x4111111111111111' }, 'card_token', /never accept/],
    [
      'a number in other digits',
      { card_token: '４１１１１１１１１１１１１１１１' },
      'card_token',
      /never accept/,
    ],
    ['a token with spaces', { card_token: 'tok new' }, 'card_token', /no spaces/],
    ['a token too long', { card_token: 't'.repeat(101) }, 'card_token', /at most 100/],
    ['no month', { expiration_month: '' }, 'expiration_month', /Choose the month/],
    ['a thirteenth month', { expiration_month: '13' }, 'expiration_month', /Choose the month/],
    [
      'a year that is not a number',
      { expiration_year: '2O29' },
      'expiration_year',
      /Choose the year/,
    ],
    [
      'last month',
      { expiration_month: '2', expiration_year: '2026' },
      'expiration_year',
      /has expired/,
    ],
    ['last year', { expiration_year: '2025' }, 'expiration_year', /has expired/],
    ['a year far away', { expiration_year: '2047' }, 'expiration_year', /Choose the year/],
  ];
  for (const [what, change, field, words] of cases) {
    await t.test(what, () => {
      const read = readCardForm(new URLSearchParams({ ...good, ...change }), today);
      assert.ok(!read.ok);
      assert.deepEqual(Object.keys(read.reason), [field]);
      assert.match(Object.values(read.reason)[0]!, words);
    });
  }
});
