// Tests a key that acts for a user: what it may do, from where, and when it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { testApp, testNow } from '../support/app.ts';
import { addGroup, addUser } from '../support/staff.ts';

const app = await testApp();
const userId = await addUser(app.db, 'TEST', {
  login: 'ann',
  name: 'Ann',
  permissions: ['order_read', 'item_read'],
});
const details = {
  merchantId: 'TEST',
  name: 'bound',
  permissions: ['order_read', 'order_write', 'workflow_read'],
  allowedIps: [],
  userId,
};
const { key } = await createApiKey(app.db, randomIds, details, testNow);

async function me() {
  app.app.keys.forget();
  const { status, body, text } = await app.request({ operation: 'getOauthMe', key });
  assert.equal(status, 200, text);
  return body;
}

async function refusal() {
  app.app.keys.forget();
  const { headers } = await app.request({ operation: 'getOauthMe', key });
  return String(headers['uc-rest-error']);
}

test('it may do what both the key and the user may, the user’s groups included', async () => {
  assert.deepEqual(await me(), {
    merchant_id: 'TEST',
    user_id: userId,
    name: 'Ann',
    permissions: ['order_read'],
  });
  await addGroup(app.db, 'TEST', 'Support', [userId], ['workflow_read', 'customer_read']);
  assert.deepEqual((await me()).permissions, ['order_read', 'workflow_read']);
});

test('it works only from addresses that both the key and the user allow', async () => {
  await app.request({
    operation: 'updateUser',
    params: { user_id: userId },
    body: { api_ip_address_masks: ['203.0.113.0/24'] },
  });
  assert.match(await refusal(), /may not be used from 127\.0\.0\.1/);
  await app.request({
    operation: 'updateUser',
    params: { user_id: userId },
    body: { api_ip_address_masks: [] },
  });
  assert.equal((await me()).name, 'Ann');
});

test('it ends with the user', async () => {
  await app.request({ operation: 'deleteUser', params: { user_id: userId } });
  assert.match(await refusal(), /revoked/);
});
