import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedClock } from '../../../test/support/movedClock.ts';
import { remembered } from './remembered.ts';

test('what was read is kept for a second, and no longer', async () => {
  const clock = movedClock();
  let reads = 0;
  const rights = remembered(clock, async (login: string) => `${login} ${++reads}`);
  assert.equal(await rights.find('ann'), 'ann 1');
  clock.move(999);
  assert.equal(await rights.find('ann'), 'ann 1');
  clock.move(1);
  assert.equal(await rights.find('ann'), 'ann 2');
  rights.forget();
  assert.equal(await rights.find('ann'), 'ann 3');
});

test('a read that failed is not kept', async () => {
  const clock = movedClock();
  let reads = 0;
  const rights = remembered(clock, async () => {
    if (++reads === 1) throw new Error('PostgreSQL is away');
    return 'rights';
  });
  await assert.rejects(rights.find('ann'), /away/);
  assert.equal(await rights.find('ann'), 'rights');
});
