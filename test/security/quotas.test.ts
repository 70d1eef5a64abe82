// Quotas of a merchant (M11): each is refused with the limit and how to raise it, and only beyond it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaWords } from '../../server/src/platform/tenancy/quotas.ts';
import { oauthWorld } from '../staff/oauthClient.ts';
import type { TestRequest } from '../support/app.ts';

const quotas = {
  webhooks: 2,
  keys: 3,
  savedSearches: 2,
  files: 2,
  fileMegabytes: 1,
  devices: 2,
};
const world = await oauthWorld({ quotas });
const { app } = world;

/** The requests that count against a quota, and how many there were before. */
const inserts: [kind: keyof typeof quotas, before: number, request: (i: number) => TestRequest][] =
  [
    [
      'webhooks',
      0,
      (i) => ({
        operation: 'insertWebhook',
        body: { webhook_url: `https://example.com/${i}`, authentication_type: 'none' },
      }),
    ],
    // The key of the test is one.
    [
      'keys',
      1,
      (i) => ({ operation: 'insertApiKey', body: { name: `k${i}`, permissions: ['item_read'] } }),
    ],
    ['savedSearches', 0, (i) => ({ operation: 'insertSavedSearch', body: { name: `mine ${i}` } })],
    [
      'files',
      0,
      () => ({
        operation: 'getWorkflowTaskAttachmentUploadUrl',
        params: { extension: 'pdf' },
      }),
    ],
  ];

test('one more than the quota is refused, and says what to do', async (t) => {
  for (const [kind, before, request] of inserts)
    await t.test(kind, async () => {
      for (let i = before; i < quotas[kind]; i++) {
        const taken = await app.request(request(i));
        assert.equal(taken.status, 200, taken.text);
      }
      const refused = await app.request(request(99));
      assert.equal(refused.status, 400, refused.text);
      assert.equal(refused.headers['x-perennial-refusal'], 'quota_reached');
      const { what, setting } = quotaWords[kind];
      assert.ok(refused.text.includes(`There are ${quotas[kind]} ${what} already`), refused.text);
      assert.ok(refused.text.includes(`raise ${setting}`), refused.text);
    });
});

test('what is deleted or revoked counts no longer, and each merchant has a quota', async () => {
  const { webhooks } = (await app.request({ operation: 'getWebhooks' })).body;
  const params = { webhookOid: webhooks[0].webhook_oid };
  assert.equal((await app.request({ operation: 'deleteWebhook', params })).status, 204);
  assert.equal((await app.request(inserts[0]![2](7))).status, 200);

  const { api_keys } = (await app.request({ operation: 'getApiKeys' })).body;
  const { key_id } = api_keys.find(({ name }) => name === 'k1')!;
  await app.request({ operation: 'revokeApiKey', params: { key_id: key_id } });
  assert.equal((await app.request(inserts[1]![2](7))).status, 200);

  await app.addMerchant('OTHER');
  const key = await app.addKey('OTHER');
  for (const [kind, , request] of inserts)
    assert.equal((await app.request({ ...request(8), key })).status, 200, kind);
});

test('the bytes of attachments count, as soon as their upload was seen', async () => {
  await app.addMerchant('BYTES');
  const key = await app.addKey('BYTES');
  const upload = () => app.request({ ...inserts[3]![2](1), key });
  assert.equal((await upload()).status, 200);
  await app.db.run('update workflow_file set bytes = 1000000 where merchant_id = $1', ['BYTES']);
  const refused = await upload();
  assert.match(
    refused.text,
    /There are 1 million bytes of attachments already.*QUOTA_FILE_MEGABYTES/,
  );
});

test('no more devices of an application wait than its quota', async () => {
  const client_id = await world.registerApplication({ deviceScope: 'crm' });
  const begin = () => world.post('/rest/v2/oauth/device/authorize', { client_id, scope: 'crm' });
  assert.deepEqual(
    [await begin(), await begin(), await begin()].map(({ status }) => status),
    [200, 200, 400],
  );
  assert.equal((await begin()).json.error, 'slow_down');
});
