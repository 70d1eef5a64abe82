// Lists that a page shows as a whole are read to their end, however many rows they have.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyPage, everyPageAfter } from '../../web/src/api/everyPage.ts';

for (const count of [0, 1, 199, 200, 201, 650])
  test(`a list of ${count} is read whole`, async () => {
    const rows = Array.from({ length: count }, (_, index) => index);
    const read = await everyPage(async ({ _limit, _offset }) =>
      rows.slice(_offset, _offset + _limit),
    );
    assert.deepEqual(read, rows);
  });

test('a response without the list is an empty one', async () => {
  assert.deepEqual(await everyPage(async () => undefined), []);
});

test('a list with a cursor is read to its end', async () => {
  for (const length of [0, 1, 200, 201, 400, 401]) {
    const list = Array.from({ length }, (_, number) => number);
    const read = async ({ _limit, _after = '0' }: { _limit: number; _after?: string }) => {
      const end = Number(_after) + _limit;
      return {
        rows: list.slice(Number(_after), end),
        next: end < length ? String(end) : undefined,
      };
    };
    assert.deepEqual(await everyPageAfter(read), list);
  }
});
