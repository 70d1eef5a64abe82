// Sends requests that are made to break the server: 3,000 in this short form; fuzz.long.ts sends
// 100,000. The seed is fixed, so that a run can be repeated. FUZZ_SEED sets another one, and
// FUZZ_CALLS changes the number of requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz.ts';

const seed = process.env['FUZZ_SEED'] ?? '21';
const calls = Number(process.env['FUZZ_CALLS'] ?? 3_000);

test('hostile requests get a status below 500, and no worker fails after them', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { faults, statuses } = await fuzz({ seed, calls });
  t.diagnostic(`${calls} calls: ${JSON.stringify(statuses)}`);
  assert.equal(faults.map((fault) => JSON.stringify(fault)).join('\n'), '');
});
