import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { leaseFrom } from './lease.ts';

const begin = { monotonic: 5000, wall: Date.UTC(2026, 0, 1) };

const rows: [
  what: string,
  leaseMs: number,
  workMs: number,
  spent: [number, number],
  is: boolean,
][] = [
  ['at the start', 300_000, 30_000, [0, 0], true],
  ['just in time', 300_000, 30_000, [270_000, 270_000], true],
  ['a moment too late', 300_000, 30_000, [270_001, 270_001], false],
  ['after the machine slept', 300_000, 30_000, [10, 400_000], false],
  ['after the wall clock was set back', 300_000, 30_000, [280_000, -3_600_000], false],
  [
    'work that takes longer than half a lease, in the first half',
    20_000,
    30_000,
    [9000, 9000],
    true,
  ],
  ['work that takes longer than half a lease, later', 20_000, 30_000, [11_000, 11_000], false],
  ['work that takes no time', 20_000, 0, [19_999, 19_999], true],
];

test('whether a lease leaves time for work', () => {
  for (const [what, leaseMs, workMs, [monotonicMs, wallMs], is] of rows) {
    let spent = { monotonicMs: 0, wallMs: 0 };
    const clock = {
      monotonicMs: () => begin.monotonic + spent.monotonicMs,
      now: () => Temporal.Instant.fromEpochMilliseconds(begin.wall + spent.wallMs),
    };
    const lease = leaseFrom(clock, leaseMs);
    spent = { monotonicMs, wallMs };
    assert.equal(lease.leavesTimeFor(workMs), is, what);
  }
});
