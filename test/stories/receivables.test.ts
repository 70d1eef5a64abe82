// Stories of the retry of Accounts Receivable: it charges orders again, day after day, that were
// declined when they were placed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { AccountsReceivableRetryConfig } from '@perennial/contract/receivable.ts';
import { Temporal } from 'temporal-polyfill';
import type { AnswerBody } from '../support/answerBody.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
let shops = 0;

/** Opens a shop with its own merchant, clock and settings of the retry. */
async function openShop(config: AccountsReceivableRetryConfig, settings: object = {}) {
  const merchantId = `AR${++shops}`;
  const at = Temporal.PlainDateTime.from('2027-03-01T10:00')
    .toZonedDateTime('America/New_York')
    .toInstant();
  await app.addMerchant(merchantId, {
    settings: { store_declined_rebills: true, ...settings },
    clock: { kind: 'standing', at },
  });
  const key = await app.addKey(merchantId);
  const ask = async <Id extends OperationId>(request: TestRequest<Id>): Promise<AnswerBody<Id>> => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  await ask({ operation: 'insertItem', body: tea });
  await ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: { active: true, ...config },
  });
  return shopOf(ask);
}

type Ask = <Id extends OperationId>(request: TestRequest<Id>) => Promise<AnswerBody<Id>>;

const tea = {
  merchant_item_id: 'TEA',
  pricing: { cost: 25 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};

function shopOf(ask: Ask) {
  const read = async (orderId: string) => {
    const { order } = await ask({
      operation: 'getOrder',
      params: { order_id: orderId },
      query: { _expand: 'payment,payment.transaction,summary,coupon,auto_order' },
    });
    return order;
  };
  return {
    ask,
    read,
    order: async (token: string, schedule?: string, more: object = {}): Promise<string> =>
      (await ask({ operation: 'insertOrder', body: { ...anOrder(token, schedule), ...more } }))
        .order.order_id,
    until: (wall: string) => ask({ operation: 'setClock', body: { now_dts: wall } }),
    /** Returns when the card was charged, and whether each charge succeeded. */
    async tries(orderId: string): Promise<string[]> {
      const { payment } = await read(orderId);
      return (payment.transactions ?? []).map(
        (each: { transaction_timestamp: string; successful: boolean }) =>
          `${each.transaction_timestamp.slice(0, 16)} ${each.successful ? 'paid' : 'declined'}`,
      );
    },
    captures: (orderId: string): number[] =>
      app.books
        .captures()
        .filter(({ orderReference }) => orderReference === orderId)
        .map(({ amount }) => amount),
    differences: async (): Promise<unknown[]> =>
      (await ask({ operation: 'getAudit' }))['differences'],
    stats: async () => (await ask({ operation: 'getAccountsReceivableRetryStats' }))['overall'],
  };
}

const anOrder = (token: string, schedule: string | undefined) => ({
  billing: { email: 'ann@example.com' },
  items: [{ merchant_item_id: 'TEA', ...(schedule && { auto_order_schedule: schedule }) }],
  channel_partner: { store_if_payment_declines: true },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  },
});

const daily = (...days: number[]) => ({
  daily_activity_list: days.map((day) => ({ day, charge: true })),
});

test('an order is charged on the days of the list, and its auto order begins when it is paid', async () => {
  const shop = await openShop(daily(1, 3, 5));
  const orderId = await shop.order('tok_decline_2x-days', 'Monthly');
  await shop.until('2027-03-10T00:00');
  assert.deepEqual(await shop.tries(orderId), [
    '2027-03-01T10:00 declined',
    '2027-03-02T10:00 declined',
    '2027-03-04T10:00 paid',
  ]);
  const order = await shop.read(orderId);
  assert.deepEqual([order.current_stage, order.auto_order?.status], ['Completed Order', 'active']);
  assert.deepEqual(shop.captures(orderId), [2500]);
  const { overall, days, revenue_for_period: revenue } = await shop.stats();
  assert.deepEqual(
    [overall.attempts, overall.successes, overall.revenue, overall.conversion_rate_formatted],
    [2, 1, 25, '50.00%'],
  );
  assert.deepEqual(
    days.map((each: { day: number; successes: number }) => [each.day, each.successes]),
    [
      [1, 0],
      [3, 1],
    ],
  );
  assert.deepEqual(
    revenue.map((each: { label: string; revenue: number }) => [each.label, each.revenue]),
    [
      ['2027-03-02', 0],
      ['2027-03-04', 25],
    ],
  );
  assert.deepEqual(await shop.differences(), []);
});

test('the order is rejected the day after the last day', async () => {
  const shop = await openShop({ ...daily(1, 2), reject_at_end: true });
  const orderId = await shop.order('tok_decline');
  await shop.until('2027-03-03T12:00');
  assert.equal((await shop.read(orderId)).current_stage, 'Accounts Receivable');
  await shop.until('2027-03-20T00:00');
  const order = await shop.read(orderId);
  assert.deepEqual(
    [order.current_stage, order.reject_dts?.slice(0, 16), (await shop.tries(orderId)).length],
    ['Rejected', '2027-03-04T10:00', 3],
  );
  assert.match(order.reject_reason, /retries of Accounts Receivable are used up/);
});

test('a coupon is taken off when the charge succeeds, and only then', async () => {
  const shop = await openShop({}, { coupons: [{ code: 'TEN', percent: 10 }] });
  await shop.ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: {
      active: true,
      daily_activity_list: [
        { day: 1, charge: true, coupon_code: 'TEN' },
        { day: 2, charge: true, coupon_code: 'TEN' },
      ],
    },
  });
  const orderId = await shop.order('tok_decline_2x-coupon');
  await shop.until('2027-03-02T12:00');
  assert.equal((await shop.read(orderId)).summary.total.value, 25);
  await shop.until('2027-03-04T00:00');
  const order = await shop.read(orderId);
  assert.deepEqual(
    [order.summary.total.value, order.summary.subtotal_discount.value, order.coupons?.[0]],
    [22.5, 2.5, { coupon_code: 'TEN', base_coupon_code: 'TEN', automatically_applied: true }],
  );
  assert.deepEqual(shop.captures(orderId), [2250]);
  assert.equal((await shop.stats()).overall.discounts, 2.5);
  assert.deepEqual(await shop.differences(), []);
});

test('a decline that the merchant names rejects the order at once', async () => {
  const shop = await openShop({
    ...daily(1, 2, 3),
    transaction_rejects: [{ name: 'code', value: 'stolen card' }],
  });
  const orderId = await shop.order('tok_decline_stolen_card');
  await shop.until('2027-03-20T00:00');
  assert.equal((await shop.read(orderId)).current_stage, 'Rejected');
  assert.equal((await shop.tries(orderId)).length, 2);
});

test('paid by check between two retries: nothing more is charged', async () => {
  const shop = await openShop(daily(1, 3));
  const orderId = await shop.order('tok_decline_2x-check');
  await shop.until('2027-03-03T00:00');
  await shop.ask({
    operation: 'updateOrder',
    params: { order_id: orderId },
    body: { current_stage: 'Completed Order', payment: { payment_method: 'Check' } },
  });
  await shop.until('2027-03-20T00:00');
  assert.equal((await shop.tries(orderId)).length, 2);
  assert.deepEqual(shop.captures(orderId), []);
});

test('paid by check while a retry has no known outcome: refused until it is known', async () => {
  const shop = await openShop(daily(1));
  const orderId = await shop.order('tok_decline_1x-then');
  await shop.ask({
    operation: 'updateOrder',
    params: { order_id: orderId },
    body: { payment: { credit_card: { card_number_token: 'tok_timeout_after' } } },
  });
  await shop.until('2027-03-03T00:00');
  const key = await app.addKey(`AR${shops}`);
  const marked = () =>
    app.request({
      operation: 'updateOrder',
      params: { order_id: orderId },
      body: { current_stage: 'Completed Order', payment: { payment_method: 'Check' } },
      key,
    });
  assert.equal((await marked()).status, 400);
  await app.db.run(
    `update orders set charge_lease_until = now() - interval '1 second'
     where merchant_id = $1 and charge_lease_until is not null`,
    [`AR${shops}`],
  );
  await app.work('unsettled charges');
  const order = await shop.read(orderId);
  assert.deepEqual(
    [order.current_stage, order.payment.payment_status],
    ['Completed Order', 'Processed'],
  );
  assert.deepEqual(shop.captures(orderId), [2500]);
  assert.deepEqual(await shop.differences(), []);
});

test('a rebill that the engine retries is left to it, and taken up when the engine has given up', async () => {
  const shop = await openShop({ ...daily(1), reject_at_end: true, cancel_auto_order: true });
  const orderId = await shop.order('tok_approve', 'Monthly');
  const { auto_order: autoOrder } = await shop.read(orderId);
  const params = { auto_order_oid: autoOrder.auto_order_oid };
  await shop.ask({
    operation: 'updateAutoOrderPayment',
    params,
    body: {
      card_number_token: 'tok_decline',
      card_expiration_month: 12,
      card_expiration_year: 2040,
    },
  });
  await shop.until('2027-04-07T12:00');
  const expand = {
    _expand: 'rebill_orders,rebill_orders.payment,rebill_orders.payment.transaction',
  };
  const rebillOf = async () => {
    const { auto_order: read } = await shop.ask({
      operation: 'getAutoOrder',
      params,
      query: expand,
    });
    return { status: read.status, order: read.rebill_orders[0] };
  };
  const during = await rebillOf();
  assert.equal(during.order.payment.transactions.length, 3);
  await shop.until('2027-04-28T00:00');
  const { status, order } = await rebillOf();
  assert.deepEqual(
    [order.payment.transactions.length, order.current_stage, status],
    [4, 'Rejected', 'canceled'],
  );
  assert.deepEqual(await shop.differences(), []);
});

test('orders that waited before the retry was set are not touched', async () => {
  const shop = await openShop({ active: false });
  const orderId = await shop.order('tok_decline_1x-old');
  await shop.until('2027-04-01T00:00');
  await shop.ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: { active: true, ...daily(1, 2, 3), reject_at_end: true },
  });
  await shop.until('2027-05-01T00:00');
  assert.equal((await shop.read(orderId)).current_stage, 'Accounts Receivable');
  assert.deepEqual(shop.captures(orderId), []);
});

test('the configuration is read as it was written, and idle fields are named', async () => {
  const shop = await openShop({});
  const config = { active: false, ...daily(2), notify_emails: ['a@example.com'], trial_mode: true };
  const written = await shop.ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: config,
  });
  assert.match(written['warning'].warning_message, /notify_emails, trial_mode/);
  const read = await shop.ask({ operation: 'getAccountsReceivableRetryConfig' });
  assert.deepEqual(read['config'], { ...config, merchant_id: `AR${shops}` });
  assert.deepEqual([read['has_linked_accounts'], read['coupon_codes']], [false, []]);
});

test('the addresses of the configuration read what the retry collected and what it rejected', async () => {
  const emails = ['owner@example.com', 'till@example.com'];
  const mailsAbout = async (settings: AccountsReceivableRetryConfig) => {
    const shop = await openShop({
      ...daily(1, 2),
      reject_at_end: true,
      notify_emails: emails,
      ...settings,
    });
    const before = app.mails.length;
    const [lost, paid] = [
      await shop.order('tok_decline'),
      await shop.order(`tok_decline_2x-mail${shops}`),
    ];
    await shop.until('2027-03-05T00:00');
    await app.work('notices');
    return app.mails
      .slice(before)
      .filter(({ to }) => emails.includes(to))
      .map(({ to, text }) => `${to}: ${/^- (.*)$/m.exec(text)?.[1]}`.replace(lost, 'lost'))
      .map((line) => line.replace(paid, 'paid'))
      .sort();
  };
  const lines = (what: string) => emails.map((email) => `${email}: Order ${what}`);
  const rejected = lines('lost of $25.00: The retries of Accounts Receivable are used up');
  assert.deepEqual(await mailsAbout({ notify_rejections: true }), rejected);
  assert.deepEqual(await mailsAbout({ notify_successes: true }), lines('paid: $25.00, on day 2'));
  assert.deepEqual(await mailsAbout({}), []);
});

test('an address of the configuration is one address, and there are at most twenty', async () => {
  const shop = await openShop({});
  const set = (notify_emails: string[]) =>
    shop.ask({
      operation: 'updateAccountsReceivableRetryConfig',
      body: { notify_emails, notify_successes: true },
    });
  for (const wrong of [
    'owner',
    'a@example.com, b@example.com',
    'a@example.com\nBcc: b@example.com',
  ])
    await assert.rejects(set(['a@example.com', wrong]), /notify_emails\[1\]/, wrong);
  await assert.rejects(set(Array(21).fill('a@example.com')), /notify_emails has 21/);
  assert.equal((await set(Array(20).fill('a@example.com')))['warning'], undefined);
});

for (const [what, change, tries] of [
  ['runs', undefined, ['2027-04-01T10:00 declined', '2027-04-02T10:00 paid']],
  ['is rejected', { current_stage: 'Rejected' }, ['2027-04-01T10:00 declined']],
] as const)
  test(`the order of a rebill whose original order ${what} is charged ${tries.length - 1} times more`, async () => {
    const shop = await openShop(daily(1, 3), { dunning: { retry_days: [] } });
    const originalId = await shop.order('tok_approve', 'Monthly');
    const { auto_order: autoOrder } = await shop.read(originalId);
    const named = { params: { auto_order_oid: autoOrder.auto_order_oid } };
    await shop.ask({
      operation: 'updateAutoOrderPayment',
      ...named,
      body: {
        card_number_token: `tok_decline_1x-${tries.length}`,
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2027-04-01T12:00');
    if (change !== undefined)
      await shop.ask({
        operation: 'updateOrder',
        params: { order_id: originalId },
        body: change,
      });
    await shop.until('2027-04-10T00:00');
    const { auto_order: after } = await shop.ask({
      operation: 'getAutoOrder',
      ...named,
      query: { _expand: 'rebill_orders' },
    });
    assert.deepEqual(await shop.tries(after.rebill_orders[0].order_id), tries);
    assert.deepEqual(await shop.differences(), []);
  });

test('a coupon of the retry lowers the order of a rebill, and what the rebill counts', async () => {
  const dunning = { retry_days: [], at_end: 'disable' };
  const shop = await openShop({}, { coupons: [{ code: 'TEN', percent: 10 }], dunning });
  await shop.ask({
    operation: 'updateAccountsReceivableRetryConfig',
    body: { active: true, daily_activity_list: [{ day: 1, charge: true, coupon_code: 'TEN' }] },
  });
  const taxes = { arbitrary_tax_rate: 8.25 };
  const original = await shop.order('tok_approve', 'Monthly', { taxes });
  const { auto_order } = await shop.read(original);
  const params = { auto_order_oid: auto_order.auto_order_oid };
  await shop.ask({
    operation: 'updateAutoOrderPayment',
    params,
    body: { card_number_token: 'tok_decline_1x-rebill' },
  });
  await shop.until('2027-04-05T00:00');
  const { auto_order: after } = await shop.ask({
    operation: 'getAutoOrder',
    params,
    query: { _expand: 'items,rebill_orders,rebill_orders.summary,rebill_orders.item' },
  });
  const [rebill] = after.rebill_orders;
  const [item] = after.items;
  assert.deepEqual(
    [rebill.current_stage, rebill.summary.total.value, after.status],
    ['Completed Order', 24.36, 'active'],
  );
  assert.deepEqual([item.number_of_rebills, item.rebill_value], [1, 22.5]);
  const { explanation } = await shop.ask({
    operation: 'explainOrder',
    params: { order_id: rebill.order_id },
  });
  const { subtotal, coupon_rules, discount, shipping, tax, tax_rules, total } = explanation;
  assert.deepEqual(coupon_rules, [
    {
      coupon_code: 'TEN',
      detail: 'the coupon of the retry of Accounts Receivable',
      discount: 2.5,
      shipping_discount: 0,
      left: 22.5,
    },
  ]);
  assert.deepEqual(
    [subtotal, discount, shipping, tax, tax_rules.at(-1)?.tax, total],
    [25, 2.5, 0, 1.86, 1.86, 24.36],
  );
  assert.match(explanation.differences.join(' '), /The coupon TEN of a retry took 2\.5 USD off\./);
  assert.deepEqual(shop.captures(rebill.order_id), [2436]);
  assert.deepEqual(await shop.differences(), []);
});

const gift = { coupons: [{ code: 'ALL', percent: 100 }], dunning: { retry_days: [] } };
const giftOnDayOne: AccountsReceivableRetryConfig = {
  active: true,
  daily_activity_list: [{ day: 1, charge: true, coupon_code: 'ALL' }],
  notify_emails: ['owner@example.com'],
  notify_successes: true,
};

test('a coupon that leaves nothing to charge pays the order and starts its auto order', async () => {
  const shop = await openShop({}, gift);
  await shop.ask({ operation: 'updateAccountsReceivableRetryConfig', body: giftOnDayOne });
  const orderId = await shop.order('tok_decline', 'Monthly');
  const before = app.mails.length;
  await shop.until('2027-03-03T00:00');
  const order = await shop.read(orderId);
  assert.deepEqual(
    [order.current_stage, order.summary.total.value, order.payment.payment_status],
    ['Completed Order', 0, 'Processed'],
  );
  assert.deepEqual(
    [order.auto_order?.status, await shop.tries(orderId)],
    ['active', ['2027-03-01T10:00 declined']],
  );
  assert.deepEqual(shop.captures(orderId), []);
  const { overall } = await shop.stats();
  assert.deepEqual(
    [overall.attempts, overall.successes, overall.revenue, overall.discounts],
    [1, 1, 0, 25],
  );
  await app.work('notices');
  const sent = app.mails.slice(before).map(({ to }) => to);
  assert.deepEqual(
    [sent.includes('ann@example.com'), sent.includes('owner@example.com')],
    [true, true],
  );
  assert.deepEqual(await shop.differences(), []);
});

test('a coupon that leaves nothing of a rebill pays it, and the auto order continues', async () => {
  const shop = await openShop({}, gift);
  await shop.ask({ operation: 'updateAccountsReceivableRetryConfig', body: giftOnDayOne });
  const { auto_order: made } = await shop.read(await shop.order('tok_approve', 'Monthly'));
  const params = { auto_order_oid: made.auto_order_oid };
  await shop.ask({
    operation: 'updateAutoOrderPayment',
    params,
    body: { card_number_token: 'tok_decline' },
  });
  await shop.until('2027-04-05T00:00');
  const { auto_order: after } = await shop.ask({
    operation: 'getAutoOrder',
    params,
    query: { _expand: 'items,logs,rebill_orders,rebill_orders.summary' },
  });
  const [rebill] = after.rebill_orders;
  const [item] = after.items;
  assert.deepEqual(
    [after.status, rebill.current_stage, rebill.summary.total.value],
    ['active', 'Completed Order', 0],
  );
  assert.deepEqual(
    [item.number_of_rebills, item.rebill_value, item.next_shipment_dts.slice(0, 10)],
    [1, 0, '2027-05-01'],
  );
  const words = after.logs.map(({ log_message: message }) => message).join('\n');
  assert.match(words, /Rebill 1 paid: 0\.00 USD.*A coupon left nothing to charge\./);
  assert.deepEqual(shop.captures(rebill.order_id), []);
  assert.deepEqual(await shop.differences(), []);
});

test('a coupon that leaves less than the store credit of an order returns the rest of it', async () => {
  const shop = await openShop({}, { coupons: [{ code: 'ALL', percent: 60 }] });
  await shop.ask({ operation: 'updateAccountsReceivableRetryConfig', body: giftOnDayOne });
  const { customer } = await shop.ask({
    operation: 'insertCustomer',
    body: { email: 'ann@example.com' },
  });
  const profile = { customer_profile_oid: customer.customer_profile_oid };
  await shop.ask({
    operation: 'addCustomerStoreCredit',
    params: profile,
    body: { amount: 20, description: 'Sorry' },
  });
  const { order: placed } = await shop.ask({
    operation: 'insertOrder',
    body: {
      ...anOrder('tok_decline', undefined),
      summary: { internal_gift_certificate_amount: { value: 20 } },
    },
  });
  await shop.until('2027-03-03T00:00');
  const { current_stage, summary } = await shop.read(placed.order_id);
  assert.deepEqual(
    [current_stage, summary.total.value, summary.internal_gift_certificate_amount.value],
    ['Completed Order', 0, 10],
  );
  const { customer_store_credit: credit } = await shop.ask({
    operation: 'getCustomerStoreCredit',
    params: profile,
  });
  assert.equal(credit.available, 10);
  assert.deepEqual(await shop.differences(), []);
});
