// Tests forms and queries with text that PostgreSQL cannot store, and names that a header cannot
// contain: each is refused before any lookup.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBillingLink } from '../../server/src/payments/billingLinkStore.ts';
import { testApp } from '../support/app.ts';
import { objectsOf } from './objects.ts';

const app = await testApp();
const { auto_order_oid: oid } = await objectsOf(app, app.key, 1);
const cardPage = new URL(await makeBillingLink(app.db, 'TEST', Number(oid))).pathname;

const forms = [
  '/rest/v2/oauth/token',
  '/rest/v2/oauth/revoke',
  '/rest/v2/oauth/device/authorize',
  '/rest/v2/oauth/authorize',
  '/rest/v2/oauth/consent',
  '/device',
  cardPage,
];
const bodies: Readonly<Record<string, string>> = {
  'U+0000 in a value':
    'client_id=%00&login=a%00b&user_code=%00&token=%00&ticket=%00&card_token=%00',
  'U+0000 in a name': 'client%00_id=1',
  'bytes that are not UTF-8': 'client_id=%ff&card_token=%ff',
  'half a surrogate pair': 'client_id=%ED%A0%80',
  'a line break in a repeated name': 'client_id=x&%0D%0AX=1&%0D%0AX=2',
};

for (const path of forms) {
  test(`${path === cardPage ? 'the card page' : path} refuses forms that cannot be stored`, async () => {
    for (const [what, payload] of Object.entries(bodies)) {
      const { statusCode, headers, body } = await app.app.http.inject({
        method: 'POST',
        url: path,
        payload,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      assert.ok(statusCode === 400 || statusCode === 401, `${what}: ${statusCode} ${body}`);
      assert.equal(headers['x'], undefined, what);
      assert.doesNotMatch(body, /ERR_|statusCode/, what);
    }
  });
}

for (const path of ['/rest/v2/oauth/authorize', '/device', '/rest/v2/item/items', '/docs']) {
  test(`${path} refuses a query that is not UTF-8 or holds U+0000`, async () => {
    for (const query of ['client_id=%ff', 'user_code=%C0%80', '_since=%ED%A0%80', 'a=%00'])
      assert.equal((await app.request({ path: `${path}?${query}` })).status, 400, query);
  });
}

test('a lone percent sign in a query counts as itself', async () => {
  const { status } = await app.request({ path: '/rest/v2/auto_order/auto_orders?company=100%' });
  assert.equal(status, 200);
});

test('Basic credentials with U+0000 are refused in the words of OAuth', async () => {
  const { statusCode, body } = await app.app.http.inject({
    method: 'POST',
    url: '/rest/v2/oauth/token',
    payload: 'grant_type=refresh_token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('\0:x').toString('base64')}`,
    },
  });
  assert.equal(statusCode, 400);
  assert.equal(JSON.parse(body).error, 'invalid_request');
});
