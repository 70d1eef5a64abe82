// Plays the call sequences of published samples, folder by folder, rewritten by us, over HTTP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 8 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

test('an established auto order gets an item without a schedule and a date', async () => {
  const { order } = (
    await app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'sample@example.com' },
        items: [{ merchant_item_id: 'TEA', quantity: 1 }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_number_token: 'tok_1',
            card_expiration_month: 12,
            card_expiration_year: 2031,
          },
        },
      },
    })
  ).body;
  const { auto_order: empty } = (
    await app.request({
      operation: 'establishAutoOrderByReferenceOrderId',
      params: { reference_order_id: order.order_id },
      query: { _expand: 'items' },
    })
  ).body;
  assert.deepEqual(empty.items, []);
  const { status, body } = await app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: empty.auto_order_oid },
    query: { _expand: 'items' },
    body: {
      ...empty,
      nothing: 1,
      items: [{ original_item_id: 'TEA', original_quantity: 1, rebill_value: 5.5 }],
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const [item] = body.auto_order.items;
  assert.deepEqual(
    [item.frequency, item.next_shipment_dts, item.arbitrary_unit_cost, item.rebill_value],
    ['Monthly', '2026-02-15T12:00:00-05:00', 5.5, 0],
  );
  assert.match(body.warning.warning_message, /^nothing: no effect/);
  await warnsOfPins(empty.auto_order_oid, item);
  const { order: read } = (
    await app.request({
      operation: 'getOrder',
      params: { order_id: order.order_id },
      query: { _expand: 'items,coupon' },
    })
  ).body;
  assert.deepEqual([read.items.length, read.coupons], [1, []]);
});

/**
 * Asserts that a pinned gateway that does not exist causes a warning, and one that exists does not.
 */
async function warnsOfPins(oid: number, item: AutoOrderItem): Promise<void> {
  const { warning } = await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: {
      rotating_transaction_gateway_code: 'elsewhere',
      items: [{ ...item, simple_schedule: { repeat_count: 9 } }],
    },
  });
  assert.match(
    warning.warning_message,
    /^items\[0\]\.simple_schedule\.repeat_count: no effect.* there is no gateway elsewhere,/,
  );
  const pin = (code: string) =>
    ask({
      operation: 'updateAutoOrder',
      params: { auto_order_oid: oid },
      body: { rotating_transaction_gateway_code: code },
    });
  // This kind of gateway exists, but not for this merchant.
  const { warning: unused } = await pin('stripe');
  assert.match(unused.warning_message, /there is no gateway stripe,.* Send one of: simulator\.$/);
  assert.equal((await pin('simulator')).warning, undefined);
}

test('order: a line that costs nothing causes no warning', async () => {
  const { order, warning } = await ask({
    operation: 'insertOrder',
    query: { _expand: 'item,summary' },
    body: {
      billing: { email: 'free@example.com' },
      items: [{ merchant_item_id: 'TEA', quantity: 1, arbitrary_unit_cost: { value: 0 } }],
      payment: { payment_method: 'Check' },
    },
  });
  assert.deepEqual([order.summary.total.value, warning], [0, undefined]);
});

/** Sends a request that must succeed and returns its body. */
async function ask<Id extends OperationId>(request: TestRequest<Id>) {
  const { status, body, text } = await app.request(request);
  assert.ok(status === 200 || status === 204, `${request.operation}: ${status} ${text}`);
  return body;
}

async function placed(email: string, more: object = {}): Promise<string> {
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { email },
      items: [{ merchant_item_id: 'TEA', quantity: 2, auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_1',
          card_expiration_month: 12,
          card_expiration_year: 2031,
        },
      },
      ...more,
    },
  });
  return order.order_id;
}

const readOrder = async (order_id: string, _expand: string) =>
  (await ask({ operation: 'getOrder', params: { order_id }, query: { _expand } })).order;

test('order: duplicate, update with its items as read, payment', async () => {
  const order_id = await placed('duplicate@example.com');
  const { order: copy } = await ask({
    operation: 'duplicateOrder',
    params: { order_id },
    query: { _expand: 'items' },
  });
  const { order: updated } = await ask({
    operation: 'updateOrder',
    params: { order_id: copy.order_id },
    query: { _expand: 'items' },
    body: copy,
  });
  assert.equal(updated.items.length, 1);
  const { payment_transaction: made } = await ask({
    operation: 'processPayment',
    params: { order_id: copy.order_id },
    body: {},
  });
  assert.equal(made.successful, true);
});

test('order: every item refunded, without a mail, with the auto order canceled', async () => {
  const order_id = await placed('refund@example.com');
  const order = await readOrder(order_id, 'items');
  const { order: refunded } = await ask({
    operation: 'refundOrder',
    params: { order_id },
    query: {
      reject_after_refund: false,
      skip_customer_notification: true,
      auto_order_cancel: true,
      manual_refund: false,
      reverse_affiliate_transactions: true,
      issue_store_credit: false,
      auto_order_cancel_reason: '',
      _expand: 'items',
    },
    body: {
      ...order,
      items: order.items.map((item: { quantity: number }) => ({
        ...item,
        quantity_refunded: item.quantity,
      })),
    },
  });
  assert.equal(refunded.items[0].total_refunded.value, 16);
  const { refundable } = await ask({ operation: 'isRefundableOrder', params: { order_id } });
  assert.equal(refundable, false);
});

/** The options of the published sample. */
const receiptFormat = {
  context: 'receipt',
  format: 'table',
  show_contact_info: true,
  show_payment_info: false,
  show_merchant_notes: false,
  email_as_link: true,
  link_file_attachments: true,
  show_internal_information: true,
  show_non_sensitive_payment_info: true,
  show_in_merchant_currency: true,
  hide_bill_to_address: false,
  dont_link_email_to_search: true,
  translate: false,
};

test('order: replacement, token, batch, query, validation and what is printed', async () => {
  const order_id = await placed('print@example.com');
  const { orderId: replacement, ...replaced } = await ask({
    operation: 'replacement',
    params: { order_id },
    body: {
      original_order_id: order_id,
      items: [{ merchant_item_id: 'TEA', quantity: 1 }],
      immediate_charge: true,
      skip_payment: true,
      free: true,
      custom_field1: 'Whatever',
      additional_merchant_notes_original_order: 'This order was replaced.',
    },
  });
  // The response has no wrapper and no further fields: the Java client refuses fields that its
  // model lacks.
  assert.deepEqual(replaced, {
    successful: true,
    free: true,
    feedback: 'The order is ready to ship.',
  });
  const { order_token } = await ask({ operation: 'generateOrderToken', params: { order_id } });
  const byToken = await ask({ operation: 'getOrderByToken', body: { order_token } });
  assert.equal(byToken.order.order_id, order_id);
  const { orders: batch } = await ask({
    operation: 'getOrdersBatch',
    body: { order_ids: [order_id, replacement] },
  });
  assert.equal(batch.length, 2);
  const { orders: found } = await ask({
    operation: 'getOrdersByQuery',
    body: { email: 'print@example.com' },
  });
  assert.equal(found.length, 2);
  const checked = await ask({
    operation: 'validateOrder',
    body: { order: await readOrder(order_id, 'checkout'), checks: null as never },
  });
  assert.deepEqual(Object.keys(checked), ['errors', 'messages', 'order_was_updated']);
  const formatted = await ask({ operation: 'format', params: { order_id }, body: receiptFormat });
  assert.ok(formatted.formatted_result.includes(order_id));
  assert.deepEqual(Object.keys(formatted), ['css_links', 'formatted_result']);
  const distribution_center_code = 'DFLT';
  const pdfs = [
    await ask({ operation: 'generateInvoice', params: { order_id } }),
    await ask({ operation: 'generatePackingSlipAllDC', params: { order_id } }),
    await ask({
      operation: 'generatePackingSlipSpecificDC',
      params: { order_id, distribution_center_code },
    }),
  ];
  for (const { pdfBase64 } of pdfs)
    assert.equal(Buffer.from(pdfBase64, 'base64').subarray(0, 5).toString(), '%PDF-');
});

test('order: blocks, mails again, cancelation and deletion', async () => {
  const order_id = await placed('end@example.com');
  await ask({
    operation: 'blockRefundOnOrder',
    params: { order_id },
    query: { block_reason: 'Chargeback' },
  });
  await ask({ operation: 'unblockRefundOnOrder', params: { order_id } });
  await ask({ operation: 'resendReceipt', params: { order_id } });
  const { success } = await ask({ operation: 'cancelOrder', params: { order_id } });
  assert.equal(success, true);
  assert.equal((await readOrder(order_id, '')).current_stage, 'Rejected');
});

test('webhook: insert, find, change, log, reflow, delete by URL', async () => {
  const webhook_url = 'https://hooks.example.com/receive.php';
  const events = ['order_create', 'order_update', 'order_delete'].map((event_name) => ({
    event_name,
    expansion: event_name === 'order_delete' ? '' : 'shipping,billing,item,coupon,summary',
  }));
  const { webhook } = await ask({
    operation: 'insertWebhook',
    body: {
      webhook_url,
      authentication_type: 'basic',
      basic_username: 'george',
      basic_password: 'LlamaLlamaRedPajama',
      maximum_events: 10,
      maximum_size: 5_242_880,
      api_version: '2017-03-01',
      compress_events: true,
      event_categories: [{ event_category: 'order', events }],
    },
  });
  const { webhooks } = await ask({ operation: 'getWebhooks' });
  const stored = webhooks.find((each: { webhook_url: string }) => each.webhook_url === webhook_url);
  assert.equal(stored?.webhook_oid, webhook.webhook_oid);
  assert.deepEqual(
    webhook.event_categories[0].events.map((event: { event_name: string }) => event.event_name),
    events.map(({ event_name }) => event_name),
  );
  const params = { webhookOid: webhook.webhook_oid };
  const changed = await ask({
    operation: 'updateWebhook',
    params,
    body: { ...stored, maximum_events: 5 },
  });
  assert.equal(changed.webhook.maximum_events, 5);
  const { webhook_log_summaries: summaries } = await ask({
    operation: 'getWebhookLogSummaries',
    params,
    query: { _since: '2026-01-01T00:00:00-05:00' },
  });
  assert.deepEqual(summaries, []);
  const { reflow } = await ask({
    operation: 'resendEvent',
    params: { ...params, eventName: 'order_create' },
  });
  assert.equal(reflow.queued, true);
  await ask({ operation: 'deleteWebhookByUrl', body: { webhook_url } });
  assert.equal((await ask({ operation: 'getWebhooks' })).webhooks.length, 0);
});

test('workflow: people, a task, its change', async () => {
  await ask({ operation: 'getWorkflowAssignmentUsers' });
  await ask({ operation: 'getWorkflowAssignmentGroups' });
  const { task } = await ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Call', object_type: 'order', object_id: await placed('task@example.com') },
  });
  const params = { task_uuid: task.workflow_task_uuid };
  const { task: read } = await ask({ operation: 'getWorkflowTask', params });
  const { task: closed } = await ask({
    operation: 'updateWorkflowTask',
    params,
    body: { ...read, status: 'closed' },
  });
  assert.equal(closed.status, 'closed');
});

const sampleItem = async (merchant_item_id: string) => {
  const { item } = await ask({
    operation: 'insertItem',
    query: { _expand: 'content.multimedia' },
    body: {
      merchant_item_id,
      pricing: { cost: 9.99 },
      description: `Sample description for item ${merchant_item_id}`,
      content: {
        multimedia: [
          { url: 'https://pictures.example.com/one.png', code: 'default', description: 'One' },
        ],
      },
    },
  });
  return item;
};

const itemBy = async (merchant_item_id: string, _expand: string) =>
  (
    await ask({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id },
      query: { _expand, _placeholders: 'false' },
    })
  ).item;

const deleteSampleItem = async (id: string) => {
  const { merchant_item_oid } = await itemBy(id, '');
  await ask({ operation: 'deleteItem', params: { merchant_item_oid } });
};

test('item: insert, read by id, change one and many, mix and match, delete', async () => {
  const inserted = await sampleItem('sample_ABCD');
  assert.equal(inserted.content.multimedia[0].code, 'default');
  await sampleItem('sample_EFGH');
  const all = 'kit_definition,options,shipping,tax,variations';
  assert.equal((await itemBy('sample_ABCD', all)).merchant_item_oid, inserted.merchant_item_oid);
  const { items } = await ask({
    operation: 'getItems',
    query: { _limit: '200', _offset: '0', _expand: all, _placeholders: 'false' },
  });
  assert.ok(items.length >= 2 && items.length < 200);
  const one = await itemBy('sample_ABCD', 'pricing');
  const { item: changed } = await ask({
    operation: 'updateItem',
    params: { merchant_item_oid: one.merchant_item_oid },
    query: { _expand: 'pricing', _placeholders: 'false' },
    body: { ...one, pricing: { ...one.pricing, cost: 12.99, mix_and_match_group: 'test' } },
  });
  assert.equal(changed.pricing.cost, 12.99);
  assert.equal(changed.pricing.mix_and_match_group, 'test');
  const other = await itemBy('sample_EFGH', 'pricing');
  const { items: both } = await ask({
    operation: 'updateItems',
    query: { _expand: 'pricing', _placeholders: 'false', _async: 'false' },
    body: {
      items: [
        { ...changed, pricing: { ...changed.pricing, cost: 12.5 } },
        { ...other, pricing: { ...other.pricing, cost: 14.99 } },
      ],
    },
  });
  assert.deepEqual(
    both.map((each: { pricing: { cost: number } }) => each.pricing.cost),
    [12.5, 14.99],
  );
  await deleteSampleItem('sample_ABCD');
  await deleteSampleItem('sample_EFGH');
});

test('item: reviews, an attribute, tiers and the snapshot of the stock', async () => {
  await sampleItem('sample_REVIEW');
  const item = await itemBy('sample_REVIEW', 'reviews');
  const params = { merchant_item_oid: String(item.merchant_item_oid) };
  await ask({
    operation: 'updateItem',
    params,
    query: { _expand: 'reviews' },
    body: { ...item, reviews: { review_template_oid: 402 } },
  });
  const review = {
    title: 'The best',
    review: 'My wife liked it a lot.',
    reviewed_nickname: 'Bob420',
    featured: true,
    rating_name1: 'Durability',
    rating_name2: 'Price',
    rating_name3: 'Performance',
    rating_name4: 'Appearance',
    rating_score1: 4.5,
    rating_score2: 3.5,
    rating_score3: 2.5,
    rating_score4: 1.5,
    overall: 5,
    reviewer_location: 'Chicago',
    status: 'approved',
  };
  const { review: inserted } = await ask({ operation: 'insertReview', params, body: review });
  const own = { ...params, review_oid: String(inserted.review_oid) };
  const { review: read } = await ask({ operation: 'getReview', params: own });
  assert.equal(read.rating_score4, 1.5);
  const { review: updated } = await ask({
    operation: 'updateReview',
    params: own,
    body: { ...read, title: 'Still the best' },
  });
  assert.deepEqual([updated.title, updated.overall], ['Still the best', 5]);
  assert.equal((await ask({ operation: 'getReviews', params })).reviews.length, 1);
  const { item: seen } = await ask({
    operation: 'getItem',
    params,
    query: { _expand: 'reviews,reviews.individual_reviews', _placeholders: 'false' },
  });
  assert.equal(seen.reviews.individual_reviews[0].rating_name1, 'Durability');
  await ask({ operation: 'deleteReview', params: own });
  assert.deepEqual((await ask({ operation: 'getReviews', params })).reviews, []);
  await ask({
    operation: 'insertUpdateItemContentAttribute',
    params,
    body: { name: 'storefrontSEOKeywords', value: 'dog,cat,fish', type: 'string' },
  });
  const { content } = await itemBy('sample_REVIEW', 'content.attributes');
  assert.equal(content.attributes[0].value, 'dog,cat,fish');
  const _expand = 'approval_notification,signup_notification';
  const { pricingTiers } = await ask({ operation: 'getPricingTiers', query: { _expand } });
  assert.deepEqual(pricingTiers, []);
  const { inventories } = await ask({ operation: 'getInventorySnapshot' });
  assert.ok(Array.isArray(inventories));
  await ask({ operation: 'deleteItem', params });
});

test('item: a file of the digital library', async () => {
  const external_id = '65f1c2a7d3';
  const { digital_item } = await ask({
    operation: 'insertDigitalItem',
    body: {
      import_from_url: 'https://pictures.example.com/earth.jpg',
      description: 'The Earth',
      click_wrap_agreement: 'By purchasing this item, you agree that it is Earth',
      external_id,
    },
  });
  const params = { digital_item_oid: String(digital_item.digital_item_oid) };
  const { digital_item: read } = await ask({ operation: 'getDigitalItem', params });
  const page = { _limit: '100', _offset: '0' };
  for (const operation of ['getDigitalItems', 'getUnassociatedDigitalItems'] as const) {
    const { digital_items } = await ask({ operation, query: page });
    assert.deepEqual(digital_items, [read]);
  }
  const { digital_items: found } = await ask({
    operation: 'getDigitalItemsByExternalId',
    params: { external_id },
  });
  assert.deepEqual(found, [read]);
  await ask({
    operation: 'updateDigitalItem',
    params,
    body: { ...read, description: 'Changed', click_wrap_agreement: 'The earth is round.' },
  });
  const { digital_item: changed } = await ask({ operation: 'getDigitalItem', params });
  assert.deepEqual([changed.description, changed.external_id], ['Changed', external_id]);
  await ask({ operation: 'deleteDigitalItem', params });
});

const sampleCustomer = async (email: string) => {
  const address = {
    first_name: 'First',
    last_name: 'Last',
    company: 'Company',
    country_code: 'US',
    state_region: 'GA',
    city: 'Duluth',
    postal_code: '30097',
    address1: '11960 Johns Creek Parkway',
  };
  const { customer } = await ask({
    operation: 'insertCustomer',
    query: { _expand: 'billing,shipping' },
    body: { email, billing: [address], shipping: [address] },
  });
  assert.equal(customer.billing[0].city, 'Duluth');
  return { customer_profile_oid: String(customer.customer_profile_oid) };
};

test('customer: insert, read, change, list, query, merge, delete', async () => {
  // The addresses in the samples have no @.
  const params = await sampleCustomer('sample_HGFEDCBA.test.com');
  const _expand = 'billing,shipping';
  const { customer } = await ask({ operation: 'getCustomer', params, query: { _expand } });
  const { customer: byEmail } = await ask({
    operation: 'getCustomerByEmail',
    params: { email: 'sample_HGFEDCBA.test.com' },
    query: { _expand },
  });
  assert.deepEqual(byEmail, customer);
  customer.billing[0].address2 = 'Apartment 101';
  const { customer: changed } = await ask({
    operation: 'updateCustomer',
    params,
    query: { _expand },
    body: customer,
  });
  assert.equal(changed.billing[0].address2, 'Apartment 101');
  const page = { _limit: '200', _offset: '0', _expand: 'shipping,billing' };
  const { customers } = await ask({ operation: 'getCustomers', query: page });
  assert.equal(customers.length, 1);
  const { customers: found } = await ask({
    operation: 'getCustomersByQuery',
    query: { ...page, _sort: 'email' },
    body: {},
  });
  assert.equal(found.length, 1);
  await sampleCustomer('sample_ABCDEFGH.test.com');
  await ask({
    operation: 'mergeCustomer',
    params,
    body: { email: 'sample_ABCDEFGH.test.com' },
  });
  await ask({ operation: 'deleteCustomer', params });
  assert.deepEqual((await ask({ operation: 'getCustomers', query: page })).customers, []);
});

test('customer: a wish list, store credit and cashback', async () => {
  const [first, second] = [await sampleItem('sample_W1'), await sampleItem('sample_W2')];
  const params = await sampleCustomer('test@example.com');
  const wish = (item: { merchant_item_oid: number }, comments: string, priority: number) =>
    ask({
      operation: 'insertWishListItem',
      params,
      body: {
        customer_profile_oid: Number(params.customer_profile_oid),
        merchant_item_oid: item.merchant_item_oid,
        comments,
        priority,
      },
    });
  const birthday = await wish(first, 'I really want this for my birthday', 3);
  const christmas = await wish(second, 'Christmas Idea!', 5);
  const keyOf = (one: { customer_wishlist_item_oid: number }) => ({
    ...params,
    customer_wishlist_item_oid: String(one.customer_wishlist_item_oid),
  });
  const { wishlist_item } = await ask({
    operation: 'getCustomerWishListItem',
    params: keyOf(birthday),
  });
  assert.equal(wishlist_item.priority, 3);
  const { wishlist_items } = await ask({ operation: 'getCustomerWishList', params });
  assert.equal(wishlist_items.length, 2);
  const updated = await ask({
    operation: 'updateWishListItem',
    params: keyOf(christmas),
    body: { ...christmas, priority: 4 },
  });
  assert.equal(updated.priority, 4);
  await ask({ operation: 'deleteWishListItem', params: keyOf(birthday) });
  for (const body of [
    { description: 'First credit add', vesting_days: 10, expiration_days: 20, amount: 20 },
    { description: 'Second credit add', vesting_days: 0, expiration_days: 90, amount: 40 },
  ])
    await ask({ operation: 'addCustomerStoreCredit', params, body });
  const { customer_store_credit: credit } = await ask({
    operation: 'getCustomerStoreCredit',
    params,
  });
  assert.deepEqual([credit.total, credit.available, credit.vesting], [60, 40, 20]);
  const adjusted = await ask({
    operation: 'adjustInternalCertificate',
    params,
    body: {
      description: 'The balance is changed after a call about a product that came late.',
      expiration_days: 365,
      vesting_days: 45,
      adjustment_amount: 59,
      order_id: 'DEMO-12345',
      entry_dts: null as never,
    },
  });
  assert.deepEqual([adjusted.adjustment_amount, adjusted.balance_amount], [59, 40]);
  await ask({ operation: 'deleteCustomer', params });
  for (const id of ['sample_W1', 'sample_W2']) await deleteSampleItem(id);
});

test('customer: email lists, a verified address, a magic link', async () => {
  const params = await sampleCustomer('link@example.com');
  await ask({
    operation: 'updateCustomerEmailLists',
    params,
    body: { add_to_lists: ['News'], remove_from_lists: [] },
  });
  assert.equal((await ask({ operation: 'getCustomerEmailLists' })).lists[0].member_count, 1);
  const { token } = await ask({
    operation: 'getEmailVerificationToken',
    body: { email: 'link@example.com', password: 'squirrel' },
  });
  const verified = await ask({ operation: 'validateEmailVerificationToken', body: { token } });
  assert.equal(verified.success, true);
  const { url } = await ask({
    operation: 'getMagicLink',
    params: { ...params, storefront_host_name: 'www.website.com' },
  });
  assert.match(url, /^http.*\/customer\/[\w-]+$/);
});

test('item: the stock at a center, one and many', async () => {
  const { item } = await ask({
    operation: 'insertItem',
    body: { merchant_item_id: 'BOWL', shipping: { track_inventory: true } },
  });
  const params = {
    merchant_item_oid: String(item.merchant_item_oid),
    distribution_center_code: 'dflt',
  };
  const read = async () =>
    (await ask({ operation: 'getItemShippingDistributionCenterByCode', params }))
      .itemShippingDistributionCenter;
  const set = (merchant_item_id: string, inventory_level: number) => ({
    merchant_item_id,
    inventory_level,
    distribution_center_code: 'DFLT',
  });
  await ask({ operation: 'updateItemInventories', body: { inventory_updates: [set('BOWL', 9)] } });
  await ask({
    operation: 'updateItemShippingDistributionCenterByCode',
    params,
    body: { reorder_inventory_level: 3, sku: 'B-1' },
  });
  const expected = {
    distribution_center_code: 'DFLT',
    distribution_center_oid: 2_147_483_647,
    handles: true,
    inventory_level: 9,
    reorder_inventory_level: 3,
    sku: 'B-1',
  };
  assert.deepEqual(await read(), expected);
  const refused = await app.request({
    operation: 'updateItemInventories',
    body: { inventory_updates: [set('BOWL', 1), set('NOTHING', 1)] },
  });
  assert.equal(refused.status, 404);
  assert.deepEqual(await read(), expected, 'all of them or none');
  const other = await app.request({
    operation: 'updateItemShippingDistributionCenterByCode',
    params,
    body: { distribution_center_code: 'WEST' },
  });
  assert.match(other.body.error.developer_message, /is not dflt, the center of the path/);
});

test('coupon: the items that a form offers', async () => {
  const search = async (query: { s?: string; m?: number }) =>
    (await ask({ operation: 'searchCouponItems', query })).search_results;
  const [found, ...others] = await search({ s: 'te' });
  assert.deepEqual([found?.merchant_item_id, found?.cost, others], ['TEA', '8', []]);
  assert.equal((await search({ m: 1 })).length, 1);
  const { status } = await app.request({ operation: 'searchCouponItems', query: { m: 101 } });
  assert.equal(status, 400);
});

test('coupon: batches without elements, as the samples send them before they are filled in', async () => {
  for (const operation of ['insertCoupons', 'updateCoupons'] as const) {
    const { coupons, warning } = await ask({ operation, body: { coupons: [] } });
    assert.deepEqual([coupons, warning], [[], undefined]);
    assert.equal((await app.request({ operation, body: {} })).status, 400);
  }
  await ask({ operation: 'deleteCouponsByOid', body: { coupon_oids: [] } });
  await ask({ operation: 'deleteCouponsByCode', body: { coupon_codes: [] } });
});

const autoOrderOf = async (reference_order_id: string) =>
  (
    await ask({
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id },
      query: { _expand: 'items,items.future_schedules,original_order,rebill_orders' },
    })
  ).auto_order;

test('auto order: read in six ways, change, pause, several at once, consolidate', async () => {
  const email = 'sequence@example.com';
  const first = await autoOrderOf(await placed(email));
  const second = await autoOrderOf(await placed(email));
  const params = { auto_order_oid: first.auto_order_oid };
  const _expand = 'items,original_order.billing';
  const { auto_order: byCode } = await ask({
    operation: 'getAutoOrderByCode',
    params: { auto_order_code: first.auto_order_code },
    query: { _expand },
  });
  const { auto_order: read } = await ask({
    operation: 'getAutoOrder',
    params,
    query: { _expand },
  });
  assert.deepEqual(byCode, read);
  const oids = [first, second].map(({ auto_order_oid }) => auto_order_oid);
  const lists = [
    await ask({ operation: 'getAutoOrders', query: { email, _limit: '100', _offset: '0' } }),
    await ask({ operation: 'getAutoOrdersByQuery', body: { email } }),
    await ask({ operation: 'getAutoOrdersBatch', body: { auto_order_oids: oids } }),
  ];
  for (const { auto_orders: found } of lists)
    assert.deepEqual(
      found.map((each: { auto_order_oid: number }) => each.auto_order_oid),
      oids,
    );
  // The customer gave a wrong postal code. All rebills take their address from the original order.
  const { auto_order: moved } = await ask({
    operation: 'updateAutoOrder',
    params,
    query: { _expand, validate_original_order: 'No' },
    body: { ...read, original_order: { billing: { postal_code: '44233' } } },
  });
  assert.equal(moved.original_order.billing.postal_code, '44233');
  const { auto_order: paused } = await ask({
    operation: 'pauseAutoOrder',
    params,
    query: { _expand: 'items' },
    body: moved,
  });
  assert.equal(paused.items[0].paused, true);
  const { status } = await app.request({
    operation: 'updateAutoOrdersBatch',
    query: { _async: 'true', _placeholders: 'false' },
    body: { autoOrders: [] },
  });
  assert.equal(status, 204);
  const { auto_order: one } = await ask({
    operation: 'consolidateAutoOrders',
    params,
    query: { _expand: 'items' },
    body: { source_auto_order_oids: [second.auto_order_oid] },
  });
  assert.equal(one.items.length, 2);
});

/** Makes codes of the coupon with each of the three operations. */
async function makesCodes(params: { coupon_oid: number }, expiration_dts: string) {
  const codes = { quantity: 5, expiration_dts };
  const byOid = await ask({ operation: 'generateCouponCodes', params, body: codes });
  const byName = await ask({
    operation: 'generateOneTimeCodesByMerchantCode',
    params: { merchant_code: 'penny' },
    body: codes,
  });
  const uploaded = await ask({
    operation: 'uploadCouponCodes',
    params,
    body: { coupon_codes: ['code11', 'code22', 'code33'] },
  });
  const counts = [byOid.coupon_codes, byName.coupon_codes, uploaded.uploaded_codes];
  assert.deepEqual(
    counts.map(({ length }) => length),
    [5, 5, 3],
  );
}

test('coupon: insert, exists, read, change, codes, automatic, delete', async () => {
  const exists = async (merchant_code: string) =>
    (await ask({ operation: 'doesCouponCodeExist', params: { merchant_code } })).exists;
  assert.equal(await exists('penny'), false);
  const { coupon } = await ask({
    operation: 'insertCoupon',
    body: {
      merchant_code: 'penny',
      description: 'One penny less',
      amount_off_subtotal: { currency_code: 'USD', discount_amount: 0.01 },
    },
  });
  assert.deepEqual([await exists('penny'), coupon.coupon_type], [true, 'amount off subtotal']);
  const params = { coupon_oid: coupon.coupon_oid };
  const { coupon: byCode } = await ask({
    operation: 'getCouponByMerchantCode',
    params: { merchant_code: 'penny' },
  });
  const { coupon: read } = await ask({ operation: 'getCoupon', params });
  assert.deepEqual(byCode, read);
  const page = { _limit: '200', _offset: '0' };
  const { coupons: listed } = await ask({ operation: 'getCoupons', query: page });
  const body = { merchant_code: 'PENNY' };
  const { coupons: found } = await ask({ operation: 'getCouponsByQuery', query: page, body });
  assert.deepEqual([listed.length, found], [1, [read]]);
  const expiration_dts = '2026-12-31T23:59:59-05:00';
  const { coupon: changed } = await ask({
    operation: 'updateCoupon',
    params,
    body: { ...read, expiration_dts },
  });
  assert.equal(changed.expiration_dts, expiration_dts);
  const { coupons: many } = await ask({
    operation: 'updateCoupons',
    query: { _async: 'false', _placeholders: 'false' },
    body: { coupons: [{ ...changed, description: 'Changed' }] },
  });
  assert.equal(many[0].description, 'Changed');
  await makesCodes(params, expiration_dts);
  await ask({
    operation: 'updateAutoApply',
    body: {
      required_items: [{ required_item_id: 'TEA', coupon_code: 'penny' }],
      subtotal_levels: [{ minimum_subtotal: 50, coupon_code: 'penny' }],
    },
  });
  const { required_items, subtotal_levels } = await ask({ operation: 'getAutoApply' });
  assert.deepEqual([required_items.length, subtotal_levels[0].minimum_subtotal], [1, 50]);
  await ask({ operation: 'updateAutoApply', body: { required_items: [], subtotal_levels: [] } });
  await ask({ operation: 'deleteCouponsByCode', body: { coupon_codes: ['penny'] } });
  assert.equal(await exists('penny'), false);
});

test('fulfillment: what waits, packing slip, acknowledgement, shipment, stock', async () => {
  await ask({
    operation: 'insertDistributionCenter',
    body: { code: 'RAMI', name: 'RAMI' },
  });
  const order_id = await placed('ship@example.com', {
    items: [{ merchant_item_id: 'TEA', quantity: 1, distribution_center_code: 'RAMI' }],
    channel_partner: { store_completed: false },
  });
  const params = { distribution_center_code: 'RAMI' };
  const { distribution_centers: centers } = await ask({ operation: 'getDistributionCenters' });
  assert.ok(centers.some((each: { code: string }) => each.code === 'RAMI'));
  const waiting = async () =>
    (await ask({ operation: 'getDistributionCenterOrders', params })).orders.length;
  assert.equal(await waiting(), 1);
  const { pdfBase64 } = await ask({
    operation: 'generatePackingSlip',
    params: { ...params, order_id },
  });
  assert.equal(Buffer.from(pdfBase64, 'base64').subarray(0, 5).toString(), '%PDF-');
  await ask({ operation: 'acknowledgeOrders', params, body: [order_id] as never });
  assert.equal(await waiting(), 0);
  const shipment = {
    order_id,
    tracking_numbers: ['1Z9999999999999999'],
    shipping_cost: 16.99,
    fulfillment_fee: 8.99,
    package_cost: 11.99,
  };
  await ask({ operation: 'shipOrders', params, body: [shipment] as never });
  const { shipping, current_stage } = await readOrder(order_id, 'shipping');
  assert.deepEqual(
    [shipping.tracking_numbers, current_stage],
    [shipment.tracking_numbers, 'Completed Order'],
  );
  const stock = [{ itemId: 'TEA', quantity: 9 }];
  await ask({ operation: 'updateInventory', params, body: stock });
});
