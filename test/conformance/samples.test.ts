// The call sequences of published samples, folder by folder, in our own words, over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  const { order: read } = (
    await app.request({
      operation: 'getOrder',
      params: { order_id: order.order_id },
      query: { _expand: 'items,coupon' },
    })
  ).body;
  assert.deepEqual([read.items.length, read.coupons], [1, []]);
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

test('order: replacement, token, batch, query, validation and what is printed', async () => {
  const order_id = await placed('print@example.com');
  const { orderId: replacement, successful } = await ask({
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
  assert.equal(successful, true);
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
  assert.equal(checked.order_was_updated, false);
  const format = { context: 'receipt', format: 'table', emailAsLink: true, translate: false };
  const formatted = await ask({ operation: 'format', params: { order_id }, body: format });
  assert.ok(formatted.formatted_result.includes(order_id));
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
    subscribed: true,
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
