// Tests every operation that accepts a form: one, a batch, a batch in the background, the add-ons
// of an item, with and without If-Match. Then tests the other records with an ETag.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';

const app = await testApp();
for (const id of ['COFFEE', 'MUG'])
  await app.request({ operation: 'insertItem', body: monthlyItem(id, 5) });
const until = async (wall: string) => {
  const { body } = await app.request({ operation: 'setClock', body: { now_dts: wall } });
  assert.equal(body.advance?.done ?? true, true, JSON.stringify(body));
};

const expand = { _expand: 'items,add_ons' };
const params = (oid: number) => ({ auto_order_oid: oid });

async function withGift(): Promise<AutoOrder> {
  const { oid } = await subscribe(app, monthlyOrder('COFFEE', { email: 'ann@example.com' }));
  const [item] = (await read(oid)).auto_order.items!;
  const gift = { item_id: 'MUG', quantity: 1, next_x_orders: 3 };
  await put(oid, {
    items: [{ auto_order_item_oid: item!.auto_order_item_oid!, add_ons: [gift] } as object],
  });
  return (await read(oid)).auto_order;
}

async function read(oid: number): Promise<{ auto_order: AutoOrder; etag: string }> {
  const answer = await app.request({
    operation: 'getAutoOrder',
    params: params(oid),
    query: expand,
  });
  return { auto_order: answer.body.auto_order, etag: String(answer.headers['etag']) };
}

const put = (oid: number, body: object, headers: Record<string, string> = {}) =>
  app.request({ operation: 'updateAutoOrder', params: params(oid), query: expand, body, headers });

const stateOf = ({ items = [] }: AutoOrder) =>
  items.map((item) => [item.next_shipment_dts, item.add_ons?.[0]?.next_x_orders]);

const billedOnce = [['2026-03-15T12:00:00-04:00', 2]];

async function staleAddOns(addOns: number): Promise<void> {
  const { auto_order: current, etag } = await read(addOns);
  const list = { add_on_items: [{ item_id: 'MUG', quantity: 4, next_x_orders: 3 }] };
  const putAddOns = (headers: Record<string, string>) =>
    app.request({
      operation: 'updateAutoOrderItemAddOns',
      params: {
        auto_order_oid: addOns,
        auto_order_item_oid: current.items![0]!.auto_order_item_oid!,
      },
      body: list,
      headers,
    });
  assert.equal((await putAddOns({ 'if-match': '"1"' })).status, 412);
  const proven = await putAddOns({ 'if-match': etag });
  assert.equal(proven.body.warning, undefined);
  assert.equal(proven.body.auto_order.items[0].add_ons[0].next_x_orders, 3);
  await until('2026-03-16T12:00');
  const stale = await putAddOns({});
  assert.match(stale.body.warning.warning_message, /add_on_items\[0\]\.next_x_orders/);
  const [addOn] = stale.body.auto_order.items[0].add_ons;
  assert.deepEqual([addOn.next_x_orders, addOn.quantity], [2, 4]);
}

test('stale forms in every operation that accepts one', async (t) => {
  const forms = [await withGift(), await withGift(), await withGift(), await withGift()];
  const [one, batched, queued, addOns] = forms.map((form) => form.auto_order_oid!) as [
    number,
    number,
    number,
    number,
  ];
  const { etag: oldEtag } = await read(one);
  await until('2026-02-16T12:00');
  for (const { auto_order_oid: oid } of forms)
    assert.deepEqual(stateOf((await read(oid!)).auto_order), billedOnce);

  await t.test('one: a warning names what stays; If-Match of before is refused', async () => {
    assert.equal((await put(one, forms[0]!, { 'if-match': oldEtag })).status, 412);
    const { status, body } = await put(one, forms[0]!);
    assert.equal(status, 200);
    assert.equal(body.warning.warning_code, 'stale_fields');
    for (const name of ['items[0].next_shipment_dts', 'items[0].add_ons[0].next_x_orders'])
      assert.ok(body.warning.warning_message.includes(name), body.warning.warning_message);
    assert.deepEqual(stateOf(body.auto_order), billedOnce);
  });

  await t.test('a batch: the warning says which element', async () => {
    const { body } = await app.request({
      operation: 'updateAutoOrdersBatch',
      query: expand,
      body: { autoOrders: [{ auto_order_oid: one }, forms[1]] },
    });
    assert.equal(body.success, true);
    assert.match(body.warning.warning_message, /autoOrders\[1\]\.items\[0\]\.next_shipment_dts/);
    assert.deepEqual(stateOf((await read(batched)).auto_order), billedOnce);
  });

  await t.test('a batch in the background: the history says so', async () => {
    const { status } = await app.request({
      operation: 'updateAutoOrdersBatch',
      query: { _async: true },
      body: { autoOrders: [{ ...forms[2], override_affiliate_id: 7 }] },
    });
    assert.equal(status, 204);
    await app.work('auto orders');
    const after = (await read(queued)).auto_order;
    assert.deepEqual([stateOf(after), after.override_affiliate_id], [billedOnce, 7]);
    const { body } = await app.request({
      operation: 'getAutoOrder',
      params: params(queued),
      query: { _expand: 'logs' },
    });
    assert.match(
      JSON.stringify(body.auto_order.logs),
      /Not changed[^"]*items\[0\]\.next_shipment_dts/,
    );
  });

  await t.test('the add-ons of an item: a count from before stays; If-Match sets it', () =>
    staleAddOns(addOns),
  );
});

/** A record that is read, changed and read again, and the requests that change it. */
interface Versioned {
  readonly what: string;
  readonly get: TestRequest;
  readonly put: TestRequest;
  /** A request that changes the record by another operation than its own update. */
  readonly also?: TestRequest;
}

async function made<Id extends OperationId>(request: TestRequest<Id>) {
  const { status, body, text } = await app.request(request);
  assert.equal(status, 200, text);
  return body;
}

const user = (await made({ operation: 'insertUser', body: { login: 'ann' } })).user;
const group = (await made({ operation: 'insertGroup', body: { name: 'Support' } })).group;
const { item } = await made({
  operation: 'insertItem',
  body: { merchant_item_id: 'SPOON', pricing: { cost: 1 } },
});
const { customer } = await made({
  operation: 'insertCustomer',
  body: { email: 'bob@example.com' },
});
const userParams = { user_id: user.user_id };
const groupParams = { group_oid: group.group_oid };
const itemParams = { merchant_item_oid: item.merchant_item_oid };
const customerParams = { customer_profile_oid: customer.customer_profile_oid };

const versioned: readonly Versioned[] = [
  {
    what: 'a user',
    get: { operation: 'getUser', params: userParams },
    put: { operation: 'updateUser', params: userParams, body: { phone: '555' } },
    also: {
      operation: 'updateGroup',
      params: groupParams,
      body: { users: [{ user_id: user.user_id, member: true }] },
    },
  },
  {
    what: 'a group',
    get: { operation: 'getGroup', params: groupParams },
    put: { operation: 'updateGroup', params: groupParams, body: { name: 'Staff' } },
    also: {
      operation: 'updateUser',
      params: userParams,
      body: { groups: [{ group_oid: group.group_oid, member: false }] },
    },
  },
  {
    what: 'an item',
    get: { operation: 'getItem', params: itemParams },
    put: { operation: 'updateItem', params: itemParams, body: { description: 'Spoon' } },
  },
  {
    what: 'a customer',
    get: { operation: 'getCustomer', params: customerParams },
    put: { operation: 'updateCustomer', params: customerParams, body: { qb_class: 'Retail' } },
  },
  {
    what: 'the settings',
    get: { operation: 'getMerchantSettings' },
    put: { operation: 'updateMerchantSettings', body: { company_name: 'Shop' } },
  },
  {
    what: 'the task rules',
    get: { operation: 'getWorkflowRules' },
    put: {
      operation: 'updateWorkflowRules',
      body: { rules: [{ system_task_type: 'auto_order_card_update_issue', due_days: 3 }] },
    },
  },
];

for (const { what, get, put, also } of versioned)
  test(`${what}: If-Match of the present version is kept, of another one refused`, async () => {
    const etagOf = async () => String((await app.request(get)).headers['etag']);
    const putIf = (etag: string) => app.request({ ...put, headers: { 'if-match': etag } });
    const read = await etagOf();
    assert.match(read, /^"\d+"$/);
    const kept = await putIf(read);
    assert.equal(kept.status, 200, kept.text);
    const written = String(kept.headers['etag']);
    assert.notEqual(written, read);
    assert.equal(await etagOf(), written);

    const before = (await app.request(get)).text;
    const stale = await putIf(read);
    assert.equal(stale.status, 412, stale.text);
    assert.equal(stale.headers['x-perennial-refusal'], 'precondition_failed');
    assert.equal(stale.headers['etag'], written, 'the present version');
    assert.equal((await app.request(get)).text, before);

    // Without If-Match the last write wins.
    assert.equal((await app.request(put)).status, 200);
    if (!also) return;
    const unnamed = await etagOf();
    assert.equal((await app.request(also)).status, 200);
    assert.equal((await putIf(unnamed)).status, 412);
  });

test('of two updates with one ETag, one is done', async () => {
  for (const { what, get, put } of versioned) {
    const headers = { 'if-match': String((await app.request(get)).headers['etag']) };
    const answers = await Promise.all([1, 2, 3].map(() => app.request({ ...put, headers })));
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 412, 412],
      what,
    );
  }
});

test('a user and a group that change one another at the same time both succeed', async () => {
  for (let round = 0; round < 20; round++) {
    const member = round % 2 === 0;
    const answers = await Promise.all([
      app.request({
        operation: 'updateUser',
        params: userParams,
        body: { groups: [{ group_oid: group.group_oid, member }] },
      }),
      app.request({
        operation: 'updateGroup',
        params: groupParams,
        body: { users: [{ user_id: user.user_id, member: !member }] },
      }),
    ]);
    for (const { status, text } of answers) assert.equal(status, 200, text);
  }
});

test('a user and a group are deleted as they were read, or not', async () => {
  for (const [get, put, operation] of [
    [versioned[0]!.get, versioned[0]!.put, 'deleteUser'],
    [versioned[1]!.get, versioned[1]!.put, 'deleteGroup'],
  ] as const) {
    const read = await app.request(get);
    const request = { operation, ...(get.params && { params: get.params }) } as TestRequest;
    const old = { 'if-match': String(read.headers['etag']) };
    assert.equal((await app.request(put)).status, 200);
    assert.equal((await app.request({ ...request, headers: old })).status, 412);
    const now = { 'if-match': String((await app.request(get)).headers['etag']) };
    assert.equal((await app.request({ ...request, headers: now })).status, 204);
  }
});
