import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventName } from '@perennial/contract/events.ts';
import { Temporal } from 'temporal-polyfill';
import { testApp } from '../../../../test/support/app.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { type Context, inTransaction } from '../context.ts';
import { feedEnd, feedStart, forgetEvents, readFeed } from './feed.ts';

const world = await testApp();
const context = await world.context();

const happened = (objectId: string, name: EventName = 'auto_order_update') => ({
  name,
  objectType: 'auto order' as const,
  objectId,
});
const emit = (objectId: string, name?: EventName, inside: Context = context) =>
  inside.events.emit(inside, [happened(objectId, name)]);

async function readAll(from = feedStart): Promise<string[]> {
  const events = await readFeed(world.db, 'TEST', from, 1000);
  return events.map((event) => `${event.objectId}#${event.objectSequence}`);
}

/** Returns a gate at which one part of a test waits until another opens it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test('events come in order, and a reader that starts at the end receives only what follows', async () => {
  await emit('1');
  await context.events.emit(context, [happened('1'), happened('2'), happened('1')]);
  assert.deepEqual(await readAll(), ['1#1', '1#2', '2#1', '1#3']);
  const end = await feedEnd(world.db, 'TEST');
  await emit('2');
  assert.deepEqual(await readAll(end), ['2#2']);
});

test('transactions are ordered by number: the one after 99 is 100, whatever their texts', async () => {
  for (const stamp of ['99', '100', '101', '9']) {
    await world.db.run(
      `insert into event (merchant_id, stamp, name, object_type, object_id, object_sequence, at,
        data) values ('NUMBERS', $1::xid8, 'auto_order_update', 'auto order', $1, 1, now(), '{}')`,
      [stamp],
    );
  }
  const read: string[] = [];
  for (let place = feedStart; ; ) {
    const [event] = await readFeed(world.db, 'NUMBERS', place, 1);
    if (event === undefined) break;
    read.push(event.objectId);
    place = event.place;
  }
  assert.deepEqual(read, ['9', '99', '100', '101']);
});

test('an event of a transaction that is still open holds back what came later, so no reader passes it by', async () => {
  const from = await feedEnd(world.db, 'TEST');
  const [written, mayCommit] = [gate(), gate()];
  const slow = inTransaction(context, async (inside) => {
    await emit('slow', undefined, inside);
    written.open();
    await mayCommit.opened;
  });
  await written.opened;
  await emit('fast');
  assert.deepEqual(await readAll(from), []);
  mayCommit.open();
  await slow;
  assert.deepEqual(await readAll(from), ['slow#1', 'fast#1']);
});

test('a transaction that is open in another database of the same server holds nothing back', async (t) => {
  const nextDoor = await testDatabase(t);
  const from = await feedEnd(world.db, 'TEST');
  const [written, mayCommit] = [gate(), gate()];
  const theirs = nextDoor.transaction(async (tx) => {
    await tx.run("insert into counter (merchant_id, name, value) values ('X', 'x', 1)");
    written.open();
    await mayCommit.opened;
  });
  await written.opened;
  await emit('ours');
  assert.deepEqual(await readAll(from), ['ours#1']);
  mayCommit.open();
  await theirs;
});

test('a server that loads the library of Citus for another database is a plain one', async () => {
  const from = await feedEnd(world.db, 'TEST');
  await inTransaction(context, async (inside) => {
    await inside.db.run("select set_config('citus.shard_count', '32', true)");
    await readFeed(inside.db, 'TEST', from, 1000);
    await emit('preloaded', undefined, inside);
  });
  assert.deepEqual(await readAll(from), ['preloaded#1']);
});

test('an object’s events keep their order even when the later transaction began first', async () => {
  const from = await feedEnd(world.db, 'TEST');
  const [began, otherDone] = [gate(), gate()];
  const early = inTransaction(context, async (inside) => {
    await inside.db.run(
      "insert into counter (merchant_id, name, value) values ('TEST', 'early', 1)",
    );
    began.open();
    await otherDone.opened;
    await emit('shared', undefined, inside);
  });
  await began.opened;
  await emit('shared', 'auto_order_create');
  otherDone.open();
  await early;
  const events = await readFeed(world.db, 'TEST', from, 10);
  assert.deepEqual(
    events.map((event) => [event.name, event.objectSequence]),
    [
      ['auto_order_create', 1],
      ['auto_order_update', 2],
    ],
  );
});

test('pages join without a gap or a repeat', async () => {
  const from = await feedEnd(world.db, 'TEST');
  for (let i = 0; i < 25; i++) await emit(`page ${i % 3}`);
  const whole = await readAll(from);
  const paged: string[] = [];
  for (let place = from; ; ) {
    const events = await readFeed(world.db, 'TEST', place, 4);
    if (events.length === 0) break;
    paged.push(...events.map((event) => `${event.objectId}#${event.objectSequence}`));
    place = events.at(-1)!.place;
  }
  assert.equal(whole.length, 25);
  assert.deepEqual(paged, whole);
});

test('old events are deleted, and an object’s sequence continues', async () => {
  for (let i = 0; i < 3; i++) await emit('old');
  const from = await feedEnd(world.db, 'TEST');
  await forgetEvents(world.db, 'TEST', Temporal.Now.instant().add({ hours: 1 }));
  assert.deepEqual(
    (await readAll()).filter((event) => event.startsWith('old')),
    ['old#3'],
  );
  await emit('old');
  assert.deepEqual(await readAll(from), ['old#4']);
});
