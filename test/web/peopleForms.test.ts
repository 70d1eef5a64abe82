// Tests the forms of users and groups: what is sent, what a colleague changed meanwhile, and the
// undo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiKey } from '@perennial/contract/apiKey.ts';
import { draftOfKey, keyBody, newKeyBody, stateOfKey } from '../../web/src/keys/forms.ts';
import { changedKeys, conflictsOf, type Draft, decided } from '../../web/src/kit/draft.ts';
import {
  draftOfGroup,
  draftOfUser,
  groupBody,
  groupKey,
  isOn,
  labelOf,
  permissionKey,
  takenWords,
  toggled,
  userBody,
  withoutAccess,
} from '../../web/src/people/forms.ts';
import { allPermissions } from '../../web/src/people/permissions.ts';

const groups = [
  { group_oid: 1, name: 'Support' },
  { group_oid: 2, name: 'Leads' },
];
const ann = {
  login: 'ann',
  email: 'ann@example.com',
  groups: [{ group_oid: 1, member: true }],
  permissions: [
    { permission_Name: 'order_read', selected: true },
    { permission_Name: 'order_write', selected: false },
  ],
};
const was = draftOfUser(ann, groups, allPermissions);
const changes: [what: string, to: Draft, body: object][] = [
  ['nothing', was, {}],
  ['a text', { ...was, full_name: 'Ann Smith ' }, { full_name: 'Ann Smith' }],
  ['an emptied text is cleared', { ...was, email: '' }, { email: null }],
  [
    'a permission more and one less',
    toggled(toggled(was, permissionKey('order_write')), permissionKey('order_read')),
    {
      permissions: [
        { permission_Name: 'order_read', selected: false },
        { permission_Name: 'order_write', selected: true },
      ],
    },
  ],
  [
    'another group',
    toggled(toggled(was, groupKey(1)), groupKey(2)),
    {
      groups: [
        { group_oid: 1, member: false },
        { group_oid: 2, member: true },
      ],
    },
  ],
  [
    'all access',
    withoutAccess(was),
    {
      groups: [{ group_oid: 1, member: false }],
      permissions: [{ permission_Name: 'order_read', selected: false }],
    },
  ],
];
for (const [what, to, body] of changes)
  test(`a user: ${what}`, () => {
    assert.deepEqual(userBody(was, to), body);
    // The undo names the same fields.
    assert.deepEqual(Object.keys(userBody(to, was)), Object.keys(body));
  });

test('a group: name, members and permissions', () => {
  const users = [
    { user_id: 7, login: 'ann' },
    { user_id: 8, login: 'ben' },
  ];
  const group = { name: 'Support', users: [{ user_id: 7, member: true }] };
  const from = draftOfGroup(group, users, allPermissions);
  const to = toggled({ ...from, name: 'Helpers', 'member:7': 'no' }, 'member:8');
  assert.deepEqual(groupBody(from, toggled(to, permissionKey('item_read'))), {
    name: 'Helpers',
    users: [
      { user_id: 7, member: false },
      { user_id: 8, member: true },
    ],
    permissions: [{ permission_Name: 'item_read', selected: true }],
  });
});

test('a colleague changed the same user: only what both changed is asked', () => {
  const theirs = toggled({ ...was, phone: '1', full_name: 'A. Smith' }, groupKey(2));
  const mine = toggled({ ...was, full_name: 'Ann' }, permissionKey('item_read'));
  assert.deepEqual(conflictsOf(was, theirs, mine), [
    { key: 'full_name', was: '', theirs: 'A. Smith', mine: 'Ann' },
  ]);
  const kept = decided(was, theirs, mine, new Set(['full_name']));
  assert.deepEqual([kept['phone'], kept['full_name'], isOn(kept, groupKey(2))], ['1', 'Ann', true]);
  assert.deepEqual(changedKeys(theirs, kept), ['full_name', permissionKey('item_read')]);
  const left = decided(was, theirs, mine, new Set());
  assert.deepEqual(changedKeys(theirs, left), [permissionKey('item_read')]);
});

test('both made the same change: nothing is asked', () => {
  const both = { ...was, phone: '555' };
  assert.deepEqual(conflictsOf(was, both, both), []);
});

test('fields are named in words', () => {
  const names = new Map([[groupKey(2), 'Leads']]);
  assert.deepEqual(
    ['full_name', 'name', permissionKey('order_read'), groupKey(2), 'member:9'].map((key) =>
      labelOf(key, names),
    ),
    ['Full name', 'Name', 'order_read', 'Group Leads', 'Member 9'],
  );
});

const nowMs = Date.parse('2026-11-29T12:00:00Z');
const keyStates: [what: string, key: ApiKey, word: string][] = [
  ['revoked', { state: 'revoked' }, 'Revoked'],
  ['past its day', { state: 'expired' }, 'Expired'],
  ['without a day', { state: 'valid' }, 'Valid'],
  ['two weeks left', { state: 'valid', expires_dts: '2026-12-13T12:00:00Z' }, 'Valid'],
  ['less', { state: 'valid', expires_dts: '2026-12-13T11:59:59Z' }, 'Expires soon'],
  ['rotated, the old secret unused since', rotatedKey({}), 'Valid'],
  [
    'rotated, the old secret used',
    rotatedKey({ used: '2026-11-29T10:00:00Z' }),
    'Old secret in use',
  ],
  ['rotated, the old secret used before', rotatedKey({ used: '2026-11-28T10:00:00Z' }), 'Valid'],
  [
    'the old secret has ended',
    rotatedKey({ used: '2026-11-29T10:00:00Z', until: '2026-11-29T11:00:00Z' }),
    'Valid',
  ],
];

function rotatedKey({
  used,
  until = '2026-11-30T09:00:00Z',
}: {
  used?: string;
  until?: string;
}): ApiKey {
  return {
    state: 'valid',
    rotated_dts: '2026-11-29T09:00:00Z',
    old_secret_until_dts: until,
    ...(used !== undefined && { old_secret_used_dts: used }),
  };
}

for (const [what, key, word] of keyStates)
  test(`an API key, ${what}: ${word}`, () => assert.equal(stateOfKey(key, nowMs).word, word));

test('the body of a new key has what is filled in and ticked', () => {
  const draft = {
    ...draftOfKey({}, 'America/New_York'),
    name: 'Warehouse',
    allowed_ips: '203.0.113.7\n10.0.0.0/8\n',
    'permission:order_read': 'yes',
    'permission:order_write': 'no',
  };
  assert.deepEqual(newKeyBody(draft), {
    name: 'Warehouse',
    allowed_ips: ['203.0.113.7', '10.0.0.0/8'],
    permissions: ['order_read'],
  });
});

test('the change of a key has the changed fields, and an emptied day is null', () => {
  const key = { name: 'Desk', expires_dts: '2027-05-01T10:00:00-04:00' };
  const before = draftOfKey(key, 'America/New_York');
  assert.equal(before['expires_dts'], '2027-05-01T10:00');
  assert.deepEqual(keyBody(before, { ...before, expires_dts: '' }), { expires_dts: null });
});

test('the groups and permissions that a person loses are listed in a few lines', () => {
  const taken = ['group:3', 'permission:auto_order_read', 'permission:order_read'];
  assert.deepEqual(
    takenWords([...taken, 'permission:auto_order_write'], new Map([['group:3', 'Support']])),
    ['Group Support', 'May read: auto order, order', 'May write: auto order'],
  );
});
