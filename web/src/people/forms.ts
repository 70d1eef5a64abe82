import type { Group, Permission, User } from '@perennial/contract/user.ts';
import { changedKeys, type Draft } from '../kit/draft.ts';

const yes = 'yes';
const no = 'no';
const switchText = (isOn: boolean): string => (isOn ? yes : no);

/** Returns whether a checkbox of a form is checked. */
export const isOn = (draft: Draft, key: string): boolean => draft[key] === yes;

/** Returns a form with one checkbox switched. */
export const toggled = (draft: Draft, key: string): Draft => ({
  ...draft,
  [key]: switchText(!isOn(draft, key)),
});

/** The names of checkboxes in a form. */
export const permissionKey = (permission: string): string => `permission:${permission}`;
export const groupKey = (oid: number | undefined): string => `group:${oid ?? 0}`;
export const memberKey = (userId: number | undefined): string => `member:${userId ?? 0}`;

/** The text fields of a user with their labels. */
export const userFields = [
  { key: 'login', label: 'Login', max: 50 },
  { key: 'full_name', label: 'Full name', max: 100 },
  { key: 'email', label: 'Email', max: 150 },
  { key: 'phone', label: 'Phone', max: 50 },
] as const;

/** The form of a user; without `user`, of a new one. */
export function draftOfUser(user: User, groups: readonly Group[], permissions: readonly string[]) {
  const memberOf = new Set(
    (user.groups ?? []).filter(({ member }) => member).map(({ group_oid: oid }) => oid),
  );
  return {
    ...Object.fromEntries(userFields.map(({ key }) => [key, user[key] ?? ''])),
    ...Object.fromEntries(
      groups.map(({ group_oid: oid }) => [groupKey(oid), switchText(memberOf.has(oid))]),
    ),
    ...permissionsDraft(user.permissions, permissions),
  };
}

/** The form of a group; without members, of a new one. */
export function draftOfGroup(group: Group, users: readonly User[], permissions: readonly string[]) {
  const members = new Set(
    (group.users ?? []).filter(({ member }) => member).map(({ user_id: id }) => id),
  );
  return {
    name: group.name ?? '',
    ...Object.fromEntries(
      users.map(({ user_id: id }) => [memberKey(id), switchText(members.has(id))]),
    ),
    ...permissionsDraft(group.permissions, permissions),
  };
}

function permissionsDraft(given: readonly Permission[] = [], all: readonly string[]): Draft {
  const selected = new Set(
    given.filter((each) => each.selected).map((each) => each.permission_Name),
  );
  return Object.fromEntries(
    all.map((name) => [permissionKey(name), switchText(selected.has(name))]),
  );
}

/** The body of an update of a user: only the differences between two forms. */
export function userBody(from: Draft, to: Draft): User {
  return {
    ...textsIn(from, to, ['login', 'full_name', 'email', 'phone']),
    ...switches(from, to, 'group', 'groups', (oid, member) => ({ group_oid: Number(oid), member })),
    ...permissionSwitches(from, to),
  };
}

/** The body of an update of a group: only the differences between two forms. */
export function groupBody(from: Draft, to: Draft): Group {
  return {
    ...textsIn(from, to, ['name']),
    ...switches(from, to, 'member', 'users', (id, member) => ({ user_id: Number(id), member })),
    ...permissionSwitches(from, to),
  };
}

/** An emptied text becomes null, which clears the field. */
function textsIn(from: Draft, to: Draft, names: readonly string[]): Record<string, string> {
  const changed = changedKeys(from, to).filter((key) => names.includes(key));
  return Object.fromEntries(
    changed.map((key) => [key, to[key]?.trim() || (null as unknown as string)]),
  );
}

const permissionSwitches = (from: Draft, to: Draft) =>
  switches(from, to, 'permission', 'permissions', (name, selected) => ({
    permission_Name: name,
    selected,
  }));

/** The changed checkboxes of one kind in the wire format, if there are any. */
function switches<Entry>(
  from: Draft,
  to: Draft,
  kind: string,
  list: string,
  entryOf: (id: string, isOn: boolean) => Entry,
): Record<string, Entry[]> {
  const prefix = `${kind}:`;
  const entries = changedKeys(from, to)
    .filter((key) => key.startsWith(prefix))
    .map((key) => entryOf(key.slice(prefix.length), isOn(to, key)));
  return entries.length === 0 ? {} : { [list]: entries };
}

/** The form of a user without any permission and without groups that give one. */
export const withoutAccess = (draft: Draft): Draft =>
  Object.fromEntries(
    Object.entries(draft).map(([key, value]) => [
      key,
      key.startsWith('permission:') || key.startsWith('group:') ? no : value,
    ]),
  );

/** The name of a field, for comparisons and conflicts. `names` are those of groups and users. */
export function labelOf(key: string, names: ReadonlyMap<string, string>): string {
  const field = userFields.find((each) => each.key === key);
  if (field) return field.label;
  if (key === 'name') return 'Name';
  const [kind, id = ''] = key.split(':');
  if (kind === 'permission') return id;
  return `${kind === 'group' ? 'Group' : 'Member'} ${names.get(key) ?? id}`;
}

/** The permissions of a group. */
export const permissionsOf = ({ permissions = [] }: Group): string[] =>
  permissions.flatMap(({ selected, permission_Name: name }) => (selected && name ? [name] : []));

/** Returns those of these permissions that the person lacks and so cannot give. */
export const notMine = (permissions: readonly string[], own: ReadonlySet<string>): string[] =>
  permissions.filter((permission) => !own.has(permission));

/** Lists a person's losses in a few lines: each group, and the permissions to read and to write. */
export function takenWords(
  keys: readonly string[],
  names: ReadonlyMap<string, string>,
): readonly string[] {
  const [own, others] = [
    keys.filter((key) => key.startsWith('permission:')),
    keys.filter((key) => !key.startsWith('permission:')),
  ];
  const lines = (['read', 'write'] as const).flatMap((may) => {
    const resources = own
      .filter((key) => key.endsWith(`_${may}`))
      .map((key) => key.slice('permission:'.length, -may.length - 1).replace('_', ' '));
    return resources.length === 0 ? [] : `May ${may}: ${resources.join(', ')}`;
  });
  return [...others.map((key) => labelOf(key, names)), ...lines];
}
