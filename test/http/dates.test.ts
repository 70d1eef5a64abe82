// Dates at the door: every field and filter that takes one has the same forms and the same bounds,
// and names itself when it refuses.
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
  ['next_shipment_date_end', filter('getAutoOrders', 'next_shipment_date_end')],
  ['_since', filter('getAutoOrders', '_since')],
  ['original_order_date_begin', body('getAutoOrdersByQuery', 'original_order_date_begin')],
  ['creation_date_begin', filter('getOrders', 'creation_date_begin')],
  ['refund_date_begin', body('getOrdersByQuery', 'refund_date_begin')],
  ['signup_dts_start', filter('getCustomers', 'signup_dts_start')],
  ['_since', filter('getItems', '_since')],
  ['due_dts', body('insertWorkflowTask', 'due_dts', { task_name: 'Call' })],
  ['delay_until_dts', body('insertWorkflowTask', 'delay_until_dts', { task_name: 'Call' })],
  ['expiration_dts', body('insertWorkflowTask', 'expiration_dts', { task_name: 'Call' })],
  ['created_dts_begin', body('searchWorkflowTasks', 'created_dts_begin')],
  ['due_dts_end', body('getWorkflowTasks', 'due_dts_end')],
  ['now_dts', body('setClock', 'now_dts')],
];

for (const [field, ask] of doors) {
  test(`${field} of ${ask('2027-01-01').operation} refuses what is not a date, or lies out of bounds`, async () => {
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

test('a record whose dates lie out of bounds is shown, repaired, and passed by', async () => {
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
