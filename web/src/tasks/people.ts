import type { People } from './list.ts';

/** Before people are read. */
export const noPeople: People = { users: [], groups: [] };

/** The name of the user or group of an assignment. */
export function nameOf({ users, groups }: People, field: string, id: number): string {
  const found = (field === 'assigned_to_group_id' ? groups : users).find((each) => each.id === id);
  return found?.name ?? String(id);
}
