import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  findGroupByName,
  findGroups,
  findUserByName,
  findUsers,
  groupIdsOf,
} from '../staff/userStore.ts';
import type { Person, Task } from './task.ts';
import type { TaskChange } from './taskChange.ts';

/** Who calls, as tasks remember it: the user that the key or token stands for, else the caller's name. */
export async function callerOf({ db, merchant, actor }: Context): Promise<Person> {
  if (actor.userId === undefined) return { name: actor.name };
  const user = (await findUsers(db, merchant.merchantId, [actor.userId])).get(actor.userId);
  return { userId: actor.userId, name: user?.name ?? actor.name };
}

/** The groups of the user who calls. */
export async function groupsOfCaller({ db, merchant, actor }: Context): Promise<number[]> {
  return actor.userId === undefined ? [] : groupIdsOf(db, merchant.merchantId, actor.userId);
}

/** What users and groups are called. */
export interface Names {
  userName(userId: number): string;
  groupName(groupId: number): string;
}

/** The names of everybody to whom these tasks are assigned, and of those who are named besides. */
export async function namesOf(
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
 * The change with its assignment as ids. A name counts where no id is given beside it: clients send back both as they read them. Refuses people
 * and groups that are not there.
 */
export async function withAssignment(
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
      noOne('assigned_to_user', 'user', given.user);
  if (change.assignedGroupId === undefined && given.group)
    named.assignedGroupId =
      (await findGroupByName(db, merchantId, given.group))?.groupId ??
      noOne('assigned_to_group', 'group', given.group);
  if (
    change.assignedUserId &&
    !(await findUsers(db, merchantId, [change.assignedUserId])).has(change.assignedUserId)
  )
    noOne('assigned_to_user_id', 'user', change.assignedUserId);
  if (
    change.assignedGroupId &&
    !(await findGroups(db, merchantId, [change.assignedGroupId])).has(change.assignedGroupId)
  )
    noOne('assigned_to_group_id', 'group', change.assignedGroupId);
  return { ...change, ...named };
}

function noOne(field: string, what: string, id: string | number): never {
  return refuse('invalid_field', {
    field,
    reason: `names the ${what} ${id}, which does not exist`,
    fix: `Take one of GET /workflow/assignment_${what}s`,
  });
}
