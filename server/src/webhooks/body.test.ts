import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { deliveryBody } from './body.ts';

const events = [
  { name: 'item_create', payload: '{"description":"café – 咖啡 ☕😀"}' },
  { name: 'say "when"', payload: '{"at":"\\"now\\""}' },
  { name: 'item_delete', payload: '{}' },
];
const list =
  '[{"item_create":{"description":"café – 咖啡 ☕😀"}},' +
  '{"say \\"when\\"":{"at":"\\"now\\""}},{"item_delete":{}}]';

test('a body is the envelope with its events in their order, byte for byte', () => {
  assert.deepEqual(deliveryBody(events, false), Buffer.from(`{"events":${list}}`));
  assert.equal(deliveryBody(events.slice(2), false).toString(), '{"events":[{"item_delete":{}}]}');
  assert.equal(deliveryBody([], false).toString(), '{"events":[]}');
});

test('compressed, the list is gzip in base64', () => {
  const body = JSON.parse(deliveryBody(events, true).toString()) as { events: string };
  assert.equal(gunzipSync(Buffer.from(body.events, 'base64')).toString(), list);
  assert.deepEqual(deliveryBody(events, true), deliveryBody(events, true));
});
