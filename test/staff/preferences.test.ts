// Tests the data that the console stores: settings of a user, and views of lists that colleagues
// may share.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { logInAs, type TestSession } from '../support/sessions.ts';

const app = await testApp();
const permissions = ['workflow_read', 'auto_order_read'];
const ann = await logInAs(app, { login: 'ann', permissions });
const bob = await logInAs(app, { login: 'bob', permissions: ['auto_order_read'] });
const ask = <Id extends OperationId>({ request }: TestSession, asked: TestRequest<Id>) =>
  app.request<Id>({ ...asked, ...request });

test('preferences belong to the user, and a write replaces them', async () => {
  const read = async (by: TestSession) =>
    (await ask(by, { operation: 'getMyPreferences' })).body.preferences;
  assert.deepEqual(await read(ann), {});
  const write = (body: object) => ask(ann, { operation: 'updateMyPreferences', body });
  const first = { theme: 'dark', keys: { off: true }, recent: [1, 'a'], gone: null };
  assert.equal((await write(first)).status, 200);
  assert.deepEqual(await read(ann), { theme: 'dark', keys: { off: true }, recent: [1, 'a'] });
  await write({ theme: 'light' });
  assert.deepEqual(await read(ann), { theme: 'light' });
  assert.deepEqual(await read(bob), {});
});

test('preferences of 16 KB are stored, and one byte more is refused', async () => {
  const ofBytes = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
  const write = (body: object) => ask(ann, { operation: 'updateMyPreferences', body });
  assert.equal((await write(ofBytes(16_384))).status, 200);
  const refused = await write(ofBytes(16_385));
  assert.equal(refused.status, 400);
  assert.match(String(refused.headers['uc-rest-error']), /larger than 16384 bytes/);
});

test('a key without a user has no preferences', async () => {
  const answer = await app.request({ operation: 'getMyPreferences' });
  assert.equal(answer.status, 400);
  assert.match(String(answer.headers['uc-rest-error']), /not bound to a user/);
});

test('a view of a list: its filters and columns, shared with those who may read the list', async () => {
  const insert = (by: TestSession, body: object) =>
    ask(by, { operation: 'insertSavedSearch', body });
  const list = async (by: TestSession, query: Record<string, string> = {}) =>
    (await ask(by, { operation: 'getSavedSearches', query })).body.saved_searches.map(
      ({ name }) => name,
    );
  const declined = {
    name: 'Declined',
    kind: 'auto_orders',
    filters: { state: ['retrying'], next: { until: '2026-02-01' } },
    columns: ['code', 'next', 'total'],
    sort: '-next',
    shared: true,
  };
  const { saved_search: stored } = (await insert(ann, declined)).body;
  const { saved_search_oid: _, created_by, created_dts: __, ...shown } = stored;
  assert.deepEqual(shown, declined);
  assert.equal(created_by.user, 'ann');
  await insert(ann, { name: 'Urgent', search: { priority: '3 - high' }, shared: true });
  assert.deepEqual(await list(ann), ['Declined', 'Urgent']);
  assert.deepEqual(await list(ann, { kind: 'tasks' }), ['Urgent']);
  assert.deepEqual(await list(bob), ['Declined']);

  const params = { saved_search_oid: stored.saved_search_oid };
  const change = (by: TestSession, body: object) =>
    ask(by, { operation: 'updateSavedSearch', params, body });
  assert.equal((await change(bob, { name: 'Mine' })).status, 404);
  const changed = await change(ann, { columns: null, filters: { state: ['parked'] } });
  assert.deepEqual(changed.body.saved_search.filters, { state: ['parked'] });
  assert.equal('columns' in changed.body.saved_search, false);

  for (const [by, body, field, status] of [
    [bob, { name: 'Tasks' }, 'workflow_read', 401],
    [ann, { name: 'Orders', kind: 'orders' }, 'order_read', 401],
    [ann, { name: 'A', kind: 'auto_orders', search: {} }, 'search', 400],
    [ann, { name: 'A', filters: {} }, 'filters', 400],
    [ann, { name: 'A', kind: 'auto_orders', filters: { q: 'x'.repeat(17_000) } }, 'filters', 400],
    [ann, { name: 'A', columns: Array.from({ length: 51 }, () => 'code') }, 'columns', 400],
    [ann, { name: 'A', kind: 'nothing' }, 'kind', 400],
  ] as const) {
    const refused = await insert(by, body);
    assert.equal(refused.status, status, JSON.stringify(body));
    assert.match(String(refused.headers['uc-rest-error']), new RegExp(field));
  }
  assert.equal((await change(ann, { kind: 'tasks' })).status, 400);
});
