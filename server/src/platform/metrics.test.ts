import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock/systemClock.ts';
import { openMetrics } from './metrics.ts';
import type { Gauged } from './metricsRegistry.ts';

const gauged: Gauged = {
  poolUsage: () => ({ busy: 0, idle: 0, waiting: 0 }),
  stops: () => [],
  clockDifferenceSeconds: () => 0,
  liveSockets: () => 0,
  figures: async () => ({ totals: new Map(), merchants: [], ageSeconds: 0 }),
};

test('work that fails is counted with the kind of its last error, and without its message', async () => {
  const { measured, workFailures } = openMetrics(systemClock, gauged);
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

test('requests count from the start, although the library is loaded later', async () => {
  const metrics = openMetrics(systemClock, gauged);
  for (let request = 0; request < 1_500; request++) metrics.observeRequest('getItem', 200, 0.01);
  metrics.observeGateway('simulator', 'charge', 'captured', 0.1);
  const text = await metrics.text();
  assert.match(text, /^perennial_http_request_seconds_count\{.*getItem.*\} 1500$/m);
  assert.match(text, /^perennial_gateway_seconds_count\{.*captured.*\} 1$/m);
});
