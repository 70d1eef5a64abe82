import { noContent, payload, payloadText, versioned } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning } from '../platform/http/unreadableRecords.ts';
import { getAuditLog } from './auditLogOperations.ts';
import { deleteGroup, getGroup, getGroups, insertGroup, updateGroup } from './groupOperations.ts';
import {
  deleteUser,
  getUser,
  getUserLogins,
  getUsers,
  insertUser,
  updateUser,
} from './userOperations.ts';

/** The routes of the user operations. */
export const staffRoutes = {
  getAuditLog: async (context, { query, page }) => {
    const { entries, more, total, totalIsMore } = await getAuditLog(context, query, page);
    return payload(entries, {
      resultSet: { ...page, count: entries.length, more },
      beside: { total, total_is_more: totalIsMore },
    });
  },
  getUsers: async (context) => {
    const { json, leftOut } = await getUsers(context);
    return payloadText(json, leftOutWarning(context, 'user', leftOut));
  },
  getUser: async (context, { params }) => versioned(await getUser(context, params.user_id)),
  getUserLogins: async (context, { params }) =>
    payloadText(await getUserLogins(context, params.user_id)),
  insertUser: async (context, { body }) => versioned(await insertUser(context, body)),
  updateUser: async (context, { params, body, ifMatch }) =>
    versioned(await updateUser(context, params.user_id, body, ifMatch)),
  deleteUser: async (context, { params, ifMatch }) => {
    await deleteUser(context, params.user_id, ifMatch);
    return noContent();
  },
  getGroups: async (context) => payloadText(await getGroups(context)),
  getGroup: async (context, { params }) => versioned(await getGroup(context, params.group_oid)),
  insertGroup: async (context, { body }) => versioned(await insertGroup(context, body)),
  updateGroup: async (context, { params, body, ifMatch }) =>
    versioned(await updateGroup(context, params.group_oid, body, ifMatch)),
  deleteGroup: async (context, { params, ifMatch }) => {
    await deleteGroup(context, params.group_oid, ifMatch);
    return noContent();
  },
} satisfies Routes;
