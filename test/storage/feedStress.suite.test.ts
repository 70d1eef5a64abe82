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
const objects = ['a', 'b', 'c'];
const writingMs = 1500;

const { db: readingDb, connection } = await openTestDatabase();
const writingDb = openPool({ connection, maxConnections: 12, prepareStatements: true });
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

/** Emits on some objects, keeps the transaction open for up to 20 ms, and gives up every ninth. */
async function writeOnce(context: Context, turn: number): Promise<void> {
  const names = objects.filter((_, index) => (turn + index) % 3 !== 0);
  await inTransaction(context, async (inside) => {
    await lockObjects(inside.db, inside.merchant.merchantId, names);
    for (let repeat = 0; repeat <= turn % 2; repeat++)
      await inside.events.emit(
        inside,
        names.map((objectId) => ({
          name: 'auto_order_update',
          objectType: 'auto order',
          objectId,
        })),
      );
    await inside.db.run('select pg_sleep($1::float8)', [((turn * 7) % 20) / 1000]);
    if (turn % 9 === 0) throw new RolledBack();
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
  for (let turn = writer; performance.now() < untilMs; turn++) await writeOnce(context, turn);
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
    while (performance.now() < untilMs - writingMs / 2) await readFeed(readingDb, id, feedStart, 1);
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
    assert.ok(events.length > 0 && events.length < read.length, `${events.length}`);
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
  assert.ok(read.length > 20, `${merchantId} wrote ${read.length} events only`);
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
