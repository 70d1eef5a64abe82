// Tests the log of acts: each act adds one entry, no entry shows a secret, and a changed entry is
// always detected.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  type OperationId,
  operationIds,
  operation as operationOf,
} from '../../contract/src/operations.ts';
import { checkLog, countEntries } from '../../server/src/platform/auditLog/auditLog.ts';
import { removeEntries } from '../../server/src/platform/auditLog/auditRetentionWorker.ts';
import { changedFields } from '../../server/src/platform/auditLog/entry.ts';
import { testApp } from '../support/app.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';
import { logInAgain, logInAs, testPassword } from '../support/sessions.ts';

const app = await testApp();
const all = operationIds.flatMap((id) => operationOf(id).permissions);
const admin = await logInAs(app, { login: 'admin', name: 'Ann Admin', permissions: all });

const entries = async (query = {}, request = {}) =>
  (await app.request({ operation: 'getAuditLog', query, ...request })).body.entries;
const newest = async () => (await entries({ _limit: 1 }))[0];

type Entry = Awaited<ReturnType<typeof newest>>;

/** Leaves a refund and a rebill without an answer at a gateway that the settings no longer name. */
async function strand(): Promise<{ readonly orderId: string; readonly chargeKey: string }> {
  await app.request({ operation: 'insertItem', body: monthlyItem('TEA', 8) });
  const { orderId, oid } = await subscribe(app, monthlyOrder('TEA', { email: 'a@example.com' }));
  app.books.setDown(true);
  await app.request({
    operation: 'refundOrder',
    params: { order_id: orderId },
    body: { items: [{ quantity_refunded: 1 }] },
  });
  await app.request({ operation: 'attemptAutoOrderRebill', params: { auto_order_oid: oid } });
  app.books.setDown(false);
  await app.request({
    operation: 'updateMerchantSettings',
    body: { gateways: { list: [{ code: 'OTHER', kind: 'simulator' }] } },
  });
  for (const table of ['rebill', 'order_refund'])
    await app.db.run(
      `update ${table} set lease_until = now() - interval '1 second' where merchant_id = $1`,
      ['TEST'],
    );
  await app.work('unanswered charges');
  await app.work('refunds');
  const { body } = await app.request({ operation: 'getCharges' });
  return { orderId, chargeKey: body.charges[0].key };
}
const stranded = await strand();

interface Made {
  user: number;
  group: number;
  webhook: number;
  taxRate: number;
  tier: number;
  key: number;
  other: number;
}
const made: Made = { key: 0, user: 0, group: 0, webhook: 0, taxRate: 0, tier: 0, other: 0 };
const hook = (url: string) => ({
  webhook_url: url,
  authentication_type: 'basic',
  basic_username: 'me',
  basic_password: 'quiet hush harbour',
});

/** The acts of a working day in order, and what the log records about each. */
const acts: [operation: OperationId, request: () => object, objectType: string][] = [
  [
    'insertUser',
    () => ({ body: { login: 'ben', change_password_to: 'quiet hush harbour' } }),
    'user',
  ],
  [
    'updateUser',
    () => ({
      params: { user_id: made.user },
      body: { email: 'ben@example.com', change_password_to: 'quiet hush harbour lane' },
    }),
    'user',
  ],
  ['insertGroup', () => ({ body: { name: 'Support' } }), 'group'],
  [
    'updateGroup',
    () => ({
      params: { group_oid: made.group },
      body: { users: [{ user_id: made.user, member: true }] },
    }),
    'group',
  ],
  ['deleteGroup', () => ({ params: { group_oid: made.group } }), 'group'],
  ['deleteUser', () => ({ params: { user_id: made.user } }), 'user'],
  ['insertApiKey', () => ({ body: { name: 'desk', permissions: ['item_read'] } }), 'key'],
  ['updateApiKey', () => ({ params: { key_id: made.key }, body: { name: 'hall' } }), 'key'],
  ['rotateApiKey', () => ({ params: { key_id: made.key } }), 'key'],
  ['revokeApiKey', () => ({ params: { key_id: made.key } }), 'key'],
  ['updateMerchantSettings', () => ({ body: { company_name: 'Best Coffee' } }), 'settings'],
  ['setClock', () => ({ body: { mode: 'running' } }), 'clock'],
  ['stopCharging', () => ({ body: { reason: 'wrong prices' } }), 'merchant'],
  ['startCharging', () => ({ body: {} }), 'merchant'],
  ['settleCharge', () => ({ body: { key: stranded.chargeKey, outcome: 'not_charged' } }), 'charge'],
  ['withdrawRefund', () => ({ params: { order_id: stranded.orderId } }), 'refund'],
  ['insertWebhook', () => ({ body: hook('https://example.com/one') }), 'webhook'],
  [
    'updateWebhook',
    () => ({ params: { webhookOid: made.webhook }, body: hook('https://example.com/two') }),
    'webhook',
  ],
  [
    'rotateWebhookSecret',
    () => ({ params: { webhookOid: made.webhook }, body: { keep_old_hours: 1 } }),
    'webhook',
  ],
  [
    'updateMerchantWebhook',
    () => ({ params: { webhookOid: made.webhook }, body: { disabled: true } }),
    'webhook',
  ],
  [
    'updateWebhookOwner',
    () => ({ params: { webhookOid: made.webhook }, body: { application_id: 'key:1' } }),
    'webhook',
  ],
  ['deleteMerchantWebhook', () => ({ params: { webhookOid: made.webhook } }), 'webhook'],
  [
    'updateWorkflowRules',
    () => ({ body: { rules: [{ system_task_type: 'item_low_stock', due_days: 3 }] } }),
    'workflow rules',
  ],
  [
    'updateMailTemplate',
    () => ({
      params: { mail_kind: 'receipt', language: 'any' },
      body: { subject: 'Thanks', body: 'Thank you.' },
    }),
    'mail template',
  ],
  [
    'deleteMailTemplate',
    () => ({ params: { mail_kind: 'receipt', language: 'any' } }),
    'mail template',
  ],
  [
    'updateAccountsReceivableRetryConfig',
    () => ({ body: { active: false, daily_activity_list: [] } }),
    'receivable retry',
  ],
  [
    'insertTaxRate',
    () => ({ body: { country_code: 'US', state_region: 'WY', tax_rate: 4 } }),
    'tax rate',
  ],
  [
    'updateTaxRate',
    () => ({ params: { tax_rate_oid: made.taxRate }, body: { tax_rate: 5 } }),
    'tax rate',
  ],
  ['deleteTaxRate', () => ({ params: { tax_rate_oid: made.taxRate } }), 'tax rate'],
  ['insertDistributionCenter', () => ({ body: { code: 'EAST' } }), 'distribution center'],
  [
    'updateDistributionCenter',
    () => ({ params: { distribution_center_code: 'EAST' }, body: { name: 'East' } }),
    'distribution center',
  ],
  [
    'deleteDistributionCenter',
    () => ({ params: { distribution_center_code: 'EAST' } }),
    'distribution center',
  ],
  ['insertPricingTier', () => ({ body: { name: 'Club', tax_exempt: true } }), 'pricing tier'],
  [
    'updatePricingTier',
    () => ({
      params: { pricing_tier_oid: made.tier },
      body: { default_percentage_discount: 20 },
    }),
    'pricing tier',
  ],
  ['deletePricingTier', () => ({ params: { pricing_tier_oid: made.tier } }), 'pricing tier'],
  ['updateAutoApply', () => ({ body: { required_items: [], subtotal_levels: [] } }), 'settings'],
];

test('each act leaves one entry with who, from where, what was and what is', async (t) => {
  for (const [operation, request, objectType] of acts)
    await t.test(operation, async () => {
      const before = (await newest())?.entry_number ?? 0;
      const answer = await app.request({ operation, ...admin.request, ...request() });
      assert.ok(answer.status < 300, answer.text);
      remember(operation, answer.text);
      const entry = await newest();
      assert.equal(entry.entry_number, before + 1, 'one entry');
      assert.equal(entry.act, operation);
      assert.equal(entry.object_type, objectType);
      assert.deepEqual(
        [entry.actor_kind, entry.actor_name, entry.user_id, entry.application_id],
        ['session', 'Ann Admin', admin.userId, 'console'],
      );
      assert.equal(entry.request_id, answer.headers['x-request-id']);
      assert.ok(entry.ip_address);
      assert.doesNotMatch(JSON.stringify(entry), /hush/);
    });
  assert.deepEqual((await entries({ act: 'updateUser' }))[0].after, {
    email: 'ben@example.com',
    full_name: 'ben',
    change_password_to: '(not shown)',
  });
  assert.deepEqual((await entries({ act: 'updateMerchantSettings' }))[0].after, {
    company_name: 'Best Coffee',
  });
});

function remember(operation: OperationId, text: string): void {
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, Record<string, number>>;
  if (operation === 'insertUser') made.user = body['user']!['user_id']!;
  if (operation === 'insertApiKey') made.key = body['api_key']!['key_id']!;
  if (operation === 'insertGroup') made.group = body['group']!['group_oid']!;
  if (operation === 'insertTaxRate') made.taxRate = body['tax_rate']!['tax_rate_oid']!;
  if (operation === 'insertPricingTier') made.tier = body['pricing_tier']!['pricing_tier_oid']!;
  if (operation === 'insertWebhook') made.webhook = body['webhook']!['webhook_oid']!;
}

/** Changes that are not logged, each with the reason. None of them endangers another person. */
const left: Readonly<Partial<Record<OperationId, string>>> = {
  logIn: 'the logins of a user are a list with another operation',
  logOut: 'ends the own session',
  changePassword: 'tested below',
  beginSecondFactor: 'active only when it is confirmed',
  confirmSecondFactor: 'test/security/secondFactor.test.ts',
  removeSecondFactor: 'test/security/secondFactor.test.ts',
  endSession: 'tested below',
  revokeOauthGrant: 'test/security/access.test.ts has the journey; its entry is tested below',
  updateMyPreferences: 'what the console remembers of a user',
  deleteWebhook: 'tested below',
  deleteWebhookByUrl: 'tested below',
  stopClockAdvance: 'server/src/sandbox/operations.test.ts stops advances',
  resendEvent: 'sends what was sent before',
  replayWebhookDelivery: 'sends what was sent before',
  actAtSimulator: 'no bank and no card: a test of disputes',
};
const risky = /^(user|configuration|webhook)_write$/;
test('no change of users, settings and webhooks is forgotten', () => {
  const recorded = new Set<string>(acts.map(([id]) => id));
  const missing = operationIds.filter((id) => {
    const { method, permissions, tag, sessionOnly } = operationOf(id);
    const isRisky =
      permissions.some((each) => risky.test(each)) || tag === 'session' || sessionOnly;
    return method !== 'GET' && isRisky && !recorded.has(id) && left[id] === undefined;
  });
  assert.deepEqual(missing, []);
});
test('sessions, passwords and own webhooks are in the log, too', async () => {
  const ben = await logInAs(app, { login: 'ben2', permissions: ['webhook_write', 'webhook_read'] });
  const changed = await app.request({
    operation: 'changePassword',
    ...ben.request,
    body: { old: testPassword, new: 'another horse battery' },
  });
  assert.equal(changed.status, 204, changed.text);
  assert.deepEqual(
    [(await newest()).act, (await newest()).user_id],
    ['changePassword', ben.userId],
  );
  const ended = await app.request({
    operation: 'endSession',
    ...admin.request,
    params: { session_id: ben.sessionId },
  });
  assert.equal(ended.status, 204);
  assert.equal((await newest()).act, 'endSession');
  for (const [operation, request] of [
    ['deleteWebhook', (oid: number) => ({ params: { webhookOid: oid } })],
    ['deleteWebhookByUrl', () => ({ body: { webhook_url: 'https://example.com/three' } })],
  ] as const) {
    const inserted = await app.request({
      operation: 'insertWebhook',
      body: hook('https://example.com/three'),
    });
    const removed = await app.request({
      operation,
      ...request(inserted.body.webhook.webhook_oid),
    });
    assert.ok(removed.status < 300, removed.text);
    assert.deepEqual([(await newest()).act, (await newest()).actor_kind], [operation, 'key']);
  }
});

test('entries are found by text and time, and page by page by their number', async () => {
  const all: Entry[] = await entries({ _limit: 200 });
  const first = all.slice(0, 3);
  const second: Entry[] = await entries({ _limit: 3, before_entry: first[2]!.entry_number });
  await app.request({ operation: 'insertGroup', body: { name: 'Between the pages' } });
  const numbers = (list: readonly Entry[]) => list.map((entry) => entry.entry_number);
  assert.deepEqual(numbers([...first, ...second]), numbers(all.slice(0, 6)));

  const oldest = (after_entry: number) => entries({ _limit: 3, after_entry });
  const begin: Entry[] = await oldest(0);
  const next: Entry[] = await oldest(begin[2]!.entry_number);
  assert.deepEqual(
    numbers([...begin, ...next]),
    numbers((await entries({ _limit: 200 })).toReversed()).slice(0, 6),
  );

  const byText = async (text: string) => (await entries({ text, _limit: 200 })).length;
  assert.equal(
    await byText('ann ADMIN'),
    all.filter((each) => each.actor_name === 'Ann Admin').length,
  );
  assert.ok((await byText('updateuser')) > 0 && (await byText('127.0.0.1')) > 0);
  assert.equal(await byText('100%'), 0, 'a text, not a pattern');

  const { at_dts } = all[4]!;
  const since = await entries({ since_dts: at_dts, _limit: 200 });
  assert.ok(since.length >= 5 && since.every((each) => each.at_dts >= at_dts));
  assert.deepEqual(await entries({ until_dts: '2020-01-01' }), []);
  assert.ok(
    numbers(await entries({ until_dts: at_dts, _limit: 200 })).includes(all[4]!.entry_number),
  );
});

test('each page has the total of the whole list, of the entries that the caller may read', async () => {
  const page = async (query: Record<string, string | number>, request = {}) =>
    (await app.request({ operation: 'getAuditLog', query, ...request })).body;
  const all: Entry[] = await entries({ _limit: 200 });
  const { at_dts: from_dts, entry_number: middle } = all[3]!;
  for (const place of [
    { before_entry: middle },
    { after_entry: middle },
    { from_dts },
    { after_entry: 0, from_dts },
  ]) {
    const found = await page({ ...place, _limit: 2 });
    assert.deepEqual([found.total, found.total_is_more], [all.length, false]);
    assert.ok(!('from_dts' in place) || found.entries[0].at_dts === from_dts);
  }
  const ofUsers = all.filter(({ object_type: type }) => type === 'user');
  assert.equal((await page({ object_type: 'user', _limit: 1 })).total, ofUsers.length);
  const reader = await logInAs(app, { login: 'tim', permissions: ['configuration_read'] });
  assert.equal((await page({ object_type: 'user' }, reader.request)).total, 0);
  const counted = await countEntries(app.db, 'TEST', { hiddenTypes: [] }, 3);
  assert.equal(counted, 3, 'counting ends at the bound');
});

test('a refused act leaves no entry', async () => {
  const before = await newest();
  for (const request of [
    { operation: 'insertUser', body: { login: 'two words' } },
    { operation: 'deleteUser', params: { user_id: 999 } },
    { operation: 'insertGroup', body: { name: '' } },
    { operation: 'updateMerchantSettings', body: { time_zone: 'Nowhere' } },
  ] as const)
    assert.ok((await app.request(request)).status >= 400);
  assert.equal((await newest()).entry_number, before.entry_number);
});

test('entries about users are for callers who may read users', async () => {
  const key = await app.addKey('TEST', ['configuration_read']);
  const seen = await entries({ _limit: 200 }, { key });
  assert.ok(seen.length > 0);
  const types = new Set(seen.map(({ object_type }) => object_type));
  for (const type of ['user', 'group', 'session', 'grant', 'key'])
    assert.ok(!types.has(type), type);
  assert.deepEqual(await entries({ object_type: 'user' }, { key }), []);
  await app.addMerchant('OTHER');
  assert.deepEqual(await entries({}, { key: await app.addKey('OTHER') }), []);
});

test('many acts at once get one number each', async () => {
  const before = await newest();
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      app.request({ operation: 'insertGroup', body: { name: `Group ${i}` } }),
    ),
  );
  assert.equal((await newest()).entry_number, before.entry_number + 20);
  assert.equal((await checkLog(app.db, 'TEST')).fault, undefined);
});

const tampering: [what: string, sql: string, fault: RegExp, entry: number][] = [
  ['another actor', `update audit_entry set actor_name = 'Eve'`, /was changed/, 5],
  ['another time', `update audit_entry set at = shifted(at, 1000)`, /was changed/, 5],
  ['another value', `update audit_entry set after = '{}'`, /was changed/, 5],
  ['another hash', `update audit_entry set hash = previous_hash`, /was changed/, 5],
  ['removed', 'delete from audit_entry', /is missing/, 5],
];
test('a changed, removed or forged entry is found, by its number', async (t) => {
  for (const [what, sql, fault, number] of tampering)
    await t.test(what, () =>
      undone(async (tx) => {
        await tx.run(`${sql} where merchant_id = $1 and entry_number = $2`, ['TEST', number]);
        const checked = await checkLog(tx, 'TEST');
        assert.equal(checked.count, number - 1);
        assert.equal(checked.fault?.entryNumber, number);
        assert.match(checked.fault.what, fault);
      }),
    );
  await t.test('the end is cut off', () =>
    undone(async (tx) => {
      const { entry_number: last } = await newest();
      await tx.run('delete from audit_entry where merchant_id = $1 and entry_number > $2', [
        'TEST',
        last - 3,
      ]);
      assert.equal((await checkLog(tx, 'TEST')).fault?.entryNumber, last - 2);
    }),
  );
  assert.equal((await checkLog(app.db, 'TEST')).fault, undefined);
});

const later = Temporal.Instant.from('2999-01-01T00:00Z');

/** Removes the entries before this one, as if they were old. */
async function removeBefore(tx: typeof app.db, number: number): Promise<number> {
  const row = await tx.row<{ at: Temporal.Instant }>(
    'select at from audit_entry where merchant_id = $1 and entry_number = $2',
    ['TEST', number],
  );
  return removeEntries(tx, 'TEST', row!.at);
}

test('old entries are removed, the chain of the others is checked, and the removal is in it', () =>
  undone(async (tx) => {
    const { entry_number: last } = await newest();
    assert.equal(await removeBefore(tx, 6), 5);
    assert.equal(await removeBefore(tx, 9), 3);
    assert.deepEqual(await checkLog(tx, 'TEST'), {
      count: last - 8 + 2,
      removed: 8,
      fault: undefined,
    });
    const [statement] = await tx.rows(
      `select actor_kind, act, after - 'hash' as after from (select actor_kind, act,
         after::jsonb as after from audit_entry where merchant_id = $1
         order by entry_number desc limit 1) newest`,
      ['TEST'],
    );
    assert.deepEqual(statement, {
      actor_kind: 'system',
      act: 'removeOldAuditEntries',
      after: { through_entry: 8, count: 3 },
    });
    const all = await removeEntries(tx, 'TEST', later);
    assert.equal(all, last - 8 + 2);
    assert.equal((await checkLog(tx, 'TEST')).count, 1);
    assert.equal(await removeEntries(tx, 'TEST', later), 0, 'a removal alone is not worth another');
  }));

const forgeries: [what: string, sql: string, fault: RegExp][] = [
  ['an entry after the removal', `update audit_entry set act = 'x'`, /was changed/],
  ['more than was stated', 'delete from audit_entry', /is missing|does not follow/],
  [
    'more, and the head says so',
    `update audit_head h set removed_number = e.entry_number, removed_hash = e.hash
       from audit_entry e where e.merchant_id = h.merchant_id and h.merchant_id = $1
       and e.entry_number = $2`,
    /no entry of a removal says so/,
  ],
];
test('what was removed without a statement is found', async (t) => {
  for (const [what, sql, fault] of forgeries)
    await t.test(what, () =>
      undone(async (tx) => {
        await removeBefore(tx, 6);
        const where = sql.includes('$1') ? '' : ' where merchant_id = $1 and entry_number = $2';
        await tx.run(sql + where, ['TEST', 6]);
        if (sql.includes('$1'))
          await tx.run('delete from audit_entry where merchant_id = $1 and entry_number = $2', [
            'TEST',
            6,
          ]);
        assert.match((await checkLog(tx, 'TEST')).fault!.what, fault);
      }),
    );
});

/** Runs `work` in a transaction that is rolled back. */
async function undone(work: (tx: typeof app.db) => Promise<void>): Promise<void> {
  const enough = new Error('taken back');
  await app.db
    .transaction(async (tx) => {
      await work(tx as typeof app.db);
      throw enough;
    })
    .catch((error: unknown) => {
      if (error !== enough) throw error;
    });
}

const differences: [before: object | undefined, after: object | undefined, result: object][] = [
  [
    { a: 1, b: 2 },
    { a: 1, b: 3 },
    { before: '{"b":2}', after: '{"b":3}' },
  ],
  [undefined, { a: 1 }, { before: undefined, after: '{"a":1}' }],
  [{ a: 1 }, undefined, { before: '{"a":1}', after: undefined }],
  [
    { a: { password: 'x' } },
    { a: 1 },
    { before: '{"a":{"password":"(not shown)"}}', after: '{"a":1}' },
  ],
  [
    { api_key: 'x', has_token: true },
    {},
    { before: '{"api_key":"(not shown)","has_token":true}', after: '{}' },
  ],
];
test('only what changed is stored, and secrets are only named', () => {
  for (const [before, after, result] of differences)
    assert.deepEqual(changedFields(before, after), result);
});

test('a session that logs in again is the same user in the log', async () => {
  const again = await logInAgain(app, admin.userId, 'admin');
  await app.request({ operation: 'insertGroup', ...again.request, body: { name: 'Last' } });
  assert.equal((await newest()).user_id, admin.userId);
});
