import { noContent, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning } from '../platform/http/unreadableRecords.ts';
import { deleteGroup, getGroup, getGroups, insertGroup, updateGroup } from './groupOperations.ts';
import {
  deleteUser,
  getUser,
  getUserLogins,
  getUsers,
  insertUser,
  updateUser,
} from './userOperations.ts';

/** The user operations of the contract. */
export const staffRoutes = {
  getUsers: async (context) => {
    const { json, leftOut } = await getUsers(context);
    return payloadText(json, leftOutWarning(context, 'user', leftOut));
  },
  getUser: async (context, { params }) => payloadText(await getUser(context, params.user_id)),
  getUserLogins: async (context, { params }) =>
    payloadText(await getUserLogins(context, params.user_id)),
  insertUser: async (context, { body }) => payloadText(await insertUser(context, body)),
  updateUser: async (context, { params, body }) =>
    payloadText(await updateUser(context, params.user_id, body)),
  deleteUser: async (context, { params }) => {
    await deleteUser(context, params.user_id);
    return noContent();
  },
  getGroups: async (context) => payloadText(await getGroups(context)),
  getGroup: async (context, { params }) => payloadText(await getGroup(context, params.group_oid)),
  insertGroup: async (context, { body }) => payloadText(await insertGroup(context, body)),
  updateGroup: async (context, { params, body }) =>
    payloadText(await updateGroup(context, params.group_oid, body)),
  deleteGroup: async (context, { params }) => {
    await deleteGroup(context, params.group_oid);
    return noContent();
  },
} satisfies Routes;
