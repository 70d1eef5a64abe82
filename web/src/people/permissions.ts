import type { Permission } from '@perennial/contract/operations.ts';
import type { Group, User } from '@perennial/contract/user.ts';

type Resource<Name = Permission> = Name extends `${infer Of}_read` ? Of : never;

/** Every resource with permissions; the compiler checks that none is missing. */
const resources: Readonly<Record<Resource, true>> = {
  auto_order: true,
  order: true,
  item: true,
  coupon: true,
  customer: true,
  webhook: true,
  workflow: true,
  user: true,
  configuration: true,
};

/** The names of the resources, and all permissions. */
export const resourceNames: readonly string[] = Object.keys(resources);
export const allPermissions: readonly string[] = resourceNames.flatMap((resource) => [
  `${resource}_read`,
  `${resource}_write`,
]);

/** The source of a permission: the user, groups by name, or both. Empty: not given. */
export interface Source {
  readonly isOwn: boolean;
  readonly groups: readonly string[];
}

/** A resource with the sources of its two permissions. */
export interface PermissionRow {
  readonly resource: string;
  readonly read: Source;
  readonly write: Source;
}

const selected = ({ permissions = [] }: User | Group): Set<string> =>
  new Set(permissions.filter((each) => each.selected).map((each) => each.permission_Name ?? ''));

/** The groups that the user is a member of. */
export const groupsOf = (user: User) => (user.groups ?? []).filter(({ member }) => member);

/** A user's effective permissions: the user's own and those of the user's groups. */
export function permissionRows(user: User, groups: readonly Group[]): PermissionRow[] {
  const own = selected(user);
  const oids = new Set(groupsOf(user).map(({ group_oid: oid }) => oid));
  const givers = groups
    .filter(({ group_oid: oid }) => oids.has(oid))
    .map((group) => ({ name: group.name ?? '', gives: selected(group) }));
  const sourceOf = (permission: string): Source => ({
    isOwn: own.has(permission),
    groups: givers.filter(({ gives }) => gives.has(permission)).map(({ name }) => name),
  });
  return resourceNames.map((resource) => ({
    resource,
    read: sourceOf(`${resource}_read`),
    write: sourceOf(`${resource}_write`),
  }));
}

/** Describes a source: "Yes: given directly, group Support"; "No" without any. */
export function sourceWords({ isOwn, groups }: Source): string {
  const from = [...(isOwn ? ['given directly'] : []), ...groups.map((name) => `group ${name}`)];
  return from.length === 0 ? 'No' : `Yes: ${from.join(', ')}`;
}
