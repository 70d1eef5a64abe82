// Sends 100,000 requests of fuzz.test.ts, and measures the memory afterwards. FUZZ_SEED replays a
// run, FUZZ_CALLS makes it shorter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz.ts';

const seed = process.env['FUZZ_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));
const calls = Number(process.env['FUZZ_CALLS'] ?? 100_000);
/**
 * The number of cached plans, schemas and statements is bounded, so memory that grows with the
 * calls is a leak.
 */
const grownMbMax = 60;

test('hostile requests get a status below 500, and memory is back at its level', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const tell = (line: string) => t.diagnostic(line);
  const { faults, statuses, heapMb } = await fuzz({ seed, calls, tell });
  t.diagnostic(
    `${calls} calls: ${JSON.stringify(statuses)}, ${heapMb.map(Math.round).join(' → ')} MB`,
  );
  assert.equal(faults.map((fault) => JSON.stringify(fault)).join('\n'), '');
  assert.ok(
    heapMb[1] - heapMb[0] < grownMbMax,
    `live memory grew from ${heapMb[0]} to ${heapMb[1]} MB`,
  );
});
