// Lists that a page shows as a whole are read to their end, however many rows they have.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyPage } from '../../web/src/api/everyPage.ts';

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
