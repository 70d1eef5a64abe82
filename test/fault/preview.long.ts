// Thousands of random auto orders in many zones: what their previews said is what the engine then
// ordered. The seed of a failure is in its message;
// SEED=<n> plays that one alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { previewHolds } from '../support/previewHolds.ts';

const zones = [
  'America/New_York',
  'Europe/Vienna',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'America/Santiago',
  'Africa/Casablanca',
  'UTC',
];
const starts = [
  '2027-12-20T17:00:00Z',
  '2026-02-27T23:30:00Z',
  '2026-10-24T12:00:00Z',
  '2028-01-31T03:00:00Z',
];
const only = process.env['SEED'];
const seeds =
  only === undefined ? Array.from({ length: 16 }, (_, index) => 1000 + index) : [Number(only)];

test('thousands of previews come true', { timeout: 3_600_000 }, async (t) => {
  const app = await testApp();
  let [autoOrderCount, rebillCount] = [0, 0];
  for (const [index, seed] of seeds.entries()) {
    const { autoOrders, rebills } = await previewHolds(app, {
      merchantId: `P${index}`,
      timeZone: zones[seed % zones.length]!,
      now: starts[seed % starts.length]!,
      missedShipments: seed % 3 === 0 ? 'skip' : 'bill',
      seed,
      count: 200,
      span: '14mo',
    });
    autoOrderCount += autoOrders;
    rebillCount += rebills;
    t.diagnostic(`seed ${seed}: ${autoOrders} auto orders, ${rebills} rebills as previewed`);
  }
  t.diagnostic(`${autoOrderCount} auto orders, ${rebillCount} rebills, to the cent and the minute`);
  assert.ok(only !== undefined || autoOrderCount >= 3000);
});
