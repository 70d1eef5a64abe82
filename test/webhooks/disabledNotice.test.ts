// Tests that the merchant gets a mail when a webhook is disabled. The real transport writes it as a
// file.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { testApp } from '../support/app.ts';
import { answers, startReceiver } from '../support/receiver.ts';
import { webhookWorld } from '../support/webhooks.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-mail-'));
after(() => rm(folder, { recursive: true }));
const world = await testApp({ mail: folderTransport(folder) });
const { addWebhook, addItem, deliver, webhookOf, remove } = await webhookWorld(world);

/** Sends all mails, and returns the texts in the folder without their soft line breaks. */
async function mails(): Promise<string[]> {
  await world.work('notices');
  const files = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('.eml'),
  );
  return Promise.all(
    files.map(async (name) => (await readFile(join(folder, name), 'utf8')).replaceAll('=\r\n', '')),
  );
}

const tellTo = async (merchant_email?: string): Promise<void> => {
  const answer = await world.request({
    operation: 'updateMerchantSettings',
    body: { notices: { merchant_email } },
  });
  assert.equal(answer.status, 200, answer.text);
};

test('a merchant without an address gets no mail, and nothing waits to be sent', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(410));
  const { webhook_oid: oid } = await addWebhook(receiver.url);
  await addItem();
  await deliver();
  assert.equal((await webhookOf(oid)).disabled, true);
  assert.deepEqual(await mails(), []);
  await tellTo('late@beans.example');
  assert.deepEqual(await mails(), []);
  await remove(oid);
});

test('a merchant gets one mail about a webhook that is disabled, without its secrets', async (t) => {
  await tellTo('ops@beans.example');
  const receiver = await startReceiver(t);
  receiver.behave(answers(410));
  const { webhook_oid: oid } = await addWebhook(`${receiver.url}?token=s3cret`, {
    authentication_type: 'basic',
    basic_username: 'us3r',
    basic_password: 'passw0rd',
  });
  await addItem();
  await deliver();
  await mails();
  await addItem();
  await deliver();
  const [mail, ...more] = await mails();
  assert.deepEqual(more, []);
  assert.match(mail!, /^To: ops@beans\.example\r$/m);
  assert.match(mail!, /^Content-Type: text\/plain[^]*^Content-Type: text\/html/m);
  assert.ok(mail!.includes(`${receiver.url} (webhook ${oid})`));
  assert.match(mail!, /Because the receiver returned status 410, gone/);
  for (const secret of ['s3cret', 'us3r', 'passw0rd', 'whsec'])
    assert.ok(!mail!.includes(secret), secret);
  await remove(oid);
});

test('several deliveries that fail at the same time end a webhook once', async (t) => {
  const before = await mails();
  const receiver = await startReceiver(t);
  receiver.behave(answers(410));
  const { webhook_oid: oid } = await addWebhook(receiver.url, { maximum_events: 1 });
  for (let item = 0; item < 5; item++) await addItem();
  await deliver();
  assert.ok(receiver.received.length > 1);
  assert.equal((await mails()).length, before.length + 1);
  await remove(oid);
});
