// The short form of the long fault test (killedWorkers.long.ts): kills two worker processes with -9
// while 600 rebills fall due. REBILL_SEED replays a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../support/database.ts';
import { billWhileKilling } from './killing.ts';

const seed = Number(process.env['REBILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test('each cycle is billed exactly once while workers are killed at random', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { url } = await openTestDatabase(t);
  const checked = await billWhileKilling({
    url,
    seed,
    autoOrders: 200,
    cycles: 3,
    workers: 2,
    killMsMax: 1500,
    killsMax: 6,
  });
  t.diagnostic(
    `${checked.paid} paid, ${checked.declined} declined, ${checked.captures} entries in the ` +
      `gateway's books, ${checked.kills} kills`,
  );
  t.diagnostic(
    `${checked.receipts} receipts, ${checked.captured} events kept for a webhook, ${checked.tasks} tasks: each once`,
  );
  assert.ok(checked.paid + checked.declined >= 600);
});
