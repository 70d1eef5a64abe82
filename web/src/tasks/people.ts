import type { People } from './list.ts';

/** Used before the people are loaded. */
export const noPeople: People = { users: [], groups: [] };

/** Returns the name of an assigned user or group. */
export function nameOf({ users, groups }: People, field: string, id: number): string {
  const found = (field === 'assigned_to_group_id' ? groups : users).find((each) => each.id === id);
  return found?.name ?? String(id);
}
