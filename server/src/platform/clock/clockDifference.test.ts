import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sureDifferenceMs } from './clockDifference.ts';

const cases: [what: string, before: number, took: number, theirs: number, sure: number][] = [
  ['the same clock', 1000, 10, 1005, 0],
  ['a slow answer proves nothing', 1000, 90_000, 61_000, 0],
  ['ahead by a minute and a second', 62_000, 10, 1000, 61_000],
  ['behind by a minute and a second', 1000, 0, 62_000, -61_000],
  ['behind, less the round trip', 1000, 5000, 72_000, -66_000],
];
for (const [what, before, took, theirs, sure] of cases) {
  test(`difference of clocks: ${what}`, () => {
    assert.equal(sureDifferenceMs(before, took, theirs), sure);
  });
}
