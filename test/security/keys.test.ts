// Tests the life of a simple key: its expiry, its secrets, its last use, and who may change it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '../../contract/src/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { movedClock } from '../support/movedClock.ts';
import { logInAs } from '../support/sessions.ts';
import { addUser } from '../support/staff.ts';

const clock = movedClock();
const app = await testApp({ clock });
const hour = 3_600_000;

const ask = async <Id extends OperationId>(request: TestRequest<Id>, status = 200) => {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
};
const make = async (body: object = {}) =>
  (
    await ask({
      operation: 'insertApiKey',
      body: { name: 'Warehouse', permissions: ['item_read'], ...body },
    })
  ).api_key;
const listed = async (keyId: number) =>
  (await ask({ operation: 'getApiKeys' })).api_keys.find((each) => each.key_id === keyId)!;
const use = (key: string) => app.request({ operation: 'getItems', key });
const wireIn = (ms: number) => clock.now().add({ milliseconds: ms }).toString();

test('a new key is shown once, works, and is listed without its secret', async () => {
  const made = await make({ allowed_ips: ['127.0.0.0/8'] });
  assert.match(made.key, /^[0-9a-f]{64}$/);
  assert.equal((await use(made.key)).status, 200);
  const { key, ...rest } = made;
  assert.deepEqual(await listed(made.key_id), rest);
  assert.equal(rest.prefix, key.slice(0, 8));
  assert.equal(rest.state, 'valid');
});

const refusedInserts: [what: string, body: object, message: RegExp][] = [
  ['no name', { name: ' ' }, /name/],
  ['no permissions', { permissions: [] }, /permissions/],
  ['an unknown permission', { permissions: ['moon_read'] }, /moon_read, which is not a permission/],
  ['an address that is none', { allowed_ips: ['10.0.0.300'] }, /neither an address nor a range/],
  ['a past date', { expires_dts: '2020-01-01' }, /is in the past/],
  ['an unknown user', { user_id: 999 }, /user 999, who does not exist/],
];
test('a key that makes no sense is refused by the name of the field', async (t) => {
  for (const [what, body, message] of refusedInserts)
    await t.test(what, async () => {
      const body2 = { name: 'x', permissions: ['item_read'], ...body };
      const { error } = await ask({ operation: 'insertApiKey', body: body2 }, 400);
      assert.match(error.user_message, message);
    });
});

test('an expired key is refused, with its webhooks, until its date is moved', async () => {
  const made = await make({ expires_dts: wireIn(hour), permissions: ['item_read'] });
  const params = { key_id: made.key_id };
  assert.equal((await use(made.key)).status, 200);
  clock.move(hour);
  const refused = await use(made.key);
  assert.equal(refused.status, 401);
  assert.match(refused.text, /The key expired at 20.*PUT .perennial.v1.keys/);
  assert.equal((await listed(made.key_id)).state, 'expired');
  await ask({ operation: 'rotateApiKey', params }, 404);
  await ask({ operation: 'updateApiKey', params, body: { expires_dts: wireIn(hour) } });
  assert.equal((await use(made.key)).status, 200);
  const unending = await ask({ operation: 'updateApiKey', params, body: { expires_dts: null } });
  assert.equal(unending.api_key.expires_dts, undefined);
  assert.equal(unending.api_key.name, 'Warehouse', 'absent fields stay');
});

test('a rotated key has two secrets until a date, and then one', async () => {
  const made = await make();
  const params = { key_id: made.key_id };
  const rotated = (await ask({ operation: 'rotateApiKey', params, body: { keep_old_hours: 2 } }))
    .api_key;
  assert.equal(rotated.key_id, made.key_id);
  assert.notEqual(rotated.key, made.key);
  assert.equal((await use(made.key)).status, 200);
  assert.equal((await use(rotated.key)).status, 200);
  clock.move(2 * hour);
  const refused = await use(made.key);
  assert.equal(refused.status, 401);
  assert.match(refused.text, /has a new secret, and this one was accepted until 20/);
  assert.equal((await use(rotated.key)).status, 200);
});

test('a second rotation ends the first secret, and hours are bounded', async () => {
  const made = await make();
  const params = { key_id: made.key_id };
  const rotate = async (body: object, status = 200) =>
    ask({ operation: 'rotateApiKey', params, body }, status);
  const second = (await rotate({})).api_key;
  const third = (await rotate({ keep_old_hours: 0 })).api_key;
  const answers = await Promise.all([made, second, third].map(({ key }) => use(key)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 200],
  );
  await rotate({ keep_old_hours: -1 }, 400);
  await rotate({ keep_old_hours: 2161 }, 400);
});

test('a revoked key is revoked, also in its list, and cannot be changed', async () => {
  const made = await make();
  const params = { key_id: made.key_id };
  await ask({ operation: 'rotateApiKey', params });
  await ask({ operation: 'revokeApiKey', params }, 204);
  assert.match((await use(made.key)).text, /was revoked/);
  assert.equal((await listed(made.key_id)).state, 'revoked');
  await ask({ operation: 'revokeApiKey', params }, 404);
  await ask({ operation: 'rotateApiKey', params }, 404);
  await ask({ operation: 'updateApiKey', params, body: { name: 'Again' } }, 404);
});

test('the last use is written once a minute, of the old secret, too', async () => {
  const worker = app.app.apiWorkers.find(({ name }) => name === 'key uses')!;
  clock.move(60_000);
  await worker.runOnce();
  const made = await make();
  const rotated = (await ask({ operation: 'rotateApiKey', params: { key_id: made.key_id } }))
    .api_key;
  await use(rotated.key);
  await worker.runOnce();
  assert.equal((await listed(made.key_id)).last_used_dts, undefined, 'not yet');
  const usedAt = clock.now();
  clock.move(60_000);
  await worker.runOnce();
  const once = await listed(made.key_id);
  const at = (dts: string | undefined) => Date.parse(dts!);
  assert.ok(Math.abs(at(once.last_used_dts) - usedAt.epochMilliseconds) < 2000);
  assert.equal(once.last_used_ip, '127.0.0.1');
  assert.equal(once.old_secret_used_dts, undefined);
  await use(made.key);
  clock.move(60_000);
  await worker.runOnce();
  const twice = await listed(made.key_id);
  assert.ok(at(twice.old_secret_used_dts) > at(once.last_used_dts));
});

test('a caller who may do less makes, rotates and ends no such key', async () => {
  const strong = await make({ permissions: ['item_read', 'order_write'] });
  const params = { key_id: strong.key_id };
  const clerk = await logInAs(app, { login: 'clerk', permissions: ['user_write', 'item_read'] });
  const boss = await addUser(app.db, 'TEST', { login: 'boss', permissions: ['order_write'] });
  const body = { name: 'x', permissions: ['item_read'] };
  await ask({ operation: 'insertApiKey', ...clerk.request, body });
  const refused: TestRequest[] = [
    { operation: 'insertApiKey', body: { ...body, permissions: ['order_write'] } },
    { operation: 'insertApiKey', body: { ...body, user_id: boss } },
    { operation: 'updateApiKey', params, body: { name: 'mine' } },
    { operation: 'rotateApiKey', params },
    { operation: 'revokeApiKey', params },
  ];
  for (const request of refused)
    assert.equal((await app.request({ ...request, ...clerk.request })).status, 401);
  assert.equal((await use(strong.key)).status, 200);
});

test('keys of other merchants are not there', async () => {
  await app.addMerchant('OTHER');
  const key = await app.addKey('OTHER');
  const { key_id } = await make();
  await ask({ operation: 'rotateApiKey', params: { key_id: key_id }, key }, 404);
  const { api_keys } = await ask({ operation: 'getApiKeys', key });
  assert.equal(api_keys.length, 1);
});
