import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { type LetterParts, letterOf } from './letter.ts';
import { webhookDisabledLetter } from './merchantLetter.ts';
import { aboutNoAutoOrder, type CustomerNoticeKind, type NoticeFacts } from './notice.ts';
import { html, plainText } from './render.ts';

const facts: NoticeFacts = {
  email: 'ann@example.com',
  name: 'Ann Smith',
  autoOrderCode: 'RT2A9CBSX9',
  items: [
    { description: 'Dark roast', quantity: 2, ships: '2026-03-01T04:30:00Z' },
    { description: 'Filters', quantity: 1, ships: '2026-03-01T04:30:00Z' },
  ],
  card: 'VISA ending in 1111',
};

function text(
  kind: CustomerNoticeKind,
  given: Partial<NoticeFacts> = {},
  more: Partial<LetterParts> = {},
): string {
  const notice = {
    noticeId: 1,
    autoOrderOid: 7,
    kind,
    madeAt: Temporal.Instant.from('2026-02-20T12:00:00Z'),
    facts: { ...facts, ...given },
    attempts: 1,
  };
  const merchant = { name: 'Bean & Leaf', timeZone: 'America/New_York' };
  return plainText(
    letterOf({ merchant, notice, updateBillingUrl: 'https://shop.example/billing/t', ...more }),
  );
}

test('a pre-shipment notice names what ships and the day in the zone of the merchant', () => {
  assert.equal(
    text('preshipment'),
    `Hello Ann Smith,

Your next order is on its way to you soon:

- 2 × Dark roast, on Saturday, February 28, 2026
- Filters, on Saturday, February 28, 2026

We will charge your VISA ending in 1111 before it ships.

Use another card:
https://shop.example/billing/t

Bean & Leaf
Your subscription: RT2A9CBSX9
`,
  );
});

test('a declined card: on hold and not canceled, when the next try is, where to fix it', () => {
  const mail = text('declined_card', {
    declineReason: 'insufficient funds',
    nextAttempt: '2026-02-23T12:00:00Z',
  });
  assert.match(mail, /declined the charge to your VISA ending in 1111 \(insufficient funds\)/);
  assert.match(mail, /not canceled; this order is only on hold/);
  assert.match(mail, /try again on Monday, February 23, 2026/);
  assert.match(mail, /Update your card:\nhttps:\/\/shop\.example\/billing\/t/);
});

test('the mail about an end by declines says so; any other end does not mention the card', () => {
  assert.match(
    text('disabled', { isAfterDeclines: true }),
    /could not charge your card[^]*Update your card/,
  );
  assert.doesNotMatch(text('disabled'), /card/);
  assert.match(text('canceled'), /Your subscription is canceled[^]*will not be charged again/);
  assert.doesNotMatch(text('canceled'), /March|February/);
});

test('a receipt lists lines, shipping, tax and total of its order, and greets by its billing name', () => {
  const money = (value: number) => ({ value, localized_formatted: `$${value.toFixed(2)}` });
  const order = {
    order_id: 'BEAN-0000000012',
    billing: { first_name: 'Bo', last_name: 'Lee' },
    items: [{ description: 'Dark roast', quantity: 2, total_cost_with_discount: money(25.98) }],
    summary: { shipping_handling_total: money(4), tax: money(0), total: money(29.98) },
  };
  const mail = text('receipt', { name: undefined, autoOrderCode: undefined }, { order });
  assert.equal(
    mail,
    `Hello Bo Lee,

Thank you for your order BEAN-0000000012. This is what we charged:

2 × Dark roast: $25.98
Shipping: $4.00
Total: $29.98

Bean & Leaf
`,
  );
});

test('what customers and merchants wrote is harmless in HTML', () => {
  const notice = {
    noticeId: 1,
    autoOrderOid: 7,
    kind: 'canceled',
    madeAt: Temporal.Instant.from('2026-02-20T12:00:00Z'),
    attempts: 1,
    facts: {
      ...facts,
      name: '<script>alert(1)</script>',
      items: [{ description: '"Tea" & <b>more</b>', quantity: 1 }],
    },
  } as const;
  const page = html(
    letterOf({
      merchant: { name: 'A & B', timeZone: 'UTC' },
      notice,
      updateBillingUrl: 'https://shop.example/b?x=1&y=2',
    }),
  );
  assert.doesNotMatch(page, /<script>|<b>/);
  assert.match(page, /Hello &lt;script&gt;alert\(1\)&lt;\/script&gt;,/);
  assert.match(page, /&quot;Tea&quot; &amp; &lt;b&gt;more&lt;\/b&gt;/);
  assert.match(page, /<html lang="en">/);
});

test('the merchant reads which webhook was disabled, why, since when, and how to continue', () => {
  const facts = {
    email: 'ops@beans.example',
    webhookOid: 12,
    url: 'https://erp.example/hook',
    reason: 'every delivery has failed for 72 hours',
    consecutiveFailures: 87,
  };
  const notice = {
    noticeId: 1,
    autoOrderOid: aboutNoAutoOrder,
    kind: 'webhook_disabled',
    madeAt: Temporal.Instant.from('2026-02-20T12:05:00Z'),
    attempts: 1,
    facts,
  } as const;
  const letter = webhookDisabledLetter(
    { name: 'Bean & Leaf', timeZone: 'America/New_York' },
    notice,
  );
  assert.equal(letter.subject, 'A webhook of Bean & Leaf was disabled: erp.example');
  assert.equal(
    plainText(letter),
    `Hello,

Perennial no longer sends events to this webhook of Bean & Leaf:

- https://erp.example/hook (webhook 12)
- Disabled since Friday, February 20, 2026 at 07:05 EST
- Because every delivery has failed for 72 hours; failures in a row: 87

Nothing is lost. Its events are still kept, each for 30 days.

When the receiver works again, enable the webhook with the key of the application that made it:

PUT /rest/v2/webhook/webhooks/12 with {"disabled": false}

It is tried at once and continues where it stopped.

Perennial, for Bean & Leaf
`,
  );
});
