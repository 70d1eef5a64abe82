// Tests the quotas of a merchant (M11): a request beyond a quota is refused, and the message
// contains the limit and how to raise it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealWith } from '../../server/src/platform/seal.ts';
import { quotaWords } from '../../server/src/platform/tenancy/quotas.ts';
import { oauthWorld } from '../staff/oauthClient.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const quotas = {
  webhooks: 2,
  keys: 3,
  savedSearches: 2,
  files: 2,
  fileMegabytes: 26,
  devices: 2,
};
const seal = sealWith(Buffer.alloc(32, 1));
const world = await oauthWorld({ quotas, seal });
const { app } = world;

/** The requests that count against each quota, and how many objects existed before. */
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
    // The test's own key counts as one.
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

test('the bytes of attachments count, and an upload that was not seen with the most it may have', async () => {
  await app.addMerchant('BYTES');
  const key = await app.addKey('BYTES');
  const small = await testApp({
    db: app.db,
    seal,
    quotas: { ...quotas, files: 9, fileMegabytes: 20 },
  });
  const upload = () => small.request({ ...inserts[3]![2](1), key });
  const holds = (bytes: number) =>
    app.db.run('update workflow_file set bytes = $2 where merchant_id = $1', ['BYTES', bytes]);
  assert.equal((await upload()).status, 200);
  assert.match((await upload()).text, /There are 20 million bytes.*QUOTA_FILE_MEGABYTES/);
  await holds(1_000_000);
  assert.equal((await upload()).status, 200);
  await holds(13_000_000);
  assert.match((await upload()).text, /There are 20 million bytes.*QUOTA_FILE_MEGABYTES/);
});

test('requests at the same moment do not pass a quota together', async (t) => {
  await app.addMerchant('CROWD');
  const key = await app.addKey('CROWD');
  for (const [kind, before, request] of inserts)
    await t.test(kind, async () => {
      const crowd = Array.from({ length: 12 }, (_, i) => app.request({ ...request(i), key }));
      const taken = (await Promise.all(crowd)).filter(({ status }) => status === 200);
      assert.equal(taken.length, quotas[kind] - before);
    });
  const client_id = await world.registerApplication({ deviceScope: 'crm' });
  const begin = () => world.post('/rest/v2/oauth/device/authorize', { client_id, scope: 'crm' });
  const begun = await Promise.all(Array.from({ length: 12 }, begin));
  assert.equal(begun.filter(({ status }) => status === 200).length, quotas.devices);
});

test('a key that a later date brings back counts again', async () => {
  await app.addMerchant('BACK');
  const key = await app.addKey('BACK');
  const body = { name: 'back', permissions: ['item_read'] };
  const insert = () => app.request({ operation: 'insertApiKey', body, key });
  const { key_id } = (await insert()).body.api_key;
  await app.db.run(
    `update api_key set expires_at = now() - interval '1 day' where merchant_id = $1 and key_id = $2`,
    ['BACK', key_id],
  );
  assert.deepEqual([(await insert()).status, (await insert()).status], [200, 200]);
  const bring = (body: object) =>
    app.request({ operation: 'updateApiKey', params: { key_id }, body, key });
  assert.equal((await bring({ name: 'still expired' })).status, 200);
  for (const expires_dts of ['2999-01-31', null])
    assert.match((await bring({ expires_dts })).text, /There are 3 valid keys already/);
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
