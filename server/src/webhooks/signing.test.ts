import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { secretFrom, signatureHeaders, signingKey } from './signing.ts';

const body = '{"events":[{"auto_order_create":{"auto_order_oid":1}}]}';
const now = Math.floor(Date.now() / 1000);

test('the reference library accepts what we sign', () => {
  const secret = secretFrom(randomBytes(32));
  assert.deepEqual(
    new Webhook(secret).verify(body, {
      ...signatureHeaders('msg_1', now, body, [signingKey(secret)]),
    }),
    JSON.parse(body),
  );
});

test('while a secret is being replaced, a receiver with either one accepts', () => {
  const [old, fresh] = [secretFrom(randomBytes(24)), secretFrom(randomBytes(64))];
  const headers = signatureHeaders('msg_1', now, body, [signingKey(fresh), signingKey(old)]);
  for (const secret of [old, fresh]) assert.ok(new Webhook(secret).verify(body, { ...headers }));
});

test('another body, id, time or secret is not accepted', () => {
  const secret = secretFrom(randomBytes(32));
  const headers = signatureHeaders('msg_1', now, body, [signingKey(secret)]);
  const receiver = new Webhook(secret);
  const forged: [string, Record<string, string>][] = [
    [`${body} `, { ...headers }],
    [body, { ...headers, 'webhook-id': 'msg_2' }],
    [body, { ...headers, 'webhook-timestamp': String(now - 1) }],
    [body, { ...signatureHeaders('msg_1', now, body, [signingKey(secretFrom(randomBytes(32)))]) }],
  ];
  for (const [text, given] of forged)
    assert.throws(() => receiver.verify(text, given), WebhookVerificationError);
});

test('a secret too short to be safe is never made', () => {
  assert.throws(() => secretFrom(randomBytes(23)), /24 to 64 bytes/);
});
