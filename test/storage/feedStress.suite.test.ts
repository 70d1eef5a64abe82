// Readers of the feed while many writers commit late, roll back, and touch each other's objects: on
// plain PostgreSQL, on partitioned tables, and on Citus (CITUS_URL).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { type Context, inTransaction, systemActor } from '../../server/src/platform/context.ts';
import {
  type FeedEvent,
  type FeedPlace,
  feedEnd,
  feedStart,
  readFeed,
} from '../../server/src/platform/events/feed.ts';
import { outbox } from '../../server/src/platform/events/outbox.ts';
import { type Database, openPool } from '../../server/src/platform/storage/database.ts';
import { testApp } from '../support/app.ts';
import { openTestDatabase } from '../support/database.ts';

const merchantIds = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX'];
const writersEach = 3;
/** Each writer's own, and one that all write. */
const objects = ['0', '1', '2', 'shared'];
const writingMs = 1500;

const { db: readingDb, connection } = await openTestDatabase();
const writingDb = openPool({ connection, maxConnections: 18, prepareStatements: true });
const world = await testApp({ db: readingDb });

class RolledBack extends Error {}

/** As every operation does before it emits: it holds the object that the event is about. */
async function lockObjects(db: Database, merchantId: string, names: readonly string[]) {
  await db.rows(
    `select name from counter where merchant_id = $1 and name = any($2::text[]) order by name
     for update`,
    [merchantId, names],
  );
}

async function addMerchant(merchantId: string): Promise<void> {
  await world.addMerchant(merchantId);
  for (const name of objects)
    await readingDb.run('insert into counter (merchant_id, name, value) values ($1, $2, 0)', [
      merchantId,
      name,
    ]);
}

/**
 * Emits on the writer's object, at times on the shared one too; keeps some transactions open for up
 * to 25 ms, while those of the other writers pass it by; and gives up every ninth.
 */
async function writeOnce(context: Context, writer: number, turn: number): Promise<void> {
  const names = turn % 4 === 0 ? [objects[writer]!, 'shared'] : [objects[writer]!];
  const events = [...names, ...names].map((objectId) => ({
    name: 'auto_order_update' as const,
    objectType: 'auto order' as const,
    objectId,
  }));
  await inTransaction(context, async (inside) => {
    await lockObjects(inside.db, inside.merchant.merchantId, names);
    await inside.events.emit(inside, events);
    const openMs = turn % 3 === writer ? 5 + ((turn * 7) % 20) : 0;
    if (openMs > 0) await inside.db.run('select pg_sleep($1::float8)', [openMs / 1000]);
    if (turn % 9 === 5) throw new RolledBack();
  }).catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}

async function write(merchantId: string, writer: number, untilMs: number): Promise<void> {
  const merchant = (await world.context(merchantId)).merchant;
  const context: Context = {
    ...(await world.context(merchantId)),
    merchant,
    actor: systemActor,
    db: writingDb,
    events: outbox([]),
    now: Temporal.Now.instant(),
  };
  for (let turn = 0; performance.now() < untilMs; turn++) await writeOnce(context, writer, turn);
}

/** Reads page by page until the writers are done and nothing is left. */
async function readOn(
  db: Database,
  merchantId: string,
  from: FeedPlace,
  isWritten: () => boolean,
): Promise<FeedEvent[]> {
  const read: FeedEvent[] = [];
  for (let place = from; ; ) {
    const wasWritten = isWritten();
    const page = await readFeed(db, merchantId, place, 7);
    read.push(...page);
    place = page.at(-1)?.place ?? place;
    if (wasWritten && page.length === 0) return read;
  }
}

const idsOf = (events: readonly FeedEvent[]) => events.map(({ place }) => place.eventId);

test('readers that page all along miss no event, get none twice, and each object’s in order', async (t) => {
  t.after(() => writingDb.close());
  for (const merchantId of merchantIds) await addMerchant(merchantId);
  let isWritten = false;
  const untilMs = performance.now() + writingMs;
  const writers = Promise.all(
    merchantIds.flatMap((merchantId) =>
      Array.from({ length: writersEach }, (_, writer) => write(merchantId, writer, untilMs)),
    ),
  ).finally(() => (isWritten = true));
  const early = merchantIds.map((id) => readOn(readingDb, id, feedStart, () => isWritten));
  const late = merchantIds.map(async (id) => {
    while ((await readFeed(readingDb, id, feedStart, 1)).length === 0);
    const from = await feedEnd(readingDb);
    return { from, events: await readOn(readingDb, id, from, () => isWritten) };
  });
  await writers;
  for (const [index, merchantId] of merchantIds.entries()) {
    const read = await early[index]!;
    await checkWhole(merchantId, read);
    const { from, events } = await late[index]!;
    const after = read.filter(({ place }) => BigInt(place.stamp) >= BigInt(from.stamp));
    assert.deepEqual(idsOf(events), idsOf(after), `${merchantId}, from the middle`);
    assert.ok(events.length > 0, merchantId);
  }
});

async function checkWhole(merchantId: string, read: readonly FeedEvent[]): Promise<void> {
  const written = await readingDb.rows<{ event_id: number }>(
    'select event_id from event where merchant_id = $1 order by event_id',
    [merchantId],
  );
  assert.deepEqual(
    idsOf(read).sort((a, b) => a - b),
    written.map((row) => row.event_id),
    merchantId,
  );
  assert.ok(read.length > 10, `${merchantId} wrote ${read.length} events only`);
  for (const objectId of objects) {
    const sequences = read
      .filter((event) => event.objectId === objectId)
      .map((event) => event.objectSequence);
    assert.deepEqual(
      sequences,
      sequences.map((_, index) => index + 1),
      `${merchantId} ${objectId}`,
    );
  }
}
