// Tests accounts, keys, tokens and sessions: one test for each finding of the security review that
// an attack on a running server confirmed, under the name that it has there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { insertGrant, insertTokens } from '../../server/src/oauth/grantStore.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { newCredential } from '../../server/src/staff/credential.ts';
import {
  authorization,
  challengeOf,
  credentials,
  oauthWorld,
  queryOf,
  redirectUri,
  ticketIn,
} from '../staff/oauthClient.ts';
import { logInAgain, logInAs, testPassword } from '../support/sessions.ts';
import { addGroup, addUser } from '../support/staff.ts';

const world = await oauthWorld({ isLoopbackAllowed: false });
const { app, post, browse } = world;
const tokenPath = '/rest/v2/oauth/token';
const authorizePath = '/rest/v2/oauth/authorize';

test('M1: no merchant reaches what listens on the machine of the server', async () => {
  const settings = await app.request({
    operation: 'updateMerchantSettings',
    body: { webhooks: { allow_loopback: true } },
  });
  assert.equal(settings.status, 400, settings.text);
  assert.match(settings.body.error.user_message, /webhooks\.allow_loopback.*LOOPBACK_WEBHOOKS/);
  await app.addMerchant('OLD', { settings: { webhooks: { allow_loopback: true } } });
  const key = await app.addKey('OLD');
  for (const url of ['http://127.0.0.1:9000/admin', 'http://localhost:9000/', 'https://[::1]/']) {
    const webhook = await app.request({
      operation: 'insertWebhook',
      key,
      body: { webhook_url: url, authentication_type: 'none' },
    });
    assert.equal(webhook.status, 400, `${url}: ${webhook.text}`);
  }
});

test('M7: a confidential application gets no tokens without its secret', async () => {
  const secret = 'the secret of the desk';
  const clientId = await world.registerApplication({ kind: 'confidential', secret });
  const code = await world.obtainCode(clientId);
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
  };
  for (const wrong of [{}, { client_secret: '' }, { client_secret: 'a guess' }]) {
    const { status, json } = await post(tokenPath, { ...form, ...wrong });
    assert.deepEqual([status, json.error], [401, 'invalid_client'], JSON.stringify(wrong));
  }
  const granted = await post(tokenPath, { ...form, client_secret: secret });
  assert.equal(granted.status, 200, granted.text);
  const refresh = { grant_type: 'refresh_token', refresh_token: granted.json.refresh_token };
  assert.equal((await post(tokenPath, { ...refresh, client_id: clientId })).status, 401);
  const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
  assert.equal((await post(tokenPath, refresh, { authorization: `Basic ${basic}` })).status, 200);
  const revoked = await post('/rest/v2/oauth/revoke', {
    client_id: clientId,
    token: granted.json.refresh_token,
  });
  assert.equal(revoked.status, 401, 'nor are its tokens ended');
});

test('M7: a public application must use PKCE; one of UltraCart may leave it out', async () => {
  const clientId = await world.registerApplication({ kind: 'public' });
  for (const send of [
    () => browse(authorizePath + queryOf(authorization(clientId))),
    () => browse(authorizePath, { ...authorization(clientId), ...credentials }),
  ]) {
    const { status, location } = await send();
    assert.equal(status, 303);
    assert.equal(location!.searchParams.get('error'), 'invalid_request');
    assert.match(location!.searchParams.get('error_description')!, /code_challenge.*PKCE/);
  }
  const verifier = 'v'.repeat(43);
  const code = await world.obtainCode(clientId, {
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
  };
  assert.equal((await post(tokenPath, form)).status, 400);
  assert.equal((await post(tokenPath, { ...form, code_verifier: verifier })).status, 200);
  await world.connect(await world.registerApplication({ kind: 'compatible' }));
});

test('M7: refreshing ends a year after the user allowed it', async () => {
  const clientId = await world.registerApplication();
  const day = 24;
  const tokens = async (ageHours: number) => {
    const grantedAt = systemClock.now().subtract({ hours: ageHours });
    const grant = {
      merchantId: 'TEST',
      grantId: randomIds.uuid(),
      clientId,
      userId: world.userId,
      permissions: ['order_read'],
      passwordVersion: 0,
    };
    const refresh = newCredential(randomIds, 'TEST');
    await insertGrant(app.db, grant, grantedAt);
    await insertTokens(app.db, grant, [
      { hash: refresh.hash, kind: 'refresh', expiresAt: systemClock.now().add({ hours: day }) },
    ]);
    return post(tokenPath, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: refresh.text,
    });
  };
  const old = await tokens(365 * day + 1);
  assert.deepEqual([old.status, old.json.error], [400, 'invalid_grant']);
  assert.match(old.json.error_description, /a year/);
  assert.equal((await tokens(364 * day)).status, 200);
  const rows = await app.db.rows<{ late: boolean }>(
    `select t.expires_at > g.created_at + interval '365 days' as late from oauth_token t
     join oauth_grant g on g.merchant_id = t.merchant_id and g.grant_id = t.grant_id
     where t.merchant_id = 'TEST' and g.client_id = $1 and t.used_at is null
       and g.created_at > now() - interval '365 days'`,
    [clientId],
  );
  assert.deepEqual(rows, [{ late: false }, { late: false }], 'no new token outlives the year');
});

test('RFC 8414, RFC 9207: the server describes itself, and each answer names it', async () => {
  const { status, text } = await browse('/.well-known/oauth-authorization-server');
  assert.equal(status, 200);
  const metadata = JSON.parse(text) as Record<string, unknown>;
  assert.equal(metadata['issuer'], 'http://perennial.test');
  assert.equal(metadata['token_endpoint'], 'http://perennial.test/rest/v2/oauth/token');
  assert.deepEqual(metadata['code_challenge_methods_supported'], ['S256']);
  assert.equal(metadata['authorization_response_iss_parameter_supported'], true);
  const clientId = await world.registerApplication();
  const iss = async (parameters: object, decision?: string) => {
    const form = { ...authorization(clientId), ...credentials, ...parameters };
    const answer = await browse(authorizePath, form);
    const decided = decision
      ? await browse('/rest/v2/oauth/consent', { ticket: ticketIn(answer.text), decision })
      : answer;
    return decided.location!.searchParams.get('iss');
  };
  assert.equal(await iss({}, 'allow'), 'http://perennial.test');
  assert.equal(await iss({}, 'deny'), 'http://perennial.test');
  assert.equal(await iss({ response_type: 'token' }), 'http://perennial.test');
});

const exchange = (clientId: string, code: string) =>
  post(tokenPath, {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
  });

test('M13: tokens, codes and open consent pages end with the password behind them', async () => {
  const next = 'another horse battery';
  const session = await logInAs(app, { login: 'ben', permissions: ['order_read'] });
  const clientId = await world.registerApplication();
  const login = { login: 'ben', password: testPassword };
  const byUser = () =>
    app.request({
      operation: 'changePassword',
      ...session.request,
      body: { old: testPassword, new: next },
    });
  const byAdministrator = () =>
    app.request(changeUser(session.userId, { change_password_to: next }));
  for (const change of [byUser, byAdministrator]) {
    const who = change.name;
    const tokens = (await exchange(clientId, await world.obtainCode(clientId, login))).json;
    const code = await world.obtainCode(clientId, login);
    const page = await browse(authorizePath, {
      ...authorization(clientId),
      ...credentials,
      ...login,
    });
    assert.equal((await world.call(tokens.access_token)).status, 200);
    assert.ok((await change()).status < 300, who);
    app.app.keys.forget();
    assert.equal((await world.call(tokens.access_token)).status, 401, who);
    const refreshed = await post(tokenPath, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: tokens.refresh_token,
    });
    assert.equal(refreshed.json.error, 'invalid_grant', who);
    assert.equal((await exchange(clientId, code)).json.error, 'invalid_grant', who);
    // The page was opened with the old password, so its form grants nothing.
    const decided = await browse('/rest/v2/oauth/consent', {
      ticket: ticketIn(page.text),
      decision: 'allow',
    });
    const late = decided.location!.searchParams.get('code')!;
    assert.equal((await exchange(clientId, late)).json.error, 'invalid_grant', who);
    login.password = next;
  }
});

type Attack = [what: string, request: Parameters<typeof app.request>[0]];
const changeUser = (user_id: number, body: object) =>
  ({ operation: 'updateUser', params: { user_id }, body }) as const;
const changeGroup = (group_oid: number, body: object) =>
  ({ operation: 'updateGroup', params: { group_oid }, body }) as const;
const attacksOn = (boss: number, byGroup: number, bosses: number, clerks: number): Attack[] => [
  ['rename', changeUser(boss, { login: 'other' })],
  [
    'take away',
    changeUser(boss, { permissions: [{ permission_Name: 'order_write', selected: false }] }),
  ],
  ['lock out', changeUser(boss, { api_ip_address_masks: ['203.0.113.7'] })],
  ['receive mails', changeUser(boss, { email: 'eve@evil.example' })],
  ['new password', changeUser(boss, { change_password_to: 'correct horse battery' })],
  ['delete', { operation: 'deleteUser', params: { user_id: boss } }],
  ['rename one who has it by a group', changeUser(byGroup, { login: 'other' })],
  ['rename a group', changeGroup(bosses, { name: 'X' })],
  ['delete a group', { operation: 'deleteGroup', params: { group_oid: bosses } }],
  ['throw out', changeGroup(clerks, { users: [{ user_id: boss, member: false }] })],
  [
    'make a group with a boss in it',
    {
      operation: 'insertGroup',
      body: { name: 'Y', users: [{ user_id: boss, member: true }] },
    },
  ],
  ['delete the group of a boss', { operation: 'deleteGroup', params: { group_oid: clerks } }],
];

test('M8: a caller changes no user and no group with more rights than the caller has', async () => {
  const boss = await addUser(app.db, 'TEST', { login: 'boss', permissions: ['order_write'] });
  const peer = await addUser(app.db, 'TEST', { login: 'peer', permissions: ['user_read'] });
  const bosses = await addGroup(app.db, 'TEST', 'Bosses', [], ['order_write']);
  const clerks = await addGroup(app.db, 'TEST', 'Clerks', [boss, peer], []);
  const byGroup = await addUser(app.db, 'TEST', { login: 'byGroup' });
  await app.request(changeGroup(bosses, { users: [{ user_id: byGroup, member: true }] }));
  const key = await app.addKey('TEST', ['user_read', 'user_write']);
  for (const [what, request] of attacksOn(boss, byGroup, bosses, clerks)) {
    const { status, text } = await app.request({ ...request, key });
    assert.equal(status, 401, `${what}: ${text}`);
    assert.match(text, /order_write/, what);
  }
  const allowed = await app.request({ ...changeUser(peer, { login: 'peer2' }), key });
  assert.equal(allowed.status, 200, allowed.text);
});

const forms: [what: string, headers: Readonly<Record<string, string>>, status: number][] = [
  ['a page of ours', { 'sec-fetch-site': 'same-origin' }, 200],
  ['an address that was typed', { 'sec-fetch-site': 'none' }, 200],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 400],
  ['a neighbour', { 'sec-fetch-site': 'same-site' }, 400],
  ['another site in an old browser', { origin: 'https://evil.example' }, 400],
  ['a sandboxed frame in an old browser', { origin: 'null' }, 400],
  ['a page of ours in an old browser', { origin: world.baseUrl }, 200],
  ['a page of ours behind a proxy', { origin: 'http://perennial.test' }, 200],
  ['a program', {}, 200],
];
test('M16: no other site logs a user in', async (t) => {
  const clientId = await world.registerApplication();
  for (const [what, headers, status] of forms)
    await t.test(what, async () => {
      const form = { ...authorization(clientId), ...credentials };
      assert.equal((await post(authorizePath, form, headers)).status, status);
    });
});

test('L3: a type is one of the list, and the name of a file ends like its type', async () => {
  const { task } = (
    await app.request({ operation: 'insertWorkflowTask', body: { task_name: 'Call Ann' } })
  ).body;
  for (const extension of ['constructor', '__proto__', 'html', 'svg']) {
    const { status } = await app.request({
      operation: 'getWorkflowTaskAttachmentUploadUrl',
      params: { task_uuid: task.workflow_task_uuid, extension },
    });
    assert.equal(status, 400, extension);
  }
});

test('L4: every spelling of a login shares one count of guesses', async () => {
  await addUser(app.db, 'TEST', { login: 'admin', password: testPassword });
  const guess = async (login: string) =>
    (
      await app.request({
        operation: 'logIn',
        key: null,
        body: { merchant_id: 'TEST', login, password: 'a wrong guess' },
      })
    ).status;
  for (const login of ['admin', 'ADMIN', 'Admin', 'aDmin', 'admiN']) await guess(login);
  assert.equal(await guess('ADMin'), 429);
  assert.equal(await guess('adm\u0130n'), 401, 'a letter that is not i names another login');
});

const scripts: [what: string, password: string, status: number][] = [
  ['12 emoji', '🐴'.repeat(6) + '🔋🔌🐎🦄🐈🐕', 200],
  ['120 emoji', '🐴🔋🔌🐎🦄🐈'.repeat(20), 200],
  ['200 Chinese characters', '正确的马电池订书钉咖'.repeat(20), 200],
  ['201 of them', `${'正确的马电池订书钉咖'.repeat(20)}一`, 400],
  ['11 emoji', '🐴🔋🔌🐎🦄🐈🐕🐁🐂🐅🐇', 400],
];
test('L5: what can be set as a password logs in, whatever its script', async (t) => {
  for (const [index, [what, password, status]] of scripts.entries())
    await t.test(what, async () => {
      const login = `script${index}`;
      const body = { login, change_password_to: password };
      const set = await app.request({ operation: 'insertUser', body });
      assert.equal(set.status, status, set.text);
      if (status !== 200) return;
      const entered = await app.request({
        operation: 'logIn',
        key: null,
        body: { merchant_id: 'TEST', login, password },
      });
      assert.equal(entered.status, 200, entered.text);
      const clientId = await world.registerApplication();
      const consent = { ...authorization(clientId), merchant_id: 'TEST', login, password };
      assert.equal((await browse(authorizePath, consent)).status, 200);
    });
});

const weak: [password: string, reason: RegExp][] = [
  ['passwordpassword', /try first|this product/],
  ['123456789012', /try first/],
  ['Administrator99', /try first/],
  ['aaaaaaaaaaaaaaaa', /repeats/],
  ['weakling-weakling', /name of the user/],
];
test('a password that attackers try first is refused, wherever it is set', async () => {
  const session = await logInAs(app, { login: 'weakling' });
  for (const [password, reason] of weak) {
    const change = { login: 'weakling', change_password_to: password };
    const set = await app.request({
      operation: 'updateUser',
      params: { user_id: session.userId },
      body: change,
    });
    assert.equal(set.status, 400, password);
    assert.match(set.body.error.user_message, reason);
    const changed = await app.request({
      operation: 'changePassword',
      ...session.request,
      body: { old: testPassword, new: password },
    });
    assert.equal(changed.status, 400, password);
    assert.match(changed.text, reason);
  }
});

const links: [url: string, status: number][] = [
  ['https://shop.example/orders/1', 200],
  ['http://shop.example', 200],
  ['mailto:ann@example.com', 200],
  ['/orders/1', 200],
  ['javascript:alert(1)', 400],
  [' JavaScript:alert(1)', 400],
  ['java\tscript:alert(1)', 400],
  ['data:text/html,<script>alert(1)</script>', 400],
  ['vbscript:x', 400],
  ['file:///etc/passwd', 400],
];
test('L8: a link of a task leads nowhere but to a page or a mail', async () => {
  for (const [url, status] of links) {
    const body = { task_name: 'Look', object_url: url };
    const answer = await app.request({ operation: 'insertWorkflowTask', body });
    assert.equal(answer.status, status, `${url}: ${answer.text}`);
  }
});

test('L12: users of one application do not share their idempotency keys', async () => {
  const clientId = await world.registerApplication({ permissions: ['webhook_write'] });
  await addUser(app.db, 'TEST', {
    login: 'cleo',
    permissions: ['webhook_write'],
    password: testPassword,
  });
  const tokenOf = async (who: Readonly<Record<string, string>>) =>
    (
      await post(tokenPath, {
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code: await world.obtainCode(clientId, who),
      })
    ).json.access_token;
  const insert = async (token: string) =>
    app.request({
      operation: 'insertWebhook',
      key: null,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'the same' },
      body: { webhook_url: 'https://example.com/hook', authentication_type: 'none' },
    });
  const [ann, cleo] = [await tokenOf({}), await tokenOf({ login: 'cleo', password: testPassword })];
  const first = await insert(ann);
  assert.equal(first.status, 200, first.text);
  assert.equal((await insert(ann)).headers['idempotent-replayed'], 'true');
  const other = await insert(cleo);
  assert.equal(other.headers['idempotent-replayed'], undefined);
  assert.notEqual(other.body.webhook.webhook_oid, first.body.webhook.webhook_oid);
});

test('grants are listed, and revoked by their user or by an administrator', async () => {
  const clientId = await world.registerApplication();
  const dan = await logInAs(app, { login: 'dan', permissions: ['order_read'] });
  const login = { login: 'dan', password: testPassword };
  const connect = async () =>
    (
      await post(tokenPath, {
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code: await world.obtainCode(clientId, login),
      })
    ).json;
  const listed = async (request: object) =>
    (await app.request({ operation: 'getOauthGrants', ...request })).body.grants;
  const revoke = async (request: object, grantId: string) =>
    (
      await app.request({
        operation: 'revokeOauthGrant',
        params: { grant_id: grantId },
        ...request,
      })
    ).status;

  const tokens = await connect();
  const [grant] = await listed(dan.request);
  assert.equal(grant.client_id, clientId);
  assert.equal(grant.user.login, 'dan');
  assert.deepEqual(grant.permissions, ['order_read']);
  assert.equal((await listed(dan.request)).length, 1, 'a user without rights sees their own alone');

  const eve = await logInAs(app, { login: 'eve' });
  assert.deepEqual(await listed(eve.request), []);
  assert.equal(await revoke(eve.request, grant.grant_id), 404);
  const lesser = await logInAs(app, { login: 'lesser', permissions: ['configuration_write'] });
  assert.equal(await revoke(lesser.request, grant.grant_id), 401, 'dan may do more');

  assert.equal(await revoke(dan.request, grant.grant_id), 204);
  assert.equal(await revoke(dan.request, grant.grant_id), 404, 'once');
  assert.equal((await world.call(tokens.access_token)).status, 401, 'at once in this process');
  assert.deepEqual(await listed(dan.request), []);

  await connect();
  const admin = await logInAs(app, {
    login: 'admin2',
    permissions: ['configuration_read', 'configuration_write', 'order_read'],
  });
  const all = await listed(admin.request);
  const ofDan = all.filter(({ user }) => user.login === 'dan');
  assert.equal(ofDan.length, 1);
  assert.ok(all.length > 1, 'an administrator sees those of all users');
  assert.equal(await revoke(admin.request, ofDan[0]!.grant_id), 204);
  assert.equal(await revoke(admin.request, 'no uuid'), 404);
  await logInAgain(app, dan.userId, 'dan');
});

test('the audit log has who gave a grant, from where it is refreshed, and why it ended', async () => {
  const clientId = await world.registerApplication();
  const refresh = (token: string) =>
    post(tokenPath, { grant_type: 'refresh_token', client_id: clientId, refresh_token: token });
  const ended = await world.connect(clientId);
  const second = (await refresh(ended.refresh_token)).json;
  await refresh(second.refresh_token);
  await post('/rest/v2/oauth/revoke', { client_id: clientId, token: second.access_token });
  await post('/rest/v2/oauth/revoke', { client_id: clientId, token: second.access_token });
  const code = await world.obtainCode(clientId);
  for (let i = 0; i < 2; i++)
    await post(tokenPath, {
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
    });
  const rows = await app.db.rows(
    `select act, actor_name, user_id, address, before->>'clientId' as was,
       after->>'clientId' as given, after->>'reason' as reason
     from audit_entry where merchant_id = 'TEST' and object_type = 'grant' and application_id = $1
     order by entry_number`,
    [`oauth:${clientId}`],
  );
  const entry = (act: string, change: object) => ({
    act,
    actor_name: 'Shipping <b>Desk</b>',
    user_id: world.userId,
    address: '127.0.0.1',
    was: null,
    given: null,
    reason: null,
    ...change,
  });
  const given = entry('allowOauthGrant', { actor_name: 'Ann <Smith>', given: clientId });
  assert.deepEqual(rows, [
    given,
    entry('refreshOauthGrant', {}),
    entry('revokeOauthGrant', { was: clientId }),
    given,
    entry('revokeOauthGrant', { was: clientId, reason: 'a code was used twice' }),
  ]);
});
