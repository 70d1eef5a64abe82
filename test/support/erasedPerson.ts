/*
 * A customer whose words are in every record that can contain them: profile, orders, rebills,
 * mails, tasks, files, deliveries and notes of staff. The test of erasure searches for the words
 * afterwards.
 */
import assert from 'node:assert/strict';
import type { Customer } from '@perennial/contract/customer.ts';
import { events } from '@perennial/contract/events.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { AnswerBody } from './answerBody.ts';
import type { TestApp, TestRequest } from './app.ts';
import { answers, type Receiver } from './receiver.ts';
import { subscribe } from './webhooks.ts';
import { addColleague } from './workflow.ts';

/** Words that only this person has, in every spelling that records use. */
export const personWords = [
  'Zebulon',
  'Quartermaine',
  'Zeb@Quarter.example',
  '17 Juniper Mews',
  'Flat Zinnia',
  'Quahogtown',
  '518-555-0147',
  'tok_visa_4929',
  'X4929',
  '203.0.113.77',
];

const email = 'Zeb@Quarter.example';
const address = {
  first_name: 'Zebulon',
  last_name: 'Quartermaine',
  address1: '17 Juniper Mews',
  address2: 'Flat Zinnia',
  city: 'Quahogtown',
  state_region: 'NY',
  postal_code: '12207',
  country_code: 'US',
  day_phone: '518-555-0147',
};
const card = {
  card_number_token: 'tok_visa_4929',
  card_type: 'VISA',
  card_expiration_month: 12,
  card_expiration_year: 2030,
};

/** The records of the person. */
export interface Traces {
  readonly customerOid: number;
  readonly orderIds: readonly string[];
  readonly autoOrderOid: number;
}

/** Sends a request that must succeed, and returns its body. */
export const asker =
  (app: TestApp) =>
  async <Id extends OperationId>(request: TestRequest<Id>): Promise<AnswerBody<Id>> => {
    const { status, text, body } = await app.request(request);
    assert.ok(status < 300, `${request.operation}: ${status} ${text}`);
    return body;
  };

type Ask = ReturnType<typeof asker>;

/**
 * Opens the shop with items, coupons and taxes, and adds a webhook for all events, whose receiver
 * returns what it got.
 */
export async function openShop(app: TestApp, receiver: Receiver): Promise<void> {
  const ask = asker(app);
  await ask({ operation: 'updateMerchantSettings', body: { webhooks: { allow_loopback: true } } });
  for (const id of ['COFFEE', 'SAMPLE'])
    await ask({
      operation: 'insertItem',
      body: {
        merchant_item_id: id,
        pricing: { cost: 12.99 },
        auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
      },
    });
  const coupon = {
    merchant_code: 'WELCOME',
    usable_by: 'OncePerCustomer',
    amount_off_subtotal: { discount_amount: 1, currency_code: 'USD' },
  } as const;
  await ask({ operation: 'insertCoupon', body: coupon });
  receiver.behave((received, response) =>
    answers(
      200,
      /zeb/i.test(received.body) ? { 'x-echo': 'Zebulon' } : {},
      received.body,
    )(received, response),
  );
  const webhook = {
    webhook_url: receiver.url,
    authentication_type: 'none',
    event_categories: subscribe(...Object.keys(events)),
  } as const;
  await ask({ operation: 'insertWebhook', body: webhook });
}

/**
 * Plays the person's story: the person registers, buys, is billed, disputes a charge, is refunded,
 * and staff write about the person.
 */
export async function leaveTraces(app: TestApp): Promise<Traces> {
  const ask = asker(app);
  const customerOid = await register(ask);
  const { orderId, autoOrderOid } = await subscribeToCoffee(app, ask);
  await app.setClock('2026-03-02T17:00:00Z');
  await app.work();
  const { auto_order: autoOrder } = await ask({
    operation: 'getAutoOrder',
    params: { auto_order_oid: autoOrderOid },
    query: { _expand: 'rebill_orders' },
  });
  const rebillIds = (autoOrder.rebill_orders ?? []).map(({ order_id }) => order_id);
  assert.ok(rebillIds.length > 0, 'the auto order was billed');
  const orderIds = [orderId, ...rebillIds];
  await disputeAndRefund(ask, orderId, rebillIds[0]!);
  await writeAbout(app, ask, { customerOid, orderIds, autoOrderOid });
  await app.work();
  await plantRareWords(app, { customerOid, orderIds, autoOrderOid });
  return { customerOid, orderIds, autoOrderOid };
}

async function register(ask: Ask): Promise<number> {
  const profile: Customer = {
    email,
    billing: [address],
    shipping: [address],
    cards: [{ ...card, card_number: '4929929929924929' }],
    business_notes: 'Zebulon pays late',
    referral_source: 'Zebulon himself',
    properties: [{ name: 'birthday of Zebulon', value: 'in May' }],
    tags: [{ tag_value: 'Quartermaine' }],
    cc_emails: [{ email: 'partner.of.Zebulon@quarter.example', label: 'Quartermaine' }],
  };
  const { customer } = await ask({ operation: 'insertCustomer', body: profile });
  const params = { customer_profile_oid: customer.customer_profile_oid };
  await ask({
    operation: 'addCustomerStoreCredit',
    params,
    body: { amount: 5, description: 'for Zebulon' },
  });
  await ask({
    operation: 'updateCustomerEmailLists',
    params,
    body: { add_to_lists: ['Newsletter'] },
  });
  return customer.customer_profile_oid;
}

async function subscribeToCoffee(app: TestApp, ask: Ask) {
  const { order } = (await placeOrder(app)).body;
  const { auto_order: autoOrder } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
  });
  const params = { auto_order_oid: autoOrder.auto_order_oid };
  await ask({
    operation: 'updateAutoOrderProperties',
    params,
    body: { properties: [{ name: 'gift for', value: 'Zebulon' }] },
  });
  await app.work();
  return { orderId: order.order_id, autoOrderOid: autoOrder.auto_order_oid };
}

/** Places the person's order. A repeated call sends the same idempotency key. */
export const placeOrder = (app: TestApp) =>
  app.request({
    operation: 'insertOrder',
    headers: { 'Idempotency-Key': 'first' },
    query: { _expand: 'billing,shipping,payment' },
    body: {
      billing: { ...address, email, cc_emails: ['Quartermaine@copy.example'] },
      shipping: { ...address, special_instructions: 'Ring for Zebulon' },
      payment: { payment_method: 'Credit Card', credit_card: card },
      checkout: {
        comments: 'Zebulon was here',
        custom_field1: 'Quartermaine',
        customer_ip_address: '203.0.113.77',
      },
      gift: { gift: true, gift_message: 'From Zebulon', gift_email: 'Zeb@Quarter.example' },
      internal: { merchant_notes: 'Zebulon called' },
      properties: [{ name: 'engraving', value: 'Zebulon' }],
      coupons: [{ coupon_code: 'WELCOME' }],
      tags: [{ tag_value: 'Quartermaine' }],
      items: [
        {
          merchant_item_id: 'COFFEE',
          quantity: 1,
          auto_order_schedule: 'Monthly',
          options: [{ label: 'Engraving', value: 'For Zebulon' }],
          properties: [{ name: 'for', value: 'Zebulon' }],
        },
        { merchant_item_id: 'SAMPLE', quantity: 1 },
      ],
    },
  });

async function disputeAndRefund(ask: Ask, first: string, rebill: string): Promise<void> {
  await ask({
    operation: 'actAtSimulator',
    body: { action: 'dispute', order_id: rebill, reason: 'Zebulon did not order' },
  });
  await ask({ operation: 'actAtSimulator', body: { action: 'win dispute', order_id: rebill } });
  await ask({
    operation: 'insertChargeback',
    body: {
      order_id: rebill,
      status: 'won',
      case_number: 'C-1',
      customer_care_notes: 'Zebulon of 17 Juniper Mews called',
      partial_card_number: '4929',
    },
  });
  const { order } = await ask({
    operation: 'getOrder',
    params: { order_id: first },
    query: { _expand: 'item,summary,shipping' },
  });
  order.items[0].quantity_refunded = 1;
  await ask({
    operation: 'refundOrder',
    params: { order_id: first },
    body: { ...order, refund_reason: 'Zebulon is unhappy' },
    query: { reject_after_refund: false },
  });
  await ask({
    operation: 'blockRefundOnOrder',
    params: { order_id: rebill },
    query: { block_reason: 'Zebulon has had enough' },
  });
}

/** Ends everything that is open for the person, as a merchant does before an erasure. */
export async function settleAll(app: TestApp, { orderIds, autoOrderOid }: Traces): Promise<void> {
  const ask = asker(app);
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: autoOrderOid },
    body: { enabled: false, cancel_reason: 'Zebulon moved' },
  });
  for (const order_id of orderIds)
    await ask({
      operation: 'updateOrder',
      params: { order_id },
      body: { current_stage: 'Completed Order' },
    });
  await app.work();
}

/** Writes texts of staff about the person, in records of the person and in other records. */
async function writeAbout(app: TestApp, ask: Ask, traces: Traces): Promise<void> {
  const [orderId] = traces.orderIds;
  const { workflow_attachment_upload_url: upload } = await ask({
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'txt' },
  });
  const { pathname } = new URL(upload.url);
  const payload = 'I am Zebulon Quartermaine';
  await app.app.http.inject({ method: 'PUT', url: pathname, payload });
  await ask({
    operation: 'insertWorkflowTask',
    body: {
      task_name: 'Call Zebulon',
      details: 'at 518-555-0147',
      object_type: 'order',
      object_id: orderId!,
      attachments: [{ upload_key: upload.key, file_name: 'Zebulon.txt', mime_type: 'text/plain' }],
      notes: [{ note: 'Zebulon is nice' }],
    },
  });
  await ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Write to zeb@quarter.example', details: 'and Zebulon Quartermaine' },
  });
  await ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Pack a parcel', tags: ['express', 'for Zebulon Quartermaine'] },
  });
  await ask({
    operation: 'insertReview',
    params: { merchant_item_oid: await oidOfCoffee(ask) },
    body: {
      customer_profile_oid: traces.customerOid,
      reviewer_email: email,
      reviewed_nickname: 'Zebulon',
      review: 'Zebulon likes it',
    },
  });
  await ask({
    operation: 'insertWishListItem',
    params: { customer_profile_oid: traces.customerOid },
    body: { merchant_item_oid: await oidOfCoffee(ask), comments: 'Zebulon wishes it' },
  });
  const { key } = await addColleague(app, 'Bob');
  const search = { text: 'zeb@quarter.example' };
  await ask({
    operation: 'insertSavedSearch',
    key,
    body: { name: 'About Zeb@Quarter.example', search },
  });
  await ask({ operation: 'updateMyPreferences', key, body: { recent: ['zeb@quarter.example'] } });
  await ask({ operation: 'insertGroup', body: { name: 'Friends of zeb@quarter.example' } });
  const [group] = (await ask({ operation: 'getGroups' })).groups ?? [];
  await ask({
    operation: 'updateGroup',
    params: { group_oid: group.group_oid },
    body: { name: 'Friends' },
  });
}

const oidOfCoffee = async (ask: Ask): Promise<number> =>
  (
    await ask({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id: 'COFFEE' },
    })
  ).item.merchant_item_oid;

/** Writes the person's words into records that exist only briefly or in rare cases. */
async function plantRareWords(app: TestApp, traces: Traces): Promise<void> {
  const plant = (sql: string, ...values: unknown[]) => app.db.run(sql, ['TEST', ...values]);
  const [orderId] = traces.orderIds;
  const words = JSON.stringify({ text: 'Zebulon', email: 'Zeb@Quarter.example' });
  await plant(
    `update rebill set explanation = $3::json
     where merchant_id = $1 and auto_order_oid = $2`,
    traces.autoOrderOid,
    words,
  );
  await plant(
    `insert into order_payment_attempt (merchant_id, order_id, attempt, state, source,
       amount_minor, currency, coupon, card_token, idempotency_key, requested_by, requested_at,
       message)
     values ($1, $2, 1, 'declined', 'request', 100, 'USD', $3::json, 'tok_visa_4929', 'planted',
       'Zebulon', statement_timestamp(), 'Zebulon declined')`,
    orderId,
    words,
  );
  await plant(
    `insert into card_test (merchant_id, key, order_id, card_token, amount_minor, currency,
       requested_at, state, reason)
     values ($1, 'planted', $2, 'tok_visa_4929', 100, 'USD', statement_timestamp(), 'ended',
       'Zebulon declined')`,
    orderId,
  );
  await plant(
    `insert into stock_adjustment (merchant_id, merchant_item_oid, adjustment_oid, center_code,
       level_before, change, reason, adjusted_by, adjusted_at)
     select i.merchant_id, i.merchant_item_oid, 1, 'MAIN', 1, 1, 'zeb@quarter.example sent it back',
       'Bob', statement_timestamp()
     from item i where i.merchant_id = $1 and i.merchant_item_id = 'SAMPLE'`,
  );
  await plant(
    `insert into once_claim (merchant_id, item_id, customer, order_id)
     values ($1, 'SAMPLE', 'zeb@quarter.example', $2)`,
    orderId,
  );
  await plant(
    `insert into store_credit_use (merchant_id, customer_profile_oid, use_oid, entry_oid, amount,
       used_at, description)
     select c.merchant_id, c.customer_profile_oid, 1, c.entry_oid, 1, c.entered_at, 'of Zebulon'
     from store_credit c where c.merchant_id = $1`,
  );
  await plant(
    `insert into audit (merchant_id, audit_id, state, differences, failure_reason)
     values ($1, 'planted', 'done', '[{"stored": "zeb@quarter.example"}]', 'Zeb@Quarter.example')`,
  );
  await plant(
    `update workflow_history set description = description || ' of Zeb@Quarter.example'
     where merchant_id = $1`,
  );
}
