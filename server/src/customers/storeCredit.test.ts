import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import { availableCredit, type CreditAccount, returnedShares, takeCredit } from './storeCredit.ts';

const day = (text: string) => Temporal.Instant.from(`${text}T12:00:00Z`);
const now = day('2026-03-01');

/**
 * An account with credits of 10.00 (never expires), 20.00 (expires early) and 30.00 (expires late),
 * and with one that has expired and one that has not vested.
 */
const account = (uses: readonly [entryOid: number, amount: number][] = []): CreditAccount => ({
  credits: [
    { entryOid: 1, amount: minor(1000), expiresAt: undefined },
    { entryOid: 2, amount: minor(2000), expiresAt: day('2026-03-10') },
    { entryOid: 3, amount: minor(3000), expiresAt: day('2026-06-10') },
    { entryOid: 4, amount: minor(4000), expiresAt: day('2026-03-01') },
    { entryOid: 5, amount: minor(5000), expiresAt: undefined, vestsAt: day('2026-03-02') },
  ].map((credit) => ({ description: '', enteredAt: now, vestsAt: now, ...credit })),
  uses: uses.map(([entryOid, amount], place) => ({
    useOid: 10 + place,
    entryOid,
    amount: minor(amount),
    description: '',
    usedAt: now,
    purpose: 'payment',
  })),
});

const cases: [string, [number, number][], number, [number, number][] | number][] = [
  ['the credit that ends first', [], 500, [[2, 500]]],
  ['the next ones follow', [], 5500, pairs('2:2000 3:3000 1:500')],
  ['all of them', [], 6000, pairs('2:2000 3:3000 1:1000')],
  ['a cent more than there is', [], 6001, 6000],
  ['what was taken before is gone', [[2, 1500]], 600, pairs('2:500 3:100')],
  ['what was given back counts', pairs('2:2000 2:-2000'), 600, [[2, 600]]],
  ['nothing is left', pairs('1:1000 2:2000 3:3000'), 1, 0],
];

describe('what is taken of the credits of 10.00, 20.00 (ends first) and 30.00', () => {
  for (const [name, used, amount, expected] of cases)
    test(name, () => {
      const taken = takeCredit(account(used), minor(amount), now);
      if (typeof expected === 'number') assert.deepEqual(taken, { ok: false, reason: expected });
      else
        assert.deepEqual(
          taken.ok && taken.value.map((share) => [share.entryOid, share.amount]),
          expected,
        );
    });
});

/** Reads pairs written as `credit:amount`. */
function pairs(text: string): [number, number][] {
  return text.split(' ').map((pair) => pair.split(':').map(Number) as [number, number]);
}

test('a credit counts from its vesting until the moment of its end', () => {
  assert.equal(availableCredit(account(), now), 6000);
  assert.equal(availableCredit(account(), day('2026-02-28')), 0);
  assert.equal(availableCredit(account(), day('2026-03-02')), 11_000);
  assert.equal(availableCredit(account(), day('2026-03-10')), 9000);
});

test('an order gives back what it took, and nothing the second time', () => {
  const used = account([
    [2, 500],
    [3, 700],
  ]).uses;
  const returned = returnedShares(used);
  assert.deepEqual(returned, [
    { entryOid: 2, amount: -500 },
    { entryOid: 3, amount: -700 },
  ]);
  assert.deepEqual(returnedShares([...used, ...returned]), []);
});
