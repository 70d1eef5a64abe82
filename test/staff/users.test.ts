// Tests users and groups over HTTP: which permissions may be given, what stays, and what is never
// shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { AnswerBody } from '../support/answerBody.ts';
import { allPermissions, type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();

async function ask<Id extends OperationId>(
  request: TestRequest<Id>,
  status = 200,
): Promise<AnswerBody<Id>> {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

const insertUser = async (body: object) => (await ask({ operation: 'insertUser', body })).user;
const names = <Entry>(entries: readonly Entry[], flag: keyof Entry, name: keyof Entry) =>
  entries.filter((each) => each[flag]).map((each) => each[name]);
const permit = (...permissions: string[]) =>
  permissions.map((permission) => ({ permission_Name: permission, selected: true }));

test('a user is inserted, read, listed, changed and deleted, each with an event', async () => {
  const user = await insertUser({
    login: 'Ann',
    full_name: 'Ann Smith',
    email: 'ann@example.com',
    permissions: permit('workflow_read', 'workflow_write'),
    change_password_to: 'correct horse battery',
  });
  assert.deepEqual(names(user.permissions, 'selected', 'permission_Name'), [
    'workflow_read',
    'workflow_write',
  ]);
  assert.equal(user.permissions.length, allPermissions.length);
  assert.equal(user.change_password_to, undefined);
  const params = { user_id: user.user_id };
  assert.deepEqual((await ask({ operation: 'getUser', params })).user, user);
  assert.deepEqual(
    (await ask({ operation: 'getUsers' })).users.map((each) => each.login),
    ['Ann'],
  );

  const changed = (
    await ask({
      operation: 'updateUser',
      params,
      body: {
        phone: '555-0100',
        permissions: [
          { permission_Name: 'workflow_write', selected: false },
          { permission_Name: 'order_read' },
          { permission_Name: 'item_read', permission_group: 'item' },
        ],
      },
    })
  ).user;
  assert.equal(changed.full_name, 'Ann Smith');
  assert.deepEqual(
    names(changed.permissions, 'selected', 'permission_Name'),
    ['order_read', 'workflow_read'],
    'what the list does not name stays; a name alone is on, an entry that was read is off',
  );
  assert.deepEqual((await ask({ operation: 'getUserLogins', params })).logins, []);

  await ask({ operation: 'deleteUser', params }, 204);
  await ask({ operation: 'getUser', params }, 404);
  await ask({ operation: 'deleteUser', params }, 404);
  const told = await app.db.rows<{ name: string; data: { object: { login: string } } }>(
    `select name, data from event where merchant_id = 'TEST' and object_type = 'user'
      and object_id = $1 order by event_id`,
    [String(user.user_id)],
  );
  assert.deepEqual(
    told.map(({ name }) => name),
    ['user_create', 'user_update', 'user_delete'],
  );
  assert.equal(told[2]!.data.object.login, 'Ann', 'the last event shows who it was');
});

const refusedUsers: [what: string, body: object, message: RegExp][] = [
  ['no login', { full_name: 'Nobody' }, /login/],
  ['a login with a blank', { login: 'two words' }, /login/],
  ['a login that is taken, in other letters', { login: 'TAKEN' }, /taken/],
  ['a short password', { login: 'short', change_password_to: 'hunter2' }, /change_password_to.*12/],
  [
    'an FTP password',
    { login: 'ftp', change_ftp_password_to: 'hunter2hunter2' },
    /change_ftp_password_to/,
  ],
  [
    'a permission that is none',
    { login: 'odd', permissions: permit('order_eat') },
    /permissions\[0\]\.permission_Name.*order_eat/,
  ],
  [
    'all permissions at once is not a permission',
    { login: 'odd', permissions: permit('all') },
    /not a permission/,
  ],
  ['a group that is not there', { login: 'odd', groups: [{ group_oid: 999 }] }, /group 999/],
  [
    'an address that is none',
    { login: 'odd', api_ip_address_masks: ['10.1'] },
    /api_ip_address_masks.*10\.1/,
  ],
  ['an email that is too long', { login: 'odd', email: `${'x'.repeat(150)}@example.com` }, /email/],
];
test('refused users', async (t) => {
  await insertUser({ login: 'taken' });
  for (const [what, body, message] of refusedUsers) {
    await t.test(what, async () =>
      assert.match((await ask({ operation: 'insertUser', body }, 400)).error.user_message, message),
    );
  }
});

test('groups hold members and permit them things', async () => {
  const [ben, cleo] = [
    await insertUser({ login: 'ben', full_name: 'Ben' }),
    await insertUser({ login: 'cleo' }),
  ];
  const { group } = await ask({
    operation: 'insertGroup',
    body: {
      name: 'Support',
      permissions: permit('order_read'),
      users: [{ user_id: ben.user_id, member: true }],
    },
  });
  assert.deepEqual(
    group.users.map((each) => [each.user_id, each.login, each.fullName, each.member]),
    [[ben.user_id, 'ben', 'Ben', true]],
  );
  const params = { group_oid: group.group_oid };
  const updated = (
    await ask({ operation: 'updateGroup', params, body: { users: [{ user_id: cleo.user_id }] } })
  ).group;
  assert.deepEqual(names(updated.users, 'member', 'login'), ['ben', 'cleo']);
  assert.deepEqual(
    (await ask({ operation: 'getUser', params: { user_id: cleo.user_id } })).user.groups,
    [{ group_oid: group.group_oid, name: 'Support', member: true }],
  );
  const left = (
    await ask({
      operation: 'updateUser',
      params: { user_id: ben.user_id },
      body: { groups: [{ group_oid: group.group_oid, member: false }] },
    })
  ).user;
  assert.deepEqual(left.groups, []);
  assert.deepEqual(
    (await ask({ operation: 'getGroups' })).groups.map((each) => each.name),
    ['Support'],
  );
  assert.match(
    (await ask({ operation: 'insertGroup', body: { name: 'SUPPORT' } }, 400)).error.user_message,
    /taken/,
  );
  assert.match(
    (await ask({ operation: 'updateGroup', params, body: { users: [{ user_id: 999 }] } }, 400))
      .error.user_message,
    /user 999/,
  );
  await ask({ operation: 'deleteGroup', params }, 204);
  await ask({ operation: 'deleteGroup', params }, 404);
  assert.deepEqual(
    (await ask({ operation: 'getUser', params: { user_id: cleo.user_id } })).user.groups,
    [],
  );
});

test('a user gives only what they have', async (t) => {
  const key = await app.addKey('TEST', ['user_read', 'user_write']);
  const strong = await insertUser({ login: 'strong', permissions: permit('order_write') });
  const { group } = await ask({
    operation: 'insertGroup',
    body: { name: 'Strong', permissions: permit('order_write') },
  });
  const attempts: [string, TestRequest][] = [
    [
      'a user with more',
      { operation: 'insertUser', body: { login: 'mine', permissions: permit('order_write') } },
    ],
    [
      'a user in a stronger group',
      {
        operation: 'insertUser',
        body: { login: 'mine', groups: [{ group_oid: group.group_oid }] },
      },
    ],
    [
      'the password of a user with more permissions',
      {
        operation: 'updateUser',
        params: { user_id: strong.user_id },
        body: { change_password_to: 'correct horse battery' },
      },
    ],
    [
      'a stronger group',
      { operation: 'insertGroup', body: { name: 'Mine', permissions: permit('order_write') } },
    ],
    [
      'a member of a stronger group',
      {
        operation: 'updateGroup',
        params: { group_oid: group.group_oid },
        body: { users: [{ user_id: strong.user_id }] },
      },
    ],
  ];
  for (const [what, request] of attempts) {
    await t.test(what, async () =>
      assert.match((await ask({ ...request, key }, 401)).error.user_message, /order_write/),
    );
  }
  await ask({
    operation: 'insertUser',
    body: { login: 'equal', permissions: permit('user_read') },
    key,
  });
});
