// A process that only delivers webhooks: `node webhookProcess.ts <DATABASE_URL> <hex key of the
// seal> <speed of its clock>`. It ends when the test kills it.
import { pino } from 'pino';
import { required } from '../../server/src/kernel/assert.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { applicationAccesses } from '../../server/src/oauth/applicationAccess.ts';
import { readClock } from '../../server/src/platform/clock/merchantClock.ts';
import { type Context, systemActor } from '../../server/src/platform/context.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { runLoop } from '../../server/src/platform/jobs/loop.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { findMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { deliveryWorker } from '../../server/src/webhooks/deliveryWorker.ts';
import { httpSender } from '../../server/src/webhooks/send.ts';
import { fastClock } from './fastClock.ts';

const [url = '', key = '', speed = ''] = process.argv.slice(2);
const clock = fastClock(Number(speed));
const db = openPool({ connection: { url }, maxConnections: 6, prepareStatements: true });
const log = pino({ level: 'silent' });
const events = outbox([]);
const { send } = httpSender({ clock, timeoutMs: 1000 });
const merchants = new Map<string, Context['merchant']>();
// The clock is fast, so a lease of three minutes takes three seconds or less.
const worker = deliveryWorker({
  isLoopbackAllowed: true,
  db,
  clock,
  seal: sealWith(Buffer.from(key, 'hex')),
  send,
  jitter: randomIds.fraction,
  leaseMs: 180_000,
  findOwnerAccess: applicationAccesses(db, clock).find,
  log,
  contextFor,
});

runLoop(worker, { clock, idleMs: 50, onError: () => {} });
console.log('ready');

async function contextFor(merchantId: string): Promise<Context> {
  const merchant =
    merchants.get(merchantId) ??
    required(await findMerchant(db, merchantId), `merchant ${merchantId}`);
  merchants.set(merchantId, merchant);
  return {
    merchant,
    db,
    now: readClock(merchant.clock, clock.now()),
    actor: systemActor,
    events,
    ids: randomIds,
    log,
    requestId: 'fault',
  };
}
