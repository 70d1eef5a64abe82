// Tests the live socket: it sends every change once and in order, also across reconnects and
// several processes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import type { LiveFrame } from '../../contract/src/live.ts';
import { inTransaction } from '../../server/src/platform/context.ts';
import { LiveRoom } from '../../server/src/workflow/liveRoom.ts';
import { createTasks } from '../../server/src/workflow/saveOperations.ts';
import type { NewTask } from '../../server/src/workflow/task.ts';
import { testApp } from '../support/app.ts';
import { connectLive, listen, openLive } from '../support/liveClient.ts';
import { addColleague, addTask, ask, changeTask } from '../support/workflow.ts';
import { everySocketHears } from './manySockets.ts';

const app = await testApp();
const ann = await addColleague(app, 'Ann Archer');
const address = await listen(app);
after(() => app.app.http.close());

const isTask = (frame: LiveFrame) => frame.event_task !== undefined;
const told = ({ event_type: type, event_task: task }: LiveFrame) =>
  `${type} ${task?.task_name} ${task?.status}`;
const poll = () => Promise.all(app.app.apiWorkers.map((worker) => worker.runOnce()));

test('a task that is created, changed and deleted is reported, with the number of open tasks', async () => {
  const client = await connectLive(app, address, ann.key);
  await client.until(2);
  assert.deepEqual(
    client.frames.map(({ type, event_type: event, event_open_count: count }) => [
      type,
      event,
      count,
    ]),
    [
      ['ready', undefined, undefined],
      ['event', 'open count', 0],
    ],
  );
  const { workflow_task_uuid: id } = await addTask(app, {
    task_name: 'Told',
    assigned_to_user_id: ann.userId,
  });
  await changeTask(app, id, { status: 'closed' });
  await app.request({ operation: 'deleteWorkflowTask', params: { task_uuid: id } });
  await client.until(3, isTask);
  assert.deepEqual(client.frames.filter(isTask).map(told), [
    'task created Told open',
    'task updated Told closed',
    'task deleted Told closed',
  ]);
  await poll();
  assert.equal(
    client.frames.filter((frame) => frame.event_type === 'open count').at(-1)?.event_open_count,
    0,
  );
  client.close();
});

test(
  'a client that reconnects with its cursor receives what it missed, once, and nothing of other ' +
    'merchants',
  async () => {
    const first = await connectLive(app, address, ann.key);
    await first.until(1);
    await addTask(app, { task_name: 'Heard' });
    const [heard] = await first.until(1, isTask);
    first.close();
    await addTask(app, { task_name: 'Missed 1' });
    await addTask(app, { task_name: 'Missed 2' });
    await app.addMerchant('OTHER');
    await addTask(app, { task_name: 'Of another user' }, await app.addKey('OTHER'));
    const second = await connectLive(app, address, ann.key, { after: heard!.cursor });
    await second.until(2, isTask);
    await addTask(app, { task_name: 'Again live' });
    await second.until(3, isTask);
    assert.deepEqual(
      second.frames.filter(isTask).map(({ event_task: task }) => task?.task_name),
      ['Missed 1', 'Missed 2', 'Again live'],
    );
    assert.equal(second.frames[0]!.type, 'ready');
    second.close();
  },
);

test('a client that missed more than may be unread receives all of it, and what happens meanwhile', async () => {
  const first = await connectLive(app, address, ann.key);
  const [ready] = await first.until(1);
  first.close();
  const inside = await app.context();
  const long: NewTask = {
    taskUuid: '',
    name: 'Long',
    context: 'x'.repeat(30_000),
    priority: '2 - medium',
    status: 'open',
    createdAt: inside.now,
    updatedAt: inside.now,
    createdBy: { name: 'Somebody' },
    tags: [],
    properties: [],
    attachments: [],
    notes: [],
    version: 1,
  };
  await inTransaction(inside, (within) =>
    createTasks(
      within,
      Array.from({ length: 300 }, (_, i) => ({ ...long, taskUuid: `long-${i}` })),
    ),
  );
  const second = await connectLive(app, address, ann.key, { after: ready!.cursor });
  second.socket.pause();
  await addTask(app, { task_name: 'Meanwhile' });
  await poll();
  second.socket.resume();
  const told = await second.until(301, isTask);
  assert.deepEqual(
    [told[299]!.event_task?.task_name, told[300]!.event_task?.task_name],
    ['Long', 'Meanwhile'],
  );
  second.close();
});

test('what another process commits is received at the next poll', async () => {
  // A room that this app does not know represents another process on the same database.
  const heard: LiveFrame[] = [];
  const room = new LiveRoom(app.db, 'TEST');
  await room.enter(
    {
      send: (frames) =>
        heard.push(...frames.map((frame) => JSON.parse(String(frame)) as LiveFrame)),
    },
    undefined,
  );
  await addTask(app, { task_name: 'From over there' });
  assert.equal(heard.filter(isTask).length, 0);
  while (heard.filter(isTask).length === 0) await room.tell();
  assert.deepEqual(heard.filter(isTask).map(told), ['task created From over there open']);
});

test('an invalid cursor, or one whose events were deleted, gets the request to read everything again', async () => {
  for (const cursor of ['nonsense', '9.9']) {
    const client = await connectLive(app, address, ann.key, { after: cursor });
    const [frame] = await client.until(1);
    assert.equal(frame!.type, 'resync');
    client.close();
  }
});

test('strangers, expired tokens, foreign pages and other paths get no socket', async () => {
  const refused = async (url: string, origin?: string) => {
    const [, response] = (await once(
      new WebSocket(url, origin === undefined ? {} : { origin }).on('error', () => {}),
      'unexpected-response',
    )) as [unknown, { statusCode: number }];
    return response.statusCode;
  };
  const { agent_auth: auth } = await ask(app, {
    operation: 'getWorkflowAgentWebsocketAuthorization',
    key: ann.key,
  });
  assert.equal(auth.merchant_id, 'TEST');
  const url = `${address}${new URL(auth.websocket_url).pathname}?token=${auth.jwt}`;
  assert.equal(await refused(url.slice(0, -4)), 401);
  assert.equal(await refused(url.split('?')[0]!), 401);
  assert.equal(await refused(`${address}/somewhere`), 404);
  assert.equal(await refused(url, 'https://evil.example'), 403);
  for (const origin of [undefined, 'http://perennial.test', address.replace('ws', 'http')])
    (await openLive(url, origin)).close();
});

test('every socket receives each change once and in order', async (t) => {
  const memory = await everySocketHears(app, address, { sockets: 40, changes: 200 });
  t.diagnostic(
    `40 sockets received 200 changes each, ${memory.toFixed(0)} KB of the server's memory a socket`,
  );
});
