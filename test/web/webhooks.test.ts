// Tests how a webhook's state is described, and what a person can do with a delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MerchantWebhook, WebhookDelivery } from '@perennial/contract/perennial.ts';
import { objectPage, typeAndId } from '../../web/src/found/objectPage.ts';
import { parseUrl } from '../../web/src/kit/urlCodec.ts';
import { isDeliveryListed, parseDeliveryList } from '../../web/src/webhooks/deliveryList.ts';
import { byNeed, percent, replayOf, resultOf, stateOf } from '../../web/src/webhooks/state.ts';

const live: MerchantWebhook = { owner: { application_id: 'key:1', state: 'live' } };
const failing = { ...live, failing_since: '2026-03-01T10:00:00-05:00', last_failure: 'status 500' };
const states: [what: string, webhook: MerchantWebhook, word: string, why: string | undefined][] = [
  ['nothing is wrong', live, 'Healthy', undefined],
  ['events wait', { ...live, pending: 3 }, 'Sending', undefined],
  ['its receiver fails', { ...failing, pending: 3 }, 'Failing', 'status 500'],
  [
    'its owner may not read all events',
    { ...live, missing_permissions: ['order_read'] },
    'Incomplete',
    'Its owner lacks order_read',
  ],
  [
    'its owner is gone',
    { ...failing, owner: { application_id: 'key:1', state: 'gone' } },
    'Owner gone',
    'Its key or application was removed',
  ],
  [
    'the server disabled it',
    { ...failing, disabled: true, disabled_reason: 'gone' },
    'Disabled',
    'gone',
  ],
  ['a person disabled it', { ...live, disabled: true }, 'Disabled', undefined],
];
for (const [what, webhook, word, why] of states)
  test(`state: ${what}`, () => {
    const state = stateOf(webhook);
    assert.deepEqual([state.word, state.why], [word, why]);
  });

test('what needs a person comes first', () => {
  const rows = [live, failing, { ...live, pending: 1 }, { ...live, disabled: true }];
  assert.deepEqual(
    byNeed(rows).map((row) => stateOf(row).word),
    ['Disabled', 'Failing', 'Healthy', 'Sending'],
  );
});

test('a share is 100 % only where nothing failed', () => {
  const shown = [undefined, 1, 0.9999, 0.5, 0].map(percent);
  assert.deepEqual(shown, ['–', '100 %', '99.9 %', '50.0 %', '0.0 %']);
});

test('the result of a try: its status, or why there was no response', () => {
  const words = [
    { success: true, status_code: 204 },
    { success: false, status_code: 500 },
    { success: false, failure: 'no response: connect ECONNREFUSED' },
    { success: false },
  ].map((row) => [resultOf(row).words, resultOf(row).why]);
  assert.deepEqual(words, [
    ['204', undefined],
    ['500', undefined],
    ['No response', 'connect ECONNREFUSED'],
    ['No response', undefined],
  ]);
});

test('only the latest try of a delivery can be repeated', () => {
  const [second, first] = [
    { delivery_id: 'a', attempt: 2, next_try_dts: '2026-03-01T10:02:00-05:00' },
    { delivery_id: 'a', attempt: 1 },
  ];
  const done = { delivery_id: 'b', attempt: 1 };
  const all = [second, done, first];
  assert.deepEqual(
    all.map((row) => replayOf(row, all)),
    ['try now', 'replay', undefined],
  );
});

test('objects of events lead to their pages', () => {
  const table: readonly [object: string, to: string | undefined, params?: object][] = [
    ['order DEMO-1', '/orders/$id', { id: 'DEMO-1' }],
    ['auto order 7', '/o/$id', { id: '7' }],
    ['customer profile 8', '/customers/$oid', { oid: '8' }],
    ['item 9', '/catalogue/$oid', { oid: '9' }],
    ['workflow task 6f9619ff-8b86-4011-b42d-00c04fc964ff', '/tasks/$number'],
    ['user 3', '/people/$id', { id: '3' }],
    ['webhook 4', '/webhooks/$oid', { oid: '4' }],
    ['chargeback 5', undefined],
    ['nonsense', undefined],
    ['', undefined],
  ];
  for (const [object, to, params] of table) {
    const { type, id } = typeAndId(object);
    const page = objectPage(type, id);
    assert.equal(page?.to, to, object);
    if (params) assert.deepEqual(page?.params, params, object);
  }
  assert.deepEqual(objectPage('auto_order', '7')?.search, { type: 'auto_order' });
});

test('a new try is counted by the filters of the list that shows it', () => {
  const delivery: WebhookDelivery = {
    webhook_oid: 3,
    delivery_dts: '2026-03-02T23:30:00-05:00',
    success: false,
    event_names: ['order_create'],
    objects: ['order DEMO-0000000101', 'auto order 12'],
  };
  const table: readonly [address: string, isListed: boolean][] = [
    ['', true],
    ['?webhook=3', true],
    ['?webhook=4', false],
    ['?state=failed', true],
    ['?state=delivered&state=waiting', true],
    ['?state=delivered', false],
    ['?event=order_create', true],
    ['?event=item_create', false],
    ['?q=demo-00', true],
    ['?q=AUTO+order+1', true],
    ['?q=0101', false],
    ['?days=2026-03-02..', true],
    ['?days=..2026-03-01', false],
    ['?days=2026-03-03..', false],
  ];
  for (const [address, isListed] of table) {
    const state = parseDeliveryList(parseUrl(address));
    assert.equal(isDeliveryListed(state, delivery, 'America/New_York'), isListed, address);
  }
});
