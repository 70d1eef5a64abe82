import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { eachMerchant } from './eachMerchant.ts';

const log = pino({ level: 'silent' });
const failing = (failingIds: readonly string[], worked: string[]) => async (merchantId: string) => {
  if (failingIds.includes(merchantId)) throw new Error(`the work of ${merchantId}`);
  worked.push(merchantId);
  return 2;
};

for (const atOnce of [1, 3]) {
  test(`work that fails for one merchant does not stop the others, ${atOnce} at once`, async () => {
    const worked: string[] = [];
    const each = eachMerchant(log, 'a worker', atOnce);
    assert.equal(await each(['A', 'B', 'C'], failing(['A'], worked)), 4);
    assert.deepEqual(worked, ['B', 'C']);
  });
}

test('if nothing was done and something failed, the loop gets the failure', async () => {
  const each = eachMerchant(log, 'a worker');
  await assert.rejects(each(['A'], failing(['A'], [])), /the work of A/);
  await assert.rejects(each(['A', 'B'], failing(['A', 'B'], [])), /the work of 2 merchants failed/);
  assert.equal(await each([], failing([], [])), 0);
});
