// Tests changes of many rows of a list, and rows as CSV.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyAll,
  type BulkChange,
  type BulkLine,
  changesIn,
  countWords,
  eachOf,
  undoAll,
} from '../../web/src/kit/bulk.ts';
import { csvOf } from '../../web/src/kit/csv.ts';
import { missingIn } from '../../web/src/kit/draftSpecs.ts';

const undoOf = (name: string) => async () => assert.ok(name);
const changes = (name: string, write: BulkChange['write']): BulkLine => ({
  name,
  before: 'Sold',
  after: 'Not sold',
  write,
});

test('rows that are so already stay, and are counted', () => {
  const lines = [
    changes('TEA', async () => undefined),
    { name: 'CUP', unchanged: 'It is not sold already.' },
  ];
  assert.equal(countWords(lines), '1 will change, 1 stays.');
  assert.equal(countWords(lines.slice(0, 1)), '1 will change.');
  assert.equal(countWords([lines[1]!, lines[1]!]), '0 will change, 2 stay.');
  assert.deepEqual(
    changesIn(lines).map(({ name }) => name),
    ['TEA'],
  );
});

test('one refused row does not stop the others; each has a separate key', async () => {
  const keys: string[] = [];
  const lines = ['A', 'B', 'C'].map((name) =>
    changes(name, async (key) => {
      keys.push(key);
      if (name === 'B') throw new Error('It was changed.');
      return undoOf(name);
    }),
  );
  let made = 0;
  const counts: number[] = [];
  const result = await applyAll(
    changesIn(lines),
    () => `key ${++made}`,
    (count) => counts.push(count),
  );
  assert.deepEqual(result.refused, [{ name: 'B', reason: 'It was changed.' }]);
  assert.equal(result.changed, 2);
  assert.equal(result.undos.length, 2);
  assert.equal(new Set(keys).size, 3);
  assert.deepEqual(counts, [1, 2, 3]);
});

test('an undo takes back what it can, and says what stays', async () => {
  const taken: string[] = [];
  const run = async (undo: unknown) => {
    if (undo === 'B') throw new Error('412');
    taken.push(String(undo));
  };
  await assert.rejects(undoAll(['A', 'B', 'C'] as never, run), /^Error: 1 of 3 have changed since/);
  assert.deepEqual(taken, ['A', 'C']);
  await undoAll(['A'] as never, run);
});

test('rows are read a few at a time, and stay in order', async () => {
  let running = 0;
  let most = 0;
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  const results = await eachOf(numbers, async (value) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return value * 2;
  });
  assert.deepEqual(
    results,
    numbers.map((value) => value * 2),
  );
  assert.equal(most, 4);
});

test('CSV has the names and formats of the wire, and no formulas', () => {
  const rows = [
    {
      id: 7,
      next: '2026-03-01T09:00:00-05:00',
      customer: { name: 'Ann "A" Lee' },
      tags: ['a', 'b'],
    },
    { id: 8, note: '=1+1', total: -4.5, customer: { name: 'Bo, Jr' } },
  ];
  assert.equal(
    csvOf(rows),
    'id,next,customer.name,tags,note,total\r\n' +
      '7,2026-03-01T09:00:00-05:00,"Ann ""A"" Lee",a; b,,\r\n' +
      '8,,"Bo, Jr",,\'=1+1,-4.5\r\n',
  );
});

test('the plan for the rows is shown only after all required answers', () => {
  const fields = [
    { key: 'reason', label: 'Reason', isRequired: true },
    { key: 'days', label: 'Days' },
  ];
  assert.equal(missingIn(fields, { reason: ' ' }), 'Fill in “Reason” to see what changes.');
  assert.equal(missingIn(fields, { reason: 'moved' }), undefined);
});
