import type { Group, User, UserLogin } from '@perennial/contract/user.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';

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

/** One user whole. */
export const userQuery = (id: string) =>
  queryOptions<User>({
    queryKey: ['people', 'user', id],
    queryFn: async ({ signal }) =>
      (await call('getUser', { params: { user_id: Number(id) }, signal })).user ?? {},
  });

/** The latest logins of a user. */
export const loginsQuery = (id: string) =>
  queryOptions<UserLogin[]>({
    queryKey: ['people', 'logins', id],
    queryFn: async ({ signal }) =>
      (await call('getUserLogins', { params: { user_id: Number(id) }, signal })).logins ?? [],
  });
