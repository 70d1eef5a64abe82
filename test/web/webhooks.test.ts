// Tests how a webhook's state is described, and what a person can do with a delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MerchantWebhook } from '@perennial/contract/perennial.ts';
import {
  byNeed,
  foundIdOf,
  percent,
  replayOf,
  resultOf,
  stateOf,
} from '../../web/src/webhooks/state.ts';

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

test('addresses', () => {
  assert.deepEqual(['order DEMO-1', 'auto order 7', 'task 3'].map(foundIdOf), [
    'DEMO-1',
    undefined,
    undefined,
  ]);
});
