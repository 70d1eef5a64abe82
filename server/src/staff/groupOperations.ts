import { Group } from '@perennial/contract/user.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { VersionedJson } from '../platform/storage/page.ts';
import { gained, switched, withheldFrom } from './access.ts';
import {
  insertGroup as insert,
  lockGroup,
  lockMembers,
  readGroupJson,
  readGroupsJson,
  deleteGroup as remove,
  type StaffGroup,
  saveGroup,
} from './groupStore.ts';
import { refuseOutranked, refuseWithheld } from './rankOperations.ts';
import { memberSwitches, permissionSwitches } from './switches.ts';
import { findUsers } from './userStore.ts';

/** Returns the JSON of all groups. */
export function getGroups({ db, merchant }: Context): Promise<string> {
  return readGroupsJson(db, merchant.merchantId);
}

/** Returns the JSON of one group with its version. */
export async function getGroup(
  { db, merchant }: Context,
  groupOid: number,
): Promise<VersionedJson> {
  return (await readGroupJson(db, merchant.merchantId, groupOid)) ?? noGroup(groupOid);
}

/** Adds a group and returns its JSON. */
export async function insertGroup(context: Context, body: Group): Promise<VersionedJson> {
  const { merchantId } = context.merchant;
  const groupOid = await takeNumbers(context.db, merchantId, 'group', 1);
  const empty: StaffGroup = { groupOid, name: '', permissions: [], userIds: [], document: {} };
  return inTransaction(context, async (context) => {
    const group = await changed(context, empty, body);
    await refuseUnfit(context, empty, group.userIds);
    if (!(await insert(context.db, merchantId, group))) nameTaken(group.name);
    await recordAct(context, { act: 'insertGroup', ...named(groupOid), after: shown(group) });
    return getGroup(context, groupOid);
  });
}

/**
 * Changes a group and returns its JSON. Absent fields do not change, nor do members and permissions
 * that the lists do not name.
 */
export async function updateGroup(
  context: Context,
  groupOid: number,
  body: Group,
  ifMatch?: number,
): Promise<VersionedJson> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const before = (await lockGroup(context.db, merchantId, groupOid)) ?? noGroup(groupOid);
    refuseOtherVersion(before.version, ifMatch, String(groupOid));
    const group = await changed(context, before, body);
    await refuseUnfit(context, before, group.userIds);
    if (!(await saveGroup(context.db, merchantId, group))) nameTaken(group.name);
    const change = { before: shown(before), after: shown(group) };
    await recordAct(context, { act: 'updateGroup', ...named(groupOid), ...change });
    return getGroup(context, groupOid);
  });
}

/** Deletes a group. Its members lose the permissions that the group gave them. */
export async function deleteGroup(
  context: Context,
  groupOid: number,
  ifMatch?: number,
): Promise<void> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const group = (await lockGroup(context.db, merchantId, groupOid)) ?? noGroup(groupOid);
    refuseOtherVersion(group.version, ifMatch, String(groupOid));
    await lockMembers(context.db, merchantId, group.userIds);
    await refuseUnfit(context, group, []);
    await saveGroup(context.db, merchantId, { ...group, userIds: [] });
    await remove(context.db, merchantId, groupOid);
    await recordAct(context, { act: 'deleteGroup', ...named(groupOid), before: shown(group) });
  });
}

/** The group in the form in which the audit log names and shows it. */
const named = (groupOid: number) => ({ objectType: 'group', objectId: String(groupOid) });
const shown = ({ name, permissions, userIds }: StaffGroup) => ({ name, permissions, userIds });

const outsideDocument = { group_oid: undefined, users: undefined, permissions: undefined };

async function changed(context: Context, before: StaffGroup, body: Group): Promise<StaffGroup> {
  const document = merged<Group>(before.document, {
    ...writable(Group, body, context.merchant.timeZone),
    ...outsideDocument,
  });
  const name = document.name?.trim() ?? '';
  if (name === '' || name.length > 100)
    refuse('wrong_format', { field: 'name', expected: 'a text of 1 to 100 characters' });
  const group = {
    groupOid: before.groupOid,
    name,
    permissions: switched(before.permissions, permissionSwitches(body.permissions)),
    userIds: switched(before.userIds, memberSwitches(body.users, 'user_id', 'users')),
    document: { ...document, name },
  };
  await lockMembers(context.db, context.merchant.merchantId, group.userIds);
  await refuseUnknown(context, group);
  // A new member receives all permissions of the group.
  const hasNewMember = group.userIds.some((id) => !before.userIds.includes(id));
  const withheld = withheldFrom(
    context.actor,
    hasNewMember ? group.permissions : gained(before.permissions, group.permissions),
  );
  if (withheld.length > 0) refuse('missing_permission', { needed: withheld });
  return group;
}

/**
 * Refuses the change of a group with permissions that the caller lacks, and of memberships of users
 * with such permissions.
 */
async function refuseUnfit(
  context: Context,
  before: StaffGroup,
  userIds: readonly number[],
): Promise<void> {
  refuseWithheld(context, before.permissions);
  const moved = new Set(before.userIds).symmetricDifference(new Set(userIds));
  await refuseOutranked(context, [...moved]);
}

async function refuseUnknown({ db, merchant }: Context, { userIds }: StaffGroup): Promise<void> {
  const known = await findUsers(db, merchant.merchantId, userIds);
  const unknown = userIds.find((id) => !known.has(id));
  if (unknown !== undefined)
    refuse('invalid_field', {
      field: 'users',
      reason: `names the user ${unknown}, who does not exist`,
      fix: 'Insert that user first',
    });
}

function nameTaken(name: string): never {
  return refuse('state_conflict', {
    reason: `name ${name} is taken by another group`,
    fix: 'Send a name that is free, or update that group',
  });
}

function noGroup(groupOid: number): never {
  return refuse('not_found', { what: 'group', id: groupOid });
}
