import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventName } from '@perennial/contract/events.ts';
import { pino } from 'pino';
import { testApp } from '../../../test/support/app.ts';
import { inTransaction } from '../platform/context.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import type { MailOutcome } from '../platform/mail/mailTransport.ts';
import { noticeSender } from './noticeWorker.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    description: 'Dark roast',
    pricing: { cost: 12.99 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

// Receipts of original orders have their own tests (test/stories/mails.test.ts).
await app.request({
  operation: 'updateMerchantSettings',
  body: { notices: { order_receipt: false } },
});

interface Subscribed {
  oid: number;
  itemOid: number;
  orderId: string;
}

async function subscribed(
  billing: object = { first_name: 'Ann', last_name: 'Smith', email: 'ann@example.com' },
): Promise<Subscribed> {
  const inserted = await app.request({
    operation: 'insertOrder',
    body: {
      billing,
      items: [
        {
          merchant_item_id: 'COFFEE',
          description: 'Dark roast',
          quantity: 2,
          auto_order_schedule: 'Monthly',
        },
      ],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_type: 'VISA',
          card_number_token: 'tok_1',
          card_number: 'XXXXXXXXXXXX1111',
          card_expiration_month: 5,
          card_expiration_year: 2030,
        },
      },
    },
  });
  const orderId: string = inserted.body.order.order_id;
  const { auto_order } = (
    await app.request({
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id: orderId },
      query: { _expand: 'items' },
    })
  ).body;
  return {
    oid: auto_order.auto_order_oid,
    itemOid: auto_order.items[0].auto_order_item_oid,
    orderId,
  };
}

async function emit(
  ...events: [name: EventName, oid: number, data?: Record<string, unknown>][]
): Promise<void> {
  const wanted = events.map(
    ([name, oid, data]): DomainEvent => ({
      name,
      objectType: 'auto order',
      objectId: String(oid),
      ...(data && { data }),
    }),
  );
  await inTransaction(await app.context(), (context) => context.events.emit(context, wanted));
}

const emails = async (oid: number, key?: string) =>
  app.request({
    operation: 'getAutoOrderEmails',
    params: { auto_order_oid: oid },
    ...(key && { key }),
  });
const sentTo = (address: string) => app.mails.filter((mail) => mail.to === address);

test('a decline is mailed, with a link that works, and the mail is listed', async () => {
  const { oid } = await subscribed();
  await emit([
    'auto_order_decline',
    oid,
    { reason: 'insufficient funds', final: false, next_attempt: '2026-01-18T17:00:00Z' },
  ]);
  assert.deepEqual((await emails(oid)).body.emails, [
    { email: 'ann@example.com', delivered: false, skipped: false, internal: false },
  ]);
  await app.work('notices');

  const mail = sentTo('ann@example.com').at(-1)!;
  assert.match(mail.subject, /declined.*on hold/);
  assert.match(mail.text, /Sunday, January 18, 2026/);
  const link = new URL(/http:\/\/perennial\.test\/billing\/\S+/.exec(mail.text)![0]);
  assert.equal((await app.request({ path: link.pathname, key: null })).status, 200);
  assert.deepEqual((await emails(oid)).body.emails, [
    {
      email: 'ann@example.com',
      subject: mail.subject,
      message_id: mail.messageId,
      send_dts: '2026-01-15T12:00:00-05:00',
      delivered: true,
      delivery_dts: '2026-01-15T12:00:00-05:00',
      smtp_response: '250 kept',
      skipped: false,
      internal: false,
    },
  ]);
  const expanded = await app.request({
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'emails' },
  });
  assert.deepEqual(expanded.body.auto_order.emails, (await emails(oid)).body.emails);
});

test('a receipt is made of its order, a pre-shipment notice of what was true when it was made', async () => {
  const { oid, itemOid, orderId } = await subscribed({ first_name: 'Bo', email: 'bo@example.com' });
  await emit(
    ['auto_order_rebill', oid, { order_id: orderId }],
    [
      'auto_order_preshipment',
      oid,
      { item_oid: itemOid, item_id: 'COFFEE', shipment_dts: '2026-02-15T17:00:00Z' },
    ],
  );
  await app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { items: [{ auto_order_item_oid: itemOid, next_shipment_dts: '2027-07-07T00:00:00Z' }] },
  });
  await app.work('notices');
  // Mails are sent concurrently, so either of them may arrive first.
  const [notice, receipt] = sentTo('bo@example.com').sort(
    (a, b) => Number(a.text.includes('Total')) - Number(b.text.includes('Total')),
  );
  assert.match(
    receipt!.text,
    new RegExp(`order ${orderId}[^]*2 × Dark roast: \\$25\\.98[^]*Total: \\$25\\.98`),
  );
  assert.match(notice!.text, /2 × Dark roast, on Sunday, February 15, 2026/);
});

test('what is rolled back is not mailed', async () => {
  const { oid } = await subscribed({ email: 'nobody@example.com' });
  await assert.rejects(
    inTransaction(await app.context(), async (context) => {
      await context.events.emit(context, [
        { name: 'auto_order_cancel', objectType: 'auto order', objectId: String(oid) },
      ]);
      throw new Error('changed our mind');
    }),
  );
  await app.work('notices');
  assert.deepEqual(sentTo('nobody@example.com'), []);
  assert.deepEqual((await emails(oid)).body.emails, []);
});

test('a silenced mail and one without an address are listed as skipped, with the reason', async () => {
  await app.addMerchant('QUIET', {
    settings: { notices: { disabled: false, from_email: 'hello@quiet.example' } },
  });
  const quiet = { ...(await app.context('QUIET')) };
  await inTransaction(quiet, (context) =>
    context.events.emit(context, [
      { name: 'auto_order_disable', objectType: 'auto order', objectId: '1' },
    ]),
  );
  const rows = await app.db.rows<{ skip_reason: string }>(
    "select skip_reason from notice where merchant_id = 'QUIET'",
  );
  assert.deepEqual(
    rows.map((row) => row.skip_reason),
    ['The merchant has switched this notice off.'],
  );

  const { oid, orderId } = await subscribed({ first_name: 'Cy' });
  await emit(['auto_order_disable', oid], ['auto_order_rebill', oid, { order_id: orderId }]);
  await app.work('notices');
  const listed = (await emails(oid)).body.emails;
  assert.deepEqual(
    listed.map((email: { skipped: boolean; skip_reason: string }) => [
      email.skipped,
      email.skip_reason,
    ]),
    [
      [true, 'The original order has no email address.'],
      [true, 'The original order has no email address.'],
    ],
  );
});

test('a mail that cannot be delivered is tried again with the same id; one refused for good has bounced', async () => {
  const { oid } = await subscribed({ email: 'dee@example.com' });
  const tried: string[] = [];
  const outcomes: MailOutcome[] = [
    { kind: 'deferred', response: '451 later' },
    { kind: 'bounced', response: '550 no such user', code: 550 },
  ];
  const sender = noticeSender({
    db: app.db,
    log: pino({ level: 'silent' }),
    mailFrom: 'orders@perennial.test',
    contextFor: (merchantId) => app.context(merchantId),
    readOrder: async () => undefined,
    readProfile: async () => undefined,
    verificationToken: async () => undefined,
    updateBillingUrl: async () => 'https://shop.example/billing/t',
    cancelUrl: async () => undefined,
    mail: {
      send: async (mail) => (tried.push(mail.messageId), outcomes.shift()!),
      close: async () => {},
    },
  });
  await emit(['auto_order_cancel', oid]);
  assert.equal(await sender.runOnce(), 1);
  assert.equal(await sender.runOnce(), 0, 'it waits before the next try');
  assert.equal((await emails(oid)).body.emails[0].delivered, false);

  await app.db.run(
    "update notice set next_try_at = now() where merchant_id = 'TEST' and auto_order_oid = $1",
    [oid],
  );
  assert.equal(await sender.runOnce(), 1);
  assert.equal(tried[0], tried[1]);
  const { bounce_type, bounce_diagnostic_code, delivered } = (await emails(oid)).body.emails[0];
  assert.deepEqual(
    [bounce_type, bounce_diagnostic_code, delivered],
    ['Permanent', '550 no such user', false],
  );
  await app.db.run(
    `update notice set next_try_at = now() where merchant_id = 'TEST' and next_try_at is not null
      and auto_order_oid = $1`,
    [oid],
  );
  assert.equal(await sender.runOnce(), 0);
});

test('two workers send each mail once', async () => {
  const { oid } = await subscribed({ email: 'eve@example.com' });
  await emit(
    ...Array.from({ length: 30 }, (): [EventName, number, Record<string, unknown>] => [
      'auto_order_rebill',
      oid,
      { order_id: `TEST-${Math.random()}` },
    ]),
  );
  const before = await app.db.row<{ open: number }>(
    "select count(*) as open from notice where merchant_id = 'TEST' and next_try_at is not null",
  );
  const worker = app.app.workers.find(({ name }) => name === 'notices')!;
  const done = await Promise.all([worker.runOnce(), worker.runOnce(), worker.runOnce()]);
  assert.equal(
    done.reduce((all, each) => all + each, 0),
    before!.open,
  );
});

test('mails are for those who may read, of auto orders that exist', async () => {
  const { oid } = await subscribed();
  assert.equal((await emails(oid, await app.addKey('TEST', ['order_read']))).status, 401);
  assert.equal((await emails(999_999)).status, 404);
});
