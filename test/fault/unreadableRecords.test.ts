// Tests records that cannot be read. A list that contains one returns the others, with a warning
// that names it. Reading the record itself is refused with the fault and the fix. The fix is made
// over the API, and then the list is complete again. SQL breaks the record, as a bug of ours or a
// person with a database console could.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestAnswer, type TestRequest, testApp } from '../support/app.ts';
import { monthlyItem, monthlyOrder } from '../support/monthly.ts';

const app = await testApp();
const ok = async <Id extends OperationId>(request: TestRequest<Id>): Promise<TestAnswer<Id>> => {
  const answer = await app.request(request);
  assert.equal(answer.status, 200, `${request.operation}: ${answer.text}`);
  return answer;
};
await ok({ operation: 'insertItem', body: monthlyItem('TEA', 10) });

type Id = string | number;

/** A kind of record. Three are inserted, and the second one is broken. */
interface Kind {
  readonly what: string;
  readonly payload: string;
  readonly key: string;
  readonly make: (name: string) => Promise<Id>;
  /**
   * Statements that break the record `$2` of the merchant `$1`, each with the expansion that shows
   * the fault.
   */
  readonly poisons: readonly (readonly [sql: string, expand?: string])[];
  readonly lists: (expand: string, ids: readonly Id[]) => readonly TestRequest[];
  readonly get?: (id: Id, expand: string) => TestRequest;
  readonly repair: (id: Id) => TestRequest;
}

const autoOrders: Kind = {
  what: 'auto order',
  payload: 'auto_orders',
  key: 'auto_order_oid',
  make: async (name) => {
    const { order } = (await subscribe(name)).body;
    const { body } = await ok({
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id: order.order_id },
    });
    return body.auto_order.auto_order_oid;
  },
  poisons: [
    [
      `update auto_order set add_ons = '[{"itemId":"TEA","quantity":"abc"}]'
        where merchant_id = $1 and auto_order_oid = $2`,
      'add_ons',
    ],
    [
      `update auto_order set add_ons = '[{"itemId":"TEA","quantity":1,"nextXOrders":99999999999}]'
        where merchant_id = $1 and auto_order_oid = $2`,
      'add_ons,items',
    ],
  ],
  lists: (_expand, oids) => [
    { operation: 'getAutoOrders', query: { _expand } },
    { operation: 'getAutoOrders', query: { _expand, _sort: '-auto_order_code' } },
    { operation: 'getAutoOrdersByQuery', query: { _expand }, body: { status: 'active' } },
    { operation: 'getAutoOrdersBatch', query: { _expand }, body: { auto_order_oids: oids } },
  ],
  get: (auto_order_oid, _expand) => ({
    operation: 'getAutoOrder',
    params: { auto_order_oid },
    query: { _expand },
  }),
  repair: (auto_order_oid) => ({
    operation: 'updateAutoOrder',
    params: { auto_order_oid },
    body: { add_ons: [] },
  }),
};

const orders: Kind = {
  what: 'order',
  payload: 'orders',
  key: 'order_id',
  make: async (name) => (await subscribe(name)).body.order.order_id,
  poisons: [
    [`update orders set shipping = '"x"' where merchant_id = $1 and order_id = $2`, 'shipping'],
  ],
  lists: (_expand, ids) => [
    { operation: 'getOrders', query: { _expand } },
    { operation: 'getOrdersByQuery', query: { _expand }, body: { city: 'Ithaca' } },
    { operation: 'getOrdersBatch', query: { _expand }, body: { order_ids: ids } },
  ],
  get: (order_id, _expand) => ({
    operation: 'getOrder',
    params: { order_id },
    query: { _expand },
  }),
  repair: (order_id) => ({
    operation: 'updateOrder',
    params: { order_id },
    body: { shipping: { city: 'Troy' } },
  }),
};

const items: Kind = {
  what: 'item',
  payload: 'items',
  key: 'merchant_item_oid',
  make: async (name) =>
    (await ok({ operation: 'insertItem', body: { merchant_item_id: name } })).body.item
      .merchant_item_oid,
  poisons: [
    [`update item set document = '"x"' where merchant_id = $1 and merchant_item_oid = $2`],
    [`update item set document = '[]' where merchant_id = $1 and merchant_item_oid = $2`],
  ],
  lists: (_expand) => [
    { operation: 'getItems', query: { _expand } },
    { operation: 'getItems', query: { _expand, _sort: '-description' } },
  ],
  get: (merchant_item_oid, _expand) => ({
    operation: 'getItem',
    params: { merchant_item_oid },
    query: { _expand },
  }),
  repair: (merchant_item_oid) => ({
    operation: 'updateItem',
    params: { merchant_item_oid },
    body: { pricing: { cost: 5 }, description: 'Repaired' },
  }),
};

const customers: Kind = {
  what: 'customer',
  payload: 'customers',
  key: 'customer_profile_oid',
  make: async (name) =>
    (await ok({ operation: 'insertCustomer', body: { email: `${name}@example.com` } })).body
      .customer.customer_profile_oid,
  poisons: [
    [`update customer set document = '7' where merchant_id = $1 and customer_profile_oid = $2`],
  ],
  lists: (_expand) => [
    { operation: 'getCustomers', query: { _expand } },
    { operation: 'getCustomers', query: { _expand, _sort: '-email' } },
  ],
  get: (customer_profile_oid, _expand) => ({
    operation: 'getCustomer',
    params: { customer_profile_oid },
    query: { _expand },
  }),
  repair: (customer_profile_oid) => ({
    operation: 'updateCustomer',
    params: { customer_profile_oid },
    body: { email: `again${customer_profile_oid}@example.com` },
  }),
};

const tasks: Kind = {
  what: 'task',
  payload: 'tasks',
  key: 'workflow_task_uuid',
  make: async (name) =>
    (await ok({ operation: 'insertWorkflowTask', body: { task_name: name } })).body.task
      .workflow_task_uuid,
  poisons: [
    [
      `update workflow_task set notes = '[{"note":"x","at":"yesterday evening"}]'
        where merchant_id = $1 and task_uuid = $2`,
    ],
    [`update workflow_task set notes = '{}' where merchant_id = $1 and task_uuid = $2`],
  ],
  lists: () => [
    { operation: 'getWorkflowTasks', body: {} },
    { operation: 'searchWorkflowTasks', body: { text: 'task' } },
    { operation: 'searchTasks', body: { text: 'task' } },
  ],
  get: (task_uuid) => ({ operation: 'getWorkflowTask', params: { task_uuid } }),
  repair: (task_uuid) => ({
    operation: 'updateWorkflowTask',
    params: { task_uuid },
    body: { task_details: 'Repaired' },
  }),
};

const users: Kind = {
  what: 'user',
  payload: 'users',
  key: 'user_id',
  make: async (name) =>
    (await ok({ operation: 'insertUser', body: { login: name, full_name: name } })).body.user
      .user_id,
  poisons: [[`update app_user set document = '"x"' where merchant_id = $1 and user_id = $2`]],
  lists: () => [{ operation: 'getUsers' }],
  get: (user_id) => ({ operation: 'getUser', params: { user_id } }),
  repair: (user_id) => ({
    operation: 'updateUser',
    params: { user_id },
    body: { full_name: 'Repaired' },
  }),
};

const webhooks: Kind = {
  what: 'webhook',
  payload: 'webhooks',
  key: 'webhook_oid',
  make: async (name) =>
    (
      await ok({
        operation: 'insertWebhook',
        body: {
          webhook_url: `https://example.com/${name}`,
          authentication_type: 'basic',
          basic_username: 'me',
          basic_password: 'secret',
        },
      })
    ).body.webhook.webhook_oid,
  poisons: [
    [
      `update webhook set basic_password = '\\x00'::bytea
        where merchant_id = $1 and webhook_oid = $2`,
    ],
  ],
  lists: () => [{ operation: 'getWebhooks' }, { operation: 'getMerchantWebhooks' }],
  repair: (webhookOid) => ({
    operation: 'updateWebhook',
    params: { webhookOid },
    body: { basic_username: 'me', basic_password: 'new secret' },
  }),
};

let number = 0;
for (const kind of [autoOrders, orders, items, customers, tasks, users, webhooks])
  for (const [sql, expand = ''] of kind.poisons)
    test(`one ${kind.what} of three cannot be read: ${sql.slice(7, 70)}…`, async () => {
      const made: Id[] = [];
      for (const name of ['a', 'b', 'c']) made.push(await kind.make(`task${name}${++number}`));
      const [first, bad, last] = made as [Id, Id, Id];
      const shown = async (request: TestRequest) => {
        const { body, text } = await ok(request);
        const all = body as unknown as Record<string, unknown>;
        const list = all[kind.payload] as readonly Record<string, unknown>[];
        return {
          ids: list.map((each) => each[kind.key]).filter((id) => made.includes(id as Id)),
          warning: (all['warning'] as { warning_message: string } | undefined)?.warning_message,
          text,
        };
      };
      await app.db.run(sql, [app.merchant.merchantId, bad]);

      for (const request of kind.lists(expand, made)) {
        const { ids, warning, text } = await shown(request);
        assert.deepEqual(new Set(ids), new Set([first, last]), text);
        assert.match(warning ?? 'no warning', new RegExp(`1 ${kind.what} was left out .*${bad}`));
      }
      if (kind.get) {
        const { status, body } = await app.request(kind.get(bad, expand));
        assert.equal(status, 400);
        const message = (body as unknown as { error: { developer_message: string } }).error
          .developer_message;
        assert.match(message, new RegExp(`${kind.what} ${bad} cannot be read: .*PUT`));
        if (expand !== '') assert.match(message, /_expand/);
        await ok(kind.get(first, expand));
      }

      await ok(kind.repair(bad));
      for (const request of kind.lists(expand, made)) {
        const { ids, warning } = await shown(request);
        assert.deepEqual(new Set(ids), new Set(made));
        assert.equal(warning, undefined);
      }
      if (kind.get) await ok(kind.get(bad, expand));
    });

test('an order whose stored date cannot be compared is left out of that filter alone', async () => {
  const [one, bad, two] = [await orders.make('d'), await orders.make('e'), await orders.make('f')];
  await app.db.run(
    `update orders set head = (head::jsonb || '{"refund_dts":"soon"}')::json
      where merchant_id = $1 and order_id = $2`,
    [app.merchant.merchantId, bad],
  );
  await app.db.run(
    `update orders set head = (head::jsonb || '{"refund_dts":"2026-01-10T00:00:00-05:00"}')::json
      where merchant_id = $1 and order_id = any($2::text[])`,
    [app.merchant.merchantId, [one, two]],
  );
  const refunded = { refund_date_begin: '2026-01-01', refund_date_end: '2026-02-01' };
  const { body } = await ok({ operation: 'getOrdersByQuery', body: refunded });
  assert.deepEqual(
    body.orders.map((order) => order.order_id),
    [one, two],
  );
  assert.match(body.warning?.warning_message ?? '', new RegExp(`1 order was left out .*${bad}`));
});

test('pages keep their places, whatever is left out of them', async () => {
  const made: Id[] = [];
  for (const name of ['p', 'q', 'r', 's', 't'])
    made.push(await customers.make(`${name}${++number}`));
  await app.db.run(
    `update customer set document = '[]' where merchant_id = $1 and customer_profile_oid = any($2)`,
    [app.merchant.merchantId, [made[0], made[3]]],
  );
  const seen: unknown[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const query: TestRequest['query'] = { _limit: 2, _offset: offset };
    const { body }: TestAnswer<'getCustomers'> = await ok({ operation: 'getCustomers', query });
    seen.push(...body.customers.map((each) => each.customer_profile_oid));
    assert.equal(body.metadata.result_set?.count, body.customers.length);
    offset = body.metadata.result_set?.next_offset;
  }
  assert.deepEqual(
    seen.filter((oid) => made.includes(oid as Id)),
    [made[1], made[2], made[4]],
  );
  assert.equal(new Set(seen).size, seen.length);
});

test('a delivery attempt of the log that cannot be read is left out of its lists', async () => {
  const webhookOid = Number(await webhooks.make(`log${++number}`));
  const { merchantId } = app.merchant;
  const made: string[] = [];
  for (const delivery of [1, 2, 3]) {
    const deliveryId = `00000000-0000-4000-8000-00000000000${delivery}`;
    await app.db.run(
      `insert into webhook_log (merchant_id, webhook_oid, delivery_id, attempt, delivered_at, uri,
         stamps, event_ids, event_names, objects, request_headers, response_headers, response,
         status_code, success, duration_ms, queue_delay_ms)
       values ($1, $2, $3, 1, '2026-01-10', 'https://example.com', '{}', '{}', '{}', '{}', '[]',
         '[]', 'ok', 200, true, 5, 5)`,
      [merchantId, webhookOid, deliveryId],
    );
    made.unshift(`${deliveryId}.1`);
  }
  const [first, bad, last] = made as [string, string, string];
  await app.db.run(
    `update webhook_log set delivered_at = '0044-03-15 BC'
     where merchant_id = $1 and webhook_oid = $2 and delivery_id = $3`,
    [merchantId, webhookOid, bad.split('.')[0]],
  );

  const params = { webhookOid };
  const log = (await ok({ operation: 'getWebhookLogSummaries', params })).body;
  assert.deepEqual(
    log.webhook_log_summaries.map((each) => each.request_id),
    [first, last],
  );
  const tries = (await ok({ operation: 'getMerchantWebhookDeliveries', params })).body;
  assert.deepEqual(
    tries.deliveries.map((each) => each.delivery_id),
    [first, last].map((id) => id.split('.')[0]),
  );
  for (const { warning } of [log, tries])
    assert.match(
      warning?.warning_message ?? '',
      new RegExp(`1 delivery attempt was left out .*${bad}`),
    );

  const { body: page } = await ok({
    operation: 'getWebhookLogSummaries',
    params,
    query: { _limit: 2 },
  });
  assert.equal(page.metadata.result_set?.next_offset, 2, 'pages keep their places');
  const one = await app.request({
    operation: 'getWebhookLog',
    params: { webhookOid, requestId: bad },
  });
  assert.equal(one.status, 400);
  assert.match(one.text, /delivery .* cannot be read: /);
  await ok({ operation: 'getWebhookLog', params: { webhookOid, requestId: first } });
});

function subscribe(name: string) {
  const billing = { first_name: name, email: `${name}@example.com`, city: 'Ithaca' };
  return ok({ operation: 'insertOrder', body: monthlyOrder('TEA', billing) });
}
