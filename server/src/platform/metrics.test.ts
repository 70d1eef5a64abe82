import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock/systemClock.ts';
import { openMetrics } from './metrics.ts';

test('work that fails is counted with the kind of its last error, and without its message', async () => {
  const { measured, workFailures } = openMetrics(systemClock, {
    poolUsage: () => ({ busy: 0, idle: 0, waiting: 0 }),
    stops: () => [],
    clockDifferenceSeconds: () => 0,
    liveSockets: () => 0,
    figures: async () => ({ totals: new Map(), merchants: [], ageSeconds: 0 }),
  });
  const errors = [new TypeError('ann@example.com'), Object.assign(new Error(), { code: '57P01' })];
  const failing = measured({
    name: 'mails',
    runOnce: () => {
      throw errors.shift() ?? new Error('no more');
    },
  });
  assert.deepEqual(workFailures(), []);
  await assert.rejects(failing.runOnce());
  await assert.rejects(failing.runOnce());
  const [failure, ...others] = workFailures();
  assert.deepEqual(
    [failure?.worker, failure?.count, failure?.lastError],
    ['mails', 2, 'Error 57P01'],
  );
  assert.deepEqual(others, []);
});
