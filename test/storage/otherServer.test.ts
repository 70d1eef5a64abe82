// Tests a dump that is restored into another PostgreSQL server, where its event stamps and reader
// positions are far above the new server's transaction numbers. Webhooks, the feed and live sockets
// continue: no event is lost or repeated, and the cursors of clients stay valid.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { alignStamps } from '../../server/src/platform/events/stamps.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { openTestDatabase } from '../support/database.ts';
import { connectLive, listen } from '../support/liveClient.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { findSystemPostgres } from '../support/systemPostgres.ts';
import { makeTemplate } from '../support/testStore.ts';
import { webhookWorld } from '../support/webhooks.ts';
import { addTask, ask } from '../support/workflow.ts';

const seal = sealWith(randomBytes(32));
const system = await findSystemPostgres();

test('a dump continues in another PostgreSQL server', {
  skip: system === undefined && 'no PostgreSQL is installed on this machine',
}, async (t) => {
  const [old, fresh] = [await system!.start(), await system!.start()];
  t.after(() => Promise.all([old.stop(), fresh.stop()]));
  await makeTemplate(old, 'shop');
  const connection = (server: typeof old) => ({ ...server.connection, database: 'shop' });
  await goesOn(t, pool(t, connection(old)), async () => {
    const file = join(tmpdir(), `perennial-dump-${process.pid}.sql`);
    const at = ({ host, port, user }: typeof old.connection) => [
      '-h',
      host,
      '-p',
      String(port),
      '-U',
      user,
    ];
    const run = (program: string, args: string[]) =>
      promisify(execFile)(join(system!.bin, program), args);
    await run('pg_dump', [...at(old.connection), '-f', file, 'shop']);
    await run('createdb', [...at(fresh.connection), 'shop']);
    await run('psql', [...at(fresh.connection), '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, 'shop']);
    return pool(t, connection(fresh));
  });
});

test('stamps of another server are noticed whatever brought them', async (t) => {
  const database = await openTestDatabase(t);
  await goesOn(
    t,
    database.db,
    async () => {
      for (const table of ['event', 'webhook_event', 'webhook_held'])
        await database.db.run(
          `update ${table} set stamp = (stamp::text::bigint + 1000000)::text::xid8 where merchant_id = 'TEST'`,
        );
      await database.db.run(
        `update webhook set place_stamp = (place_stamp::text::bigint + 1000000)::text::xid8
          where merchant_id = 'TEST'`,
      );
      return database.db;
    },
    1_000_000n,
  );
});

/**
 * Makes events on one database, moves it by `copy`, and expects each reader to receive the events
 * that it had not received and the later ones.
 */
async function goesOn(
  t: TestContext,
  before: DatabasePool,
  copy: () => Promise<DatabasePool>,
  shift = 0n,
): Promise<void> {
  const receiver = await startReceiver(t);
  // These are far more transactions than the other server has had.
  await before.run(
    'do $$ begin for i in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  );
  const first = await testApp({ db: before, seal });
  const webhooks = await webhookWorld(first);
  await webhooks.addWebhook(receiver.url);
  await webhooks.addItem('received before');
  await webhooks.deliver();
  const { next_cursor: heard } = await readFeed(first);
  await webhooks.addItem('not received yet');
  const task = await addTask(first, { task_name: 'seen before' });
  const seen = await before.row<{ cursor: string }>(
    `select (stamp::text::bigint)::text || '.' || event_id as cursor from event
      where merchant_id = 'TEST' and object_type = 'workflow task' order by stamp desc limit 1`,
  );

  const after = await copy();
  assert.equal(await alignStamps(after), true);
  assert.equal(await alignStamps(after), false, 'once is enough');

  const second = await testApp({ db: after, seal });
  const moved = await webhookWorld(second);
  const item = { merchant_item_id: 'NEW', description: 'new', pricing: { cost: 10 } };
  await ask(second, { operation: 'insertItem', body: item });
  await ask(second, {
    operation: 'updateWorkflowTask',
    params: { task_uuid: task.workflow_task_uuid },
    body: { ...task, task_name: 'seen after' },
  });
  await moved.deliver();
  assert.deepEqual(descriptions(receiver.received), ['received before', 'not received yet', 'new']);

  const feed = await readFeed(second, shifted(heard, '-', shift));
  assert.deepEqual(
    feed.events.map((event) => event.event_name),
    ['item_create', 'workflow_task_create', 'item_create', 'workflow_task_update'],
  );
  assert.deepEqual((await readFeed(second, feed.next_cursor)).events, []);

  const live = await connectLive(second, await listen(second), second.key, {
    after: shifted(seen!.cursor, '.', shift),
  });
  t.after(() => live.close());
  const [frame] = await live.until(1, ({ type }) => type === 'event');
  assert.equal(frame!.event_task!.task_name, 'seen after');
  live.close();
  await once(live.socket, 'close');
  await second.app.http.close();
}

const readFeed = async (app: TestApp, after?: string) =>
  (await app.request({ operation: 'getEvents', query: after === undefined ? {} : { after } })).body;

const descriptions = (received: readonly Received[]): string[] =>
  received.flatMap(({ events }) => events.map(({ payload }) => payload.description));

function shifted(cursor: string, mark: string, by: bigint): string {
  const [stamp = '', eventId = ''] = cursor.split(mark);
  return `${BigInt(stamp) + by}${mark}${eventId}`;
}

function pool(
  t: TestContext,
  connection: Parameters<typeof openPool>[0]['connection'],
): DatabasePool {
  const opened = openPool({ connection, maxConnections: 10, prepareStatements: true });
  t.after(() => opened.close());
  return opened;
}
