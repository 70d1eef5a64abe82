import type { WorkflowUser } from '@perennial/contract/workflow.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, noContent, payload, payloadText } from '../platform/http/answer.ts';
import type { Page, Routes } from '../platform/http/routes.ts';
import { leftOutWarning, pageAnswer } from '../platform/http/unreadableRecords.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { findUsers, listGroups, listUsers, type User } from '../staff/userStore.ts';
import { makeUpload } from './fileOperations.ts';
import type { LiveSockets } from './liveSockets.ts';
import {
  batchUpdate,
  getTask,
  getTasksOfObject,
  insertTask,
  removeTask,
  searchTasks,
  type TaskText,
  updateTask,
  type WorkflowParts,
} from './operations.ts';
import { taskCallerOf } from './people.ts';
import { getRules, updateRules, type VersionedRules } from './ruleOperations.ts';
import {
  getSavedSearches,
  insertSavedSearch,
  removeSavedSearch,
  updateSavedSearch,
} from './savedSearchOperations.ts';
import { countOpen, listTags } from './taskStore.ts';

/** The dependencies of the routes in addition to those of the operations. */
export interface WorkflowRouteParts extends WorkflowParts {
  readonly merchants: Merchants;
  readonly live: LiveSockets;
}

/** Creates the routes of the workflow operations. */
export function workflowRoutes(parts: WorkflowRouteParts) {
  return {
    getWorkflowAgentWebsocketAuthorization: async (context) =>
      payload(await parts.live.authorize(context)),
    authorizeLive: async (context, { body }) =>
      payload(await parts.live.authorizeTopics(context, body?.topics)),
    getWorkflowMe: async (context) => payload(await me(context)),
    getWorkflowAssignmentUsers: (context, { page }) => assignmentUsers(context, page),
    getWorkflowAssignmentGroups: (context, { page }) => assignmentGroups(context, page),
    getWorkflowTask: async (context, { params }) =>
      taskAnswer(await getTask(context, parts, params.task_uuid)),
    getWorkflowTaskByObjectType: async (
      context,
      { params: { object_type: type, object_id: id } },
    ) => {
      const { page, taskContext } = await getTasksOfObject(context, parts, type, id);
      return payloadText(page.json, {
        beside: { task_context: taskContext },
        ...leftOutWarning(context, 'task', page.leftOut ?? []),
      });
    },
    getWorkflowTasks: async (context, { body, sort, page }) => {
      const list = { search: body, exactStatus: false, sort, page };
      return pageAnswer(context, 'task', await searchTasks(context, parts, list));
    },
    searchWorkflowTasks: async (context, { body, sort, page }) => {
      const list = { search: body, exactStatus: true, sort, page };
      return pageAnswer(context, 'task', await searchTasks(context, parts, list));
    },
    getWorkflowTaskOpenCount: async (context) => payload(await myOpenCount(context)),
    getWorkflowTaskTags: async ({ db, merchant }) =>
      payload(await listTags(db, merchant.merchantId)),
    insertWorkflowTask: async (context, { body }) =>
      taskAnswer(await insertTask(context, parts, body)),
    updateWorkflowTask: async (context, { params, body, ifMatch }) =>
      taskAnswer(await updateTask(context, parts, params.task_uuid, body, ifMatch)),
    getWorkflowTaskAttachmentUploadUrl: async (context, { params }) =>
      payload(await makeUpload(context, parts.files, params.extension)),
    batchUpdateWorkflowTasks: async (context, { body }) =>
      payload(await batchUpdate(context, parts, body)),
    deleteWorkflowTask: async (context, { params }) => {
      await removeTask(context, params.task_uuid);
      return noContent();
    },
    getWorkflowRules: async (context) => rulesAnswer(await getRules(context)),
    updateWorkflowRules: async (context, { body, ifMatch }) =>
      rulesAnswer(await updateRules(context, parts.merchants, body.rules ?? [], ifMatch)),
    getSavedSearches: async (context, { query }) =>
      payload(await getSavedSearches(context, query.kind)),
    insertSavedSearch: async (context, { body }) =>
      payload(await insertSavedSearch(context, parts.files.quotas, body)),
    updateSavedSearch: async (context, { params, body }) =>
      payload(await updateSavedSearch(context, params.saved_search_oid, body)),
    deleteSavedSearch: async (context, { params }) => {
      await removeSavedSearch(context, params.saved_search_oid);
      return noContent();
    },
  } satisfies Routes;
}

const rulesAnswer = ({ rules, version }: VersionedRules): Answer => payload(rules, { version });

const taskAnswer = ({ json, version }: TaskText): Answer => payloadText(json, { version });

/**
 * Returns the calling user. A key without a user is returned with its own name and without an id.
 */
async function me(context: Context): Promise<WorkflowUser> {
  const { db, merchant, actor } = context;
  const user =
    actor.userId === undefined
      ? undefined
      : (await findUsers(db, merchant.merchantId, [actor.userId])).get(actor.userId);
  return user ? wireUser(user) : { user: (await taskCallerOf(context)).name };
}

async function assignmentUsers({ db, merchant, actor }: Context, page: Page): Promise<Answer> {
  const users = await listUsers(db, merchant.merchantId, page);
  return payload(users.slice(0, page.limit).map(wireUser), {
    resultSet: resultSetOf(users.length, page),
    beside: { my_user_id: actor.userId },
  });
}

async function assignmentGroups({ db, merchant }: Context, page: Page): Promise<Answer> {
  const groups = await listGroups(db, merchant.merchantId, page);
  return payload(
    groups.slice(0, page.limit).map(({ groupId, name }) => ({ group_id: groupId, group: name })),
    { resultSet: resultSetOf(groups.length, page) },
  );
}

/** Returns a page from rows that were read up to one more than its size. */
function resultSetOf(found: number, { limit, offset }: Page) {
  const more = found > limit;
  const count = Math.min(found, limit);
  return {
    count,
    limit,
    offset,
    more,
    ...(more || (count === 0 && offset > 0) ? {} : { totalRecords: offset + count }),
  };
}

/** Counts the caller's open tasks: status open, assigned to the user or to one of their groups. */
async function myOpenCount({ db, merchant, actor }: Context): Promise<number> {
  return actor.userId === undefined
    ? 0
    : ((await countOpen(db, merchant.merchantId, [actor.userId])).get(actor.userId) ?? 0);
}

function wireUser({ userId, name, iconUrl }: User): WorkflowUser {
  return {
    user_id: userId,
    user: name,
    ...(iconUrl === undefined ? {} : { user_icon_url: iconUrl }),
  };
}
