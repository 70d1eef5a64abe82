import type { EventName } from '@perennial/contract/events.ts';
import { User } from '@perennial/contract/user.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { JsonList, VersionedJson } from '../platform/storage/page.ts';
import { gained, isLogin, switched } from './access.ts';
import { mailUser, newsOf } from './accountNewsOperations.ts';
import { parseAllowedIps } from './apiKey.ts';
import { countMembership, lockGroups } from './groupStore.ts';
import { hashPassword } from './password.ts';
import { checkNewPassword } from './passwordOperations.ts';
import { refuseOutranked, refuseWithheld } from './rankOperations.ts';
import {
  insertUser as insert,
  lockUser,
  permissionsOfGroups,
  readLoginsJson,
  readUserJson,
  readUsersJson,
  deleteUser as remove,
  type StaffUser,
  saveUser,
  tryReadUserJson,
} from './staffStore.ts';
import { memberSwitches, permissionSwitches } from './switches.ts';
import { groupIdsOf } from './userStore.ts';

/**
 * Returns the JSON of all users. The published operation has no pages, because a merchant has few
 * users.
 */
export function getUsers({ db, merchant }: Context): Promise<JsonList> {
  return readUsersJson(db, merchant.merchantId, merchant.timeZone);
}

/** Returns the JSON of one user with its version. */
export async function getUser(context: Context, userId: number): Promise<VersionedJson> {
  const { db, merchant } = context;
  const read = await readOne(context, {
    what: 'user',
    id: userId,
    expand: new Set(),
    read: () => readUserJson(db, merchant.merchantId, userId, merchant.timeZone),
  });
  return read ?? noUser(userId);
}

/** Returns the JSON of a user's latest logins. */
export async function getUserLogins(context: Context, userId: number): Promise<string> {
  await getUser(context, userId);
  return readLoginsJson(context.db, context.merchant.merchantId, userId, context.merchant.timeZone);
}

/** Adds a user and returns its JSON. */
export async function insertUser(context: Context, body: User): Promise<VersionedJson> {
  const { merchantId } = context.merchant;
  const userId = await takeNumbers(context.db, merchantId, 'user', 1);
  const blank: StaffUser = { userId, login: '', permissions: [], groupOids: [], document: {} };
  const user = changed(context, blank, body);
  const passwordHash = await newPassword(context, body);
  return inTransaction(context, async (context) => {
    await refuseGiving(context, blank, user, body);
    const isFirst = isSetForAnother(context, userId);
    if (!(await insert(context.db, merchantId, user, passwordHash, context.now, isFirst)))
      loginTaken(user.login);
    const inserted = await emitUserEvent(context, 'user_create', userId);
    const after = described(inserted.json, body);
    await recordAct(context, { act: 'insertUser', ...named(userId), after });
    return inserted;
  });
}

/**
 * Returns whether a person sets the password of another user, who must then replace it, because
 * another person knows it (ADR 80). A program that creates users, as published clients do, may log
 * in as them.
 */
const isSetForAnother = ({ actor }: Context, userId: number): boolean =>
  actor.kind === 'session' && actor.userId !== userId;

/**
 * Changes a user and returns its JSON. Absent fields do not change, nor do groups and permissions
 * that the lists do not name.
 */
export async function updateUser(
  context: Context,
  userId: number,
  body: User,
  ifMatch?: number,
): Promise<VersionedJson> {
  const { merchantId } = context.merchant;
  const passwordHash = await newPassword(context, body);
  return inTransaction(context, async (context) => {
    const switches = memberSwitches(body.groups, 'group_oid', 'groups');
    await lockGroups(
      context.db,
      merchantId,
      switches.map(({ key }) => key),
    );
    const before = (await lockUser(context.db, merchantId, userId)) ?? noUser(userId);
    const was = await describedBefore(context, userId);
    refuseOtherVersion(before.version, ifMatch, String(userId));
    const user = changed(context, before, body);
    await refuseOutranked(context, [userId]);
    await refuseGiving(context, before, user, body);
    const isFirst = isSetForAnother(context, userId);
    const isSaved = await saveUser(
      context.db,
      merchantId,
      user,
      passwordHash,
      context.now,
      isFirst,
    );
    if (!isSaved) loginTaken(user.login);
    const updated = await emitUserEvent(context, 'user_update', userId);
    const after = described(updated.json, body);
    await recordAct(context, { act: 'updateUser', ...named(userId), before: was, after });
    await mailChanges(context, before, user, passwordHash !== undefined);
    return updated;
  });
}

/** Deletes a user. The user's keys and applications stop working. */
export async function deleteUser(
  context: Context,
  userId: number,
  ifMatch?: number,
): Promise<void> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const groupOids = await groupIdsOf(context.db, merchantId, userId);
    await lockGroups(context.db, merchantId, groupOids);
    const { version } = (await lockUser(context.db, merchantId, userId)) ?? noUser(userId);
    refuseOtherVersion(version, ifMatch, String(userId));
    await refuseOutranked(context, [userId]);
    const { json } = await getUser(context, userId);
    const object: unknown = JSON.parse(json);
    await countMembership(context.db, merchantId, groupOids);
    await remove(context.db, merchantId, userId);
    await recordAct(context, { act: 'deleteUser', ...named(userId), before: described(json, {}) });
    await context.events.emit(context, [
      { name: 'user_delete', objectType: 'user', objectId: String(userId), data: { object } },
    ]);
  });
}

/** Mails the user about another password or email address; also mails the previous address. */
async function mailChanges(
  context: Context,
  before: StaffUser,
  { userId, document }: StaffUser,
  hasNewPassword: boolean,
): Promise<void> {
  const { db, merchant } = context;
  const earlier = before.document.email ?? undefined;
  if (hasNewPassword)
    await mailUser(db, merchant.merchantId, userId, newsOf(context, 'password'), earlier);
  if (earlier !== undefined && document.email !== earlier)
    await mailUser(db, merchant.merchantId, userId, newsOf(context, 'email'), earlier);
}

/** The user in the form in which the audit log names it. */
const named = (userId: number) => ({ objectType: 'user', objectId: String(userId) });

/**
 * Describes a user for the audit log: whether the password was set, and the permissions that are
 * on.
 */
function described(json: string, { change_password_to: password }: User): object {
  const { login_histories: _, permissions = [], ...user } = JSON.parse(json) as User;
  return {
    ...user,
    permissions: permissions?.flatMap((each) => (each.selected ? [each.permission_Name] : [])),
    ...(password ? { change_password_to: password } : {}),
  };
}

/** The same before an update, which may repair a record that cannot be read. */
async function describedBefore({ db, merchant }: Context, userId: number): Promise<object> {
  const read = await tryReadUserJson(db, merchant.merchantId, userId, merchant.timeZone);
  return 'json' in read ? described(read.json, {}) : read;
}

async function emitUserEvent(
  context: Context,
  name: EventName,
  userId: number,
): Promise<VersionedJson> {
  await context.events.emit(context, [{ name, objectType: 'user', objectId: String(userId) }]);
  return getUser(context, userId);
}

// These fields have separate columns and tables, or are accepted but never stored.
const outsideDocument = {
  user_id: undefined,
  groups: undefined,
  permissions: undefined,
  login_histories: undefined,
  linked_accounts: undefined,
  change_password_to: undefined,
  change_ftp_password_to: undefined,
};

function changed(context: Context, before: StaffUser, body: User): StaffUser {
  if (body.change_ftp_password_to)
    refuse('invalid_field', {
      field: 'change_ftp_password_to',
      reason: 'is given, but this server has no FTP',
      fix: 'Leave it out',
    });
  const document = merged<User>(before.document, {
    ...writable(User, body, context.merchant.timeZone),
    ...outsideDocument,
  });
  const { login = '' } = document;
  if (!isLogin(login))
    refuse('wrong_format', { field: 'login', expected: '1 to 50 letters, digits or . _ @ + -' });
  const ips = parseAllowedIps(document.api_ip_address_masks ?? []);
  if (!ips.ok)
    refuse('invalid_field', {
      field: 'api_ip_address_masks',
      reason: `contains ${ips.reason}, which is neither an address nor a range`,
      fix: 'Send for example 203.0.113.7 or 10.0.0.0/8',
    });
  return {
    userId: before.userId,
    login,
    permissions: switched(before.permissions, permissionSwitches(body.permissions)),
    groupOids: switched(before.groupOids, memberSwitches(body.groups, 'group_oid', 'groups')),
    document,
  };
}

async function newPassword(
  { ids, merchant }: Context,
  { change_password_to: password, login, full_name, email }: User,
): Promise<string | undefined> {
  if (password === undefined || password === null) return undefined;
  const words = [merchant.merchantId, merchant.name, login, full_name, email?.split('@')[0]];
  await checkNewPassword(
    password,
    'change_password_to',
    words.flatMap((word) => word ?? []),
  );
  return hashPassword(password, ids);
}

/**
 * A caller who sets a user's password or login can then log in as that user, so the caller needs
 * all permissions of the user.
 */
async function refuseGiving(
  context: Context,
  before: StaffUser,
  user: StaffUser,
  body: User,
): Promise<void> {
  const groups = await permissionsOfGroups(context.db, context.merchant.merchantId, [
    ...before.groupOids,
    ...user.groupOids,
  ]);
  const unknown = user.groupOids.find((oid) => !groups.has(oid));
  if (unknown !== undefined)
    refuse('invalid_field', {
      field: 'groups',
      reason: `names the group ${unknown}, which does not exist`,
      fix: 'Insert that group first',
    });
  const allOf = ({ permissions, groupOids }: StaffUser) => [
    ...permissions,
    ...groupOids.flatMap((oid) => groups.get(oid) ?? []),
  ];
  const given = body.change_password_to ? allOf(user) : gained(allOf(before), allOf(user));
  refuseWithheld(context, new Set(given));
}

function loginTaken(login: string): never {
  return refuse('state_conflict', {
    reason: `login ${login} is taken by another user`,
    fix: 'Send a login that is free, or update that user',
  });
}

function noUser(userId: number): never {
  return refuse('not_found', { what: 'user', id: userId });
}
