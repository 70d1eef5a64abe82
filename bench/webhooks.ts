// Measures the cost of deliveries against a bare loop of undici that posts the same bytes with the
// same concurrency and no database: one event per delivery, and batches of a hundred. Also measures
// how much ten subscribed webhooks slow a rebill run. Their payloads are made and stored in the
// rebills' own transactions. The sending is not part of that figure, because workers that may run
// elsewhere do it, and the other two figures measure it.
// `node bench/webhooks.ts [deliver|rebill]`
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'undici';
import { objectReaders } from '../server/src/app/objectReaders.ts';
import { randomIds } from '../server/src/kernel/ids.ts';
import { applicationAccesses } from '../server/src/oauth/applicationAccess.ts';
import { createPayments } from '../server/src/payments/payments.ts';
import { systemClock } from '../server/src/platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../server/src/platform/context.ts';
import { outbox } from '../server/src/platform/events/outbox.ts';
import { sealWith } from '../server/src/platform/seal.ts';
import type { Database, DatabasePool } from '../server/src/platform/storage/database.ts';
import { defaultTiming, runDue } from '../server/src/rebill/dueOperations.ts';
import { insertApiKey } from '../server/src/staff/apiKeyStore.ts';
import { deliveryBody } from '../server/src/webhooks/body.ts';
import { webhookListener } from '../server/src/webhooks/captureListener.ts';
import { deliveryWorker } from '../server/src/webhooks/deliveryWorker.ts';
import type { Owner } from '../server/src/webhooks/owner.ts';
import { httpSender } from '../server/src/webhooks/send.ts';
import { secretFrom } from '../server/src/webhooks/signing.ts';
import { deleteWebhook, insertWebhook } from '../server/src/webhooks/webhookStore.ts';
import { due, gatewayOf, merchantWith } from './support/dueMerchant.ts';
import { figure, median } from './support/figures.ts';
import { type BenchStore, type Cost, costOf, withPostgres } from './support/postgres.ts';
import { startServer } from './support/processes.ts';

const parts = process.argv[2] === undefined ? ['deliver', 'rebill'] : [process.argv[2]];
/**
 * Each pair measures both sides, one after the other; the figure is the median of the pairs'
 * ratios.
 */
const pairs = 3;
const [singleEvents, batchedEvents, batch] = [2000, 20_000, 100];
/** The number of deliveries that a webhook has in flight at once. */
const concurrency = 16;
const rebilled = 10_000;
const seal = sealWith(randomBytes(32));
let webhooks = 0;

await withPostgres(async (store) => {
  if (parts.includes('deliver')) await measureDelivering(store);
  if (parts.includes('rebill')) await measureRebills(store.db);
});

async function measureDelivering(store: BenchStore): Promise<void> {
  const receiver = await startServer({
    args: ['bench/support/webhookReceiver.ts'],
    readyPath: '/',
  });
  try {
    const plain = await merchantWith(store.db, 'DELIVER', 1);
    const merchant = { ...plain.merchant, settings: { webhooks: { allow_loopback: true } } };
    const context: Context = {
      ...plain,
      merchant,
      events: outbox([webhookListener({}, () => {})]),
    };
    figure(
      'webhook_single',
      await compare(store, context, receiver.baseUrl, singleEvents, 1),
      '>=0.35',
    );
    figure(
      'webhook_batches',
      await compare(store, context, receiver.baseUrl, batchedEvents, batch),
      '>=0.6',
    );
  } finally {
    await receiver.stop();
  }
}

/**
 * Returns the ratio of our events per second to those of the bare loop. The first pair warms both
 * up and is left out.
 */
async function compare(
  store: BenchStore,
  context: Context,
  url: string,
  events: number,
  perDelivery: number,
): Promise<number> {
  const measured: { ours: Cost; bare: Cost }[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    measured.push({
      ours: await deliver(store, context, url, events, perDelivery),
      bare: await bareLoop(store, url, events, perDelivery),
    });
  }
  const kept = measured.slice(1);
  const rate = (side: 'ours' | 'bare') =>
    (events / median(kept.map((each) => each[side].seconds))).toFixed(0);
  const cpu = (side: 'ours' | 'bare', of: 'nodeUs' | 'postgresUs') =>
    (median(kept.map((each) => each[side][of])) / events).toFixed(0);
  console.log(
    `${perDelivery} events a delivery: ${rate('ours')} events/s, signed, in order, logged; ` +
      `the bare loop ${rate('bare')} (medians of ${pairs})`,
  );
  console.log(
    `CPU an event: ${cpu('ours', 'nodeUs')} µs node and ${cpu('ours', 'postgresUs')} µs ` +
      `PostgreSQL; the bare loop ${cpu('bare', 'nodeUs')} µs`,
  );
  return median(kept.map((each) => each.bare.seconds / each.ours.seconds));
}

/** Returns an auto order with two items as clients receive it: about two kilobytes. */
function payloadOf(oid: number): object {
  return {
    auto_order_oid: oid,
    auto_order_code: 'ABCDEFGHIJ',
    status: 'active',
    enabled: true,
    original_order_id: `DELIVER-${oid}`,
    items: Array.from({ length: 2 }, (_, item) => ({
      auto_order_item_oid: 2 * oid + item,
      original_item_id: 'COFFEE',
      original_quantity: 1,
      frequency: 'Monthly',
      next_shipment_dts: '2026-04-15T10:00:00-04:00',
      future_schedules: Array.from({ length: 10 }, (_each, month) => ({
        item_id: 'COFFEE',
        rebill_count: month + 1,
        shipment_dts: '2026-04-15T10:00:00-04:00',
        unit_cost: 12.99,
      })),
    })),
  };
}

/**
 * Creates events, then measures from the worker's first run until every event has arrived and its
 * delivery is recorded.
 */
async function deliver(
  store: BenchStore,
  context: Context,
  url: string,
  events: number,
  perDelivery: number,
): Promise<Cost> {
  const { db, merchant } = context;
  await addWebhook(db, merchant.merchantId, {
    url,
    maximumEvents: perDelivery,
    subscriptions: [{ eventName: 'auto_order_rebill', expansion: '' }],
  });
  for (let first = 0; first < events; first += 1000) {
    const happened = Array.from({ length: Math.min(1000, events - first) }, (_, index) => {
      const oid = first + index + 1;
      return {
        name: 'auto_order_rebill' as const,
        objectType: 'auto order' as const,
        objectId: `${webhooks}-${oid}`,
        data: { object: payloadOf(oid) },
      };
    });
    await inTransaction(context, (inside) => inside.events.emit(inside, happened));
  }
  const sender = httpSender({ clock: systemClock });
  const worker = deliveryWorker({
    isLoopbackAllowed: true,
    db,
    clock: systemClock,
    seal,
    send: sender.send,
    jitter: randomIds.fraction,
    findOwnerAccess: applicationAccesses(db, systemClock).find,
    log: context.log,
    contextFor: async () => context,
  });
  const cost = await costOf(store, async () => {
    // A run without work is not yet the end: an event may wait for an older transaction.
    while ((await worker.runOnce()) > 0 || (await arrived(context)) < events);
  });
  await worker.stop();
  await sender.close();
  await deleteWebhook(db, merchant.merchantId, webhooks);
  await db.run('delete from webhook_event where merchant_id = $1', [merchant.merchantId]);
  await db.run('vacuum analyze webhook_event, webhook_delivery, webhook_log');
  return cost;
}

async function arrived({ db, merchant }: Context): Promise<number> {
  const row = await db.row<{ events: number }>(
    `select coalesce(sum(cardinality(event_ids)), 0)::int as events from webhook_log
      where merchant_id = $1 and success`,
    [merchant.merchantId],
  );
  return row!.events;
}

async function bareLoop(
  store: BenchStore,
  url: string,
  events: number,
  perDelivery: number,
): Promise<Cost> {
  const bodies = Array.from({ length: events / perDelivery }, (_, delivery) =>
    deliveryBody(
      Array.from({ length: perDelivery }, (_each, index) => ({
        name: 'auto_order_rebill',
        payload: JSON.stringify(payloadOf(delivery * perDelivery + index + 1)),
      })),
      false,
    ).toString(),
  );
  const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
  let next = 0;
  const cost = await costOf(store, () =>
    Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
          const response = await request(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json; charset=UTF-8' },
            body,
            dispatcher,
          });
          await response.body.text();
        }
      }),
    ),
  );
  await dispatcher.close();
  return cost;
}

/** Adds a key with permission to read the objects of the measured events. */
async function addOwner(db: Database, merchantId: string): Promise<Owner> {
  const { keyId } = await insertApiKey(db, randomBytes(32), {
    merchantId,
    name: 'bench',
    prefix: 'bench',
    permissions: ['auto_order_read', 'order_read'],
    allowedIps: [],
    createdAt: systemClock.now(),
  });
  return { applicationId: `key:${keyId}` };
}

async function addWebhook(
  db: Database,
  merchantId: string,
  changes: {
    url: string;
    maximumEvents: number;
    subscriptions: readonly { eventName: string; expansion: string }[];
  },
): Promise<void> {
  const webhook = {
    webhookOid: ++webhooks,
    owner: await addOwner(db, merchantId),
    authentication: { type: 'none' },
    compressEvents: false,
    maximumSize: 900_000,
    disabled: false,
    ...changes,
  } as const;
  await db.transaction((tx) =>
    insertWebhook(tx, seal, merchantId, webhook, secretFrom(randomBytes(32)), systemClock.now()),
  );
}

/**
 * Measures rebills per second with ten webhooks. Each receives every rebill and its payment, half
 * of them with items, and half with the customer's address as well.
 */
async function measureRebills(db: DatabasePool): Promise<void> {
  const measured: { plain: number; heard: number }[] = [];
  for (let pair = 0; pair < 3; pair++) {
    const plain = await rebill(await merchantWith(db, `PLAIN${pair}`, rebilled));
    const context = await merchantWith(db, `HEARD${pair}`, rebilled);
    for (let webhook = 0; webhook < 10; webhook++) {
      const [items, address] =
        webhook % 2 === 0
          ? ['items', 'billing']
          : ['items,original_order.billing', 'billing,summary'];
      await addWebhook(db, context.merchant.merchantId, {
        url: 'https://hooks.example.com/',
        maximumEvents: 100,
        subscriptions: [
          { eventName: 'auto_order_rebill', expansion: items },
          { eventName: 'order_payment_process', expansion: address },
        ],
      });
    }
    measured.push({ plain, heard: await rebill(context) });
  }
  console.log(
    `${median(measured.map((each) => each.heard)).toFixed(0)} rebills/s with ten webhooks, ` +
      `${median(measured.map((each) => each.plain)).toFixed(0)} without`,
  );
  figure('webhook_rebill_run', median(measured.map((each) => each.heard / each.plain)), '>=0.7');
}

async function rebill(plain: Context): Promise<number> {
  const context: Context = { ...plain, events: outbox([webhookListener(objectReaders, () => {})]) };
  const payments = createPayments({ preferred: () => 'simulator', open: () => gatewayOf(0) });
  const startMs = performance.now();
  const { paid } = await runDue(
    context,
    { payments, timing: defaultTiming, clock: systemClock },
    { until: due, moment: 'now' },
  );
  if (paid !== rebilled) throw new Error(`${paid} of ${rebilled} were billed`);
  return paid / ((performance.now() - startMs) / 1000);
}
