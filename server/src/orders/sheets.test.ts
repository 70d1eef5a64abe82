// Tests the HTML, text and PDF forms of orders, and checks of orders, over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeader } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'ONCE',
    pricing: { cost: 4 },
    auto_order: {
      auto_orderable: true,
      auto_order_upsell: true,
      auto_order_upsell_one_per_customer: true,
      steps: [{ type: 'item', schedule: 'Monthly', recurring_merchant_item_id: 'ONCE' }],
    },
  },
});
for (const [id, cost, center, digital] of [
  ['TEA', 9, 'EAST', false],
  ['POT', 30, undefined, false],
  ['BOOK', 5, undefined, true],
] as const)
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: id,
      description: `The <${id}> of René`,
      pricing: { cost },
      ...(digital ? { tax: { tax_product_type: 'digital' } } : {}),
      ...(center
        ? {
            shipping: {
              distribution_centers: [{ distribution_center_code: center, handles: true }],
            },
          }
        : {}),
    },
  });
const center = await app.request({
  operation: 'insertDistributionCenter',
  body: { code: 'EAST', name: 'East' },
});
assert.equal(center.status, 200, center.text);

const body: Order = {
  billing: {
    first_name: 'Ann',
    last_name: 'Łuk',
    email: 'ann@example.com',
    day_phone: '555 0100',
    address1: '1 Main Street',
    city: 'Salem',
    state_region: 'OR',
    postal_code: '97301',
    country_code: 'US',
  },
  shipping: {
    first_name: 'Ann',
    last_name: 'Luk',
    address1: '2 Side Street',
    city: 'Salem',
    state_region: 'OR',
    postal_code: '97301',
    country_code: 'US',
    shipping_method: 'Ground',
    special_instructions: 'Ring (twice)',
  },
  items: [
    { merchant_item_id: 'TEA', quantity: 2, options: [{ label: 'Leaf', value: 'green' }] },
    { merchant_item_id: 'POT', quantity: 1 },
    { merchant_item_id: 'BOOK', quantity: 1 },
  ],
  summary: { arbitrary_shipping_handling_total: { value: 6 } },
  internal: { merchant_notes: 'A <good> customer' },
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number: '************4242',
      card_number_token: 'tok_approve',
      card_expiration_month: 12,
      card_expiration_year: 2040,
      card_type: 'VISA',
    },
  },
};

async function insert(change: Order = {}): Promise<string> {
  const { status, body: made } = await app.request({
    operation: 'insertOrder',
    body: { ...body, ...change },
  });
  assert.equal(status, 200, JSON.stringify(made));
  return made.order.order_id;
}

const order_id = await insert();

async function formatted(options: object): Promise<string> {
  const answer = await app.request({ operation: 'format', params: { order_id }, body: options });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.formatted_result;
}

test('text: lines with amounts, addresses and totals, and no payment unless requested', async () => {
  const text = await formatted({ format: 'text', context: 'receipt' });
  assert.match(text, new RegExp(`^TEST: Receipt for order ${order_id}\n=+\n`), text);
  assert.match(
    text,
    /2 x TEA {2}The <TEA> of René +\$18\.00\n {6}Leaf: green\n1 x POT .* \$30\.00\n/,
  );
  assert.match(text, /Bill to:\n {2}Ann Łuk\n {2}1 Main Street\n {2}Salem, OR 97301\n {2}US\n/);
  assert.match(text, /Subtotal +\$53\.00\nShipping and handling +\$6\.00\nTotal +\$59\.00\n/);
  assert.match(text, /Special instructions:\n {2}Ring \(twice\)/);
  for (const secret of [/4242/, /12\/2040/, /ann@example/, /good/, /Stage:/])
    assert.doesNotMatch(text, secret);
});

for (const [option, shown] of [
  ['show_non_sensitive_payment_info', /VISA ending in 4242/],
  ['show_payment_info', /Card expires: 12\/2040[^]*Transactions:/],
  ['show_contact_info', /ann@example\.com\n {2}555 0100/],
  ['show_internal_information', /Stage: Completed Order/],
  ['show_merchant_notes', /Merchant notes:\n {2}A <good> customer/],
] as const)
  test(`text with ${option}`, async () =>
    assert.match(await formatted({ format: 'text', [option]: true }), shown));

test('HTML escapes what people wrote, and links an email address on request', async () => {
  for (const format of ['table', 'email', 'div']) {
    const html = await formatted({ format, show_contact_info: true, show_merchant_notes: true });
    assert.match(html, /The &lt;TEA&gt; of René/);
    assert.match(html, /A &lt;good&gt; customer/);
    assert.doesNotMatch(html, /<TEA>|<good>|mailto/);
    const linked = await formatted({ format, show_contact_info: true, email_as_link: true });
    assert.match(linked, /<a href="mailto:ann%40example\.com">ann@example\.com<\/a>/);
  }
  assert.match(await formatted({}), /<table/);
  const byOlderNames = await formatted({ showContactInfo: true, emailAsLink: true });
  assert.match(byOlderNames, /<a href="mailto:ann%40example\.com">/);
});

test('div comes with a style sheet that anyone can read', async () => {
  const div = await app.request({
    operation: 'format',
    params: { order_id },
    body: { format: 'div' },
  });
  const [link] = div.body.css_links;
  const css = await app.request({ path: new URL(link).pathname, key: null });
  assert.equal(css.status, 200);
  assert.match(css.text, /\.order-sheet/);
  const table = await app.request({ operation: 'format', params: { order_id }, body: {} });
  assert.deepEqual(table.body.css_links, []);
});

test('without prices, without the billing address, and of one distribution center', async () => {
  const oid = center.body.distribution_center.distribution_center_oid;
  const text = await formatted({
    format: 'text',
    hide_price_information: true,
    hide_bill_to_address: true,
    filter_distribution_center_oid: oid,
  });
  assert.match(text, /Distribution center EAST:\n2 x TEA/);
  assert.doesNotMatch(text, /\$|Bill to|POT|BOOK/);
  const { body: all } = await app.request({ operation: 'getDistributionCenters' });
  const [first] = all.distribution_centers;
  assert.ok(first.code === 'DFLT' && first.distribution_center_oid > 0);
  const ofDefault = await formatted({
    format: 'text',
    filter_distribution_center_oid: first.distribution_center_oid,
  });
  assert.match(ofDefault, /Distribution center DFLT:[^]*POT/);
  assert.doesNotMatch(ofDefault, /TEA/);
  const wrong = await app.request({
    operation: 'format',
    params: { order_id },
    body: { filter_distribution_center_oid: 999_999 },
  });
  assert.equal(wrong.status, 400);
  assert.match(
    wrong.body.error.user_message,
    /filter_distribution_center_oid 999999 is not the oid/,
  );
});

test('options that this server does not have are named in a warning', async () => {
  const { body, headers } = await app.request({
    operation: 'format',
    params: { order_id },
    body: {
      translate: true,
      filter_to_items_in_contact_oid: 3,
      use_phone_number_web_component: true,
    },
  });
  assert.deepEqual(Object.keys(body), ['css_links', 'formatted_result']);
  assert.match(
    String(headers[warningHeader.toLowerCase()]),
    /^translate: .* use_phone_number_web_component: .* filter_to_items_in_container_oid: /,
  );
});

/** Checks the cross-reference table of a PDF, and returns its text. */
function pdfText(base64: string | undefined): string {
  const file = Buffer.from(base64 ?? '', 'base64').toString('latin1');
  assert.ok(file.startsWith('%PDF-1.4\n') && file.endsWith('%%EOF\n'));
  const start = Number(/startxref\n(\d+)\n/.exec(file)?.[1]);
  const places = [...file.slice(start).matchAll(/^(\d{10}) 00000 n /gm)].map(([, at]) =>
    Number(at),
  );
  assert.ok(places.length >= 7);
  for (const [index, place] of places.entries())
    assert.ok(file.startsWith(`${index + 1} 0 obj\n`, place), `object ${index + 1}`);
  return [...file.matchAll(/\((.*)\) Tj/g)].map(([, text]) => text).join('\n');
}

test('an invoice is a PDF with the amounts; a warning names letters that it cannot show', async () => {
  const { status, body: answer } = await app.request({
    operation: 'generateInvoice',
    params: { order_id },
  });
  assert.equal(status, 200);
  const text = pdfText(answer.pdfBase64);
  assert.match(text, /Invoice for order/);
  assert.match(text, /Total\n\$59\.00/);
  assert.match(text, /The <TEA> of Ren\u00e9/);
  assert.match(text, /Ring \\\(twice\\\)/);
  assert.match(text, /Ann \?uk/);
  assert.equal(answer.warning.warning_code, 'not_printable');
});

test('store credit is a line of the invoice, and no amount is on the packing slip', async () => {
  const email = 'credit@example.com';
  const { body: inserted } = await app.request({ operation: 'insertCustomer', body: { email } });
  await app.request({
    operation: 'addCustomerStoreCredit',
    params: { customer_profile_oid: inserted.customer.customer_profile_oid },
    body: { amount: 20, description: 'Sorry' },
  });
  const params = {
    order_id: await insert({
      billing: { email },
      items: [{ merchant_item_id: 'POT', quantity: 1 }],
      summary: { internal_gift_certificate_amount: { value: 12.5 } },
    }),
  };
  const invoice = await app.request({ operation: 'generateInvoice', params });
  assert.match(
    pdfText(invoice.body.pdfBase64),
    /Subtotal\n\$30\.00\n[^]*Paid with store credit\n\$12\.50\nTotal\n\$17\.50/,
  );
  const slip = await app.request({ operation: 'generatePackingSlipAllDC', params });
  assert.doesNotMatch(pdfText(slip.body.pdfBase64), /\$|credit/i);
});

test('a long order takes several pages', async () => {
  const items = Array.from({ length: 60 }, () => ({ merchant_item_id: 'POT', quantity: 1 }));
  const long = await insert({ items, billing: { email: 'bo@example.com' } });
  const { body: answer } = await app.request({
    operation: 'generateInvoice',
    params: { order_id: long },
  });
  const file = Buffer.from(answer.pdfBase64, 'base64').toString('latin1');
  assert.match(file, /\/Count [45] /);
  assert.equal(pdfText(answer.pdfBase64).match(/The <POT>/g)?.length, 60);
});

test('packing slips: every center, one center, and none', async () => {
  const all = await app.request({ operation: 'generatePackingSlipAllDC', params: { order_id } });
  const text = pdfText(all.body.pdfBase64);
  assert.match(text, /center EAST\n[^]*TEA[^]*center DFLT\n[^]*POT/);
  assert.doesNotMatch(text, /\$|BOOK|Main Street/);
  const slip = (distribution_center_code: string, of = order_id) =>
    app.request({
      operation: 'generatePackingSlipSpecificDC',
      params: { order_id: of, distribution_center_code },
    });
  const east = pdfText((await slip('east')).body.pdfBase64);
  assert.match(east, /TEA/);
  assert.doesNotMatch(east, /POT/);
  // Fulfillment houses use another path (current API, FulfillmentApi).
  const byCenter = await app.request({
    operation: 'generatePackingSlip',
    params: { distribution_center_code: 'east', order_id },
  });
  assert.equal(pdfText(byCenter.body.pdfBase64), east);
  const west = await slip('WEST');
  assert.equal(west.status, 404);
  const digital = await insert({ items: [{ merchant_item_id: 'BOOK', quantity: 1 }] });
  const none = await app.request({
    operation: 'generatePackingSlipAllDC',
    params: { order_id: digital },
  });
  assert.equal(none.status, 400);
  assert.match(none.body.error.user_message, /Nothing of order .* ships\./);
  const empty = await slip('DFLT', digital);
  assert.match(empty.body.error.user_message, /ships from distribution center DFLT/);
});

async function validated(order: Order, checks?: string[]) {
  const answer = await app.request({ operation: 'validateOrder', body: { order, checks } });
  assert.equal(answer.status, 200, answer.text);
  const { errors, messages, order_was_updated } = answer.body;
  assert.equal(order_was_updated, false);
  return { errors: errors.join('\n'), messages: messages.join('\n') };
}

const { channel_partner: _, ...good } = body as Order & { channel_partner?: unknown };

for (const [what, order, checks, errors, messages] of [
  ['a good order', good, undefined, /^$/, /^$/],
  ['no items', { ...good, items: [] }, undefined, /Items Present: items is empty/, /^$/],
  [
    'a bad quantity',
    { ...good, items: [{ merchant_item_id: 'TEA', quantity: 0 }] },
    ['Item Quantity Valid'],
    /^Item Quantity Valid: items\[0\]\.quantity: send more than 0/,
    /^$/,
  ],
  [
    'a state and a postal code',
    { ...good, billing: { ...good.billing, state_region: 'XX', postal_code: '9730' } },
    undefined,
    /Billing State .* XX is not a state of US[^]*Billing Validate .* 9730 is not a postal code/,
    /^$/,
  ],
  [
    'parts that a merchant may leave out',
    { ...good, shipping: {}, billing: { email: 'ann@example.com' } },
    undefined,
    /^$/,
    /Billing Address .*\n.*Phone.*\nShipping Address .*\nShipping Method /,
  ],
  [
    'the same, requested',
    { items: good.items! },
    ['Billing Phone Numbers Provided'],
    /day_phone/,
    /^$/,
  ],
  ['a check without a rule', good, ['Referral Code Provided'], /^$/, /^Referral .* no such rule/],
  [
    'an item that does not exist, which an insert refuses',
    { ...good, items: [{ merchant_item_id: 'GONE', quantity: 1 }] },
    undefined,
    /items\[0\]\.merchant_item_id/,
    /^$/,
  ],
] as const)
  test(`validation: ${what}`, async () => {
    const found = await validated(order as Order, checks as string[] | undefined);
    assert.match(found.errors, errors);
    assert.match(found.messages, messages);
  });

test('validation: an item that the customer has already, and no order number is used up', async () => {
  const once = { ...good, items: [{ merchant_item_id: 'ONCE', quantity: 1 }] };
  assert.equal((await validated(once)).errors, '');
  const first = await insert(once);
  assert.match((await validated(once)).errors, /One per customer violations: items\[0\]/);
  assert.match((await validated(once, ['One per customer violations'])).errors, /auto order/);
  const { body: stored } = await app.request({
    operation: 'getOrder',
    params: { order_id: first },
    query: { _expand: 'item,billing,shipping,payment,summary' },
  });
  assert.equal((await validated(stored.order)).errors, '');
  const next = await insert({ items: good.items! });
  assert.equal(Number(next.slice(-10)), Number(first.slice(-10)) + 1);
});

test('validation: an unknown check and a missing order are refused', async () => {
  const unknown = await app.request({
    operation: 'validateOrder',
    body: { order: good, checks: ['Horoscope'] },
  });
  assert.equal(unknown.status, 400);
  assert.match(unknown.body.error.user_message, /checks has Horoscope, which is not a check/);
  const none = await app.request({ operation: 'validateOrder', body: {} });
  assert.match(none.body.error.user_message, /order/);
});
