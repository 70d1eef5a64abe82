// The short form of webhookDeliveries.long.ts: two delivering processes are killed with -9 while
// receivers go down and come back. WEBHOOK_SEED replays a run.
import { test } from 'node:test';
import { openTestDatabase } from '../support/database.ts';
import { deliverWhileKilling } from './webhookDeliveries.ts';

const seed = Number(process.env['WEBHOOK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test('every event reaches every receiver, in the order of its object, whichever process is killed', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { url } = await openTestDatabase(t);
  const delivered = await deliverWhileKilling({
    url,
    seed,
    events: 600,
    receivers: 5,
    down: 1,
    processes: 2,
    killMsMax: 1500,
    killsMax: 8,
  });
  t.diagnostic(
    `${delivered.arrived} events in ${delivered.deliveries} deliveries, 0 lost, 0 overtaken, ` +
      `${delivered.repeated} came again, ${delivered.failed} tries failed, ${delivered.kills} ` +
      'kills',
  );
});
