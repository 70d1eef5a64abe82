// Tests a user's effective permissions, and the origin of each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionRows, sourceWords } from '../../web/src/people/permissions.ts';

const permission = (permission_Name: string, selected = true) => ({ permission_Name, selected });

test('a permission is own, of a group that the user is in, or both', () => {
  const user = {
    permissions: [permission('order_read'), permission('order_write', false)],
    groups: [
      { group_oid: 1, member: true },
      { group_oid: 2, member: false },
    ],
  };
  const groups = [
    {
      group_oid: 1,
      name: 'Support',
      permissions: [permission('order_read'), permission('item_read')],
    },
    { group_oid: 2, name: 'Owners', permissions: [permission('order_write')] },
  ];
  const rows = permissionRows(user, groups);
  const words = (name: string) => {
    const row = rows.find(({ resource }) => resource === name)!;
    return [sourceWords(row.read), sourceWords(row.write)];
  };
  assert.deepEqual(words('order'), ['Yes: given directly, group Support', 'No']);
  assert.deepEqual(words('item'), ['Yes: group Support', 'No']);
  assert.deepEqual(words('user'), ['No', 'No']);
});
