// Tests dates in requests: every field and filter with a date accepts the same forms and the same
// bounds, and its refusal names it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
const credit_card = {
  card_type: 'VISA',
  card_number_token: 'tok_approve',
  card_expiration_month: 12,
  card_expiration_year: 2040,
};
const person = { first_name: 'Ann', last_name: 'Lee', country_code: 'US' };

async function subscribe(): Promise<{ oid: number; itemOid: number }> {
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { ...person, email: 'ann@example.com' },
      shipping: person,
      payment: { payment_method: 'Credit Card', credit_card },
      items: [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }],
    },
  });
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: body.order.order_id },
    query: { _expand: 'items' },
  });
  const { auto_order_oid: oid, items } = found.auto_order;
  return { oid, itemOid: items[0].auto_order_item_oid };
}

const { oid, itemOid } = await subscribe();
await app.request({ operation: 'insertCustomer', body: { email: 'ann@example.com' } });
await app.request({ operation: 'insertWorkflowTask', body: { task_name: 'Call Ann' } });
const updated = (body: object): TestRequest => ({
  operation: 'updateAutoOrder',
  params: { auto_order_oid: oid },
  body,
});
const ofItem = (field: string) => (date: string) =>
  updated({ items: [{ auto_order_item_oid: itemOid, [field]: date }] });
const filter = (operation: TestRequest['operation'], field: string) => (date: string) =>
  ({ operation, query: { [field]: date } }) as TestRequest;
const body = (operation: TestRequest['operation'], field: string, more: object = {}) =>
  ((date: string) => ({ operation, body: { ...more, [field]: date } })) as (
    date: string,
  ) => TestRequest;

const doors: [field: string, ask: (date: string) => TestRequest][] = [
  ...[
    'next_shipment_dts',
    'no_order_after_dts',
    'first_order_dts',
    'last_order_dts',
    'next_preshipment_notice_dts',
  ].map((field) => [field, ofItem(field)] as [string, (date: string) => TestRequest]),
  ['next_attempt', (date) => updated({ next_attempt: date })],
  ['canceled_dts', (date) => updated({ canceled_dts: date })],
  ['due_dts', body('insertWorkflowTask', 'due_dts', { task_name: 'Call' })],
  ['delay_until_dts', body('insertWorkflowTask', 'delay_until_dts', { task_name: 'Call' })],
  ['expiration_dts', body('insertWorkflowTask', 'expiration_dts', { task_name: 'Call' })],
  ['now_dts', body('setClock', 'now_dts')],
];

for (const [field, ask] of doors) {
  test(`${field} of ${ask('2027-01-01').operation} refuses what is not a date, or is out of bounds`, async () => {
    for (const date of [
      '2027-02-30',
      '03/20/2027',
      'last week',
      '1803225600000',
      '1899-12-31T00:00:00',
      '0001-01-01T00:00:00Z',
      '3000-01-01',
      '9999-12-31T23:59:59-18:00',
      '9999-12-31T23:59:59.9999999',
    ]) {
      const answer = await app.request(ask(date));
      assert.equal(answer.status, 400, `${date}: ${answer.text}`);
      assert.match(answer.body.error.developer_message, new RegExp(field), answer.text);
    }
  });
}

const criteria = (operation: TestRequest['operation'], names: readonly string[], isBody = false) =>
  names.map((name): (typeof doors)[number] => [
    name,
    isBody ? body(operation, name) : filter(operation, name),
  ]);
const rangesOf = (names: readonly string[], [begin, end] = ['_begin', '_end']): string[] =>
  names.flatMap((name) => [`${name}${begin}`, `${name}${end}`]);
const autoOrderDates = rangesOf(['next_shipment_date', 'original_order_date']);
const orderDates = rangesOf(['creation_date', 'payment_date', 'shipment_date']);
const taskDates = rangesOf(['created_dts', 'due_dts', 'delay_until_dts', 'last_update_dts']);

const filters = [
  ...criteria('getAutoOrders', [...autoOrderDates, '_since']),
  ...criteria('getAutoOrdersByQuery', autoOrderDates, true),
  ...criteria('getOrders', orderDates),
  ...criteria('getOrdersByQuery', [...orderDates, ...rangesOf(['refund_date'])], true),
  ...criteria('getCustomers', [
    ...rangesOf(['last_modified_dts', 'signup_dts'], ['_start', '_end']),
    '_since',
  ]),
  ...criteria('getItems', ['_since']),
  ...criteria('searchWorkflowTasks', taskDates, true),
  ...criteria('searchTasks', taskDates, true),
  ...criteria('getWorkflowTasks', taskDates, true),
];

for (const [field, ask] of filters)
  test(`${field} of ${ask('2027-01-01').operation} takes any year, and no text but a date`, async () => {
    const listed = async (date: string): Promise<number> => {
      const { status, text, body } = await app.request(ask(date));
      assert.equal(status, 200, `${date}: ${text}`);
      const list = Object.values(body).find((value) => Array.isArray(value));
      return (list as readonly unknown[]).length;
    };
    const isEnd = field.endsWith('_end');
    const never = ['0001-01-01T00:00:00', '-271821-04-20T00:00:00Z', '1899-12-31'];
    const always = ['9999-12-31T23:59:59.9999999', '+275760-09-13T00:00:00Z', '3000-01-01'];
    for (const date of isEnd ? never : always) assert.equal(await listed(date), 0, date);
    const whole = await listed(isEnd ? '2999-12-31' : '1900-01-01');
    for (const date of isEnd ? always : never) assert.equal(await listed(date), whole, date);
    for (const date of ['2027-02-30', 'last week', '1803225600000']) {
      const answer = await app.request(ask(date));
      assert.equal(answer.status, 400, `${date}: ${answer.text}`);
      assert.match(answer.body.error.developer_message, new RegExp(field));
    }
  });

/** Filters whose end is compared with the moment at which the test wrote its records. */
const written =
  /^(?:original_order_date|(?:creation|payment)_date|(?:created|last_update|last_modified|signup)_dts)_end$/;
for (const [field, ask] of filters)
  if (written.test(field))
    test(`${field} of ${ask('2027-01-01').operation} contains all of the day that it names`, async () => {
      const listed = async (date: string): Promise<number> => {
        const { body } = await app.request(ask(date));
        return Object.values(body).find((value) => Array.isArray(value))!.length;
      };
      assert.equal(await listed('2026-01-14'), 0);
      assert.equal(await listed('2026-01-15'), await listed('2027-01-01'));
      assert.ok((await listed('2026-01-15')) > 0);
    });

test('a saved search that ends with a day ends with all of it', async () => {
  const { body: saved } = await app.request({
    operation: 'insertSavedSearch',
    body: { name: 'Today', search: { created_dts_end: '2026-01-15' } },
  });
  const { created_dts_end: end } = saved.saved_search.search;
  const { body } = await app.request({
    operation: 'searchWorkflowTasks',
    body: { created_dts_end: end },
  });
  assert.ok(body.tasks.length > 0, end);
});

test('a saved search keeps a date that means "no bound"', async () => {
  const search = { due_dts_begin: '0001-01-01T00:00:00', due_dts_end: '9999-12-31T23:59:59Z' };
  const { body: saved, text } = await app.request({
    operation: 'insertSavedSearch',
    body: { name: 'Whenever', search },
  });
  assert.ok(saved.success, text);
  const again = await app.request({
    operation: 'searchWorkflowTasks',
    body: saved.saved_search.search,
  });
  assert.equal(again.status, 200, again.text);
});

test('the first and the last day are taken, on the wall of the merchant', async () => {
  for (const date of [
    '1900-01-01',
    '1900-01-01T05:00:00Z',
    '2999-12-31T23:59:59',
    '2027-03-20t16:00:00z',
  ])
    for (const field of ['no_order_after_dts', 'first_order_dts']) {
      const { oid: other, itemOid: item } = await subscribe();
      const answer = await app.request({
        operation: 'updateAutoOrder',
        params: { auto_order_oid: other },
        body: { items: [{ auto_order_item_oid: item, [field]: date }] },
        query: { _expand: 'items' },
      });
      assert.equal(answer.status, 200, `${field} ${date}: ${answer.text}`);
      const back = await app.request({
        operation: 'updateAutoOrder',
        params: { auto_order_oid: other },
        body: answer.body.auto_order,
      });
      assert.equal(back.status, 200, back.text);
    }
});

test('a record whose dates are out of bounds is shown, repaired, and skipped', async () => {
  for (const date of ['10000-01-01T17:59:59Z', '0001-01-01T00:00:00Z', '0044-03-15T00:00:00Z BC'])
    for (const column of [
      'next_shipment_at',
      'no_order_after_at',
      'first_order_at',
      'last_order_at',
    ]) {
      const { oid: other, itemOid: item } = await subscribe();
      await app.db.run(
        `update auto_order_item set ${column} = $3 where merchant_id = $1 and auto_order_oid = $2`,
        ['TEST', other, date],
      );
      const params = { auto_order_oid: other };
      const why = `${column} ${date}`;
      const everything = { _expand: 'items,items.future_schedules' };
      const read = await app.request({ operation: 'getAutoOrder', params, query: everything });
      assert.equal(read.status, 200, `${why}: ${read.text}`);
      const preview = await app.request({ operation: 'previewAutoOrder', params });
      assert.equal(preview.status, 200, `${why}: ${preview.text}`);
      const field = column.replace(/_at$/, '_dts');
      const repaired = await app.request({
        operation: 'updateAutoOrder',
        params,
        query: { _expand: 'items' },
        body: { items: [{ auto_order_item_oid: item, [field]: '2027-05-01T00:00:00-04:00' }] },
      });
      assert.equal(
        (repaired.body.auto_order.items[0] as Readonly<Record<string, unknown>>)[field],
        '2027-05-01T00:00:00-04:00',
        why,
      );
    }
});
