import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatementNames } from './statementNames.ts';

const limits = { uses: 3, names: 4, largeLength: 10, largeTotal: 25 };
const isNamed = (names: StatementNames, text: string, uses = 3) =>
  Array.from({ length: uses }, () => names.of(text)).at(-1) !== undefined;

test('a statement has a name from its third use on, and always the same one', () => {
  const names = new StatementNames(limits);
  assert.deepEqual([names.of('a'), names.of('a')], [undefined, undefined]);
  const name = names.of('a');
  assert.match(name ?? '', /^[0-9a-f]{24}$/);
  assert.equal(names.of('a'), name);
});

test('large statements share a length, and leave the small ones their names (M10)', () => {
  const names = new StatementNames(limits);
  const large = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'dddddddddd'];
  assert.deepEqual(
    large.map((text) => isNamed(names, text)),
    [true, true, false, false],
  );
  assert.equal(isNamed(names, 'cccccccccc', 50), false);
  assert.equal(isNamed(names, 'small'), true);
  assert.equal(isNamed(names, 'aaaaaaaaaa', 1), true, 'named ones stay');
});

test('no more statements have names than the limit, and rare ones do not collect', () => {
  const names = new StatementNames(limits);
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((text) => isNamed(names, text)),
    [true, true, true, true, false],
  );
  const rare = new StatementNames(limits);
  for (let i = 0; i < 100; i++) assert.equal(rare.of(`once ${i}`), undefined);
});
