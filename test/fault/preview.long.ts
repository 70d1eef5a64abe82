// Compares previews with the engine for thousands of random auto orders in many zones: the engine
// must order exactly what the preview showed. A failure's message contains its seed; SEED=<n> plays
// only that seed, SEED=<n>-<m> those from n to m. From seed 2000 on every rule of a price applies.
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
const plainSeeds = Array.from({ length: 8 }, (_, index) => 1000 + index);
/** The seeds with coupons, options, kits, taxes, shipping methods, stock, and changes halfway. */
const marketSeeds = Array.from({ length: 13 }, (_, index) => 2000 + index);
const seeds = only === undefined ? [...plainSeeds, ...marketSeeds] : seedsOf(only);

test('what previews say comes true, 100,000 times', { timeout: 10_800_000 }, async (t) => {
  assert.ok(seeds.length > 0, `SEED=${only} names no seed: send 2003 or 2000-2009`);
  const app = await testApp();
  const count = { autoOrders: 0, plain: 0, market: 0 };
  for (const [index, seed] of seeds.entries()) {
    const market = seed >= 2000;
    const { autoOrders, rebills } = await previewHolds(app, {
      merchantId: `P${index}`,
      timeZone: zones[seed % zones.length]!,
      now: starts[seed % starts.length]!,
      missedShipments: seed % 3 === 0 ? 'skip' : 'bill',
      seed,
      count: market ? 800 : 400,
      // A market has changes halfway, so its span is played twice.
      span: market ? '8mo' : '14mo',
      market,
    });
    count.autoOrders += autoOrders;
    count[market ? 'market' : 'plain'] += rebills;
    // Diagnostics appear only at the end of this long test, so the line is printed at once.
    console.log(`seed ${seed}: ${autoOrders} auto orders, ${rebills} rebills as previewed`);
  }
  t.diagnostic(
    `${count.autoOrders} auto orders: ${count.market} rebills with everything on and ` +
      `${count.plain} without, to the cent and the minute`,
  );
  assert.ok(only !== undefined || count.market >= 100_000);
});

function seedsOf(text: string): number[] {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index);
}
