import type { Group, User, UserLogin } from '@perennial/contract/user.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { DraftBase } from '../kit/draft.ts';
import { asOpened, written as sendDraft, type Write } from '../shell/draftWrites.ts';
import { draftOfGroup, draftOfUser, groupBody, userBody } from './forms.ts';
import { allPermissions } from './permissions.ts';

/** All users of the merchant. */
export const usersQuery = queryOptions<User[]>({
  queryKey: ['people', 'users'],
  queryFn: async ({ signal }) => (await call('getUsers', { signal })).users ?? [],
});

/** All groups, with their permissions and members. */
export const groupsQuery = queryOptions<Group[]>({
  queryKey: ['people', 'groups'],
  queryFn: async ({ signal }) => (await call('getGroups', { signal })).groups ?? [],
});

/** One user with all its parts. */
export const userQuery = (id: string) =>
  queryOptions<User>({
    queryKey: ['people', 'user', id],
    queryFn: async ({ signal }) =>
      (await call('getUser', { params: { user_id: Number(id) }, signal })).user ?? {},
  });

/** The latest log-ins of a user. */
export const loginsQuery = (id: string) =>
  queryOptions<UserLogin[]>({
    queryKey: ['people', 'logins', id],
    queryFn: async ({ signal }) =>
      (await call('getUserLogins', { params: { user_id: Number(id) }, signal })).logins ?? [],
  });

/** The data for the form of a user: the groups, and the user unless it is a new one. */
export interface UserFormData {
  readonly user: User;
  readonly groups: readonly Group[];
  readonly base: DraftBase;
}

/** The form of a user; without an id, of a new one. */
export const userFormQuery = (id: string | undefined) =>
  queryOptions<UserFormData>({
    queryKey: ['person form', 'user', id],
    ...asOpened,
    queryFn: () => readUserForm(id),
  });

async function readUserForm(id: string | undefined): Promise<UserFormData> {
  const groups = (await call('getGroups')).groups ?? [];
  if (id === undefined)
    return {
      user: {},
      groups,
      base: { draft: draftOfUser({}, groups, allPermissions), version: 0 },
    };
  const { body, version = 0 } = await callVersioned('getUser', { params: { user_id: Number(id) } });
  const user = body.user ?? {};
  return { user, groups, base: { draft: draftOfUser(user, groups, allPermissions), version } };
}

/** The data for the form of a group: the users, and the group unless it is a new one. */
export interface GroupFormData {
  readonly group: Group;
  readonly users: readonly User[];
  readonly base: DraftBase;
}

/** The form of a group; without an oid, of a new one. */
export const groupFormQuery = (oid: string | undefined) =>
  queryOptions<GroupFormData>({
    queryKey: ['person form', 'group', oid],
    ...asOpened,
    queryFn: () => readGroupForm(oid),
  });

async function readGroupForm(oid: string | undefined): Promise<GroupFormData> {
  const users = (await call('getUsers')).users ?? [];
  if (oid === undefined)
    return {
      group: {},
      users,
      base: { draft: draftOfGroup({}, users, allPermissions), version: 0 },
    };
  const { body, version = 0 } = await callVersioned('getGroup', {
    params: { group_oid: Number(oid) },
  });
  const group = body.group ?? {};
  return { group, users, base: { draft: draftOfGroup(group, users, allPermissions), version } };
}

/** Changes a user. */
export const writeUser =
  (id: string): Write =>
  async (from, to, idempotencyKey) => {
    const params = { user_id: Number(id) };
    const body = userBody(from.draft, to);
    return written(
      () => callVersioned('updateUser', { params, body, ifMatch: from.version, idempotencyKey }),
      ({ version = 0 }) => ({
        operation: 'updateUser',
        params,
        body: userBody(to, from.draft),
        ifMatch: version,
      }),
      async () => (await readUserForm(id)).base,
    );
  };

/** Adds a user. Undoing it deletes the user. */
export const addUser =
  (password: string): Write =>
  async ({ draft }, to, idempotencyKey) => {
    const body = { ...userBody(draft, to), ...(password && { change_password_to: password }) };
    return written(
      () => callVersioned('insertUser', { body, idempotencyKey }),
      ({ body: { user }, version = 0 }) => ({
        operation: 'deleteUser',
        params: { user_id: user?.user_id },
        body: undefined,
        ifMatch: version,
      }),
    );
  };

/** Changes a group. */
export const writeGroup =
  (oid: string): Write =>
  async (from, to, idempotencyKey) => {
    const params = { group_oid: Number(oid) };
    const body = groupBody(from.draft, to);
    return written(
      () => callVersioned('updateGroup', { params, body, ifMatch: from.version, idempotencyKey }),
      ({ version = 0 }) => ({
        operation: 'updateGroup',
        params,
        body: groupBody(to, from.draft),
        ifMatch: version,
      }),
      async () => (await readGroupForm(oid)).base,
    );
  };

/** Adds a group. Undoing it deletes the group. */
export const addGroup: Write = ({ draft }, to, idempotencyKey) =>
  written(
    () => callVersioned('insertGroup', { body: groupBody(draft, to), idempotencyKey }),
    ({ body: { group }, version = 0 }) => ({
      operation: 'deleteGroup',
      params: { group_oid: group?.group_oid },
      body: undefined,
      ifMatch: version,
    }),
  );

/** Like the kit's, and also refreshes the data of the pages of people. */
async function written<Result>(
  ...[write, undoOf, readTheirs]: Parameters<typeof sendDraft<Result>>
) {
  return sendDraft(
    async () => {
      const result = await write();
      await forget();
      return result;
    },
    undoOf,
    readTheirs,
  );
}

/** Gives a user another password. The user's sessions end. */
export async function setPassword(id: string, password: string, key: string): Promise<void> {
  const body = { change_password_to: password };
  await call('updateUser', { params: { user_id: Number(id) }, body, idempotencyKey: key });
}

/** Deletes a user if it still has the version that was read. */
export async function deleteUser(id: string, ifMatch: number, key: string): Promise<void> {
  await call('deleteUser', { params: { user_id: Number(id) }, ifMatch, idempotencyKey: key });
  await forgetDeleted();
}

/** Deletes a group if it still has the version that was read. */
export async function deleteGroup(oid: string, ifMatch: number, key: string): Promise<void> {
  await call('deleteGroup', { params: { group_oid: Number(oid) }, ifMatch, idempotencyKey: key });
  await forget();
}

/** The open tasks assigned to a user; only for people who may read tasks. */
export const openTasksQuery = (id: string, isAllowed: boolean) =>
  queryOptions<number>({
    queryKey: ['people', 'tasks', id],
    enabled: isAllowed,
    queryFn: async ({ signal }) => {
      const { metadata } = await call('searchWorkflowTasks', {
        body: { assigned_to_user_id: Number(id), status: 'open' },
        query: { _limit: 1 },
        signal,
      });
      return metadata?.result_set?.total_records ?? 0;
    },
  });

/** The page of the deleted record must not read it again; the list that follows is refreshed. */
const forgetDeleted = () =>
  queryClient.invalidateQueries({ queryKey: ['people'], refetchType: 'none' });

const forget = () => queryClient.invalidateQueries({ queryKey: ['people'] });
