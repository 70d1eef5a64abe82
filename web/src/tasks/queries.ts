import type { LiveFrame } from '@perennial/contract/live.ts';
import type {
  SavedSearch,
  WorkflowTaskBatchResult,
  WorkflowTasksBatchRequest,
} from '@perennial/contract/perennial.ts';
import type { Overview } from '@perennial/contract/screens.ts';
import type { WorkflowAttachment, WorkflowTask } from '@perennial/contract/workflow.ts';
import { type InfiniteData, queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { everyPage } from '../api/everyPage.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import { Refused } from '../api/refused.ts';
import { type ListPage, type PagePlace, pageOf } from '../kit/listQuery.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { savedSearchesQuery } from '../savedViews/queries.ts';
import { openCountQuery } from '../shell/openCount.ts';
import { overviewQuery } from '../today/queries.ts';
import { mayMove, type TaskChange } from './change.ts';
import { isTaskId, isUuid, type People, searchOf, type TaskListState, taskSort } from './list.ts';

export { type Attempt, attempt } from '../api/attempt.ts';

/**
 * A task as the server sent it; after a live change, the version is unknown until it is read again.
 */
export interface ReadTask {
  readonly task: WorkflowTask;
  readonly version: number | undefined;
}

/** The tasks that match the address of the inbox. */
export function tasksQuery({ sort = taskSort, from, end, ...state }: TaskListState, me: number) {
  const body = searchOf(state, me);
  return sortedListQuery<WorkflowTask>(
    ['tasks', body],
    { sort, from, end, key: 'global_task_number' },
    async (query, signal) => {
      const found = await call('searchTasks', { body, query, signal });
      return pageOf(found.tasks, found);
    },
  );
}

/** The key of a task's row. */
export const uuidOf = (task: WorkflowTask): string => task.workflow_task_uuid ?? '';

/** One task by its uuid. */
export const taskQuery = (uuid: string) =>
  queryOptions<ReadTask>({
    queryKey: ['task', uuid],
    queryFn: async ({ signal }) => {
      const { body, version } = await callVersioned('getWorkflowTask', {
        params: { task_uuid: uuid },
        signal,
      });
      return { task: body.task ?? {}, version };
    },
  });

/**
 * Returns the uuid of a task that an address names by its number or uuid. Fails with 404 if there
 * is no such task.
 */
export const taskUuidQuery = (id: string) =>
  queryOptions<string>({
    queryKey: ['task uuid', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      if (isUuid(id)) return id;
      const body = { global_task_number: Number(id) };
      // A search for anything but a number could find any task.
      const { tasks = [] } = isTaskId(id)
        ? await call('searchWorkflowTasks', { body, signal })
        : { tasks: [] };
      const uuid = tasks[0]?.workflow_task_uuid;
      if (uuid === undefined)
        throw new Refused(`No task has the number ${id}. It may have been deleted.`, {
          code: 'not_found',
          status: 404,
        });
      return uuid;
    },
  });

/** The people and groups that tasks can be assigned to. */
export const peopleQuery = queryOptions<People>({
  queryKey: ['task people'],
  staleTime: 300_000,
  queryFn: async ({ signal }) => {
    const [users, groups] = await Promise.all([
      everyPage(
        async (query) => (await call('getWorkflowAssignmentUsers', { query, signal })).users,
      ),
      everyPage(
        async (query) => (await call('getWorkflowAssignmentGroups', { query, signal })).groups,
      ),
    ]);
    return {
      users: users.map(({ user_id: id = 0, user: name = '' }) => ({ id, name })),
      groups: groups.map(({ group_id: id = 0, group: name = '' }) => ({ id, name })),
    };
  },
});

/** The tags in use. */
export const tagsQuery = queryOptions<readonly string[]>({
  queryKey: ['task tags'],
  queryFn: async ({ signal }) => (await call('getWorkflowTaskTags', { signal })).tags ?? [],
});

/** The person's saved views of the inbox, and the shared ones. */
export const savedViewsQuery = queryOptions({
  ...savedSearchesQuery,
  select: (searches: readonly SavedSearch[]) => searches.filter(({ kind }) => kind === 'tasks'),
});

/** The snoozed task that wakes first. */
export const nextSnoozedQuery = queryOptions<WorkflowTask | null>({
  queryKey: ['tasks', 'next snoozed'],
  queryFn: async ({ signal }) => {
    const { tasks = [] } = await call('searchWorkflowTasks', {
      body: { status: 'delayed' },
      query: { _limit: 1, _sort: 'delay_until_dts' },
      signal,
    });
    return tasks[0] ?? null;
  },
});

/** The numbers of open tasks in the standard views. They are a part of the data for Today. */
export const taskCountsQuery = queryOptions({
  ...overviewQuery,
  select: ({ tasks }: Overview) => tasks,
});

/** Tasks that this tab is changing: their frames do not move rows while the person works. */
const ownWrites = new Map<string, number>();

async function asOwn<T>(uuids: readonly string[], write: () => Promise<T>): Promise<T> {
  for (const uuid of uuids) ownWrites.set(uuid, Number.POSITIVE_INFINITY);
  try {
    return await write();
  } finally {
    for (const uuid of uuids) ownWrites.set(uuid, Date.now() + ownMs);
  }
}

/** How long after this tab's own write the live socket may still report it, in milliseconds. */
const ownMs = 2000;

/** A change with the parts that only a change has: notes and files. */
type TaskBody = TaskChange & Pick<WorkflowTask, 'notes' | 'attachments'>;

/** Changes a task and stores the result. `ifMatch` refuses the change of an older version. */
export function changeTask(
  uuid: string,
  body: TaskBody,
  options: { readonly ifMatch?: number | undefined; readonly idempotencyKey?: string } = {},
): Promise<ReadTask> {
  return asOwn([uuid], async () => {
    const { ifMatch, idempotencyKey } = options;
    const answer = await callVersioned('updateWorkflowTask', {
      params: { task_uuid: uuid },
      // The contract's type has no null, which clears a field.
      body: body as WorkflowTask,
      ...(ifMatch !== undefined && { ifMatch }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    const read = { task: answer.body.task ?? {}, version: answer.version };
    keep(read);
    return read;
  });
}

/**
 * Changes the files of a task. The API replaces the list as a whole, so it is read first, and read
 * again when a colleague changed the task meanwhile: an upload may take minutes.
 */
export async function changeFiles(
  uuid: string,
  filesAfter: (files: readonly WorkflowAttachment[]) => readonly WorkflowAttachment[],
): Promise<ReadTask> {
  for (let tries = 1; ; tries++) {
    const { task, version: ifMatch } = await readTaskNow(uuid);
    const files = (task.attachments ?? []).map(({ file_uuid = '' }) => ({ file_uuid }));
    try {
      return await changeTask(uuid, { attachments: [...filesAfter(files)] }, { ifMatch });
    } catch (error) {
      const isOlder = error instanceof Refused && error.status === 412;
      if (!isOlder || tries === changeTries) throw error;
    }
  }
}

const changeTries = 5;

/** Reads a task from the server, ignoring the cache. */
export async function readTaskNow(uuid: string): Promise<ReadTask> {
  const read = await queryClient.fetchQuery({ ...taskQuery(uuid), staleTime: 0 });
  patchRows(uuid, read.task);
  return read;
}

/** Returns every task that was changed at a moment or later, by its uuid. */
export async function tasksChangedSince(moment: string): Promise<Map<string, WorkflowTask>> {
  const found = new Map<string, WorkflowTask>();
  for (let offset = 0, more = true; more; offset += changedMax) {
    const body = { last_update_dts_begin: moment };
    const query = { _limit: changedMax, _offset: offset, _sort: 'last_update_dts' };
    const { tasks = [], metadata } = await call('searchWorkflowTasks', { body, query });
    for (const task of tasks) found.set(task.workflow_task_uuid ?? '', task);
    more = metadata?.result_set?.more ?? false;
  }
  return found;
}

const changedMax = 500;

/** Adds a task. */
export async function addTask(task: WorkflowTask, idempotencyKey: string): Promise<WorkflowTask> {
  const { task: added = {} } = await call('insertWorkflowTask', { body: task, idempotencyKey });
  ownWrites.set(added.workflow_task_uuid ?? '', Date.now() + ownMs);
  await refreshTasks();
  return added;
}

/** Deletes a task for good. */
export function deleteTask(uuid: string): Promise<void> {
  return asOwn([uuid], async () => {
    await call('deleteWorkflowTask', { params: { task_uuid: uuid } });
    await refreshTasks();
  });
}

/** Makes one change to many tasks; returns a result for each. */
export function changeTasks(
  uuids: readonly string[],
  change: Omit<WorkflowTasksBatchRequest, 'task_uuids'> | TaskChange,
): Promise<readonly WorkflowTaskBatchResult[]> {
  return asOwn(uuids, async () => {
    const body = { task_uuids: [...uuids], ...change } as WorkflowTasksBatchRequest;
    const { results = [] } = await call('batchUpdateWorkflowTasks', { body });
    for (const { task } of results) if (task) keep({ task, version: undefined });
    return results;
  });
}

/** Updates a task in every list that shows it. */
function keep(read: ReadTask): void {
  const uuid = read.task.workflow_task_uuid ?? '';
  queryClient.setQueryData<ReadTask>(taskQuery(uuid).queryKey, (before) => ({
    version: read.version,
    task: { ...historyOf(before), ...read.task },
  }));
  patchRows(uuid, read.task);
  countAgain();
}

let counting: ReturnType<typeof setTimeout> | undefined;

/** Refreshes the counts, once for all changes of a second. */
function countAgain(): void {
  counting ??= setTimeout(() => {
    counting = undefined;
    void queryClient.invalidateQueries({ queryKey: openCountQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: taskCountsQuery.queryKey });
  }, countMs);
}

const countMs = 1000;

/** Frames contain no history; the loaded one stays until it is read again. */
const historyOf = (read: ReadTask | undefined): Pick<WorkflowTask, 'histories'> =>
  read?.task.histories ? { histories: read.task.histories } : {};

type Pages = InfiniteData<ListPage<WorkflowTask>, PagePlace>;

/** Replaces the rows of a task; returns the earlier row, if one was shown. */
function patchRows(uuid: string, task: WorkflowTask): WorkflowTask | undefined {
  let before: WorkflowTask | undefined;
  queryClient.setQueriesData<Pages>({ queryKey: ['tasks'], type: 'active' }, (data) => {
    if (!data?.pages) return data;
    const row = data.pages
      .flatMap(({ rows }) => rows)
      .find((each) => each.workflow_task_uuid === uuid);
    if (!row) return data;
    before = row;
    const patched = (each: WorkflowTask) =>
      each === row ? { ...row, ...absent(row, task), ...task } : each;
    return {
      ...data,
      pages: data.pages.map((page) => ({ ...page, rows: page.rows.map(patched) })),
    };
  });
  return before;
}

/** The fields that were removed from a task, so that they do not stay in its row. */
const absent = (before: WorkflowTask, after: WorkflowTask): object =>
  Object.fromEntries(
    Object.keys(before)
      .filter((field) => field !== 'histories' && !(field in after))
      .map((field) => [field, undefined]),
  );

/** Refreshes every list of tasks on the page. */
export async function refreshTasks(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['tasks'] }),
    queryClient.invalidateQueries({ queryKey: openCountQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: taskCountsQuery.queryKey }),
  ]);
}

/**
 * Patches tasks as changes arrive. `onMove` gets the uuid of each task that another person changed
 * and that may enter or leave a list; the list itself does not change.
 */
export function followTasks(onMove: (uuid: string) => void): () => void {
  return onFrame((frame) => {
    if (frame.type === 'resync') void refreshTasks();
    const uuid = frame.event_task?.workflow_task_uuid;
    if (uuid !== undefined) heard(frame, uuid, onMove);
  });
}

function heard(
  { event_type, event_task: task = {} }: LiveFrame,
  uuid: string,
  onMove: (uuid: string) => void,
) {
  const isOwn = (ownWrites.get(uuid) ?? 0) > Date.now();
  countAgain();
  if (event_type === 'task deleted') {
    if (isOwn) return undefined;
    void queryClient.resetQueries({ queryKey: taskQuery(uuid).queryKey });
    return onMove(uuid);
  }
  const before = patchRows(uuid, task);
  queryClient.setQueryData<ReadTask>(
    taskQuery(uuid).queryKey,
    (read) => read && { version: undefined, task: { ...historyOf(read), ...task } },
  );
  void queryClient.invalidateQueries({ queryKey: taskQuery(uuid).queryKey });
  if (!isOwn && (before === undefined || mayMove(before, task))) onMove(uuid);
}
