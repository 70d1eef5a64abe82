// Tests the mails about orders that customers and merchants get: receipts, shipments, refunds,
// copies, templates.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Customer } from '@perennial/contract/customer.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { inTransaction } from '../../server/src/platform/context.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
  const { status, body, text } = await app.request(request);
  assert.ok(status === 200 || status === 204, text);
  return body;
};
await ask({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    description: 'Dark roast',
    pricing: { cost: 12 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

let customers = 0;

/** Inserts a paid order of a new customer that will be shipped. */
async function ordered(more: Order = {}) {
  const email = `customer${++customers}@example.com`;
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      items: [{ merchant_item_id: 'COFFEE', quantity: 2, auto_order_schedule: 'Monthly' }],
      channel_partner: { store_completed: false },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_approve',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      },
      ...more,
      billing: { first_name: 'Ann', last_name: 'Lee', email, ...more.billing },
    },
  });
  const orderId: string = order.order_id;
  return { orderId, email };
}

const sentTo = async (email: string) => {
  await app.work('notices');
  return app.mails.filter(({ to }) => to === email);
};

const ship = (orderId: string) =>
  ask({
    operation: 'updateOrder',
    params: { order_id: orderId },
    body: { shipping: { tracking_numbers: ['1Z42'] }, current_stage: 'Completed Order' },
  });

test('an original order has a receipt, a shipment and a refund, each once', async () => {
  const { orderId, email } = await ordered();
  await ship(orderId);
  await ask({
    operation: 'refundOrder',
    params: { order_id: orderId },
    body: { items: [{ quantity_refunded: 1 }], refund_reason: 'Damaged' },
  });
  const mails = await sentTo(email);
  assert.deepEqual(
    mails.map(({ subject }) => subject).sort(),
    [
      `Your order from TEST has shipped: order ${orderId}`,
      `Your receipt from TEST: order ${orderId}`,
      `Your refund from TEST: order ${orderId}`,
    ].sort(),
  );
  const textOf = (word: string) => mails.find(({ subject }) => subject.includes(word))!.text;
  assert.match(textOf('receipt'), /2 × Dark roast: \$24\.00\nTotal: \$24\.00/);
  assert.match(textOf('shipped'), /- 2 × Dark roast[^]*Tracking numbers:\n\n- 1Z42/);
  assert.match(textOf('refund'), /We refunded \$12\.00 of your order/);
});

test('a receipt adds up with gifts and store credit, and a refund says what was given back', async () => {
  const email = `customer${customers + 1}@example.com`;
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  const params = { customer_profile_oid: customer.customer_profile_oid };
  await ask({ operation: 'addCustomerStoreCredit', params, body: { amount: 10 } });
  const { orderId } = await ordered({
    currency_code: 'EUR',
    exchange_rate: 0.5,
    gift: { gift: true, gift_charge: { value: 3 }, gift_wrap_cost: { value: 2 } },
    summary: { internal_gift_certificate_amount: { value: 10 } },
  });
  const refund = (body: Order, query = {}) =>
    ask({ operation: 'refundOrder', params: { order_id: orderId }, query, body });
  await refund({ items: [{ quantity_refunded: 1 }] });
  await refund({ items: [{ quantity_refunded: 2 }] });
  await refund({ gift: { gift_charge_refunded: { value: 3 } } }, { issue_store_credit: true });
  const texts = (await sentTo(email)).map(({ text }) => text);
  const has = (...words: string[]) =>
    assert.ok(
      texts.some((text) => words.every((each) => text.includes(each))),
      `${words.join(', ')}:\n${texts.join('\n----\n')}`,
    );
  has(
    '2 × Dark roast: €12.00\nGift charge: €1.50\nGift wrap: €1.00\n',
    'credit: €5.00\nTotal: €9.50',
  );
  has('We refunded €6.00 of your order', 'Your bank may need');
  has('We refunded €3.50 of your order', 'We added €2.50 to your store credit.');
  const last = texts.find((text) => text.includes('We added €1.50 to your store credit for your'));
  assert.ok(last && !last.includes('bank'), texts.join('\n----\n'));
});

test('a profile with another address by now decides on the mails of its earlier orders', async () => {
  const email = `customer${customers + 1}@example.com`;
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  const { orderId } = await ordered();
  const params = { customer_profile_oid: customer.customer_profile_oid };
  const update = (body: Customer) => ask({ operation: 'updateCustomer', params, body });
  await update({
    email: 'moved@example.com',
    cc_emails: [{ email: 'books@example.com', refund_notification: true }],
  });
  await ask({
    operation: 'refundOrder',
    params: { order_id: orderId },
    body: { items: [{ quantity_refunded: 1 }] },
  });
  const before = await sentTo(email);
  const refund = before.find(({ subject }) => subject.includes('refund'));
  assert.deepEqual(refund?.cc, ['books@example.com']);
  await update({ do_not_send_mail: true });
  await ask({
    operation: 'refundOrder',
    params: { order_id: orderId },
    query: { auto_order_cancel: true },
    body: { items: [{ quantity_refunded: 2 }] },
  });
  const { auto_order: ended } = await autoOrderOf(orderId);
  assert.equal(ended.status, 'canceled');
  assert.equal((await sentTo(email)).length, before.length);
});

test('receipts of an order and of its rebill have a link that cancels the subscription', async () => {
  await app.setClock('2026-02-01T12:00:00Z');
  const { orderId, email } = await ordered();
  await app.setClock('2026-03-02T12:00:00Z');
  await app.work('rebill');
  const receipts = (await sentTo(email)).filter(({ subject }) => subject.includes('receipt'));
  const links = receipts.map(({ text }) => cancelPathOf(text));
  assert.equal(new Set(links).size, 2, 'each receipt has its own link');
  const { auto_order: active } = await autoOrderOf(orderId);
  const look = (path = links[0]!) => app.request({ path, key: null });
  const send = () => app.request({ method: 'POST', path: links[0]!, key: null, ...emptyForm });

  const shown = await look();
  assert.equal(shown.status, 200);
  assert.match(shown.text, /2 × |Dark roast/);
  assert.doesNotMatch(shown.text, /example\.com/, 'the page shows no address');
  assert.equal((await look(`${links[0]!.slice(0, -3)}AAA`)).status, 404);
  await app.setClock('2027-04-07T12:00:00Z');
  assert.equal((await look()).status, 410, 'a link works for 400 days');
  await app.setClock('2026-03-02T13:00:00Z');
  assert.equal(
    (await autoOrderOf(orderId)).auto_order.status,
    active.status,
    'a look changes nothing',
  );

  assert.equal((await send()).status, 200);
  const { auto_order: canceled } = await autoOrderOf(orderId);
  assert.deepEqual([canceled.status, canceled.canceled_by_user], ['canceled', email]);
  assert.deepEqual([(await look()).status, (await look(links[1])).status], [410, 410]);
});

test('a receipt has no link where its customer can cancel nothing', async () => {
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'BOUND',
      pricing: { cost: 5 },
      auto_order: {
        auto_orderable: true,
        auto_order_schedules: ['Monthly'],
        auto_order_upsell_no_easy_cancel: true,
      },
    },
  });
  for (const line of [
    { merchant_item_id: 'COFFEE', quantity: 1 },
    { merchant_item_id: 'BOUND', quantity: 1, auto_order_schedule: 'Monthly' },
  ]) {
    const { email } = await ordered({ items: [line] });
    const [receipt] = await sentTo(email);
    assert.doesNotMatch(receipt!.text, /cancel/i, line.merchant_item_id);
  }
});

const cancelPathOf = (text: string): string =>
  new URL(/Cancel your subscription:\n(\S+)/.exec(text)![1]!).pathname;

const autoOrderOf = (orderId: string) =>
  ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: orderId },
    query: {},
  });

const emptyForm = {
  rawBody: '',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
} as const;

test('skip_customer_notification refunds without a mail', async () => {
  const { orderId, email } = await ordered();
  await ask({
    operation: 'refundOrder',
    params: { order_id: orderId },
    query: { skip_customer_notification: true },
    body: { items: [{ quantity_refunded: 1 }] },
  });
  assert.deepEqual(
    (await sentTo(email)).filter(({ subject }) => subject.includes('refund')),
    [],
  );
});

test('an order that was paid elsewhere has no receipt here', async () => {
  const { email } = await ordered({
    channel_partner: { skip_payment_processing: true },
    items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
  });
  assert.deepEqual(await sentTo(email), []);
});

test('an event that is handled twice makes one mail', async () => {
  const { orderId, email } = await ordered();
  await inTransaction(await app.context(), (context) =>
    context.events.emit(context, [
      { name: 'order_payment_process', objectType: 'order', objectId: orderId },
    ]),
  );
  assert.equal((await sentTo(email)).length, 1);
});

test('copies go by their flags, and a profile can switch all mails off', async () => {
  const email = 'flags@example.com';
  const { customer } = await ask({
    operation: 'insertCustomer',
    body: {
      email,
      cc_emails: [
        { email: 'books@example.com', receipt_notification: true },
        { email: 'store@example.com', shipment_notification: true },
      ],
    },
  });
  const { orderId } = await ordered({ billing: { email, cc_emails: ['boss@example.com'] } });
  await ship(orderId);
  const copies = Object.fromEntries(
    (await sentTo(email)).map(({ subject, cc }) => [
      subject.includes('receipt') ? 'receipt' : 'shipment',
      cc,
    ]),
  );
  assert.deepEqual(copies, {
    receipt: ['boss@example.com', 'books@example.com'],
    shipment: ['boss@example.com', 'store@example.com'],
  });
  await ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.customer_profile_oid },
    body: { email, do_not_send_mail: true },
  });
  const before = app.mails.length;
  await ordered({ billing: { email } });
  await app.work('notices');
  assert.equal(app.mails.length, before);
  const skipped = await app.db.rows<{ skip_reason: string }>(
    `select skip_reason from notice where merchant_id = 'TEST' and skip_reason like '%profile%'`,
  );
  assert.match(skipped[0]?.skip_reason ?? '', /do_not_send_mail/);
});

test('a merchant writes its own mails, by language, and sees them first', async () => {
  const write = (language: string, subject: string, body: string) =>
    app.request({
      operation: 'updateMailTemplate',
      params: { mail_kind: 'order_receipt', language },
      body: { subject, body },
    });
  const refused = await write('any', 'Thanks', 'Dear {{custmer_name}}');
  assert.equal(refused.status, 400);
  assert.match(
    refused.body.error.developer_message,
    /body names \{\{custmer_name\}\}.*\{\{customer_name\}\}/,
  );
  assert.equal((await write('any', 'Thanks for {{order_id}}', '{{amounts}}')).status, 200);
  assert.equal((await write('DEU', 'Danke für {{order_id}}', '{{amounts}}')).status, 200);

  const preview = (language: string) =>
    ask({ operation: 'previewMailTemplate', body: { kind: 'order_receipt', language } });
  assert.equal((await preview('deu')).preview.subject, 'Danke für TEST-0000000101');
  assert.match((await preview('fra')).preview.text, /2 × Coffee: \$25\.98/);
  const { templates, kinds } = await ask({ operation: 'getMailTemplates' });
  assert.deepEqual(
    templates.map(({ kind, language }: Record<string, string>) => `${kind} ${language}`),
    ['order_receipt any', 'order_receipt deu'],
  );
  assert.ok(kinds.some(({ kind }: { kind: string }) => kind === 'shipment'));

  const { orderId, email } = await ordered();
  assert.equal((await sentTo(email))[0]!.subject, `Thanks for ${orderId}`);
  await ask({
    operation: 'deleteMailTemplate',
    params: { mail_kind: 'order_receipt', language: 'any' },
  });
  const other = await ordered();
  assert.match((await sentTo(other.email))[0]!.subject, /^Your receipt/);
});

test('a template that cannot be used stops no mail, and the merchant is told once', async () => {
  await ask({
    operation: 'updateMerchantSettings',
    body: { notices: { merchant_email: 'owner@example.com' } },
  });
  // An upgrade could remove a field that a stored template uses.
  await app.db.run(
    `insert into mail_template (merchant_id, kind, language, subject, body, modified_at)
     values ('TEST', 'order_receipt', 'any', 'Old', '{{old_field}}', now())`,
  );
  const [one, two] = [await ordered(), await ordered()];
  for (const { email } of [one, two])
    assert.match((await sentTo(email))[0]!.subject, /^Your receipt/);
  const told = (await sentTo('owner@example.com')).filter(({ subject }) =>
    subject.includes('template'),
  );
  assert.equal(told.length, 1);
  assert.match(told[0]!.text, /\{\{old_field\}\}, which a mail of the kind order_receipt/);
});

test('the merchant reads which auto orders were declined, have expired cards or were canceled', async () => {
  const { orderId, email } = await ordered();
  const { auto_order: autoOrder } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: orderId },
  });
  const { auto_order_oid: oid, auto_order_code: code } = autoOrder;
  await inTransaction(await app.context(), (context) =>
    context.events.emit(context, [
      {
        name: 'auto_order_decline',
        objectType: 'auto order',
        objectId: String(oid),
        data: { reason: 'insufficient funds', next_attempt: '2026-01-18T17:00:00Z' },
      },
      {
        name: 'auto_order_decline',
        objectType: 'auto order',
        objectId: String(oid),
        data: { reason: 'expired card' },
      },
    ]),
  );
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { enabled: false, cancel_reason: 'Moved abroad' },
  });
  const mails = await sentTo('owner@example.com');
  const last = (subject: string) =>
    mails.findLast((mail) => mail.subject.startsWith(subject))?.text;
  assert.match(
    last('Charges were declined') ?? '',
    new RegExp(
      `- Auto order ${code} of Ann Lee, ${email}: insufficient funds; next attempt on Sunday, January 18, 2026`,
    ),
  );
  assert.match(last('Cards have expired') ?? '', new RegExp(`${code}.*: expired card`));
  assert.match(last('Auto orders were canceled') ?? '', new RegExp(`${code}.*: Moved abroad`));
});
