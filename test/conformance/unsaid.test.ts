// A client that can send neither false nor 0 nor null (the published C# client) reads a record,
// changes one field and sends all of it back: nothing else changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expansions } from '@perennial/contract/expansions.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { filled } from './fieldValues.ts';

const app = await testApp();

type Json = Readonly<Record<string, unknown>>;

async function ask<Id extends OperationId>(request: TestRequest<Id>): Promise<Json> {
  const { status, body } = await app.request(request);
  assert.ok(status === 200 || status === 204, JSON.stringify(body));
  return body as unknown as Json;
}

/** A body as the client sends it. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  const isSent = (each: unknown) => each !== false && each !== 0 && each !== null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (isSent(each) ? [[name, said(each)]] : [])),
  );
}

/** A record that is read and sent back. */
interface Kept {
  readonly read: () => Promise<Json>;
  readonly write: (body: Json) => Promise<unknown>;
  /** The fields that the client changes. */
  readonly change: (read: Json) => Json;
  /** Fields that the server sets with each change. */
  readonly stamps?: readonly string[];
}

const without = (record: Json, names: readonly string[] = []): Json =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const partOf = (body: Json, name: string): Json => body[name] as Json;

const steps = [
  {
    type: 'item',
    schedule: 'Weekly',
    repeat_count: 1,
    arbitrary_unit_cost: 0,
    grandfather_pricing: [{ unit_cost: 0, on_or_before_date: '2026-01-01' }],
  },
  {
    type: 'item',
    schedule: 'Monthly',
    arbitrary_unit_cost: 9,
    arbitrary_unit_cost_schedules: [
      { retry_days: 0, arbitrary_unit_cost: 8 },
      { retry_days: 3, arbitrary_unit_cost: 0 },
    ],
  },
];

async function anItem(): Promise<Kept> {
  const _expand = expansions.item.join(',');
  const { item } = (await ask({
    operation: 'insertItem',
    body: {
      ...filled('Item', [
        'auto_order',
        'cost',
        'currency_code',
        'individual_reviews',
        'kit',
        'merchant_item_oid',
        'sale_end',
        'sale_start',
        'shipping',
      ]),
      merchant_item_id: 'FREE',
      pricing: { cost: 0 },
      auto_order: {
        auto_orderable: true,
        steps,
      },
      shipping: {
        track_inventory: true,
        distribution_centers: [
          { distribution_center_code: 'EAST', handles: false, inventory_level: 9 },
          { distribution_center_code: 'DFLT', handles: true, inventory_level: 0 },
        ],
      },
      options: [
        {
          name: 'Size',
          type: 'dropdown',
          required: false,
          values: [{ value: 'L', weight: { value: 0 } }],
        },
      ],
    },
  })) as { item: { merchant_item_oid: number } };
  const params = { merchant_item_oid: item.merchant_item_oid };
  return {
    read: async () =>
      partOf(await ask({ operation: 'getItem', params, query: { _expand } }), 'item'),
    write: (body) => ask({ operation: 'updateItem', params, body }),
    change: () => ({ description: 'Another' }),
    stamps: ['last_modified_dts'],
  };
}

const order = (more: object) => ({
  billing: { email: 'ann@example.com', country_code: 'US' },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_1',
      card_expiration_month: 12,
      card_expiration_year: 2031,
    },
  },
  items: [
    { merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' },
    { merchant_item_id: 'MUG', quantity: 1, arbitrary_unit_cost: { value: 0 } },
  ],
  ...more,
});

async function insertOrder(more = {}): Promise<string> {
  const body = await ask({ operation: 'insertOrder', body: order(more) });
  return String(partOf(body, 'order')['order_id']);
}

async function anOrder(): Promise<Kept> {
  const params = { order_id: await insertOrder() };
  return orderOf(params);
}

function orderOf(params: { readonly order_id: string }): Kept {
  const query = { _expand: expansions.order.join(',') };
  return {
    read: async () => partOf(await ask({ operation: 'getOrder', params, query }), 'order'),
    write: (body) => ask({ operation: 'updateOrder', params, body }),
    change: ({ checkout }) => ({ checkout: { ...(checkout as Json), custom_field1: 'A' } }),
  };
}

async function aCopy(): Promise<Kept> {
  const order_id = await insertOrder();
  const copy = await ask({ operation: 'duplicateOrder', params: { order_id } });
  return orderOf({ order_id: String(partOf(copy, 'order')['order_id']) });
}

async function anAutoOrder(): Promise<Kept> {
  const reference_order_id = await insertOrder();
  const query = { _expand: expansions.auto_order.join(',') };
  const read = async () =>
    partOf(
      await ask({
        operation: 'getAutoOrderByReferenceOrderId',
        params: { reference_order_id },
        query,
      }),
      'auto_order',
    );
  const { auto_order_oid, items } = (await read()) as {
    auto_order_oid: number;
    items: { auto_order_item_oid: number }[];
  };
  const params = { auto_order_oid };
  const addOn = { item_id: 'MUG', quantity: 1, arbitrary_unit_cost: 0, free_shipping: false };
  await ask({
    operation: 'updateAutoOrder',
    params,
    body: {
      add_ons: [addOn, { item_id: 'TEA', quantity: 2, arbitrary_unit_cost: 3 }],
      items: items.map(({ auto_order_item_oid }) => ({
        auto_order_item_oid,
        arbitrary_unit_cost: 0,
        arbitrary_percentage_discount: 0,
        add_ons: [addOn],
      })),
    },
  });
  return {
    read,
    write: (body) => ask({ operation: 'updateAutoOrder', params, body }),
    change: ({ original_order: original }) => {
      const { auto_order } = original as Json;
      const changed = { override_affiliate_id: 7 };
      // The original order shows the same field.
      const shown = { ...(auto_order as Json), ...changed };
      return { ...changed, original_order: { ...(original as Json), auto_order: shown } };
    },
    stamps: ['logs'],
  };
}

async function aCustomer(): Promise<Kept> {
  const query = { _expand: expansions.customer.join(',') };
  const body = {
    ...filled('Customer', ['activity', 'cards', 'edi', 'orders', 'orders_summary', 'quotes']),
    billing: [
      { last_name: 'Ash', default_billing: false },
      { last_name: 'Oak', default_billing: true },
    ],
    shipping: [{ last_name: 'Ash', default_shipping: false }],
    tax_exempt: false,
    maximum_item_count: 0,
  };
  const inserted = partOf(await ask({ operation: 'insertCustomer', body }), 'customer');
  const params = { customer_profile_oid: Number(inserted['customer_profile_oid']) };
  return {
    read: async () => partOf(await ask({ operation: 'getCustomer', params, query }), 'customer'),
    write: (written) => ask({ operation: 'updateCustomer', params, body: written }),
    change: () => ({ business_notes: 'Called' }),
    stamps: ['last_modified_by', 'last_modified_dts'],
  };
}

async function aCoupon(): Promise<Kept> {
  const inserted = await ask({
    operation: 'insertCoupon',
    body: {
      merchant_code: 'TIERS',
      tiered_percent_off_subtotal: {
        tiers: [
          { subtotal_amount: 0, discount_percent: 5 },
          { subtotal_amount: 100, discount_percent: 10 },
        ],
      },
    },
  });
  const params = { coupon_oid: Number(partOf(inserted, 'coupon')['coupon_oid']) };
  return {
    read: async () => partOf(await ask({ operation: 'getCoupon', params }), 'coupon'),
    write: (body) => ask({ operation: 'updateCoupon', params, body }),
    change: () => ({ description: 'Spring' }),
  };
}

const insertWebhook = async (events: readonly object[]): Promise<number> => {
  const body = {
    webhook_url: 'https://shop.example/hook',
    event_categories: [{ event_category: 'item', events }],
  };
  return Number(partOf(await ask({ operation: 'insertWebhook', body }), 'webhook')['webhook_oid']);
};

function webhookOf(webhookOid: number): Kept {
  return {
    read: async () => {
      const query = { _placeholders: true };
      const { webhooks } = await ask({ operation: 'getWebhooks', query });
      return (webhooks as Json[]).find((each) => each['webhook_oid'] === webhookOid)!;
    },
    write: (body) => ask({ operation: 'updateWebhook', params: { webhookOid }, body }),
    change: () => ({ maximum_events: 7 }),
  };
}

const aWebhook = async () =>
  webhookOf(await insertWebhook([{ event_name: 'item_create', expansion: 'pricing' }]));

async function aGroup(): Promise<Kept> {
  const inserted = await ask({
    operation: 'insertGroup',
    body: { name: 'Some', permissions: [{ permission_Name: 'item_read', selected: true }] },
  });
  const params = { group_oid: Number(partOf(inserted, 'group')['group_oid']) };
  return {
    read: async () => partOf(await ask({ operation: 'getGroup', params }), 'group'),
    write: (body) => ask({ operation: 'updateGroup', params, body }),
    change: () => ({ name: 'Others' }),
  };
}

async function aUser(): Promise<Kept> {
  const group = await ask({ operation: 'insertGroup', body: { name: 'Group of a user' } });
  const inserted = await ask({
    operation: 'insertUser',
    body: {
      login: 'csharp',
      full_name: 'Ann Ash',
      permissions: [{ permission_Name: 'order_read', selected: true }],
      groups: [{ group_oid: partOf(group, 'group')['group_oid'], member: true }],
      notifications: [{ name: 'Orders', selected: false, include_order: true }],
    },
  });
  const params = { user_id: Number(partOf(inserted, 'user')['user_id']) };
  return {
    read: async () => partOf(await ask({ operation: 'getUser', params }), 'user'),
    write: (body) => ask({ operation: 'updateUser', params, body }),
    change: () => ({ phone: '555-0100' }),
  };
}

async function aTask(): Promise<Kept> {
  const body = { task_name: 'Call', notes: [{ note: 'First' }], tags: ['vip'] };
  const inserted = await ask({ operation: 'insertWorkflowTask', body });
  const params = { task_uuid: String(partOf(inserted, 'task')['workflow_task_uuid']) };
  return {
    read: async () => partOf(await ask({ operation: 'getWorkflowTask', params }), 'task'),
    write: (written) => ask({ operation: 'updateWorkflowTask', params, body: written }),
    change: () => ({ task_details: 'Today' }),
    stamps: ['histories', 'last_update_dts'],
  };
}

async function conditions(): Promise<Kept> {
  const coupon = { merchant_code: 'AUTO', amount_off_subtotal: { discount_amount: 1 } };
  await ask({ operation: 'insertCoupon', body: coupon });
  const write = (body: Json) => ask({ operation: 'updateAutoApply', body });
  const levels = [{ minimum_subtotal: 0, coupon_code: 'AUTO' }];
  await write({ subtotal_levels: levels });
  return {
    read: async () => {
      const { required_items, subtotal_levels } = await ask({ operation: 'getAutoApply' });
      return { required_items, subtotal_levels };
    },
    write,
    change: ({ subtotal_levels }) => ({
      subtotal_levels: [
        ...(subtotal_levels as Json[]),
        { minimum_subtotal: 50, coupon_code: 'AUTO' },
      ],
    }),
  };
}

const records: { readonly [name: string]: () => Promise<Kept> } = {
  'an item': anItem,
  'an order': anOrder,
  'a copy that nothing was paid of': aCopy,
  'an auto order': anAutoOrder,
  'a customer': aCustomer,
  'a coupon': aCoupon,
  'a webhook with the events that it does not receive': aWebhook,
  'a group': aGroup,
  'a user': aUser,
  'a task': aTask,
  'the conditions of coupons': conditions,
};

test('the goods of the orders', async () => {
  for (const [id, cost] of [
    ['TEA', 8],
    ['MUG', 5],
  ])
    await ask({
      operation: 'insertItem',
      body: {
        merchant_item_id: id,
        pricing: { cost },
        auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
      },
    });
});

for (const [name, make] of Object.entries(records))
  test(`${name}: sent back without false and 0, it stays`, async () => {
    const { read, write, change, stamps } = await make();
    const before = await read();
    const changed = { ...before, ...change(before) };
    await write(said(changed) as Json);
    assert.deepEqual(without(await read(), stamps), without(changed, stamps));
  });

test('an element whose other fields change keeps its false', async () => {
  const { read, write } = await anItemAt();
  const { shipping } = (await read()) as { shipping: { distribution_centers: Json[] } };
  const [east, other] = shipping.distribution_centers as [Json, Json];
  const moved = { ...east, inventory_level: 12 };
  await write(said({ shipping: { distribution_centers: [moved, other] } }) as Json);
  const after = (await read()) as { shipping: { distribution_centers: Json[] } };
  assert.deepEqual(after.shipping.distribution_centers, [moved, other]);
});

async function anItemAt(): Promise<Kept> {
  const body = {
    merchant_item_id: 'PLACES',
    shipping: {
      distribution_centers: [
        { distribution_center_code: 'EAST', handles: false, inventory_level: 9 },
        { distribution_center_code: 'DFLT', handles: true, inventory_level: 4 },
      ],
    },
  };
  const inserted = await ask({ operation: 'insertItem', body });
  const params = { merchant_item_oid: Number(partOf(inserted, 'item')['merchant_item_oid']) };
  const query = { _expand: 'shipping,shipping.distribution_centers' };
  return {
    read: async () => partOf(await ask({ operation: 'getItem', params, query }), 'item'),
    write: (written) => ask({ operation: 'updateItem', params, body: written }),
    change: () => ({}),
  };
}

test('an event is taken from a webhook, also from one with all events of its category', async () => {
  const events = ['item_create', 'item_update', 'item_delete'].map((event_name) => ({
    event_name,
  }));
  const { read, write } = webhookOf(await insertWebhook(events));
  const before = (await read()) as { event_categories: { events: Json[] }[] };
  const heard = async () =>
    ((await read()) as typeof before).event_categories.flatMap((category) =>
      category.events.flatMap(({ event_name, subscribed }) => (subscribed ? [event_name] : [])),
    );
  assert.deepEqual(await heard(), ['item_create', 'item_update', 'item_delete']);
  const event_categories = before.event_categories.map((category) => ({
    ...category,
    events: category.events.map((event) => ({
      ...event,
      subscribed: event['subscribed'] === true && event['event_name'] !== 'item_delete',
    })),
  }));
  await write(said({ ...before, event_categories }) as Json);
  assert.deepEqual(await heard(), ['item_create', 'item_update']);
});

test('a permission and a membership are taken away', async () => {
  const { read, write } = await aUserWith();
  const off = (list: unknown) =>
    (list as Json[]).map((each) => ({ ...each, selected: false, member: false }));
  const { permissions, groups, ...rest } = await read();
  await write(said({ ...rest, permissions: off(permissions), groups: off(groups) }) as Json);
  const after = await read();
  assert.deepEqual(after['groups'], []);
  assert.equal(
    (after['permissions'] as Json[]).some((each) => each['selected']),
    false,
  );
});

async function aUserWith(): Promise<Kept> {
  const group = await ask({ operation: 'insertGroup', body: { name: 'Left' } });
  const inserted = await ask({
    operation: 'insertUser',
    body: {
      login: 'leaver',
      permissions: [{ permission_Name: 'order_read', selected: true }],
      groups: [{ group_oid: partOf(group, 'group')['group_oid'] }],
    },
  });
  const params = { user_id: Number(partOf(inserted, 'user')['user_id']) };
  return {
    read: async () => partOf(await ask({ operation: 'getUser', params }), 'user'),
    write: (body) => ask({ operation: 'updateUser', params, body }),
    change: () => ({}),
  };
}

test('null makes a free add-on and a free step cost the ordinary price', async () => {
  const { read, write } = await anAutoOrder();
  const free = { item_id: 'MUG', quantity: 1 };
  await write({ add_ons: [{ ...free, arbitrary_unit_cost: null }] });
  const [addOn] = (await read())['add_ons'] as [Json];
  assert.equal(addOn['arbitrary_unit_cost'], undefined);
});
