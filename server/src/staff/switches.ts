import type { Permission } from '@perennial/contract/user.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Switch } from './access.ts';
import { parsePermissions } from './apiKey.ts';

/**
 * Reads `permissions` of a body: each is on or off. Without its flag, an entry that only names its
 * permission is on. One that is sent back as it was read is off: C# clients send no false, and
 * would otherwise give a user whom they send back all permissions. Refuses names that are not
 * permissions.
 */
export function permissionSwitches(
  entries: readonly Permission[] | null | undefined,
): Switch<string>[] {
  return (entries ?? []).map((entry, i) => {
    const { permission_Name: name } = entry;
    const field = `permissions[${i}].permission_Name`;
    if (name === undefined || name === null) return refuse('missing_field', { field });
    if (!parsePermissions([name]).ok || !name.includes('_'))
      refuse('invalid_field', {
        field,
        reason: `names ${name}, which is not a permission`,
        fix: 'Send one that GET lists',
      });
    return { key: name, on: entry.selected ?? isNameAlone(entry) };
  });
}

/**
 * Reads the memberships of a body: each is on or off. Without its flag, an entry that only names
 * its group or user is on, and one that is sent back with the rest is off (C# clients send no
 * false).
 */
export function memberSwitches<Entry extends { readonly member?: boolean }>(
  entries: readonly Entry[] | null | undefined,
  id: keyof Entry & string,
  list: string,
): Switch<number>[] {
  return (entries ?? []).map((entry, i) => {
    const key = entry[id];
    return typeof key === 'number'
      ? { key, on: entry.member ?? isNameAlone(entry) }
      : refuse('missing_field', { field: `${list}[${i}].${id}` });
  });
}

const isNameAlone = (entry: object): boolean => Object.keys(entry).length === 1;
