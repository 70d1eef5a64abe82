// Tests OAuth over real HTTP: the code flow with a browser and an application, refresh and revoke,
// and the usual attacks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setDisabled } from '../../server/src/oauth/applicationStore.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { hashSecret } from '../../server/src/staff/credential.ts';
import { addUser } from '../support/staff.ts';
import {
  authorization,
  challengeOf,
  credentials,
  oauthWorld,
  password,
  queryOf,
  redirectUri,
  ticketIn,
} from './oauthClient.ts';

const world = await oauthWorld();
const { app, browse, post, call } = world;
const authorizePath = '/rest/v2/oauth/authorize';
const tokenPath = '/rest/v2/oauth/token';
const clientId = await world.registerApplication();
const otherClientId = await world.registerApplication();

const exchange = (code: string, changes: Record<string, string> = {}) =>
  post(tokenPath, {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
    ...changes,
  });
const refresh = (token: string, changes: Record<string, string> = {}) =>
  post(tokenPath, {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: token,
    ...changes,
  });

test('the code flow: log in, see what is asked, allow, exchange, call, refresh, revoke', async () => {
  await assertLogInForm();
  const code = await allow();
  const { status, json: tokens, headers } = await exchange(code);
  assert.equal(status, 200);
  assert.deepEqual(
    [tokens.token_type, tokens.expires_in, tokens.scope],
    ['bearer', '3600', 'order_read'],
  );
  assert.equal(headers.get('cache-control'), 'no-store');
  await assertPermissions(tokens.access_token);

  const next = (await refresh(tokens.refresh_token)).json;
  assert.equal((await call(next.access_token)).status, 200);
  assert.notEqual(next.refresh_token, tokens.refresh_token);

  const revoked = await post('/rest/v2/oauth/revoke', {
    client_id: clientId,
    token: next.refresh_token,
  });
  assert.deepEqual([revoked.status, revoked.json.successful], [200, true]);
  for (const token of [tokens.access_token, next.access_token])
    assert.equal((await call(token)).status, 401);
  assert.equal((await refresh(next.refresh_token)).json.error, 'invalid_grant');

  const { logins } = (
    await app.request({ operation: 'getUserLogins', params: { user_id: world.userId } })
  ).body;
  assert.deepEqual([logins.length, logins[0].login, logins[0].ip_address], [1, 'ann', '127.0.0.1']);
});

/**
 * Asserts that the form shows the application's name as text, and that a wrong password is not in
 * the next form.
 */
async function assertLogInForm(): Promise<void> {
  const form = await browse(authorizePath + queryOf(authorization(clientId)));
  assert.equal(form.status, 200);
  assert.match(form.text, /Shipping &lt;b&gt;Desk&lt;\/b&gt;/);
  assert.match(form.text, /type="password"/);
  const wrong = await browse(authorizePath, {
    ...authorization(clientId),
    ...credentials,
    password: 'wrong',
  });
  assert.equal(wrong.status, 401);
  assert.match(wrong.text, /role="alert"/);
  assert.doesNotMatch(wrong.text, /value="wrong"/);
}

/** Logs in, allows what the page lists, and returns the code of the redirect. */
async function allow(): Promise<string> {
  const consent = await browse(authorizePath, { ...authorization(clientId), ...credentials });
  assert.equal(consent.status, 200);
  assert.match(consent.text, /Ann &lt;Smith&gt;.*of TEST/);
  assert.match(consent.text, /<li>Read orders<\/li>/);
  const message = 'what the user may not do cannot be given';
  assert.match(consent.text, /will not be able to: read items/, message);
  const { status, location } = await browse('/rest/v2/oauth/consent', {
    ticket: ticketIn(consent.text),
    decision: 'allow',
  });
  assert.equal(status, 303);
  assert.equal(location!.origin + location!.pathname, 'https://client.example/callback');
  const query = location!.searchParams;
  assert.deepEqual([query.get('tenant'), query.get('state')], ['7', 'st&te=1']);
  return query.get('code')!;
}

/** Asserts that the token may do only what the user both allowed and may do. */
async function assertPermissions(token: string): Promise<void> {
  assert.equal((await call(token)).status, 200);
  assert.deepEqual((await call(token, '/rest/v2/oauth/me')).json, {
    merchant_id: 'TEST',
    user_id: world.userId,
    name: 'Ann <Smith>',
    client_id: clientId,
    permissions: ['order_read'],
  });
  const refused = await call(token, '/rest/v2/item/items');
  assert.match(refused.headers.get('uc-rest-error')!, /item_read/);
}

test('a denial is reported to the application', async () => {
  const consent = await browse(authorizePath, { ...authorization(clientId), ...credentials });
  const denied = await browse('/rest/v2/oauth/consent', {
    ticket: ticketIn(consent.text),
    decision: 'deny',
  });
  assert.deepEqual(
    [
      denied.location!.searchParams.get('error'),
      denied.location!.searchParams.get('state'),
      denied.location!.searchParams.get('code'),
    ],
    ['access_denied', 'st&te=1', null],
  );
});

test('no page may be framed, cached, scripted or sent on', async () => {
  const pages = [
    await browse(authorizePath + queryOf(authorization(clientId))),
    await browse(authorizePath, { ...authorization(clientId), ...credentials }),
    await browse('/device'),
    await browse(authorizePath + queryOf({ client_id: 'nobody' })),
    await browse('/rest/v2/oauth/consent', { ticket: 'x', decision: 'allow' }),
  ];
  for (const page of pages) {
    const policy = page.headers.get('content-security-policy')!;
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ])
      assert.ok(policy.includes(part), policy);
    assert.deepEqual(
      [
        page.headers.get('cache-control'),
        page.headers.get('referrer-policy'),
        page.headers.get('x-frame-options'),
      ],
      ['no-store', 'no-referrer, same-origin', 'DENY'],
    );
    assert.equal(page.headers.get('set-cookie'), null);
    assert.doesNotMatch(page.text, /<script|\son\w+=|javascript:/i);
  }
});

test('an unknown application or address is shown to the user, never sent to the address', async (t) => {
  const cases: [string, Record<string, string>][] = [
    ['an unknown application', { client_id: 'nobody' }],
    ['another address', { redirect_uri: 'https://evil.example/' }],
    ['an address below', { redirect_uri: 'https://client.example/callback?tenant=7&x=1' }],
    ['the same host only', { redirect_uri: 'https://client.example/' }],
    [
      'a name before the host',
      { redirect_uri: 'https://client.example@evil.example/callback?tenant=7' },
    ],
    ['other letters', { redirect_uri: 'https://client.example/CALLBACK?tenant=7' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['no address', { redirect_uri: '' }],
  ];
  for (const [what, changes] of cases) {
    await t.test(what, async () => {
      const parameters = { ...authorization(clientId), ...changes };
      for (const answer of [
        await browse(authorizePath + queryOf(parameters)),
        await browse(authorizePath, { ...parameters, ...credentials }),
      ]) {
        assert.equal(answer.status, 400);
        assert.equal(answer.location, undefined);
        assert.doesNotMatch(answer.text, /evil\.example|javascript:/);
      }
    });
  }
  await t.test('two addresses in one request', async () => {
    const answer = await browse(
      `${authorizePath}${queryOf(authorization(clientId))}&redirect_uri=https%3A%2F%2Fevil.example`,
    );
    assert.deepEqual([answer.status, answer.location], [400, undefined]);
  });
});

test('an application on the user’s machine comes back to any port', async (t) => {
  const cases: [registered: string, given: string, status: number][] = [
    ['http://127.0.0.1/callback', 'http://127.0.0.1/callback', 200],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:51004/callback', 200],
    ['http://127.0.0.1:9000/callback', 'http://127.0.0.1/callback', 200],
    ['http://[::1]:9000/callback', 'http://[::1]:61023/callback', 200],
    ['http://localhost:3000/cb?x=1', 'http://localhost:3001/cb?x=1', 200],
    ['http://127.0.0.1', 'http://127.0.0.1:8080', 200],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:51004/other', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:51004/callback?x=1', 400],
    ['http://127.0.0.1/callback', 'http://localhost:51004/callback', 400],
    ['http://127.0.0.1/callback', 'http://[::1]:51004/callback', 400],
    ['http://127.0.0.1/callback', 'https://127.0.0.1:51004/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.2:51004/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1.evil.example:51004/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:80@evil.example/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:0/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:65536/callback', 400],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:/callback', 400],
    ['http://127.0.0.1/', 'http://127.0.0.1:5\n/', 400],
    ['https://client.example/cb', 'https://client.example:8443/cb', 400],
  ];
  for (const [registered, given, status] of cases) {
    await t.test(`${given} for ${registered}: ${status}`, async () => {
      const id = await world.registerApplication({ redirectUris: [registered] });
      const asked = { ...authorization(id), redirect_uri: given };
      assert.equal((await browse(authorizePath + queryOf(asked))).status, status);
      if (status !== 200) return;
      const code = await world.obtainCode(id, { redirect_uri: given });
      const form = { client_id: id, redirect_uri: given };
      assert.equal((await exchange(code, form)).status, 200);
    });
  }
});

test('other faults go back to the registered address', async (t) => {
  const cases: [string, Record<string, string>, string][] = [
    ['no state', { state: '' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'a challenge in the clear',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
    ],
    ['a challenge without its method', { code_challenge: 'x'.repeat(43) }, 'invalid_request'],
    ['a method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
  ];
  for (const [what, changes, error] of cases) {
    await t.test(what, async () => {
      const answer = await browse(
        authorizePath + queryOf({ ...authorization(clientId), ...changes }),
      );
      assert.equal(answer.status, 303);
      assert.equal(answer.location!.host, 'client.example');
      assert.deepEqual(
        [answer.location!.searchParams.get('error'), answer.location!.searchParams.get('code')],
        [error, null],
      );
    });
  }
});

test('another site can neither log a user in nor decide for them', async () => {
  const consent = await browse(authorizePath, { ...authorization(clientId), ...credentials });
  for (const site of ['cross-site', 'same-site']) {
    assert.equal(
      (
        await browse(
          authorizePath,
          { ...authorization(clientId), ...credentials },
          { 'sec-fetch-site': site },
        )
      ).status,
      400,
    );
    assert.equal(
      (
        await browse(
          '/rest/v2/oauth/consent',
          { ticket: ticketIn(consent.text), decision: 'allow' },
          { 'sec-fetch-site': site },
        )
      ).status,
      400,
    );
  }
  for (const ticket of ['', 'TEST.', `TEST.${'0'.repeat(64)}`])
    assert.equal(
      (await browse('/rest/v2/oauth/consent', { ticket, decision: 'allow' })).status,
      400,
    );
  assert.equal(
    (await browse('/rest/v2/oauth/consent', { ticket: ticketIn(consent.text), decision: 'allow' }))
      .status,
    303,
  );
  assert.equal(
    (await browse('/rest/v2/oauth/consent', { ticket: ticketIn(consent.text), decision: 'allow' }))
      .status,
    400,
    'a ticket decides once',
  );
});

test('a code is good once, and a second use takes back what the first gave', async () => {
  const code = await world.obtainCode(clientId);
  const { json: tokens } = await exchange(code);
  assert.equal((await call(tokens.access_token)).status, 200);
  assert.equal((await exchange(code)).json.error, 'invalid_grant');
  assert.equal((await call(tokens.access_token)).status, 401);
  assert.equal((await refresh(tokens.refresh_token)).json.error, 'invalid_grant');
});

test('of ten clients that use a code at once, at most one gets tokens that work', async () => {
  const code = await world.obtainCode(clientId);
  const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(code)));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  for (const { json } of answers.filter((answer) => answer.status === 200))
    assert.equal((await call(json.access_token)).status, 401, 'a replay was seen');
});

test('refused exchanges', async (t) => {
  const cases: [string, Record<string, string>, number, string][] = [
    ['another application', { client_id: otherClientId }, 400, 'invalid_grant'],
    ['another address', { redirect_uri: 'https://client.example/' }, 400, 'invalid_grant'],
    ['no address', { redirect_uri: '' }, 400, 'invalid_grant'],
    ['no code', { code: '' }, 400, 'invalid_request'],
    ['a code that is none', { code: 'TEST.abc' }, 400, 'invalid_grant'],
    ['a verifier without a challenge', { code_verifier: 'x'.repeat(43) }, 400, 'invalid_grant'],
    ['no application', { client_id: '' }, 400, 'invalid_request'],
    ['an unknown application', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['a secret, where there is none', { client_secret: 'guess' }, 401, 'invalid_client'],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
    ['a password', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ];
  const code = await world.obtainCode(clientId);
  for (const [what, changes, status, error] of cases) {
    await t.test(what, async () => {
      const answer = await exchange(code, changes);
      assert.deepEqual([answer.status, answer.json.error], [status, error]);
      assert.equal(answer.headers.get('uc-rest-error'), answer.json.error_description);
    });
  }
  await t.test('a parameter twice', async () => {
    const response = await fetch(world.baseUrl + tokenPath, {
      method: 'POST',
      body: new URLSearchParams([
        ['client_id', clientId],
        ['client_id', otherClientId],
        ['grant_type', 'refresh_token'],
      ]),
    });
    assert.equal(((await response.json()) as { error: string }).error, 'invalid_request');
  });
  assert.equal((await exchange(code)).status, 200, 'none of these used the code up');
});

test('a code that waited too long has expired', async () => {
  const code = await world.obtainCode(clientId);
  await app.db.run(
    `update oauth_code set expires_at = now() - interval '1 second' where merchant_id = 'TEST'
      and used_at is null`,
  );
  assert.equal((await exchange(code)).json.error, 'invalid_grant');
});

test('PKCE: only the client with the verifier gets the tokens', async () => {
  const verifier = 'v'.repeat(64);
  const code = await world.obtainCode(clientId, {
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  assert.equal((await exchange(code)).json.error, 'invalid_grant');
  assert.equal(
    (await exchange(code, { code_verifier: 'w'.repeat(64) })).json.error,
    'invalid_grant',
  );
  assert.equal((await exchange(code, { code_verifier: verifier })).status, 200);
});

test('a secret that is sent must be right, in the form or as Basic credentials', async () => {
  const id = await world.registerApplication({ secret: 's3cret' });
  const ask = async (changes: Record<string, string>, headers = {}) =>
    (
      await post(
        tokenPath,
        {
          grant_type: 'authorization_code',
          client_id: id,
          redirect_uri: redirectUri,
          code: await world.obtainCode(id),
          ...changes,
        },
        headers,
      )
    ).status;
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });
  assert.deepEqual(
    [await ask({}), await ask({ client_secret: 's3cret' }), await ask({}, basic('s3cret'))],
    [200, 200, 200],
  );
  assert.deepEqual(
    [await ask({ client_secret: 'wrong' }), await ask({}, basic('wrong'))],
    [401, 401],
  );
});

test('a client that authenticates in two ways at once is refused (RFC 6749, 2.3)', async () => {
  const id = await world.registerApplication({ secret: 's3cret' });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const right = basic(`${id}:s3cret`);
  const inForm = { client_id: id, client_secret: 's3cret' };
  const cases: [form: Record<string, string>, authorization: string, error: string | undefined][] =
    [
      [{ client_id: id }, right, undefined],
      [{}, right, undefined],
      [{}, `${right}  `, undefined],
      [inForm, right, 'invalid_request'],
      [inForm, basic(`${id}:wrong`), 'invalid_request'],
      [inForm, basic('other:s3cret'), 'invalid_request'],
      [{ client_id: id, client_secret: '' }, right, 'invalid_request'],
      [{ client_id: 'other' }, right, 'invalid_request'],
      [inForm, 'Basic', 'invalid_client'],
      [inForm, 'Basic !!!', 'invalid_client'],
      [inForm, basic('no colon'), 'invalid_client'],
      [{ client_id: id }, basic(`${id}:wrong`), 'invalid_client'],
      [inForm, 'Bearer of-something-else', undefined],
    ];
  for (const [form, authorization, error] of cases) {
    const code = await world.obtainCode(id);
    const { status, json, headers } = await post(
      tokenPath,
      { grant_type: 'authorization_code', redirect_uri: redirectUri, code, ...form },
      { authorization },
    );
    const what = `${JSON.stringify(form)} ${authorization}`;
    assert.equal(json.error, error, what);
    assert.equal(status, error === undefined ? 200 : error === 'invalid_client' ? 401 : 400, what);
    if (status === 401) assert.match(headers.get('www-authenticate') ?? '', /^Basic /, what);
  }
});

/** Makes all used tokens look as if they were used this number of seconds earlier. */
const passed = (seconds: number) =>
  app.db.run(
    `update oauth_token set used_at = shifted(used_at, -1000 * $1::int) where merchant_id = 'TEST'
      and used_at is not null`,
    [seconds],
  );

test('a refresh whose response was lost returns the same tokens again, which work', async () => {
  const first = await world.connect(clientId);
  const lost = (await refresh(first.refresh_token)).json;
  await passed(8);
  const again = await refresh(first.refresh_token);
  assert.deepEqual([again.status, again.json], [200, lost]);
  assert.equal((await call(again.json.access_token)).status, 200);
  const next = await refresh(again.json.refresh_token);
  assert.equal(next.status, 200);
  assert.notEqual(next.json.refresh_token, lost.refresh_token);
  const count = await app.db.row<{ count: number }>(
    `select count(*)::int as count from oauth_token t
      join oauth_token u on u.merchant_id = t.merchant_id and u.grant_id = t.grant_id
     where t.merchant_id = 'TEST' and u.merchant_id = 'TEST' and t.token_hash = $1`,
    [hashSecret(first.refresh_token)],
  );
  assert.equal(count!.count, 6, 'three pairs, none written twice');
});

test('a refresh gets fewer permissions where it asks for fewer, never more', async () => {
  const id = await world.registerApplication({
    permissions: ['order_read', 'order_write', 'webhook_read'],
  });
  const { refresh_token: token } = await world.connect(id);
  for (const wider of ['order_read item_read', 'item_read', 'crm', 'order_read,order_write']) {
    const { status, json } = await refresh(token, { client_id: id, scope: wider });
    assert.deepEqual([status, json.error], [400, 'invalid_scope'], wider);
  }
  const asked = { client_id: id, scope: 'webhook_read  order_read' };
  const narrow = (await refresh(token, asked)).json;
  assert.equal(narrow.scope, 'order_read webhook_read', 'a refused refresh used nothing up');
  assert.equal(
    (await refresh(token, { client_id: id })).json.scope,
    narrow.scope,
    'the same again',
  );
  const response = await fetch(`${world.baseUrl}/rest/v2/oauth/me`, {
    headers: { authorization: `Bearer ${narrow.access_token}` },
  });
  const me = (await response.json()) as { permissions: string[] };
  assert.deepEqual(me.permissions.toSorted(), ['order_read', 'webhook_read']);
  const whole = (await refresh(narrow.refresh_token, { client_id: id, scope: '' })).json;
  assert.equal(whole.scope, 'order_read order_write webhook_read', 'the refresh token keeps all');
});

test('ten threads that refresh at once get the same tokens', async () => {
  const { refresh_token: token } = await world.connect(clientId);
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: 10 }, () => 200),
  );
  assert.equal(new Set(answers.map(({ json }) => json.refresh_token)).size, 1);
  assert.equal((await call(answers[0]!.json.access_token)).status, 200);
});

test('a repeated refresh brings nothing back that was revoked', async () => {
  const first = await world.connect(clientId);
  const second = (await refresh(first.refresh_token)).json;
  await post('/rest/v2/oauth/revoke', { client_id: clientId, token: second.access_token });
  assert.equal((await refresh(first.refresh_token)).json.error, 'invalid_grant');
  assert.equal((await call(second.access_token)).status, 401);
});

test('a refresh token that comes back later was stolen: its whole family ends', async () => {
  const first = await world.connect(clientId);
  const second = (await refresh(first.refresh_token)).json;
  await passed(11);
  assert.equal((await refresh(first.refresh_token)).json.error, 'invalid_grant');
  assert.equal((await refresh(second.refresh_token)).json.error, 'invalid_grant');
  for (const { access_token } of [first, second])
    assert.equal((await call(access_token)).status, 401);
});

test('tokens of another application, or of the wrong kind, are of no use', async () => {
  const tokens = await world.connect(clientId);
  assert.equal(
    (await refresh(tokens.refresh_token, { client_id: otherClientId })).json.error,
    'invalid_grant',
  );
  assert.equal((await refresh(tokens.access_token)).json.error, 'invalid_grant');
  assert.equal(
    (await post('/rest/v2/oauth/revoke', { client_id: otherClientId, token: tokens.access_token }))
      .json.successful,
    false,
  );
  assert.equal((await call(tokens.refresh_token)).status, 401);
  assert.equal((await call(tokens.access_token)).status, 200);
  for (const token of ['x', `OTHER${tokens.access_token.slice(4)}`, `${tokens.access_token}0`])
    assert.equal((await call(token)).status, 401);
});

test('an expired token says so', async () => {
  const { access_token } = await world.connect(clientId);
  await app.db.run(
    `update oauth_token set expires_at = now() - interval '1 second' where merchant_id = 'TEST'
      and kind = 'access'`,
  );
  assert.match((await call(access_token)).headers.get('uc-rest-error')!, /expired/);
});

test('a disabled application gets 410, everywhere', async () => {
  const id = await world.registerApplication();
  const tokens = await world.connect(id);
  await setDisabled(app.db, id, systemClock.now());
  app.app.keys.forget();
  assert.equal((await call(tokens.access_token)).status, 410);
  assert.equal((await call(tokens.access_token, '/rest/v2/oauth/me')).status, 410);
  assert.equal((await refresh(tokens.refresh_token, { client_id: id })).status, 410);
  assert.equal((await browse(authorizePath + queryOf(authorization(id)))).status, 410);
  await setDisabled(app.db, id, undefined);
  app.app.keys.forget();
  assert.equal((await call(tokens.access_token)).status, 200);
});

test('applications lose a permission with their user, and all permissions with a deleted user', async () => {
  const ben = { login: 'ben', permissions: ['order_read'], password };
  const user = { user_id: await addUser(app.db, 'TEST', ben) };
  const code = await world.obtainCode(clientId, { login: 'ben' });
  const { access_token } = (await exchange(code)).json;
  assert.equal((await call(access_token)).status, 200);
  await app.request({
    operation: 'updateUser',
    params: { user_id: user.user_id },
    body: { permissions: [{ permission_Name: 'order_read', selected: false }] },
  });
  app.app.keys.forget();
  assert.match((await call(access_token)).headers.get('uc-rest-error')!, /order_read/);
  await app.request({ operation: 'deleteUser', params: { user_id: user.user_id } });
  app.app.keys.forget();
  assert.equal((await call(access_token)).status, 401);
});

test('an empty Bearer next to a key authenticates no one, and a key counts before a token', async () => {
  const ask = async (authorization: string) =>
    (await app.request({ operation: 'getOauthMe', headers: { authorization } })).body;
  assert.equal((await ask('Bearer ')).name, 'test key');
  assert.equal(
    (await ask(`Bearer ${(await world.connect(clientId)).access_token}`)).client_id,
    undefined,
  );
});

test('webhooks belong to the application, whichever user connected it', async () => {
  const id = await world.registerApplication({ permissions: ['webhook_read', 'webhook_write'] });
  const { access_token } = await world.connect(id);
  const headers = { authorization: `Bearer ${access_token}` };
  const inserted = await app.request({
    operation: 'insertWebhook',
    key: null,
    headers,
    body: { webhook_url: 'https://example.com/hook', authentication_type: 'none' },
  });
  assert.equal(inserted.status, 200, inserted.text);
  assert.equal((await app.request({ operation: 'getWebhooks' })).body.webhooks.length, 0);
  const again = await world.connect(id);
  assert.equal(
    (
      await app.request({
        operation: 'getWebhooks',
        key: null,
        headers: { authorization: `Bearer ${again.access_token}` },
      })
    ).body.webhooks.length,
    1,
  );
});

test('no issued secret is in the database', async () => {
  const tokens = await world.connect(clientId);
  const code = await world.obtainCode(clientId);
  const rows = await app.db.rows<{ text: string }>(
    `select t::text as text from oauth_token t where merchant_id = 'TEST' union all select t::text
      from oauth_code t where merchant_id = 'TEST'
     union all select t::text from app_user t where merchant_id = 'TEST'`,
  );
  const all = rows.map((row) => row.text).join('\n');
  for (const secret of [tokens.access_token, tokens.refresh_token, code, password])
    assert.ok(!all.includes(secret) && !all.includes(secret.slice(5)));
});
