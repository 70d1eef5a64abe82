// Tests a table of receivers' behaviours and the outcome of each delivery. Time-outs are shortened;
// everything else is as in production.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { httpSender, responseMax } from '../../server/src/webhooks/send.ts';
import { testApp } from '../support/app.ts';
import { startRawReceiver } from '../support/rawReceiver.ts';
import { answers, type Behaviour, startReceiver } from '../support/receiver.ts';
import { webhookWorld } from '../support/webhooks.ts';

/**
 * The time limit for receivers that never respond. The others have the time that a slow machine
 * needs.
 */
const hurriedMs = 1500;
let addresses = ['127.0.0.1'];
const lookup = async () =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const patient = httpSender({ clock: systemClock, timeoutMs: 60_000, lookup });
const hurried = httpSender({ clock: systemClock, timeoutMs: hurriedMs, lookup });
let sender = patient;
const world = await testApp({
  sender: {
    send: (request) => sender.send(request),
    async close() {
      await Promise.all([patient.close(), hurried.close()]);
    },
  },
});
const { addWebhook, addItem, deliver, webhookOf, change, remove } = await webhookWorld(world);

/** Returns the webhook's tries, oldest first. */
async function logOf(oid: number) {
  const params = { webhookOid: oid };
  const { webhook_log_summaries: summaries } = (
    await world.request({ operation: 'getWebhookLogSummaries', params })
  ).body;
  return Promise.all(
    summaries.reverse().map(
      async ({ request_id }) =>
        (
          await world.request({
            operation: 'getWebhookLog',
            params: { ...params, requestId: request_id },
          })
        ).body.webhook_log,
    ),
  );
}

interface Expected {
  readonly success: boolean;
  /** The status of the response; absent when there was none. */
  readonly status?: number;
  readonly response?: RegExp;
}

const failed = (response: RegExp): Expected => ({ success: false, response });

const polite: [name: string, behaviour: Behaviour, expected: Expected][] = [
  ['returns 200', answers(200, {}, 'thanks'), { success: true, status: 200, response: /^thanks$/ }],
  ['returns 204', answers(204), { success: true, status: 204 }],
  [
    'is slow, but in time',
    (_, response) => void setTimeout(() => response.end('late'), 100),
    { success: true, status: 200 },
  ],
  ['fails', answers(500, {}, 'no'), { success: false, status: 500, response: /^no$/ }],
  ['does not know us', answers(404), { success: false, status: 404 }],
  [
    'redirects to the metadata service',
    answers(302, { location: 'http://169.254.169.254/latest/meta-data/' }),
    { success: false, status: 302 },
  ],
  [
    'redirects to another host for good',
    answers(308, { location: 'https://example.com/' }),
    { success: false, status: 308 },
  ],
  ['hangs', () => {}, failed(/^no response: none within 1\.5 seconds$/)],
  [
    'sends a part of the response and hangs',
    (_, response) => void response.writeHead(200).write('so far'),
    failed(/none within 1\.5 seconds/),
  ],
  ['cuts the line', (_, response) => void response.socket!.destroy(), failed(/^no response: /)],
  [
    'closes the connection in the middle of its response',
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setTimeout(() => response.socket!.destroy(), 20);
    },
    failed(/^no response: /),
  ],
  [
    'sends headers without end',
    (_, response) =>
      void response
        .writeHead(
          200,
          Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`x-${n}`, 'x'.repeat(100)])),
        )
        .end(),
    failed(/^no response: .*[Hh]eader/),
  ],
  // PostgreSQL cannot store a NUL, or a text that was cut between the two halves of a character.
  [
    'returns characters that cannot be stored',
    answers(200, {}, `\0${'x'.repeat(responseMax - 2)}😀😀`),
    { success: true, status: 200, response: /^\uFFFDx+\uFFFD$/ },
  ],
];

const raw: [name: string, behaviour: (socket: Socket) => void, expected: Expected][] = [
  ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), failed(/^no response: /)],
  [
    'returns a broken status line',
    (socket) => socket.end('HTTP/1.1 twohundred OK\r\n\r\n'),
    failed(/^no response: /),
  ],
  [
    'returns two lengths',
    (socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 5\r\n\r\nabcde'),
    failed(/^no response: /),
  ],
  ['says nothing and hangs up', (socket) => socket.end(), failed(/^no response: /)],
];

for (const [name, behaviour, expected] of polite) {
  test(`a receiver that ${name}`, async (t) => {
    const receiver = await startReceiver(t);
    receiver.behave(behaviour);
    const isHanging = expected.response?.source.includes('none within') === true;
    sender = isHanging ? hurried : patient;
    await oneTry(receiver.url, expected);
    sender = patient;
    assert.equal(receiver.received.length, 1, 'one try');
  });
}
for (const [name, behaviour, expected] of raw) {
  test(`a receiver that ${name}`, async (t) => {
    const receiver = await startRawReceiver(t);
    receiver.behave(behaviour);
    await oneTry(receiver.url, expected);
  });
}

/** Sends one event in one try, and checks what the log and the webhook show about it. */
async function oneTry(url: string, expected: Expected): Promise<void> {
  const { webhook_oid: oid } = await addWebhook(url);
  await addItem();
  await deliver();
  const [first, ...more] = await logOf(oid);
  const log = first!;
  assert.deepEqual(
    [log.success, log.status_code, more],
    [expected.success, expected.status, []],
    log.response,
  );
  if (expected.response) assert.match(log.response, expected.response);
  const webhook = await webhookOf(oid);
  assert.deepEqual(
    [webhook.consecutive_failures, webhook.pending, webhook.disabled],
    expected.success ? [0, 0, false] : [1, 1, false],
  );
  assert.equal(webhook.next_retry_after === undefined, expected.success);
  await remove(oid);
}

test('only the beginning of a response of a gigabyte is read', async (t) => {
  const receiver = await startRawReceiver(t);
  let sent = 0;
  receiver.behave((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
    const chunk = Buffer.alloc(65_536, 'x');
    const pump = () => {
      while (!socket.destroyed && sent < 2 ** 30 && socket.write(chunk)) sent += chunk.length;
    };
    socket.on('drain', pump);
    pump();
  });
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem();
  await deliver();
  const [log] = await logOf(oid);
  assert.deepEqual(
    [log?.success, log?.status_code, log?.response.length],
    [true, 200, responseMax],
  );
  assert.ok(sent < 20_000_000, `${sent} bytes were taken`);
  await remove(oid);
});

test('410 stops: nothing more is sent, and what waits is kept', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(410));
  const { webhook_oid: oid } = await addWebhook(receiver.url, { maximum_events: 1 });
  await addItem();
  await deliver();
  for (let i = 0; i < 3; i++) await addItem();
  await deliver();
  const webhook = await webhookOf(oid);
  assert.deepEqual([receiver.received.length, webhook.disabled, webhook.pending], [1, true, 4]);
  await remove(oid);
});

test('Retry-After holds everything back for that time', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(429, { 'retry-after': '7200' }));
  const { webhook_oid: oid } = await addWebhook(receiver.url, { maximum_events: 1 });
  await addItem();
  const askedAtMs = Date.now();
  await deliver();
  await addItem();
  await deliver();
  const waitMs = Date.parse((await webhookOf(oid)).next_retry_after) - askedAtMs;
  assert.equal(receiver.received.length, 1);
  assert.ok(Math.abs(waitMs - 7_200_000) < 60_000, `${waitMs} ms`);
  await remove(oid);
});

test(
  'a receiver that is down is left alone after a few tries, and what was meant for it goes ' +
    'back unsent',
  async (t) => {
    const receiver = await startReceiver(t);
    const { webhook_oid: oid } = await addWebhook(receiver.url, { maximum_events: 1 });
    await addItem();
    await deliver();
    receiver.behave(answers(503));
    for (let i = 0; i < 60; i++) await addItem();
    await deliver();
    const webhook = await webhookOf(oid);
    assert.ok(receiver.received.length <= 1 + 16 + 5, `${receiver.received.length} tries`);
    assert.deepEqual([webhook.pending, webhook.disabled], [60, false]);
    receiver.behave(answers(200));
    for (const disabled of [true, false]) await change(oid, { disabled });
    await deliver();
    assert.equal((await webhookOf(oid)).pending, 0);
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 61);
    await remove(oid);
  },
);

test('a name that resolves to another address at the next connection reaches nothing inside', async (t) => {
  const receiver = await startRawReceiver(t);
  receiver.behave((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
  );
  const { webhook_oid: oid } = await addWebhook(`http://localhost:${receiver.port}/hook`);
  await addItem();
  await deliver();
  // On Linux 0.0.0.0 reaches this machine as well, and so does its private address. Neither is
  // loopback.
  addresses = ['0.0.0.0', '::', '169.254.169.254', '10.0.0.1'];
  await addItem();
  await deliver();
  addresses = ['127.0.0.1'];
  const [first, second] = await logOf(oid);
  assert.deepEqual(
    [first!.success, second!.success, second!.response],
    [true, false, 'no response: localhost leads to an internal address'],
  );
  assert.equal(receiver.connections, 1);
  await remove(oid);
});

test('an IPv6 address is posted to like any other', async (t) => {
  const server = createHttpServer(
    (request, response) => void request.resume().on('end', () => response.end()),
  ).listen(0, '::1');
  const listens = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]);
  if (!listens) return t.skip('this machine has no IPv6');
  t.after(() => void server.close());
  const { webhook_oid: oid } = await addWebhook(
    `http://[::1]:${(server.address() as { port: number }).port}/hook`,
  );
  await addItem();
  await deliver();
  assert.equal((await logOf(oid))[0]!.success, true);
  await remove(oid);
});
