import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expansions } from '@perennial/contract/expansions.ts';
import type { Item } from '@perennial/contract/item.ts';
import { filled, lost } from '../../../test/conformance/fieldValues.ts';
import { testApp } from '../../../test/support/app.ts';
import { findCatalogItems } from './store.ts';

/** A subscription with a trial month, then a year of months, then years without end. */
const stepped: Item = {
  merchant_item_id: 'TRIAL',
  description: 'Trial box',
  pricing: { cost: 1, sale_cost: 0.5, sale_start: '2026-01-01', sale_end: '2026-02-01T00:00:00Z' },
  auto_order: {
    auto_orderable: true,
    auto_order_upsell: true,
    steps: [
      { type: 'pause', pause_days: 3 },
      {
        type: 'item',
        recurring_merchant_item_id: 'BOX',
        schedule: 'Monthly',
        repeat_count: 12,
        arbitrary_unit_cost: 19.99,
        preshipment_notice_days: 2,
      },
      {
        type: 'item',
        schedule: 'Yearly',
        grandfather_pricing: [{ on_or_before_date: '2025-12-31', unit_cost: 99 }],
      },
    ],
  },
};

const whole = {
  _expand: 'auto_order,auto_order.steps,pricing,shipping,shipping.distribution_centers,tax',
};

const app = await testApp();
const insert = (body: unknown) => app.request({ operation: 'insertItem', query: whole, body });
await insert({
  merchant_item_id: 'BOX',
  description: 'Box',
  pricing: { cost: 24.5, auto_order_cost: 20 },
});

test('an insert returns the item as it is stored', async () => {
  const { status, body } = await insert(stepped);
  assert.equal(status, 200);
  assert.equal(body.success, true);
  assert.equal(body.item.merchant_id, 'TEST');
  assert.equal(body.item.creation_dts, '2026-01-15T12:00:00-05:00');
  assert.deepEqual(body.item.pricing, {
    cost: 1,
    sale_cost: 0.5,
    currency_code: 'USD',
    sale_start: '2026-01-01T00:00:00-05:00',
    sale_end: '2026-01-31T19:00:00-05:00',
  });
  assert.equal(body.item.auto_order.steps[1].recurring_merchant_item_oid, 1);
  const read = await app.request({
    operation: 'getItem',
    params: { merchant_item_oid: body.item.merchant_item_oid },
    query: whole,
  });
  assert.deepEqual(read.body.item, body.item);
});

test('a sale begins and ends at the moments that were written, in any offset', async () => {
  const own = await testApp();
  const forms = ['2026-02-01T05:00:00Z', '2026-02-01T05:00:00+00:00', '2026-01-31T21:00:00-08:00'];
  for (const [place, form] of [...forms, '2026-02-01', '2026-02-01T00:00:00'].entries()) {
    const pricing = { cost: 2, sale_cost: 1, sale_start: form, sale_end: form };
    const { body } = await own.request({
      operation: 'insertItem',
      query: whole,
      body: { merchant_item_id: `SALE-${place}`, pricing },
    });
    const { sale_start, sale_end } = body.item.pricing;
    const midnight = '2026-02-01T00:00:00-05:00';
    // An end that is given as a day includes that whole day.
    const end = form === '2026-02-01' ? '2026-02-01T23:59:59-05:00' : midnight;
    assert.deepEqual([sale_start, sale_end], [midnight, end], form);
    assert.equal(body.warning, undefined, form);
  }
});

test('a cleared price has an effect, and no warning says otherwise', async () => {
  const own = await testApp();
  const { body } = await own.request({
    operation: 'insertItem',
    body: { merchant_item_id: 'FREE', pricing: { cost: 2 } },
  });
  const params = { merchant_item_oid: body.item.merchant_item_oid };
  const cleared = await own.request({
    operation: 'updateItem',
    params,
    query: whole,
    body: { pricing: null },
  });
  assert.deepEqual(cleared.body.item.pricing, { currency_code: 'USD' });
  assert.equal(cleared.body.warning, undefined);
});

test('a day of a step that is used has an effect, and no warning says otherwise', async () => {
  const own = await testApp();
  const forms = ['2026-06-01', '2026-06-01T04:00:00Z', '2026-06-01T12:00:00+02:00'];
  for (const [place, form] of forms.entries()) {
    const grandfather_pricing = [{ on_or_before_date: form, unit_cost: 5 }];
    const steps = [
      { type: 'pause until', pause_until_date: form },
      { type: 'item', schedule: 'Monthly', grandfather_pricing },
    ];
    const { body } = await own.request({
      operation: 'insertItem',
      query: whole,
      body: {
        merchant_item_id: `DAY-${place}`,
        pricing: { cost: 2 },
        auto_order: { auto_order_upsell: true, steps },
      },
    });
    const [pause, item] = body.item.auto_order.steps;
    const days = [pause.pause_until_date, item.grandfather_pricing[0].on_or_before_date];
    assert.deepEqual(
      days.map((day) => day.slice(0, 10)),
      ['2026-06-01', '2026-06-01'],
    );
    assert.equal(body.warning, undefined, form);
  }
});

test('a sale that is sent back in another zone keeps its local time', async () => {
  const own = await testApp();
  const pricing = { cost: 2, sale_cost: 1, sale_end: '2026-02-01' };
  const { body } = await own.request({
    operation: 'insertItem',
    query: whole,
    body: { merchant_item_id: 'SALE', pricing },
  });
  await own.request({
    operation: 'updateMerchantSettings',
    body: { time_zone: 'America/Los_Angeles' },
  });
  const { merchant_item_oid } = body.item;
  const sent = { params: { merchant_item_oid }, query: whole, body: body.item };
  const back = await own.request({ operation: 'updateItem', ...sent });
  assert.equal(back.body.item.pricing.sale_end, '2026-02-01T23:59:59-08:00');
});

test('rules get it as a record, by any spelling of its id', async () => {
  const items = await findCatalogItems(app.db, 'TEST', ['trial', 'TRIAL', 'nothing']);
  assert.deepEqual([...items.keys()], ['trial']);
  const { autoOrder, pricing } = items.get('trial')!;
  assert.equal(pricing.cost, 100);
  assert.equal(String(pricing.saleEnd), '2026-02-01T00:00:00Z');
  assert.equal(autoOrder?.upsell, true);
  const [pause, months, years] = autoOrder.steps;
  assert.equal(pause?.type, 'pause');
  assert.ok(months?.type === 'item' && months.unitCost === 1999 && months.itemId === 'BOX');
  assert.ok(
    years?.type === 'item' &&
      String(years.grandfatherPricing[0]?.onOrBefore) === '2025-12-31' &&
      years.repeatCount === undefined,
  );
});

test('nothing is expanded unless it is requested', async () => {
  const plain = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'trial' },
  });
  assert.deepEqual(Object.keys(plain.body.item).sort(), [
    'creation_dts',
    'description',
    'last_modified_dts',
    'merchant_id',
    'merchant_item_id',
    'merchant_item_oid',
  ]);
  const scheduled = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'TRIAL' },
    query: { _expand: 'auto_order' },
  });
  assert.equal(scheduled.body.item.auto_order.auto_order_upsell, true);
  assert.equal(scheduled.body.item.auto_order.steps, undefined);
});

test('an update keeps what it does not name, clears nulls and replaces lists', async () => {
  const { body } = await insert({
    merchant_item_id: 'MUG',
    description: 'Mug',
    pricing: { cost: 5, auto_order_cost: 4 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly', 'Weekly'] },
  });
  const oid = body.item.merchant_item_oid;
  await app.setClock('2026-01-16T17:00:00Z');
  const updated = await app.request({
    operation: 'updateItem',
    params: { merchant_item_oid: oid },
    query: whole,
    body: {
      merchant_item_oid: 999,
      description: null,
      pricing: { cost: 6, auto_order_cost: 0 },
      auto_order: { auto_order_schedules: ['Every 45 Days'] },
    },
  });
  assert.deepEqual(updated.body.item, {
    merchant_id: 'TEST',
    merchant_item_id: 'MUG',
    merchant_item_oid: oid,
    pricing: { cost: 6, currency_code: 'USD' },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Every 45 Days'] },
    creation_dts: '2026-01-15T12:00:00-05:00',
    last_modified_dts: '2026-01-16T12:00:00-05:00',
  });
  const events = await app.db.rows<{ name: string }>(
    `select name from event where merchant_id = 'TEST' and object_id = $1 order by event_id`,
    [String(oid)],
  );
  assert.deepEqual(
    events.map(({ name }) => name),
    ['item_create', 'item_update'],
  );
});

test('what was read can be written back without a change', async () => {
  const read = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'TRIAL' },
    query: whole,
  });
  const { merchant_item_oid, last_modified_dts, ...before } = read.body.item;
  const written = await app.request({
    operation: 'updateItem',
    params: { merchant_item_oid },
    query: whole,
    body: read.body.item,
  });
  const { merchant_item_oid: oid, last_modified_dts: at, ...after } = written.body.item;
  assert.deepEqual(after, before);
});

test('a list is paged, sorted, and narrowed to what changed', async () => {
  const all = await app.request({
    operation: 'getItems',
    query: { _limit: 2, _sort: '-merchant_item_id' },
  });
  assert.deepEqual(
    all.body.items.map((item: Item) => item.merchant_item_id),
    ['TRIAL', 'MUG'],
  );
  assert.deepEqual(all.body.metadata, {
    payload_name: 'items',
    result_set: { count: 2, limit: 2, offset: 0, more: true, next_offset: 2, total_records: 3 },
  });
  const rest = await app.request({
    operation: 'getItems',
    query: { _limit: 2, _offset: 2, _sort: '-merchant_item_id' },
  });
  assert.deepEqual(
    rest.body.items.map((item: Item) => item.merchant_item_id),
    ['BOX'],
  );
  assert.deepEqual(rest.body.metadata.result_set, {
    count: 1,
    limit: 2,
    offset: 2,
    more: false,
    total_records: 3,
  });
  const beyond = await app.request({ operation: 'getItems', query: { _offset: 9 } });
  assert.deepEqual([beyond.body.items, beyond.body.metadata.result_set.total_records], [[], 3]);
  const since = await app.request({ operation: 'getItems', query: { _since: '2026-01-16' } });
  assert.equal(since.body.items.length, 2);
});

test('every part of an item is kept as it was sent, and shown when it is expanded', async () => {
  // The server sets these fields, or tests of other rules decide what they may contain.
  const ruled = [
    'auto_order',
    'creation_dts',
    'currency_code',
    'has_approved_review',
    'has_review',
    'individual_reviews',
    // A kit is tested separately, because its components must be existing items.
    'kit',
    'last_modified_dts',
    'merchant_id',
    'merchant_item_oid',
    'review_count',
    'review_overall',
    'sale_end',
    'sale_start',
  ];
  const sent = { ...filled('Item', ruled), merchant_item_id: 'WHOLE' };
  const everything = { _expand: expansions.item.join(',') };
  const { status, body } = await app.request({
    operation: 'insertItem',
    query: everything,
    body: sent,
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(lost(sent, body.item, ['merchant_item_id']), []);
  // The item names a tier, a center, items and files that do not exist. Nothing else is wrong.
  assert.deepEqual(faultsNamed(body.warning), ['there is no']);
  const params = { merchant_item_oid: body.item.merchant_item_oid };
  const plain = await app.request({ operation: 'getItem', params });
  assert.deepEqual(
    Object.values(plain.body.item).filter((value) => typeof value === 'object'),
    [],
  );
  const pictures = { _expand: 'content.multimedia' };
  const { item } = (await app.request({ operation: 'getItem', params, query: pictures })).body;
  assert.equal(item.content.multimedia[0].thumbnails, undefined);
  assert.equal(item.content.attributes, undefined);
  const back = await app.request({ operation: 'updateItem', params, body: body.item });
  assert.deepEqual(faultsNamed(back.body.warning), ['there is no']);
});

/** Returns the kinds of faults in the sentences of a warning, each once. */
const faultsNamed = ({ warning_message: words }: { warning_message: string }): string[] => [
  ...new Set(words.match(/: (no effect|there is no)/g)?.map((each) => each.slice(2))),
];

test('an expanded list without elements is empty', async () => {
  const { body } = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'BOX' },
    query: { _expand: 'options,variations,properties' },
  });
  const { options, variations, properties } = body.item;
  assert.deepEqual([options, variations, properties], [[], [], []]);
});

const step = (change: object) => ({
  auto_order: {
    auto_order_upsell: true,
    steps: [{ type: 'item', schedule: 'Monthly', ...change }],
  },
});
const refused: { name: string; item: object; field: string }[] = [
  { name: 'no id', item: { merchant_item_id: null }, field: 'merchant_item_id' },
  { name: 'an id of one character', item: { merchant_item_id: 'X' }, field: 'merchant_item_id' },
  { name: 'an id that is taken', item: { merchant_item_id: 'box' }, field: 'merchant_item_id' },
  {
    name: 'an id that is too long',
    item: { merchant_item_id: 'X'.repeat(21) },
    field: 'merchant_item_id',
  },
  { name: 'a price of half a cent', item: { pricing: { cost: 1.005 } }, field: 'pricing.cost' },
  { name: 'a negative price', item: { pricing: { sale_cost: -1 } }, field: 'pricing.sale_cost' },
  {
    name: 'another currency',
    item: { pricing: { currency_code: 'EUR' } },
    field: 'pricing.currency_code',
  },
  { name: 'no date', item: { pricing: { sale_start: 'soon' } }, field: 'pricing.sale_start' },
  {
    name: 'an unknown schedule',
    item: { auto_order: { auto_order_schedules: ['Daily'] } },
    field: 'auto_order.auto_order_schedules[0]',
  },
  {
    name: 'steps that are missing',
    item: { auto_order: { auto_order_upsell: true } },
    field: 'auto_order.steps',
  },
  {
    name: 'a step without schedule',
    item: step({ schedule: undefined }),
    field: 'auto_order.steps[0].schedule',
  },
  {
    name: 'every N days without days',
    item: step({ schedule: 'Every...' }),
    field: 'auto_order.steps[0].arbitrary_schedule_days',
  },
  {
    name: 'a step that repeats no times',
    item: step({ repeat_count: 0 }),
    field: 'auto_order.steps[0].repeat_count',
  },
  {
    name: 'a step of an unknown item',
    item: step({ recurring_merchant_item_id: 'GHOST' }),
    field: 'auto_order.steps[0].recurring_merchant_item_id',
  },
  {
    name: 'a step of an item by oid alone',
    item: step({ recurring_merchant_item_oid: 1 }),
    field: 'auto_order.steps[0].recurring_merchant_item_id',
  },
  {
    name: 'a price by retry without price',
    item: step({ arbitrary_unit_cost_schedules: [{ retry_days: 3 }] }),
    field: 'auto_order.steps[0].arbitrary_unit_cost_schedules[0].arbitrary_unit_cost',
  },
  {
    name: 'a grandfathered price without date',
    item: step({ grandfather_pricing: [{ unit_cost: 3 }] }),
    field: 'auto_order.steps[0].grandfather_pricing[0].on_or_before_date',
  },
  {
    name: 'a pause without days',
    item: { auto_order: { steps: [{ type: 'pause' }] } },
    field: 'auto_order.steps[0].pause_days',
  },
  {
    name: 'a pause until nothing',
    item: { auto_order: { steps: [{ type: 'pause until' }] } },
    field: 'auto_order.steps[0].pause_until_date',
  },
  {
    name: 'a pause until the 32nd',
    item: { auto_order: { steps: [{ type: 'pause until', pause_until_day_of_month: 32 }] } },
    field: 'auto_order.steps[0].pause_until_day_of_month',
  },
  {
    name: 'an unknown type',
    item: { auto_order: { steps: [{ type: 'jump' }] } },
    field: 'auto_order.steps[0].type',
  },
  {
    name: 'a loop in the middle',
    item: { auto_order: { steps: [{ type: 'loop' }, { type: 'item', schedule: 'Weekly' }] } },
    field: 'auto_order.steps[0].type',
  },
  {
    name: 'steps that ship nothing',
    item: { auto_order: { steps: [{ type: 'pause', pause_days: 1 }, { type: 'loop' }] } },
    field: 'auto_order.steps',
  },
  {
    name: 'kit only along with others',
    item: { auto_order: { steps: [{ type: 'kit only' }, { type: 'loop' }] } },
    field: 'auto_order.steps[0].type',
  },
  {
    name: 'an unknown upgrade item',
    item: { auto_order: { auto_order_upgrade_items: ['GHOST'] } },
    field: 'auto_order.auto_order_upgrade_items[0]',
  },
  {
    name: 'a card number',
    item: { description: 'pay with 4444333322221111' },
    field: 'description',
  },
];
for (const { name, item, field } of refused) {
  test(`refused: ${name}`, async () => {
    const { status, body, headers } = await insert({ merchant_item_id: 'NEW', ...item });
    assert.equal(status, 400);
    assert.ok(body.error.developer_message.startsWith(field), body.error.developer_message);
    assert.equal(headers['uc-rest-error'], body.error.developer_message);
  });
}

test('an item is not renamed', async () => {
  const { status, body } = await app.request({
    operation: 'updateItem',
    params: { merchant_item_oid: 1 },
    body: { merchant_item_id: 'OTHER' },
  });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /^merchant_item_id cannot change from BOX/);
});

test('an object that is unknown or of another merchant: 404; no key or permission: 401', async () => {
  await app.addMerchant('OTHER');
  const other = await app.addKey('OTHER');
  const reader = await app.addKey('TEST', ['item_read']);
  const stranger = await app.addKey('TEST', ['order_read', 'order_write']);
  const calls = [
    { operation: 'getItem', params: { merchant_item_oid: 1 } },
    { operation: 'getItemByMerchantItemId', params: { merchant_item_id: 'BOX' } },
    { operation: 'updateItem', params: { merchant_item_oid: 1 }, body: { description: 'mine' } },
  ] as const;
  for (const call of calls)
    assert.equal((await app.request({ ...call, key: other })).status, 404, call.operation);
  for (const call of [
    ...calls,
    { operation: 'getItems' },
    { operation: 'insertItem', body: stepped },
  ] as const) {
    assert.equal((await app.request({ ...call, key: null })).status, 401, call.operation);
    assert.equal((await app.request({ ...call, key: stranger })).status, 401, call.operation);
  }
  assert.equal(
    (await app.request({ operation: 'insertItem', body: stepped, key: reader })).status,
    401,
  );
  assert.equal((await app.request({ operation: 'getItems', key: reader })).status, 200);
  assert.equal(
    (await app.request({ operation: 'getItem', params: { merchant_item_oid: 999 } })).status,
    404,
  );
});

const delivery = { distribution_center_code: 'dflt', change: 24.5, reason: ' Delivery 5512 ' };

/** Inserts an item with stock at two centers, and returns how to adjust it. */
async function insertCounted(itemId: string) {
  const { body: inserted } = await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: itemId,
      pricing: { cost: 5 },
      shipping: {
        track_inventory: true,
        distribution_centers: [
          { distribution_center_code: 'DFLT', inventory_level: 5, available_to_allocate: 4 },
          { distribution_center_code: 'WEST', inventory_level: 1 },
        ],
      },
    },
  });
  const params = { merchant_item_oid: inserted.item.merchant_item_oid };
  const adjust = (body: object) =>
    app.request({ operation: 'insertStockAdjustment', params, body });
  return { params, adjust };
}

test('an adjustment adds to the stock of a center and keeps who, when and why', async () => {
  const { params, adjust } = await insertCounted('COUNTED');
  const { body, text } = await adjust(delivery);
  assert.ok(body.stock_adjustment, text);
  const { adjusted_dts: at, adjustment_oid: oid, ...kept } = body.stock_adjustment;
  assert.deepEqual(kept, {
    adjusted_by: 'test key',
    change: 24.5,
    distribution_center_code: 'DFLT',
    level_after: 29.5,
    level_before: 5,
    merchant_item_oid: params.merchant_item_oid,
    reason: 'Delivery 5512',
  });
  assert.ok(oid > 0 && Date.parse(at) > 0);
  await adjust({ distribution_center_code: 'WEST', change: -1, reason: 'Broken' });
  const read = await app.request({
    operation: 'getItem',
    params,
    query: { _expand: 'shipping,shipping.distribution_centers' },
  });
  assert.deepEqual(
    read.body.item.shipping.distribution_centers.map(
      (each: { inventory_level: number; available_to_allocate?: number }) => [
        each.inventory_level,
        each.available_to_allocate,
      ],
    ),
    [
      [29.5, 28.5],
      [0, undefined],
    ],
  );
  const list = await app.request({
    operation: 'getStockAdjustments',
    params,
    query: { _limit: 1 },
  });
  assert.equal(list.body.stock_adjustments[0]?.reason, 'Broken');
  assert.equal(list.body.metadata.result_set.more, true);
});

test('an adjustment names a center of the item, a change and a reason', async () => {
  const { adjust } = await insertCounted('COUNTED-2');
  const refused: [body: object, field: string][] = [
    [{ ...delivery, change: 0 }, 'change'],
    [{ ...delivery, change: 0.00001 }, 'change'],
    [{ ...delivery, change: undefined }, 'change'],
    [{ ...delivery, reason: ' ' }, 'reason'],
    [{ ...delivery, distribution_center_code: 'MOON' }, 'distribution_center_code'],
  ];
  for (const [wrong, field] of refused) {
    const { status, text } = await adjust(wrong);
    assert.equal(status, 400, text);
    assert.ok(text.includes(field), text);
  }
});

test('components that a kit cannot ship are warned of, and the kit is kept', async () => {
  for (const [merchant_item_id, more] of [
    ['PART', {}],
    ['INNER', { kit: true }],
  ] as const)
    await app.request({ operation: 'insertItem', body: { merchant_item_id, ...more } });
  const kitOf = (...ids: string[]) => ({
    kit: true,
    kit_definition: {
      components: ids.map((id) => ({ component_merchant_item_id: id, quantity: 1 })),
    },
  });
  const path = (index: number) =>
    `kit_definition.components[${index}].component_merchant_item_id: `;
  const expected =
    `${path(1)}there is no item GHOST. The kit is sold without it: nothing of it is counted or ` +
    `weighed until there is one. ${path(2)}bundle is the kit itself. Nothing is counted or weighed ` +
    `for its own components. Name the items that ship. ${path(3)}INNER is a kit. Nothing is ` +
    'counted or weighed for its own components. Name the items that ship.';
  const inserted = await app.request({
    operation: 'insertItem',
    body: { merchant_item_id: 'BUNDLE', ...kitOf('part', 'GHOST', 'bundle', 'INNER') },
    query: { _expand: 'kit_definition' },
  });
  assert.equal(inserted.body.warning?.warning_message, expected);
  assert.equal(inserted.body.item.kit_definition.components.length, 4);
  const params = { merchant_item_oid: inserted.body.item.merchant_item_oid };
  const update = async (body: object) =>
    (await app.request({ operation: 'updateItem', params, body })).body.warning?.warning_message;
  assert.equal(await update({ description: 'A box' }), undefined, 'the kit was not sent');
  assert.equal(await update(kitOf('PART')), undefined);
  const batch = await app.request({
    operation: 'updateItems',
    body: { items: [{ ...params, ...kitOf('GHOST') }] },
  });
  assert.match(batch.body.warning?.warning_message, /^items\[0\]\.kit_definition.* no item GHOST/);
});
