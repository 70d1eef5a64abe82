// Tests which idempotency key each press of a form's button sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../web/src/api/refused.ts';
import { newDecision } from '../../web/src/kit/useDecision.ts';

const refused = (code: string, status: number) => new Refused('No.', { code, status });
const lost = refused('offline', 0);
const failed = refused('internal', 500);
const invalid = refused('invalid_field', 400);
const mismatch = refused('idempotency_mismatch', 422);

/** One press: the content of the form, the end of the write, and the expected key. */
type Press = readonly [wish: string, end: unknown, key: string];

const done = undefined;
const declined = new Error('The charge was declined.');
const forms: Record<string, readonly Press[]> = {
  'a lost answer: the same values repeat the write': [
    ['A', lost, 'first'],
    ['A', failed, 'first'],
    ['A', done, 'first'],
    ['A', done, 'second'],
  ],
  'a refusal ends the decision': [
    ['A', invalid, 'first'],
    ['A', declined, 'second'],
    ['A', done, 'third'],
  ],
  'a refusal of the repeat is the answer that was lost': [
    ['A', lost, 'first'],
    ['A', invalid, 'first'],
    ['A', done, 'second'],
  ],
  'a refusal of other values does not answer for the first ones': [
    ['A', lost, 'first'],
    ['B', invalid, 'first'],
    ['A', done, 'first'],
  ],
  'corrected values still have the key under which the first ones may have been written': [
    ['A', lost, 'first'],
    ['B', invalid, 'first'],
    ['C', done, 'first'],
  ],
  'the first values were written: the others are another write, and the first ones still are not': [
    ['A', lost, 'first'],
    ['B', mismatch, 'first'],
    ['B', lost, 'second'],
    ['A', lost, 'first'],
    ['B', done, 'second'],
  ],
  'both answers were lost: the server says which values the key wrote': [
    ['A', lost, 'first'],
    ['B', lost, 'first'],
    ['A', mismatch, 'first'],
    ['B', lost, 'first'],
    ['A', done, 'second'],
  ],
  'a refusal before the write is looked up does not answer for it': [
    ['A', lost, 'first'],
    ['A', refused('rate_limited', 429), 'first'],
    ['A', refused('missing_permission', 403), 'first'],
    ['A', refused('idempotency_conflict', 409), 'first'],
    ['A', done, 'first'],
  ],
};

for (const [name, presses] of Object.entries(forms))
  test(`a press of a form: ${name}`, () => {
    const decision = newDecision();
    const keys: string[] = [];
    const names = presses.map(([wish, end]) => {
      const key = decision.key(wish);
      if (!keys.includes(key)) keys.push(key);
      decision.end(end);
      return ['first', 'second', 'third'][keys.indexOf(key)];
    });
    assert.deepEqual(
      names,
      presses.map(([, , key]) => key),
    );
  });

test('values are compared as data, and may be absent', () => {
  const decision = newDecision();
  const first = decision.key({ name: 'Ann' });
  decision.end(lost);
  assert.equal(decision.key({ name: 'Ann' }), first);
  decision.end();
  const second = decision.key();
  decision.end(lost);
  assert.equal(decision.key(undefined), second);
});
