// Tests that no connection is made to an internal address, however it is written, named or reached.
// A server on loopback counts the connections to it.
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { httpSender, type Sender, type Sent } from '../../server/src/webhooks/send.ts';
import { startRawReceiver } from '../support/rawReceiver.ts';
import { answers, startReceiver } from '../support/receiver.ts';
import {
  carriers,
  internalV4,
  internalV6,
  localNames,
  notations,
  tricks,
} from './hostileDestinations.ts';

interface Scope {
  after(done: () => void | Promise<void>): void;
}

/** Returns a sender that resolves every name as the test says, so no real name is looked up. */
function senderFor(t: Scope, resolve: (hostname: string) => readonly string[]): Sender {
  const sender = httpSender({
    clock: systemClock,
    timeoutMs: 5000,
    lookup: async (hostname) =>
      resolve(hostname).map((address) => ({ address, family: isIP(address) })),
  });
  t.after(() => sender.close());
  return sender;
}

const post = (sender: Sender, url: string, allowLoopback = false): Promise<Sent> =>
  sender.send({
    url,
    headers: {},
    body: Buffer.from('{"events":[]}'),
    policy: { allowLoopback },
    signal: new AbortController().signal,
  });

const faultsOfUrls = [
  'is not a URL',
  'is neither http nor https',
  'is not encrypted',
  'holds a user name',
  'leads to an internal address',
];
const refusal = new RegExp(
  `^not sent: the URL (${faultsOfUrls.join('|')})|leads to an internal address$`,
);
let tried = 0;

/**
 * Asserts that the server refused each address, none got a response, and the server on loopback
 * received nothing.
 */
async function assertRefused(
  sender: Sender,
  urls: readonly string[],
  canary: { readonly connections: number },
  allowLoopback = false,
): Promise<void> {
  for (const url of urls) {
    const sent = await post(sender, url, allowLoopback);
    assert.equal(sent.statusCode, undefined, url);
    assert.match(sent.response, refusal, url);
    tried++;
  }
  assert.equal(canary.connections, 0);
}

test('the server on loopback receives permitted requests', async (t) => {
  const canary = await startRawReceiver(t);
  await post(
    senderFor(t, () => []),
    canary.url,
    true,
  );
  assert.equal(canary.connections, 1);
});

test('internal addresses in every notation', async (t) => {
  const canary = await startRawReceiver(t);
  const sender = senderFor(t, () => ['127.0.0.1']);
  await assertRefused(
    sender,
    internalV4.flatMap((address) =>
      notations(address).map((host) => `https://${host}:${canary.port}/`),
    ),
    canary,
  );
  await assertRefused(
    sender,
    internalV6.map((address) => `https://[${address}]:${canary.port}/`),
    canary,
  );
});

test('names of this machine, and tricks of the URL', async (t) => {
  const canary = await startRawReceiver(t);
  const sender = senderFor(t, () => ['127.0.0.1', '::1']);
  await assertRefused(
    sender,
    [...localNames.map((name) => `https://${name}:${canary.port}/`), ...tricks(canary.port)],
    canary,
  );
});

test('a harmless name that resolves to an internal address, or to several', async (t) => {
  const canary = await startRawReceiver(t);
  const resolved = [
    ...internalV4,
    ...internalV6,
    ...internalV4.flatMap((address) => carriers(address).filter((each) => isIP(each) !== 0)),
  ];
  const byName = new Map(resolved.map((address, index) => [`shop-${index}.example.com`, address]));
  const sender = senderFor(t, (hostname) => [
    byName.get(hostname)!,
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::1',
  ]);
  await assertRefused(
    sender,
    [...byName.keys()].map((name) => `https://${name}:${canary.port}/`),
    canary,
  );
});

test('a webhook on loopback may not reach other internal addresses', async (t) => {
  const canary = await startRawReceiver(t);
  const sender = senderFor(t, () => ['0.0.0.0', '10.0.0.1', '169.254.169.254']);
  const elsewhere = internalV4.filter((address) => !address.startsWith('127.'));
  await assertRefused(
    sender,
    [
      ...elsewhere.map((address) => `https://${address}:${canary.port}/`),
      `http://localhost:${canary.port}/`,
      `https://shop.example.com:${canary.port}/`,
    ],
    canary,
    true,
  );
});

test('no redirect is followed, wherever it leads', async (t) => {
  const [canary, receiver] = [await startRawReceiver(t), await startReceiver(t)];
  const sender = senderFor(t, () => ['127.0.0.1']);
  for (const status of [300, 301, 302, 303, 307, 308]) {
    for (const location of [
      canary.url,
      `//127.0.0.1:${canary.port}/`,
      `https://localhost:${canary.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
    ]) {
      receiver.behave(answers(status, { location, refresh: `0; url=${location}` }));
      assert.equal((await post(sender, receiver.url, true)).statusCode, status);
      tried++;
    }
  }
  assert.equal(canary.connections, 0);
});

test('a host that the installation does not name gets nothing, also when it was saved before', async (t) => {
  const receiver = await startReceiver(t);
  receiver.behave(answers(200));
  const url = receiver.url.replace('127.0.0.1', 'localhost');
  for (const [hosts, isSent] of [
    [['localhost'], true],
    [['erp.shop.example'], false],
  ] as const) {
    const sender = httpSender({ clock: systemClock, timeoutMs: 5000, hosts });
    t.after(() => sender.close());
    const sent = await post(sender, url, true);
    assert.equal(sent.statusCode === 200, isSent, sent.response);
    if (!isSent) assert.match(sent.response, /^not sent: .*WEBHOOK_HOSTS does not name/);
  }
});

test('more than two hundred destinations were tried', (t) => {
  t.diagnostic(`${tried} hostile destinations, 0 connections`);
  assert.ok(tried >= 200);
});
