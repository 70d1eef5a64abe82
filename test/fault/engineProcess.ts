// A process that does nothing but bill, with leases short enough for a test: `node engineProcess.ts <DATABASE_URL> <GATEWAY_URL>`. It ends by a kill.
import { pino } from 'pino';
import { present } from '../../server/src/kernel/assert.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { openGateways } from '../../server/src/payments/gateways.ts';
import { createPayments } from '../../server/src/payments/payments.ts';
import { readClock } from '../../server/src/platform/clock/merchantClock.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { systemActor, type Context } from '../../server/src/platform/context.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { runLoop } from '../../server/src/platform/jobs/loop.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { findMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { rebillWorker, unansweredWorker } from '../../server/src/rebill/rebillWorker.ts';

const [url = '', simulatorUrl = ''] = process.argv.slice(2);
const clock = systemClock;
const db = openPool({ connection: { url }, maxConnections: 8, prepareStatements: true });
const log = pino({ level: 'silent' });
const events = outbox([]);
const payments = createPayments(openGateways({ simulatorUrl }, clock));
const parts = { payments, timing: { leaseMs: 3000, recheckMs: 200 }, db, clock, contextFor };

for (const worker of [rebillWorker(parts), unansweredWorker(parts)]) {
  // A store that restarts fails whatever is under way; the next round finds what was left.
  runLoop(worker, { clock, idleMs: 50, onError: () => {} });
}
console.log('ready');

async function contextFor(merchantId: string): Promise<Context> {
  const merchant = present(await findMerchant(db, merchantId), `merchant ${merchantId}`);
  return { merchant, db, now: readClock(merchant.clock, clock.now()), actor: systemActor, events, ids: randomIds, log, requestId: 'fault' };
}
