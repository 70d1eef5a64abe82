import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { type Context, inTransaction, systemActor } from '../../server/src/platform/context.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import {
  type Database,
  type DatabasePool,
  openPool,
} from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { insertApiKey } from '../../server/src/staff/apiKeyStore.ts';
import { webhookListener } from '../../server/src/webhooks/captureListener.ts';
import type { Owner } from '../../server/src/webhooks/owner.ts';
import { secretFrom } from '../../server/src/webhooks/signing.ts';
import { insertWebhook } from '../../server/src/webhooks/webhookStore.ts';
import { at } from '../support/autoOrders.ts';
import { killNine } from '../support/launched.ts';
import { Deaths, random, start } from './killing.ts';
import { Standstill } from './standstill.ts';

/**
 * A run of delivering processes that are killed while events happen and receivers go down and come
 * back.
 */
export interface Delivering {
  /** The database is used only by this run. */
  readonly url: string;
  readonly events: number;
  /** The number of receivers; each receives every event. */
  readonly receivers: number;
  /** The number of receivers that are down at any moment. */
  readonly down: number;
  readonly processes: number;
  /**
   * Decides which receiver gets which event, which receivers are down and which processes are
   * killed.
   */
  readonly seed: number;
  readonly killMsMax: number;
  /** The number of kills after which the processes run undisturbed. Absent: no limit. */
  readonly killsMax?: number;
}

export interface Delivered {
  /** The number of events that arrived, over all receivers. */
  readonly arrived: number;
  readonly deliveries: number;
  /** Deliveries that arrived more than once, each time with the id and the bytes of the first. */
  readonly repeated: number;
  readonly failed: number;
  readonly kills: number;
}

const speed = 100;
const objects = 500;
const emitters = 6;
const eventsPerTransaction = 10;

/**
 * Creates events and delivers them while processes are killed with -9. Checks that no event is
 * lost, and that the events of an object arrive in order.
 */
export async function deliverWhileKilling(run: Delivering): Promise<Delivered> {
  const chance = random(run.seed);
  const db = openPool({
    connection: { url: run.url },
    maxConnections: 8,
    prepareStatements: true,
    onIdleError: () => {},
  });
  const key = randomBytes(32);
  await insertMerchant(db, merchant, startsAt);
  const listening = await listen(run.receivers, chance);
  await addWebhooks(db, key, listening);
  const delivering = await startProcesses(run, key);
  try {
    const happening = happen(contextOf(db), run.events, chance);
    const standstill = new Standstill(`arrived of ${run.events} (seed ${run.seed})`);
    let arrivedBefore = -1;
    while (listening.receivers.some((receiver) => receiver.arrived < run.events)) {
      delivering.deaths.check();
      standstill.check(listening.receivers.map((each) => each.arrived));
      listening.goDown(run.down);
      await pause(run.killMsMax * chance());
      // On a slow machine each process would otherwise be killed before it has sent anything.
      const arrived = arrivedAtAll(listening);
      if (arrived === arrivedBefore || delivering.kills() >= (run.killsMax ?? Infinity)) continue;
      arrivedBefore = arrived;
      await delivering.killOne(chance);
    }
    await happening;
    const faults = listening.receivers.flatMap((receiver) => receiver.faults);
    assert.deepEqual(faults, [], `seed ${run.seed}`);
    return delivered(listening, delivering.kills());
  } finally {
    await delivering.stop();
    listening.close();
    await db.close();
  }
}

const startsAt = at('2026-01-01T00:00:00Z');
const merchant: Merchant = {
  merchantId: 'TEST',
  name: 'TEST',
  timeZone: 'UTC',
  currency: 'USD',
  settings: { webhooks: { allow_loopback: true } },
  clock: { kind: 'standing', at: startsAt },
};

const contextOf = (db: DatabasePool): Context => ({
  merchant,
  db,
  now: startsAt,
  actor: systemActor,
  events: outbox([webhookListener({}, () => {})]),
  ids: randomIds,
  log: pino({ level: 'silent' }),
  requestId: 'fault',
});

/** Adds one webhook for each receiver, all owned by one key. */
async function addWebhooks(db: DatabasePool, key: Buffer, listening: Listening): Promise<void> {
  const owner = await addOwner(db);
  for (const { number } of listening.receivers) {
    const webhook = {
      webhookOid: number,
      owner,
      url: `${listening.url}/${number}`,
      authentication: { type: 'none' },
      compressEvents: false,
      // The first webhook gets its events one by one; the others get batches, some of them large.
      maximumEvents: number === 1 ? 1 : [10, 20, 100, 500][number % 4]!,
      maximumSize: 900_000,
      disabled: false,
      subscriptions: [{ eventName: 'item_update', expansion: '' }],
    } as const;
    const secret = secretFrom(randomBytes(32));
    await db.transaction((tx) =>
      insertWebhook(tx, sealWith(key), 'TEST', webhook, secret, startsAt),
    );
  }
}

/** Starts the delivering processes, and replaces each one that is killed. */
async function startProcesses({ url, processes: count }: Delivering, key: Buffer) {
  const deaths = new Deaths();
  const args = [url, key.toString('hex'), String(speed)];
  const startProcess = async () => (await start('./webhookProcess.ts', args, deaths)).process;
  const processes: ChildProcess[] = await Promise.all(Array.from({ length: count }, startProcess));
  let kills = 0;
  return {
    deaths,
    kills: () => kills,
    async killOne(chance: () => number): Promise<void> {
      const index = Math.floor(chance() * processes.length);
      await killNine(processes[index]!);
      processes[index] = await startProcess();
      kills++;
    },
    stop: () => Promise.all(processes.map(killNine)),
  };
}

const arrivedAtAll = ({ receivers }: Pick<Listening, 'receivers'>): number =>
  receivers.reduce((total, receiver) => total + receiver.arrived, 0);

function delivered({ receivers }: Listening, kills: number): Delivered {
  const sum = (count: (receiver: Receiving) => number) =>
    receivers.reduce((total, receiver) => total + count(receiver), 0);
  return {
    arrived: arrivedAtAll({ receivers }),
    deliveries: sum((each) => each.bodies.size),
    repeated: sum((each) => each.repeated),
    failed: sum((each) => each.failed),
    kills,
  };
}

/**
 * Emits events of many objects in concurrent transactions. Each object has one emitter, as if its
 * row were locked. The payload counts the object's events.
 */
async function happen(context: Context, total: number, chance: () => number): Promise<void> {
  const counts = Array.from({ length: objects }, () => 0);
  let left = total;
  const emit = async (emitter: number): Promise<void> => {
    while (left > 0) {
      const size = Math.min(left, 1 + Math.floor(chance() * eventsPerTransaction));
      left -= size;
      const happened = Array.from({ length: size }, () => {
        const object = emitter + emitters * Math.floor((chance() * (objects - emitter)) / emitters);
        return {
          name: 'item_update' as const,
          objectType: 'item' as const,
          objectId: String(object),
          data: { object: { merchant_item_oid: object, count: ++counts[object]! } },
        };
      });
      await inTransaction(context, (inside) => inside.events.emit(inside, happened));
    }
  };
  await Promise.all(Array.from({ length: emitters }, (_, emitter) => emit(emitter)));
}

type Mode = 'up' | 'refuses' | 'hangs' | 'cuts' | 'takes and cuts';
const downModes: readonly Mode[] = ['refuses', 'hangs', 'cuts', 'takes and cuts'];

/** A receiver and what it has received. */
interface Receiving {
  readonly number: number;
  mode: Mode;
  arrived: number;
  repeated: number;
  failed: number;
  /** The last count received for each object. */
  readonly counts: Map<number, number>;
  /** The body of the delivery with each webhook-id. */
  readonly bodies: Map<string, string>;
  readonly faults: string[];
}

/** Adds a key with permission to read items. The webhooks belong to it. */
async function addOwner(db: Database): Promise<Owner> {
  const { keyId } = await insertApiKey(db, randomBytes(32), {
    merchantId: 'TEST',
    name: 'receiver',
    prefix: 'receiver',
    permissions: ['item_read'],
    allowedIps: [],
    createdAt: startsAt,
  });
  return { applicationId: `key:${keyId}` };
}

interface Listening {
  readonly url: string;
  readonly receivers: readonly Receiving[];
  /**
   * Puts this number of receivers out of order, perhaps others than before, and the rest in order.
   */
  goDown(count: number): void;
  close(): void;
}

async function listen(count: number, chance: () => number): Promise<Listening> {
  const receivers = Array.from(
    { length: count },
    (_, index): Receiving => ({
      number: index + 1,
      mode: 'up',
      arrived: 0,
      repeated: 0,
      failed: 0,
      counts: new Map(),
      bodies: new Map(),
      faults: [],
    }),
  );
  const server = createServer(async (request, response) => {
    request.on('error', () => {});
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The sender was killed during the request, so nothing was received.
      return;
    }
    answer(
      receivers[Number(request.url!.slice(1)) - 1]!,
      String(request.headers['webhook-id']),
      Buffer.concat(chunks).toString(),
      response,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receivers,
    goDown(down) {
      for (const receiver of receivers) receiver.mode = 'up';
      const order = receivers.toSorted(() => chance() - 0.5);
      for (const receiver of order.slice(0, down))
        receiver.mode = downModes[Math.floor(chance() * downModes.length)]!;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(receiver: Receiving, id: string, body: string, response: ServerResponse): void {
  const { mode } = receiver;
  if (mode === 'up' || mode === 'takes and cuts') take(receiver, id, body);
  if (mode !== 'up') receiver.failed++;
  if (mode === 'up') response.end();
  else if (mode === 'refuses') response.writeHead(503).end();
  else if (mode !== 'hangs') response.socket?.destroy();
}

/**
 * Asserts that the counts of each object arrive in order; a repeated delivery must equal the first.
 */
function take(receiver: Receiving, id: string, body: string): void {
  const before = receiver.bodies.get(id);
  if (before !== undefined) {
    receiver.repeated++;
    if (before !== body)
      receiver.faults.push(
        `receiver ${receiver.number}: delivery ${id} came again with other bytes`,
      );
    return;
  }
  receiver.bodies.set(id, body);
  const { events } = JSON.parse(body) as {
    events: { item_update: { merchant_item_oid: number; count: number } }[];
  };
  for (const { item_update: event } of events) {
    const last = receiver.counts.get(event.merchant_item_oid) ?? 0;
    if (event.count !== last + 1)
      receiver.faults.push(
        `receiver ${receiver.number}: object ${event.merchant_item_oid} count ${event.count} after ${last}`,
      );
    receiver.counts.set(event.merchant_item_oid, event.count);
    receiver.arrived++;
  }
}
