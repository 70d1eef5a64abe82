import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { copiesOf } from './copies.ts';
import { mailValues } from './letterValues.ts';
import type { CustomerNoticeKind } from './notice.ts';
import { html, plainText } from './render.ts';
import { sampleParts } from './sampleMail.ts';
import { mailFields, templateFault, templateLetter } from './template.ts';

const merchant = {
  merchantId: 'BEANS',
  name: 'Bean & Leaf',
  timeZone: 'America/New_York',
  currency: 'USD',
};
const now = Temporal.Instant.from('2026-02-20T12:00:00Z');
const sample = (kind: CustomerNoticeKind) => mailValues(sampleParts(kind, merchant, now));

test('a template has paragraphs, values, and blocks in their own paragraphs', () => {
  const letter = templateLetter(
    'shipment',
    {
      subject: 'Order {{order_id}} is on its way',
      body: 'Dear {{ customer_name }},\r\n\r\nwe shipped:\n\n{{items}}\n\n{{tracking_numbers}}\n\n— {{merchant_name}}',
    },
    sample('shipment'),
  );
  assert.equal(letter.subject, 'Order BEANS-0000000101 is on its way');
  assert.equal(
    plainText(letter),
    `Dear Ada Lovelace,

we shipped:

- 2 × Coffee

- 1Z9999999999999999

— Bean & Leaf
`,
  );
});

test('a value cannot bring HTML into a mail', () => {
  const values = sample('refund');
  const letter = templateLetter(
    'refund',
    { subject: 'Refund', body: 'Hello {{customer_name}} <b>you</b>' },
    { ...values, texts: { ...values.texts, customer_name: '<script>' } },
  );
  assert.match(html(letter), /Hello &lt;script&gt; &lt;b&gt;you&lt;\/b&gt;/);
});

test('every field and block of every kind can be named', () => {
  for (const [kind, { fields, blocks }] of Object.entries(mailFields)) {
    const words = {
      subject: fields.map((name) => `{{${name}}}`).join(' '),
      body: [...fields, ...blocks].map((name) => `{{${name}}}`).join('\n\n'),
    };
    const letter = templateLetter(kind as CustomerNoticeKind, words, sample(kind as 'refund'));
    assert.doesNotMatch(plainText(letter), /\{\{|undefined/, kind);
    assert.equal(letter.blocks.length, fields.length + blocks.length, kind);
  }
});

const faults: [what: string, subject: string, body: string, reason: RegExp][] = [
  ['a field that does not exist', 'Hi', 'Dear {{custmer_name}}', /\{\{custmer_name\}\}, which a/],
  ['a field of another kind', 'Hi', '{{refund_amount}}', /\{\{refund_amount\}\}, which a mail of/],
  [
    'a list inside a sentence',
    'Hi',
    'We sent {{items}}.',
    /\{\{items\}\}, a list or a link, inside other text/,
  ],
  [
    'a list in the subject',
    '{{items}}',
    'Hello',
    /\{\{items\}\}, a list or a link, inside other text/,
  ],
  ['open braces', 'Hi', 'Dear {{customer_name', /has \{\{ without/],
  ['an empty field', 'Hi', 'Dear {{}}', /\{\{\}\}, which/],
  // Each of these took hours once.
  ['a row of blanks that stays open', 'Hi', `{{${' '.repeat(19_990)}x`, /has \{\{ without/],
  ['a row of blanks inside a name', 'Hi', `{{a${' '.repeat(19_990)}b}}`, /names \{\{a /],
  ['a subject of two lines', 'Hi\nBcc: all@example.com', 'Hello', /more than one line/],
];
for (const [what, subject, body, reason] of faults)
  test(`refused: ${what}`, () => {
    assert.match(templateFault('shipment', { subject, body })?.reason ?? '', reason);
  });

test('copies go to the addresses of the order, and to those of the profile by their flags', () => {
  const order = { billing: { cc_emails: ['boss@example.com', 'ANN@example.com'] } };
  const profile = {
    cc_emails: [
      { email: 'books@example.com', receipt_notification: true, refund_notification: true },
      { email: 'store@example.com', shipment_notification: true },
      { email: 'Boss@example.com', receipt_notification: true },
    ],
  };
  const copies = (kind: CustomerNoticeKind) => copiesOf(kind, 'ann@example.com', order, profile);
  assert.deepEqual(copies('receipt'), ['Boss@example.com', 'books@example.com']);
  assert.deepEqual(copies('order_receipt'), ['Boss@example.com', 'books@example.com']);
  assert.deepEqual(copies('shipment'), ['boss@example.com', 'store@example.com']);
  assert.deepEqual(copies('refund'), ['boss@example.com', 'books@example.com']);
  assert.deepEqual(copies('declined_card'), []);
});
