import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  findGroupByName,
  findGroups,
  findUserByName,
  findUsers,
  groupIdsOf,
} from '../staff/userStore.ts';
import type { ChangeAuthor, Task } from './task.ts';
import type { TaskChange } from './taskChange.ts';

/**
 * Returns the caller in the form that tasks store: the user of the key or token, else the caller's
 * name.
 */
export async function taskCallerOf({ db, merchant, actor }: Context): Promise<ChangeAuthor> {
  if (actor.userId === undefined) return { name: actor.name };
  const user = (await findUsers(db, merchant.merchantId, [actor.userId])).get(actor.userId);
  return { userId: actor.userId, name: user?.name ?? actor.name };
}

/** Lists the groups of the calling user. */
export async function groupsOfCaller({ db, merchant, actor }: Context): Promise<number[]> {
  return actor.userId === undefined ? [] : groupIdsOf(db, merchant.merchantId, actor.userId);
}

/** Looks up the names of users and groups. */
export interface Names {
  userName(userId: number): string;
  groupName(groupId: number): string;
}

/** Loads the names of these tasks' assigned users and groups, and of those that a change names. */
export async function loadNames(
  { db, merchant: { merchantId } }: Context,
  tasks: readonly Task[],
  change: TaskChange = {},
): Promise<Names> {
  const ids = (of: (task: Task) => number | undefined, given: number | null | undefined) => [
    ...new Set([...tasks.map(of), given ?? undefined].filter((id) => id !== undefined)),
  ];
  const users = await findUsers(
    db,
    merchantId,
    ids((task) => task.assignedUserId, change.assignedUserId),
  );
  const groups = await findGroups(
    db,
    merchantId,
    ids((task) => task.assignedGroupId, change.assignedGroupId),
  );
  return {
    userName: (userId) => users.get(userId)?.name ?? `user ${userId}`,
    groupName: (groupId) => groups.get(groupId)?.name ?? String(groupId),
  };
}

/**
 * Resolves the assignment of a change to ids. A name counts only if the change contains no id,
 * because clients send both back unchanged. Refuses users and groups that do not exist.
 */
export async function resolveAssignment(
  context: Context,
  change: TaskChange,
  given: { readonly user?: string | null | undefined; readonly group?: string | null | undefined },
): Promise<TaskChange> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  const named: { assignedUserId?: number | null; assignedGroupId?: number | null } = {};
  if (change.assignedUserId === undefined && given.user)
    named.assignedUserId =
      (await findUserByName(db, merchantId, given.user))?.userId ??
      refuseUnknown('assigned_to_user', 'user', given.user);
  if (change.assignedGroupId === undefined && given.group)
    named.assignedGroupId =
      (await findGroupByName(db, merchantId, given.group))?.groupId ??
      refuseUnknown('assigned_to_group', 'group', given.group);
  if (
    change.assignedUserId &&
    !(await findUsers(db, merchantId, [change.assignedUserId])).has(change.assignedUserId)
  )
    refuseUnknown('assigned_to_user_id', 'user', change.assignedUserId);
  if (
    change.assignedGroupId &&
    !(await findGroups(db, merchantId, [change.assignedGroupId])).has(change.assignedGroupId)
  )
    refuseUnknown('assigned_to_group_id', 'group', change.assignedGroupId);
  return { ...change, ...named };
}

function refuseUnknown(field: string, what: string, id: string | number): never {
  return refuse('invalid_field', {
    field,
    reason: `names the ${what} ${id}, which does not exist`,
    fix: `Send one that GET /workflow/assignment_${what}s lists`,
  });
}
