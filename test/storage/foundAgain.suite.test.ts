// Tests that a stored text is found by itself, by its capitals and by its small letters, in any
// script, and that it is stored only once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';

const app = await testApp();

/** Texts of up to 18 characters with special rules of case. */
const texts = [
  'CAFÉ',
  'Cafe\u0301-2',
  'ΚΑΦΕΣ',
  'λόγος',
  'İNCİR',
  'ırmak',
  'Straße',
  'GROẞ',
  'Ǆ-1',
  'ﬁsh',
  'ᎠᎡ',
  '𐐔𐐯𐑅',
  'ᲐᲑ',
  'ЁЛКА',
  'ŉa',
  'K\u212a',
];
const formsOf = (text: string): string[] => [
  ...new Set([text, text.toLowerCase(), text.normalize('NFC'), text.normalize('NFD')]),
  // The capital of a dotless i is also the capital of another letter.
  ...(text.includes('ı') ? [] : [text.toUpperCase()]),
];
const sold = (id: string) => ({
  merchant_item_id: id,
  description: id,
  pricing: { cost: 5 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
});

for (const text of texts) {
  test(`an item, an order and its auto order by ${text}`, async () => {
    assert.equal((await app.request({ operation: 'insertItem', body: sold(text) })).status, 200);
    const email = `${text}@example.com`;
    for (const form of formsOf(text)) {
      const read = await app.request({
        operation: 'getItemByMerchantItemId',
        params: { merchant_item_id: form },
      });
      assert.deepEqual([read.status, read.body.item?.merchant_item_id], [200, text], form);
      const again = await app.request({ operation: 'insertItem', body: sold(form) });
      assert.equal(again.status, 400, `a second ${form}`);
    }
    const order = await app.request({
      operation: 'insertOrder',
      body: {
        billing: { email, first_name: text, city: text, company: text },
        items: [
          { merchant_item_id: formsOf(text).at(-1), quantity: 1, auto_order_schedule: 'Monthly' },
        ],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_number_token: 'tok_approve',
            card_expiration_month: 1,
            card_expiration_year: 2040,
          },
        },
      },
    });
    assert.equal(order.status, 200, order.text);
    for (const form of formsOf(text)) {
      const filters: Record<string, string>[] = [
        { item_id: form },
        { email: `${form}@example.com` },
        { first_name: form },
        { city: ` ${form} ` },
        { company: form },
      ];
      for (const query of filters) {
        const orders = await app.request({ operation: 'getOrders', query });
        assert.equal(orders.body.orders.length, 1, `orders ${JSON.stringify(query)}`);
        const autoOrders = await app.request({ operation: 'getAutoOrders', query });
        assert.equal(autoOrders.body.auto_orders.length, 1, JSON.stringify(query));
      }
      for (const body of [...filters, { original_item_id: form }, { next_item_id: form }]) {
        const found = await app.request({ operation: 'getAutoOrdersByQuery', body });
        assert.equal(found.body.auto_orders.length, 1, JSON.stringify(body));
      }
    }
  });
}

for (const text of texts) {
  test(`one customer by ${text}, however many are inserted at once`, async () => {
    const forms = formsOf(text);
    const insert = (form: string) =>
      app.request({
        operation: 'insertCustomer',
        body: {
          email: `${form}@customers.example`,
          qb_class: text,
          billing: [{ first_name: text, city: `City of ${text}` }],
        },
      });
    const answers = await Promise.all([...forms, ...forms].map(insert));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const form of forms) {
      const read = await app.request({
        operation: 'getCustomerByEmail',
        params: { email: `${form}@customers.example` },
      });
      assert.equal(read.status, 200, form);
      const filters: Record<string, string>[] = [
        { email: `${form}@customers.example` },
        { qb_class: form },
        { billing_first_name: form },
        { billing_city: `city of ${form}` },
      ];
      for (const query of filters) {
        const found = await app.request({ operation: 'getCustomers', query });
        assert.equal(found.body.customers.length, 1, JSON.stringify(query));
      }
    }
  });

  test(`tasks and groups by ${text}`, async () => {
    const email = `${text}@tasks.example`;
    const group = await app.request({ operation: 'insertGroup', body: { name: text } });
    assert.equal(group.status, 200, group.text);
    await app.request({
      operation: 'insertWorkflowTask',
      body: {
        task_name: `About ${text}`,
        object_email: email,
        assigned_to_group_id: group.body.group.group_oid,
      },
    });
    for (const form of formsOf(text)) {
      const again = await app.request({ operation: 'insertGroup', body: { name: form } });
      assert.equal(again.status, 400, `a second group ${form}`);
      for (const body of [
        { text: `about ${form}` },
        { object_email: `${form}@tasks.example` },
        { assigned_to_group: form },
      ]) {
        const found = await app.request({ operation: 'searchWorkflowTasks', body });
        assert.equal(found.body.tasks?.length, 1, JSON.stringify(body));
      }
    }
  });
}

test('texts that only look alike stay apart', async () => {
  for (const id of ['admin', 'admın', 'adm\u0130n', 'аdmin', 'ａdmin'])
    assert.equal((await app.request({ operation: 'insertItem', body: sold(id) })).status, 200, id);
});

test('blanks that were typed around a text do not hide it', async () => {
  const blank = ' \t\u00a0\u3000';
  const typed = (text: string): string => `${blank}${text}${blank}`;
  const [email, name, item] = ['blank@example.com', typed('Blanche'), 'BLANK'];
  const billing = { email, first_name: name, city: name, company: name };
  const profile = await app.request({
    operation: 'insertCustomer',
    body: { email, qb_class: name, qb_code: name, billing: [billing], tags: [{ tag_value: name }] },
  });
  assert.equal(profile.status, 200, profile.text);
  await app.request({ operation: 'insertItem', body: sold(item) });
  const order = await app.request({
    operation: 'insertOrder',
    body: {
      billing,
      items: [{ merchant_item_id: item, quantity: 1, auto_order_schedule: 'Monthly' }],
      payment: { payment_method: 'Cash' },
    },
  });
  assert.equal(order.status, 200, order.text);
  for (const form of [name, 'Blanche', ' BLANCHE ']) {
    for (const field of ['billing_first_name', 'billing_city', 'qb_class', 'quickbooks_code']) {
      const found = await app.request({ operation: 'getCustomers', query: { [field]: form } });
      assert.equal(found.body.customers.length, 1, `${field} ${JSON.stringify(form)}`);
    }
    for (const body of [{ all_tags: [form] }, { any_tags: [form] }, { billing_city: form }]) {
      const found = await app.request({ operation: 'getCustomersByQuery', body });
      assert.equal(found.body.customers.length, 1, JSON.stringify(body));
    }
    for (const query of [{ first_name: form }, { company: form }]) {
      const orders = await app.request({ operation: 'getOrders', query });
      const autoOrders = await app.request({ operation: 'getAutoOrders', query });
      assert.deepEqual([orders.body.orders.length, autoOrders.body.auto_orders.length], [1, 1]);
    }
  }
});
