// Tests that the names which every JavaScript object has are refused as unknown names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { objectsOf } from './objects.ts';

const app = await testApp();
const params = await objectsOf(app, app.key, 1);

for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
  test(`"${name}" is not a file type, an event, a sort field or a category`, async () => {
    const statusOf = async (request: Parameters<typeof app.request>[0]) =>
      (await app.request({ ...request, params: { ...params, ...request.params } })).status;
    assert.equal(
      await statusOf({
        operation: 'getWorkflowTaskAttachmentUploadUrl',
        params: { extension: name },
      }),
      400,
    );
    assert.equal(await statusOf({ operation: 'resendEvent', params: { eventName: name } }), 404);
    assert.equal(await statusOf({ operation: 'getAutoOrders', query: { _sort: name } }), 400);
    const subscribed = await app.request({
      operation: 'insertWebhook',
      body: {
        webhook_url: 'https://example.com/other',
        authentication_type: 'none',
        event_categories: [{ events: [{ event_name: name, subscribed: true }] }],
      },
    });
    assert.equal(subscribed.status, 400, subscribed.text);
    assert.equal(
      await statusOf({
        operation: 'updateAutoOrder',
        rawBody: JSON.stringify({ [`x${name}`]: {} }).replace(`x${name}`, name),
      }),
      200,
    );
  });
}
