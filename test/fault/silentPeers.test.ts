// Tests that each call of this server to another one ends, even if the other accepts the connection
// and never responds, or sends a byte from time to time for ever.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { mock, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../../server/src/kernel/money.ts';
import type { ChargeRequest } from '../../server/src/payments/gateway.ts';
import { remoteSimulatorGateways } from '../../server/src/payments/remoteSimulator.ts';
import { stripeGateway } from '../../server/src/payments/stripe.ts';
import { stripeLedger } from '../../server/src/payments/stripeLedger.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { s3Files } from '../../server/src/platform/files/s3Files.ts';
import { scanFile } from '../../server/src/platform/files/virusScan.ts';
import { smtpTransport } from '../../server/src/platform/mail/smtp.ts';
import { httpSender } from '../../server/src/webhooks/send.ts';
import { runPerennial } from '../support/commandLine.ts';

// Every time limit passes 300 times as fast.
const { after } = systemClock;
mock.method(systemClock, 'after', (ms: number, callback: () => void) => after(ms / 300, callback));

const charge: ChargeRequest = {
  key: 'rebill:SHOP:1:1:1',
  merchantId: 'SHOP',
  amount: minor(1000),
  currency: 'USD',
  cardToken: 'cus_1/pm_1',
  orderReference: 'SHOP-1',
  description: 'Tea',
  requestedAt: Temporal.Instant.from('2026-03-01T00:00:00Z'),
};
const mail = {
  messageId: '<SHOP-1-2@shop.example>',
  from: { name: 'Shop', address: 'orders@shop.example' },
  to: 'ann@example.com',
  subject: 'Your receipt',
  text: 'Tea',
  html: '<p>Tea</p>',
  date: Temporal.Instant.from('2026-03-01T00:00:00Z'),
};
const file = { merchantId: 'SHOP', fileUuid: '1' };
const http = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n';

const stripeOn = (port: number) => ({
  secretKey: 'sk_test_1',
  host: { protocol: 'http', host: '127.0.0.1', port } as const,
});
const stripe = (port: number) => stripeGateway('Stripe', stripeOn(port));
const simulator = (port: number) => remoteSimulatorGateways(`http://127.0.0.1:${port}`);
const bucket = (port: number) =>
  s3Files({
    bucket: 'files',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  });
const reason = (error: Error) => error.message;

/**
 * Each call: how it calls a peer at a port, what it must return, and what a slow peer sends first.
 */
const calls: readonly (readonly [
  what: string,
  call: (port: number) => Promise<unknown>,
  outcome: RegExp,
  start: string,
])[] = [
  ['a charge at Stripe', (port) => stripe(port).charge(charge), /"unknown"/, http],
  ['a search at Stripe', (port) => stripe(port).find(charge), /"unknown"/, http],
  ['a card at Stripe', (port) => stripe(port).describe('cus_1/pm_1'), /^$/, http],
  [
    'a refund at Stripe',
    (port) => stripe(port).refund({ ...charge, reference: 'pi_1' }),
    /"unknown"/,
    http,
  ],
  [
    'the charges of Stripe',
    (port) => stripeLedger(stripeOn(port)).charges({}).catch(reason),
    /timeout|connection to Stripe/,
    http,
  ],
  [
    'a charge at the simulator',
    (port) => simulator(port).gateway('sim').charge(charge),
    /"unknown".*nothing within 30 seconds/,
    http,
  ],
  ['the captures of the simulator', (port) => simulator(port).captures(), /^$/, http],
  [
    'the size of a file in a bucket',
    (port) => bucket(port).sizeOf(file).catch(reason),
    /did not respond within a minute|^1000000$/,
    http,
  ],
  [
    'the ends of a file in a bucket',
    (port) => bucket(port).endsOf(file).catch(reason),
    /did not respond within a minute/,
    http,
  ],
  [
    'a file of a bucket',
    (port) => bucket(port).read(file).then(buffer).catch(reason),
    /did not respond within a minute|did not send the file within ten minutes/,
    http,
  ],
  [
    'a file for a bucket',
    (port) => bucket(port).replace(file, Buffer.from('Tea'), 'text/plain').catch(reason),
    /did not respond within a minute/,
    http,
  ],
  [
    'the end of a file in a bucket',
    (port) => bucket(port).remove(file).catch(reason),
    /did not respond within a minute/,
    http,
  ],
  [
    'a scan',
    (port) =>
      scanFile({ host: '127.0.0.1', port }, Readable.from([Buffer.from('Tea')])).catch(reason),
    /clamd did not scan the file within 300 seconds/,
    's',
  ],
  [
    'a scan of a file that does not come',
    (port) => scanFile({ host: '127.0.0.1', port }, new Readable({ read() {} })).catch(reason),
    /clamd did not scan the file within 300 seconds/,
    's',
  ],
  [
    'a mail',
    (port) => smtpTransport({ url: `smtp://127.0.0.1:${port}`, mustEncrypt: false }).send(mail),
    /"deferred".*did not finish within 180 seconds/,
    '220-shop.example\r\n220-',
  ],
  [
    'a webhook',
    (port) =>
      httpSender({ clock: systemClock }).send({
        url: `http://127.0.0.1:${port}/hook`,
        headers: {},
        body: Buffer.from('[]'),
        policy: { allowLoopback: true },
        signal: new AbortController().signal,
      }),
    /"no response: none within 30 seconds"/,
    http,
  ],
  [
    'the clock of a server',
    async (port) => {
      const url = `http://127.0.0.1:${port}`;
      return (await runPerennial(['clock', 'get', '--url', url, '--key', 'k'], {})).err;
    },
    /did not respond within a minute/,
    http,
  ],
];

/**
 * Starts a peer that accepts connections and sends nothing, or sends `start` and then a byte from
 * time to time.
 */
async function peer(t: { after(done: () => void): void }, start?: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (start === undefined) return;
    socket.write(start);
    const dripping = setInterval(() => socket.write(' '), 50);
    socket.resume().on('close', () => clearInterval(dripping));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

for (const [what, call, outcome, start] of calls) {
  test(`${what} ends when nothing comes`, async (t) => {
    assert.match(JSON.stringify(await call(await peer(t))) ?? '', outcome);
  });
  test(`${what} ends when a byte comes now and then`, async (t) => {
    assert.match(JSON.stringify(await call(await peer(t, start))) ?? '', outcome);
  });
}
