// `npm run test:faults`: runs three worker processes, a gateway process and PostgreSQL. Workers are
// killed with -9, and PostgreSQL is killed or restarted, at random, while 20,000 rebills fall due.
// REBILL_SEED replays a run, REBILL_COUNT makes it shorter or longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { billWhileKilling } from './killing.ts';
import { openRestartableStore } from './restartableStore.ts';

const seed = Number(process.env['REBILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rebills = Number(process.env['REBILL_COUNT'] ?? 20_000);
const cycles = 5;

test("workers and PostgreSQL killed at random: each cycle is captured exactly once, by the gateway's own books", {
  timeout: 3_600_000,
}, async (t) => {
  console.log(`seed ${seed}`);
  const store = await openRestartableStore();
  t.after(() => store.close());
  const checked = await billWhileKilling({
    url: store.url,
    seed,
    autoOrders: rebills / cycles,
    cycles,
    workers: 3,
    killMsMax: 1000,
    restartStore: () => store.restart(),
  });
  console.log(
    `${checked.paid} paid, ${checked.declined} declined, ${checked.captures} captures, ` +
      `${checked.kills} kills, ${checked.restarts} restarts of PostgreSQL`,
  );
  console.log(
    `${checked.receipts} receipts, ${checked.captured} events kept for a webhook, ${checked.tasks} tasks: each once`,
  );
  assert.ok(checked.paid + checked.declined >= rebills);
});
