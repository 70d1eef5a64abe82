// Tests behaviour over days: a receiver that never comes back, the deletion of old records, secrets
// that replace each other; and a queue instead of a receiver. The machine's clock is moved by hand.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { applicationAccesses } from '../../server/src/oauth/applicationAccess.ts';
import { type SystemClock, systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import type { DeliveryParts } from '../../server/src/webhooks/deliveryLane.ts';
import { type DeliveryWorker, deliveryWorker } from '../../server/src/webhooks/deliveryWorker.ts';
import { httpSender } from '../../server/src/webhooks/send.ts';
import { testApp } from '../support/app.ts';
import { answers, startReceiver } from '../support/receiver.ts';
import { webhookWorld } from '../support/webhooks.ts';

let hoursLater = 0;
const clock: SystemClock = {
  ...systemClock,
  now: () => systemClock.now().add({ hours: hoursLater }),
};
const seal = sealWith(Buffer.alloc(32, 7));
const world = await testApp({ clock, seal });
const { addWebhook, addItem, deliver, webhookOf, change, remove } = await webhookWorld(world);
const logged: string[] = [];
const log = pino({}, { write: (line) => void logged.push(line) });

test(
  'after 72 hours without one success a webhook is disabled; enabled again it continues where it ' +
    'stopped',
  async (t) => {
    const receiver = await startReceiver(t);
    receiver.behave(answers(503));
    const { webhook_oid: oid } = await addWebhook(receiver.url);
    await addItem();
    await deliver();
    for (const [hours, disabled] of [
      [24, false],
      [71, false],
      [73, true],
    ] as const) {
      hoursLater = hours;
      await deliver();
      assert.equal((await webhookOf(oid)).disabled, disabled, `after ${hours} hours`);
    }
    const [told] = await world.db.rows<{
      data: { reason: string; object: { webhook_oid: number } };
    }>("select data from event where merchant_id = 'TEST' and name = 'webhook_disable'");
    assert.deepEqual(
      [told!.data.reason, told!.data.object.webhook_oid],
      ['every delivery has failed for 72 hours', oid],
    );
    await addItem();
    assert.equal((await webhookOf(oid)).pending, 2);
    receiver.behave(answers(200));
    await change(oid, { disabled: false });
    await deliver();
    assert.deepEqual(
      [(await webhookOf(oid)).pending, receiver.received.at(-1)!.events.length],
      [0, 1],
    );
    await remove(oid);
  },
);

/** Returns a worker that delivers webhooks, like that of another server on this database. */
const workerWith = (parts: Partial<DeliveryParts>) =>
  deliveryWorker({
    isLoopbackAllowed: true,
    db: world.db,
    clock,
    seal,
    send: httpSender({ clock, timeoutMs: 60_000 }).send,
    jitter: randomIds.fraction,
    findOwnerAccess: applicationAccesses(world.db, clock).find,
    log,
    contextFor: (merchantId) => world.context(merchantId),
    ...parts,
  });

async function roundsUntil(worker: DeliveryWorker, isOver: () => boolean): Promise<void> {
  while (!isOver()) await worker.runOnce();
}

test('a delivery that this process took again is given back when the server stops', async (t) => {
  const receiver = await startReceiver(t);
  const responses: ServerResponse[] = [];
  receiver.behave((_, response) => void responses.push(response));
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem();
  const worker = workerWith({});
  await roundsUntil(worker, () => responses.length === 1);
  // The lease has ended before this process renewed it, as after a long pause of the machine.
  hoursLater++;
  await roundsUntil(worker, () => responses.length === 2);
  assert.equal(
    receiver.received[0]!.headers['webhook-id'],
    receiver.received[1]!.headers['webhook-id'],
  );
  responses[0]!.writeHead(503).end();
  let isRecorded = false;
  while (!isRecorded) {
    await worker.runOnce();
    isRecorded = (await webhookOf(oid)).consecutive_failures > 0;
  }
  await worker.stop();
  assert.equal((await webhookOf(oid)).pending, 1);
  receiver.behave(answers(200));
  hoursLater += 24;
  await deliver();
  assert.equal((await webhookOf(oid)).pending, 0);
  await remove(oid);
});

/** Returns `work` with a failure of its `count`-th call. `failed` resolves at that call. */
function failingOnce<Args extends unknown[], Value>(
  count: number,
  work: (...args: Args) => Promise<Value>,
) {
  const { promise: failed, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const call = async (...args: Args): Promise<Value> => {
    if (++calls !== count) return work(...args);
    resolve();
    throw new Error('a fault that no one foresaw');
  };
  return { call, failed };
}

test('a delivery whose try or recording fails is tried again when its lease ends', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(200));
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem();
  // The round asks for the owner first, and the try asks second.
  const owner = failingOnce(2, applicationAccesses(world.db, clock).find);
  // The round asks for the merchant first, and the recording of the try asks second.
  const merchant = failingOnce(2, (merchantId: string) => world.context(merchantId));
  const untried = workerWith({ findOwnerAccess: owner.call });
  await untried.runOnce();
  await owner.failed;
  await untried.stop();
  assert.deepEqual([receiver.received.length, (await webhookOf(oid)).pending], [0, 1]);
  hoursLater++;
  const unrecorded = workerWith({ contextFor: merchant.call });
  await unrecorded.runOnce();
  await merchant.failed;
  await unrecorded.stop();
  assert.match(logged.pop() ?? '', /the results of deliveries could not be stored/);
  assert.deepEqual([receiver.received.length, (await webhookOf(oid)).pending], [1, 1]);
  hoursLater++;
  await deliver();
  assert.deepEqual([receiver.received.length, (await webhookOf(oid)).pending], [2, 0]);
  const [first, second] = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(first, second);
  await remove(oid);
});

test('a merchant that cannot be read does not end the round, and is logged', async (t) => {
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem();
  const worker = workerWith({ contextFor: () => Promise.reject(new Error('no such zone')) });
  assert.equal(await worker.runOnce(), 0);
  assert.match(logged.pop() ?? '', /no such zone.*deliveries could not be started/);
  await worker.stop();
  await remove(oid);
});

test('a success in between starts the 72 hours again', async (t) => {
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  const from = hoursLater;
  for (const [hours, status] of [
    [0, 500],
    [48, 200],
    [50, 500],
    [120, 500],
  ] as const) {
    hoursLater = from + hours;
    receiver.behave(answers(status));
    await addItem();
    await deliver();
  }
  assert.equal((await webhookOf(oid)).disabled, false);
  await remove(oid);
});

test('what is older than 30 days is deleted, and this does not count as a failure', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(500));
  const { webhook_oid: oid } = await addWebhook(receiver.url, { maximum_events: 1 });
  await addItem();
  await deliver();
  await change(oid, { disabled: true });
  await addItem();
  hoursLater += 31 * 24;
  await world.work('event retention');
  const { webhook_log_summaries: log } = (
    await world.request({ operation: 'getWebhookLogSummaries', params: { webhookOid: oid } })
  ).body;
  assert.deepEqual(log, []);
  receiver.behave(answers(200));
  await change(oid, { disabled: false });
  await deliver();
  const webhook = await webhookOf(oid);
  assert.deepEqual(
    [webhook.pending, webhook.consecutive_failures, receiver.received.length],
    [0, 0, 1],
  );
  await remove(oid);
});

test('payloads are signed with the old secret as well as the new one for the requested time', async (t) => {
  hoursLater = 0;
  const receiver = await startReceiver(t);
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  const rotate = async (hours: number) =>
    (
      await world.request({
        operation: 'rotateWebhookSecret',
        params: { webhookOid: oid },
        body: { keep_old_hours: hours },
      })
    ).body.secrets[0].secret;
  const [first, second] = [await rotate(0), await rotate(24)];
  await addItem();
  await deliver();
  const { body, headers } = receiver.received[0]!;
  for (const secret of [first, second])
    assert.ok(new Webhook(secret).verify(body, headers as Record<string, string>));
  const listed = (
    await world.request({ operation: 'getWebhookSecrets', params: { webhookOid: oid } })
  ).text;
  for (const secret of [first, second])
    assert.ok(!listed.includes(secret), 'a secret is shown once');
  hoursLater = 25;
  await addItem();
  await deliver();
  assert.equal(String(receiver.received[1]!.headers['webhook-signature']).split(' ').length, 1);
  const stored = await world.db.rows<{ secret: Buffer }>(
    "select secret from webhook_secret where merchant_id = 'TEST'",
  );
  for (const row of stored)
    assert.ok(!row.secret.toString('latin1').includes('whsec_'), 'a secret is stored sealed');
  await remove(oid);
});

/** The fields of a message that SendMessage of SQS accepts. */
interface QueueMessage {
  readonly MessageBody: string;
  readonly MessageDeduplicationId: string;
  readonly MessageAttributes: { readonly 'webhook-id': { readonly StringValue: string } };
}

/** Starts a queue of SQS that stores its messages, and refuses them while `status` is not 200. */
async function startQueue(t: TestContext) {
  const messages: { target: string; authorization: string; body: QueueMessage }[] = [];
  const answers = { status: 200 };
  const queue = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as QueueMessage;
    messages.push({
      target: String(request.headers['x-amz-target']),
      authorization: String(request.headers.authorization),
      body,
    });
    const md5 = createHash('md5').update(body.MessageBody).digest('hex');
    const answer =
      answers.status === 200
        ? { MessageId: '1', MD5OfMessageBody: md5 }
        : { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no such queue' };
    response
      .writeHead(answers.status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(queue, 'listening');
  t.after(() => {
    queue.closeAllConnections();
    queue.close();
  });
  const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}/123456789012/orders.fifo`;
  return { url, messages, answers };
}

test('a queue of SQS gets the body as a message, its refusals are failures, and its keys appear nowhere', async (t) => {
  const { mock: warnings } = t.mock.method(console, 'warn', () => {});
  const { url, messages, answers } = await startQueue(t);
  const { webhook_oid: oid } = await addWebhook(url, {
    authentication_type: 'aws iam',
    iam_access_key: 'AKIDEXAMPLE',
    iam_secret_key: 'wJalrXUtnFEMI-not-a-real-one',
  });
  await addItem();
  await deliver();
  const [message] = messages;
  assert.equal(message!.target, 'AmazonSQS.SendMessage');
  assert.match(message!.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//);
  assert.deepEqual(Object.keys(JSON.parse(message!.body.MessageBody).events[0]), ['item_create']);
  assert.equal(
    message!.body.MessageDeduplicationId,
    message!.body.MessageAttributes['webhook-id'].StringValue,
  );
  assert.deepEqual(
    [(await webhookOf(oid)).pending, (await webhookOf(oid)).consecutive_failures],
    [0, 0],
  );
  assert.equal(warnings.callCount(), 0, 'the library has nothing to complain of');
  answers.status = 400;
  await addItem();
  await deliver();
  const params = { webhookOid: oid };
  const {
    webhook_log_summaries: [last],
  } = (await world.request({ operation: 'getWebhookLogSummaries', params })).body;
  const log = await world.request({
    operation: 'getWebhookLog',
    params: { ...params, requestId: last.request_id },
  });
  assert.deepEqual([log.body.webhook_log.status_code, log.body.webhook_log.success], [400, false]);
  assert.match(log.body.webhook_log.response, /no such queue/);
  for (const text of [log.text, (await world.request({ operation: 'getWebhooks' })).text])
    assert.ok(!text.includes('wJalrXUtnFEMI'));
  await remove(oid);
});
