// Tests the records of a customer besides the profile: store credit, the wish list and email lists.
// The calls follow those of the published samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OperationId, warningHeader } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

async function ask<Id extends OperationId>(request: TestRequest<Id>, status = 200) {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

const customerOf = async (email: string): Promise<{ customer_profile_oid: string }> => {
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  return { customer_profile_oid: String(customer.customer_profile_oid) };
};

test('store credit vests and expires by the merchant’s clock, to the cent', async () => {
  const params = await customerOf('credit@example.com');
  const add = (body: object, status = 200) =>
    ask({ operation: 'addCustomerStoreCredit', params, body }, status);
  const read = async () =>
    (await ask({ operation: 'getCustomerStoreCredit', params })).customer_store_credit;
  const figures = async () => {
    const { past_ledgers, future_ledgers, ...rest } = await read();
    return [rest, past_ledgers.length, future_ledgers.length];
  };
  assert.deepEqual(await figures(), [{ total: 0, available: 0, vesting: 0, expiring: 0 }, 0, 0]);
  const first = { amount: 20.1, vesting_days: 10, expiration_days: 20, description: 'First' };
  await add(first);
  await add({ amount: 40.2, vesting_days: 0, expiration_days: 90 });
  assert.deepEqual(await figures(), [
    { total: 60.3, available: 40.2, vesting: 20.1, expiring: 20.1 },
    2,
    3,
  ]);
  const { future_ledgers } = await read();
  assert.deepEqual(
    future_ledgers.map((entry: Record<string, unknown>) => [
      entry['action'],
      entry['amount'],
      entry['entry_dts'],
    ]),
    [
      ['Vesting', 20.1, '2026-01-25T12:00:00-05:00'],
      ['Expiring', -20.1, '2026-02-04T12:00:00-05:00'],
      ['Expiring', -40.2, '2026-04-15T12:00:00-04:00'],
    ],
  );
  await app.setClock('2026-01-26T17:00:00Z');
  assert.deepEqual((await figures())[0], {
    total: 60.3,
    available: 60.3,
    vesting: 0,
    expiring: 20.1,
  });
  await app.setClock('2026-02-05T17:00:00Z');
  assert.deepEqual(await figures(), [
    { total: 60.3, available: 40.2, vesting: 0, expiring: 0 },
    4,
    1,
  ]);
  const refused: [string, object][] = [
    ['amount', {}],
    ['amount', { amount: 0 }],
    ['amount', { amount: -1 }],
    ['amount', { amount: 1.005 }],
    ['vesting_days', { amount: 1, vesting_days: -1 }],
    ['expiration_days', { amount: 1, vesting_days: 10, expiration_days: 10 }],
    ['description', { amount: 1, description: 'x'.repeat(501) }],
  ];
  for (const [field, body] of refused) {
    const { error } = await add(body, 400);
    assert.ok(error.user_message.startsWith(field), error.user_message);
  }
  assert.equal((await read()).total, 60.3);
});

test('credits that are added at the same moment all count', async () => {
  const params = await customerOf('many@example.com');
  const body = { amount: 0.1 };
  await Promise.all(
    Array.from({ length: 10 }, () => ask({ operation: 'addCustomerStoreCredit', params, body })),
  );
  const { customer_store_credit: credit } = await ask({
    operation: 'getCustomerStoreCredit',
    params,
  });
  assert.equal(credit.available, 1);
});

test('a wish list holds items of the catalogue', async () => {
  const params = await customerOf('wish@example.com');
  const other = await customerOf('other@example.com');
  const { item } = await ask({ operation: 'insertItem', body: { merchant_item_id: 'MUG' } });
  const { merchant_item_oid } = item;
  const body = { merchant_item_oid, comments: 'Birthday', priority: 3 };
  const wish = await ask({ operation: 'insertWishListItem', params, body });
  const { headers } = await app.request({
    operation: 'insertWishListItem',
    params: await customerOf('colour@example.com'),
    body: { ...body, colour: 'red' },
  });
  assert.match(String(headers[warningHeader.toLowerCase()]), /^colour: /);
  const { customer_wishlist_item_oid } = wish;
  assert.deepEqual(wish, {
    ...body,
    customer_wishlist_item_oid,
    customer_profile_oid: Number(params.customer_profile_oid),
    add_dts: wish.add_dts,
  });
  const own = { ...params, customer_wishlist_item_oid };
  const read = await ask({ operation: 'getCustomerWishListItem', params: own });
  assert.deepEqual(read.wishlist_item, wish);
  const changed = await ask({
    operation: 'updateWishListItem',
    params: own,
    body: { ...wish, priority: 4 },
  });
  assert.deepEqual(changed, { ...wish, priority: 4 });
  const list = await ask({ operation: 'getCustomerWishList', params });
  assert.deepEqual(list.wishlist_items, [changed]);

  const ofOther = { ...other, customer_wishlist_item_oid };
  await ask({ operation: 'getCustomerWishListItem', params: ofOther }, 404);
  await ask({ operation: 'deleteWishListItem', params: ofOther }, 404);
  for (const bad of [{}, { merchant_item_oid: 999_999 }, { merchant_item_oid, priority: 9 }])
    await ask({ operation: 'insertWishListItem', params, body: bad }, 400);
  await ask({ operation: 'deleteWishListItem', params: own }, 204);
  await ask({ operation: 'deleteWishListItem', params: own }, 404);
  await ask({ operation: 'insertWishListItem', params, body });
  await ask({ operation: 'deleteCustomer', params }, 204);
  await ask({ operation: 'getCustomerWishList', params }, 404);
});

test('customers join and leave email lists by name or UUID', async () => {
  const [one, two] = [await customerOf('one@example.com'), await customerOf('two@example.com')];
  const change = (params: typeof one, body: object, status = 200) =>
    ask({ operation: 'updateCustomerEmailLists', params, body }, status);
  const lists = async (): Promise<[string, number][]> =>
    (await ask({ operation: 'getCustomerEmailLists' })).lists.map(
      (list: { name: string; member_count: number }) => [list.name, list.member_count],
    );
  assert.deepEqual(await change(one, { add_to_lists: ['Newsletter', 'Sales'] }), {
    add_to_lists: ['Newsletter', 'Sales'],
    remove_from_lists: [],
  });
  await change(two, { add_to_lists: ['newsletter '] });
  await change(two, { add_to_lists: ['newsletter'] });
  assert.deepEqual(await lists(), [
    ['Newsletter', 2],
    ['Sales', 1],
  ]);
  const [{ email_list_uuid }] = (await ask({ operation: 'getCustomerEmailLists' })).lists;
  await change(one, { remove_from_lists: [email_list_uuid] });
  await change(one, { remove_from_lists: ['SALES'] });
  // If one part of a change is refused, the whole change is.
  await change(one, { add_to_lists: ['Sales'], remove_from_lists: ['Nothing'] }, 400);
  assert.deepEqual(await lists(), [
    ['Newsletter', 1],
    ['Sales', 0],
  ]);
});

test('a merge keeps the store credit, the wishes and the email lists of both', async () => {
  const [into, from] = [await customerOf('into@example.com'), await customerOf('from@example.com')];
  for (const [params, amount] of [
    [into, 5],
    [from, 7.5],
  ] as const) {
    await ask({ operation: 'addCustomerStoreCredit', params, body: { amount, vesting_days: 0 } });
    await ask({
      operation: 'insertWishListItem',
      params,
      body: { merchant_item_oid: 1, comments: String(amount) },
    });
  }
  await ask({
    operation: 'mergeCustomer',
    params: into,
    body: { customer_profile_oid: Number(from.customer_profile_oid) },
  });
  const { customer_store_credit } = await ask({
    operation: 'getCustomerStoreCredit',
    params: into,
  });
  assert.equal(customer_store_credit.available, 12.5);
  const { wishlist_items } = await ask({ operation: 'getCustomerWishList', params: into });
  assert.deepEqual(
    wishlist_items.map(({ comments }: { comments: string }) => comments),
    ['5', '7.5'],
  );
});

test('an adjustment takes from what is available, and the ledger adds up', async () => {
  const params = await customerOf('cashback@example.com');
  const adjust = (body: object, status = 200) =>
    ask({ operation: 'adjustInternalCertificate', params, body }, status);
  await adjust({ adjustment_amount: 30, description: 'Welcome' });
  const taken = await adjust({ adjustment_amount: -12.34, order_id: 'TEST-1' });
  assert.deepEqual([taken.adjustment_amount, taken.balance_amount], [-12.34, 17.66]);
  const refused = await adjust({ adjustment_amount: -17.67 }, 400);
  assert.match(
    refused.error.user_message,
    /^adjustment_amount is 17.67, but the customer has only 17.66 of store credit/,
  );
  for (const [field, body] of [
    ['adjustment_amount', {}],
    ['adjustment_amount', { adjustment_amount: 0 }],
    ['entry_dts', { adjustment_amount: 1, entry_dts: '2030-01-01T00:00:00Z' }],
  ] as const) {
    const { error } = await adjust(body, 400);
    assert.ok(error.user_message.startsWith(field), error.user_message);
  }
  const { customer_store_credit: credit } = await ask({
    operation: 'getCustomerStoreCredit',
    params,
  });
  assert.deepEqual([credit.total, credit.available], [30, 17.66]);
  assert.deepEqual(
    credit.past_ledgers.map((entry: Record<string, unknown>) => [
      entry['action'],
      entry['amount'],
      entry['reference_order_id'],
    ]),
    [
      ['Accrual', 30, undefined],
      ['Used', -12.34, 'TEST-1'],
    ],
  );
});

test('of two adjustments for the same credit, one is refused', async () => {
  const params = await customerOf('twice@example.com');
  const adjust = (adjustment_amount: number) =>
    app.request({
      operation: 'adjustInternalCertificate',
      params,
      body: { adjustment_amount },
    });
  await adjust(10);
  const answers = await Promise.all([adjust(-10), adjust(-10), adjust(-10)]);
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 400, 400],
  );
});

test('a token verifies an address for a day, and no other text does', async () => {
  const params = await customerOf('verify@example.com');
  const token = async () =>
    (await ask({ operation: 'getEmailVerificationToken', body: { email: 'Verify@example.com' } }))
      .token;
  const check = async (token: string) =>
    (await ask({ operation: 'validateEmailVerificationToken', body: { token } })).success;
  const given = await token();
  assert.equal(await check(given), true);
  const { url } = await ask({
    operation: 'getMagicLink',
    params: { ...params, storefront_host_name: 'shop.example.com' },
  });
  for (const wrong of ['nothing', given.slice(0, -4), given.slice(2), String(url).slice(-100)])
    assert.equal(await check(wrong), false, wrong);
  await ask({ operation: 'updateCustomer', params, body: { email: 'moved@example.com' } });
  assert.equal(await check(given), false);
  await ask({ operation: 'updateCustomer', params, body: { email: 'verify@example.com' } });
  assert.equal(await check(given), true);
  await app.setClock('2026-02-06T16:59:59Z');
  assert.equal(await check(given), true);
  await app.setClock('2026-02-06T17:00:00Z');
  assert.equal(await check(given), false);
  await ask({ operation: 'getEmailVerificationToken', body: { email: 'no@example.com' } }, 404);
  await ask({ operation: 'getEmailVerificationToken', body: {} }, 400);
  await ask({ operation: 'validateEmailVerificationToken', body: {} }, 400);
});

test('the token is mailed at most once a minute and five times a day, and then counts', async () => {
  const params = await customerOf('mailed@example.com');
  const mail = (status: number) => ask({ operation: 'mailEmailVerification', params }, status);
  const mailAt = async (time: string, status = 200) => {
    await app.setClock(time);
    return mail(status);
  };
  // Requests just before and after each limit ends: a minute after a mail, and 24 hours after the
  // first of five mails.
  await mailAt('2026-02-06T18:00:00Z');
  await mailAt('2026-02-06T18:00:59Z', 429);
  for (const minute of [1, 2, 3, 4]) await mailAt(`2026-02-06T18:0${minute}:00Z`);
  const refused = await app.request({ operation: 'mailEmailVerification', params });
  assert.deepEqual(
    [refused.status, refused.headers['retry-after']],
    [429, String(24 * 3600 - 240)],
  );
  await mailAt('2026-02-07T17:59:59Z', 429);
  await mailAt('2026-02-07T18:00:00Z');
  await mailAt('2026-02-07T18:00:59Z', 429);

  await app.work('notices');
  const sent = app.mails.filter(({ to }) => to === 'mailed@example.com');
  assert.equal(sent.length, 6);
  const token = sent
    .at(-1)
    ?.text.split('\n')
    .find((line) => /^[\w-]{60,}$/.test(line));
  const check = async () =>
    (await ask({ operation: 'validateEmailVerificationToken', body: { token: token ?? '' } }))
      .success;
  assert.equal(await check(), true);

  const { customer_profile_oid: oid } = params;
  await ask({ operation: 'updateCustomer', params, body: { do_not_send_mail: true } });
  await app.setClock('2026-02-08T18:00:00Z');
  const { error } = await mail(400);
  assert.match(error.developer_message, new RegExp(`Customer ${oid} gets no mail`));
  await ask({ operation: 'updateCustomer', params, body: { do_not_send_mail: false } });
  await mail(200);
  await ask({ operation: 'deleteCustomer', params }, 204);
  await app.work('notices');
  assert.equal(app.mails.filter(({ to }) => to === 'mailed@example.com').length, 6);
  await mail(404);
});

test('a magic link opens the page of its customer for an hour', async () => {
  await app.setClock('2026-02-07T12:00:00Z');
  const params = await customerOf('magic@example.com');
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'TEA',
      description: 'Tea <leaves>',
      pricing: { cost: 8 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  await ask({
    operation: 'insertOrder',
    body: {
      billing: { email: 'magic@example.com' },
      items: [{ merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_1',
          card_expiration_month: 12,
          card_expiration_year: 2031,
        },
      },
    },
  });
  const { url } = await ask({
    operation: 'getMagicLink',
    params: { ...params, storefront_host_name: 'shop.example.com' },
  });
  const open = (address: string) => app.request({ path: new URL(address).pathname, key: null });
  const { status, text: page, headers } = await open(url);
  assert.equal(status, 200);
  assert.match(page, /magic@example.com/);
  assert.match(page, /Tea &lt;leaves&gt;/);
  assert.match(page, /Next shipment: 2026-03-07/);
  assert.equal(headers['cache-control'], 'no-store');
  const card = /href="([^"]*\/billing\/[^"]+)"/.exec(page)![1]!;
  assert.equal((await open(card)).status, 200);
  assert.equal((await open(url.slice(0, -3))).status, 404);
  await cancelsByLink(page);
  await app.setClock('2026-02-07T13:00:00Z');
  assert.equal((await open(url)).status, 410);
  await app.setClock('2026-02-07T12:30:00Z');
  await ask({ operation: 'deleteCustomer', params }, 204);
  assert.equal((await open(url)).status, 410);
});

/** Follows the cancel link on a customer's page, reads the form and sends it. */
async function cancelsByLink(page: string): Promise<void> {
  const path = /href="([^"]*\/cancel\/[A-Z0-9]+)"/.exec(page)![1]!;
  const code = path.split('/').at(-1)!;
  const read = async () =>
    (await ask({ operation: 'getAutoOrderByCode', params: { auto_order_code: code } })).auto_order;
  const form = (rawBody: string) =>
    app.request({
      method: 'POST',
      path,
      rawBody,
      key: null,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const look = () => app.request({ path, key: null });
  const sells = (auto_order: object) =>
    ask({ operation: 'updateItem', params: { merchant_item_oid: teaOid }, body: { auto_order } });
  const { merchant_item_oid: teaOid } = (
    await ask({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id: 'TEA' },
    })
  ).item;
  await ask({
    operation: 'updateMerchantSettings',
    body: {
      cancel_reasons: [
        {
          reason: 'Price',
          visible_in_myaccount: true,
          myaccount_alternate_description: 'Too <dear>',
        },
        { reason: 'Fraud', visible_in_myaccount: false },
      ],
    },
  });
  const offered = { auto_orderable: true, auto_order_schedules: ['Monthly'] };
  await sells({ ...offered, auto_order_upsell_no_easy_cancel: true });
  assert.deepEqual([(await look()).status, (await form('reason=Price')).status], [410, 410]);
  await sells({ ...offered, auto_order_upsell_no_easy_cancel: false });
  const shown = await look();
  assert.equal(shown.status, 200, shown.text);
  assert.match(shown.text, /Nothing more will be charged/);
  assert.match(shown.text, /<option value="Price">Too &lt;dear&gt;<\/option>/);
  assert.doesNotMatch(shown.text, /Fraud/);
  assert.equal((await read()).status, 'active');
  assert.equal((await form('reason=Price')).status, 200);
  const { status, cancel_reason, canceled_by_user } = await read();
  assert.deepEqual(
    [status, cancel_reason, canceled_by_user],
    ['canceled', 'Price', 'magic@example.com'],
  );
  assert.equal((await form('reason=Price')).status, 410);
}
