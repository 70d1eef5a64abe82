import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactionOf } from './redaction.ts';

test('a name is found as it is written, whatever a pattern would make of its characters', () => {
  for (const name of [
    'A.n',
    'a+b@example.com',
    '(Ann',
    'Ann)',
    '[x',
    'x]{2}',
    'a|b',
    '^a$',
    'a\\d',
  ])
    assert.equal(redactionOf([name], false).text(`of ${name}, and Axn`), 'of (erased), and Axn');
  const manyStars = redactionOf(['(a*)*'.repeat(10)], false);
  assert.equal(manyStars.text('a'.repeat(10_000)), 'a'.repeat(10_000));
});
