// Tests the device flow over real HTTP (RFC 8628): a device without a keyboard, and its user at a
// browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setDisabled } from '../../server/src/oauth/applicationStore.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { credentials, oauthWorld, ticketIn } from './oauthClient.ts';

const { app, browse, post, call, registerApplication } = await oauthWorld();
const clientId = await registerApplication({ deviceScope: 'ultraship' });

const begin = async (form: Record<string, string> = {}) =>
  post('/rest/v2/oauth/device/authorize', { client_id: clientId, scope: 'ultraship', ...form });
const poll = (deviceCode: string, changes: Record<string, string> = {}) =>
  post('/rest/v2/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: clientId,
    device_code: deviceCode,
    ...changes,
  });
/** Moves the device's next allowed poll into the past, as if the device had waited. */
const waited = () => app.db.run(`update oauth_device set poll_after = now() - interval '1 second'`);

async function answerAs(decision: 'allow' | 'deny', userCode: string) {
  const consent = await browse('/device', { user_code: userCode, ...credentials });
  assert.equal(consent.status, 200, consent.text);
  assert.match(
    consent.text,
    new RegExp(`on the device that shows <strong>${userCode.toUpperCase()}`),
  );
  return browse('/rest/v2/oauth/consent', { ticket: ticketIn(consent.text), decision });
}

test('a device shows a code, its user allows it, and the device continues', async () => {
  const { status, json: codes } = await begin();
  assert.equal(status, 200);
  assert.match(codes.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.deepEqual(
    [codes.expires_in, codes.interval, codes.verification_uri, codes.verification_uri_complete],
    [
      900,
      5,
      'http://perennial.test/device',
      `http://perennial.test/device?user_code=${codes.user_code}`,
    ],
  );
  assert.deepEqual(
    [(await poll(codes.device_code)).json.error, (await poll(codes.device_code)).json.error],
    ['authorization_pending', 'slow_down'],
  );

  const form = await browse(`/device?user_code=${codes.user_code.toLowerCase()}`);
  assert.match(form.text, new RegExp(`name="user_code" type="text" value="${codes.user_code}"`));
  assert.match((await answerAs('allow', codes.user_code)).text, /Your device is connected/);

  await waited();
  const { json: tokens } = await poll(codes.device_code, { grant_type: 'device_code' });
  assert.equal(tokens.scope, 'order_read');
  assert.equal((await call(tokens.access_token)).status, 200);
  assert.equal((await poll(codes.device_code)).json.error, 'invalid_grant', 'once');
});

test('denied', async () => {
  const { json: codes } = await begin();
  assert.match((await answerAs('deny', codes.user_code)).text, /Denied/);
  assert.equal((await poll(codes.device_code)).json.error, 'access_denied');
  assert.equal((await poll(codes.device_code)).json.error, 'invalid_grant');
});

test('allowed, and revoked before the device asks', async () => {
  const { json: codes } = await begin();
  await answerAs('allow', codes.user_code);
  await app.db.run('update oauth_grant set revoked_at = now() where merchant_id = $1', ['TEST']);
  assert.equal((await poll(codes.device_code)).json.error, 'access_denied');
  assert.equal((await poll(codes.device_code)).json.error, 'invalid_grant');
});

test('a code that is unknown, decided or expired asks for no decision', async () => {
  const { json: codes } = await begin();
  await answerAs('allow', codes.user_code);
  for (const userCode of ['BBBB-BBBB', '', codes.user_code]) {
    const answer = await browse('/device', { user_code: userCode, ...credentials });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /No device waits with that code/);
  }
  const { json: late } = await begin();
  await app.db.run(`update oauth_device set expires_at = now() - interval '1 second'`);
  assert.equal(
    (await browse('/device', { user_code: late.user_code, ...credentials })).status,
    400,
  );
  assert.equal((await poll(late.device_code)).json.error, 'expired_token');
  assert.equal(
    (await browse('/device', { user_code: late.user_code, ...credentials, password: 'wrong' }))
      .status,
    401,
    'only who works here may try codes',
  );
});

test('two decisions on one code: the first counts', async () => {
  const { json: codes } = await begin();
  const tickets = [];
  for (let i = 0; i < 2; i++)
    tickets.push(
      ticketIn((await browse('/device', { user_code: codes.user_code, ...credentials })).text),
    );
  assert.equal(
    (await browse('/rest/v2/oauth/consent', { ticket: tickets[0]!, decision: 'deny' })).status,
    200,
  );
  assert.equal(
    (await browse('/rest/v2/oauth/consent', { ticket: tickets[1]!, decision: 'allow' })).status,
    400,
  );
  assert.equal((await poll(codes.device_code)).json.error, 'access_denied');
});

test('requests for a device code that are refused', async (t) => {
  const plain = await registerApplication();
  const cases: [string, Record<string, string>, number, string][] = [
    ['an unknown application', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['an application that is not for devices', { client_id: plain }, 400, 'unauthorized_client'],
    ['no scope', { scope: '' }, 400, 'invalid_request'],
    ['another scope', { scope: 'crm' }, 400, 'invalid_scope'],
  ];
  for (const [what, form, status, error] of cases) {
    await t.test(what, async () => {
      const answer = await begin(form);
      assert.deepEqual([answer.status, answer.json.error], [status, error]);
    });
  }
  await t.test('a device code of another application', async () => {
    const { json: codes } = await begin();
    assert.equal((await poll(codes.device_code, { client_id: plain })).json.error, 'invalid_grant');
  });
  await t.test('a disabled application', async () => {
    const { json: codes } = await begin();
    await setDisabled(app.db, clientId, systemClock.now());
    assert.deepEqual([(await begin()).status, (await poll(codes.device_code)).status], [410, 410]);
    assert.equal(
      (await browse('/device', { user_code: codes.user_code, ...credentials })).status,
      400,
    );
  });
});

test('what has expired is deleted', async () => {
  await app.db.run(
    `update oauth_token set expires_at = now() - interval '1 second' where merchant_id = 'TEST'`,
  );
  await app.db.run(`update oauth_device set expires_at = now() - interval '1 second'`);
  await app.work('expired tokens');
  const left = await app.db.row<{ tokens: number; devices: number }>(
    `select (select count(*) from oauth_token
      where merchant_id = 'TEST') as tokens, (select count(*) from oauth_device) as devices`,
  );
  assert.deepEqual(left, { tokens: 0, devices: 0 });
});
