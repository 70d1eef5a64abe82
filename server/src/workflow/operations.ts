import type {
  WorkflowTaskBatchResult,
  WorkflowTasksBatchRequest,
} from '@perennial/contract/perennial.ts';
import { taskObjectTypes, type WorkflowTask } from '@perennial/contract/workflow.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refusal, refuse } from '../platform/http/refusal.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import type { JsonPage } from '../platform/storage/page.ts';
import { mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { type FileParts, uploadsOf, withLinks } from './fileOperations.ts';
import { attachFiles, releaseFiles } from './fileStore.ts';
import { aboutObject, type ObjectFacts, type ReadObjectFacts } from './objectFacts.ts';
import { groupsOfCaller, loadNames, resolveAssignment, taskCallerOf } from './people.ts';
import { createTasks, emitTaskEvents, saveChangedTasks } from './saveOperations.ts';
import type { NamedObject, Searcher, TaskSearch } from './search.ts';
import { isOpenStatus, type Task, type TaskObjectType } from './task.ts';
import { changeFrom, idOf, momentFrom, type TaskChange, tidyTags } from './taskChange.ts';
import { type EditFault, type Editor, edited } from './taskEdit.ts';
import {
  deleteTask,
  findSystemTasks,
  findTask,
  lockNumbers,
  lockTasks,
  readTask,
  readTaskPage,
  readTaskTexts,
  type TaskList,
  waitsFor,
} from './taskStore.ts';

/** The functions of other features and the file store that the operations need. */
export interface WorkflowParts {
  readonly readObjects: ReadObjectFacts;
  readonly files: FileParts;
}

/** A task as JSON text with its version. */
export interface TaskText {
  readonly json: string;
  readonly version: number;
}

/** Returns one task with its history and the links to its files. */
export async function getTask(
  context: Context,
  { files }: WorkflowParts,
  taskUuid: string,
): Promise<TaskText> {
  const { merchantId, timeZone } = context.merchant;
  const task = await readOne(context, {
    what: 'task',
    id: taskUuid,
    expand: new Set(),
    read: () => readTask(context.db, merchantId, timeZone, taskUuid),
    fix:
      'Send an update (PUT) that changes any field, such as task_details. ' +
      'It stores the task again without the damaged parts',
  });
  const found = task ?? refuseUnknownTask(taskUuid);
  return { ...found, json: await withLinks(context, files, found.json) };
}

/** Returns a page of the tasks that match a search. */
export async function searchTasks(
  context: Context,
  parts: WorkflowParts,
  list: Omit<TaskList, 'searcher'>,
): Promise<JsonPage> {
  const searcher = await searcherOf(context, parts, list.search);
  const page = await readTaskPage(context.db, context.merchant.merchantId, { ...list, searcher });
  return { ...page, json: await withLinks(context, parts.files, page.json) };
}

/** Returns the caller as a search needs it. */
export async function searcherOf(
  context: Context,
  parts: WorkflowParts,
  search: TaskSearch,
): Promise<Searcher> {
  return {
    userId: context.actor.userId,
    groupIds: await groupsOfCaller(context),
    zone: context.merchant.timeZone,
    now: context.now,
    namedObjects: await namedObjects(context, parts, search),
  };
}

/**
 * Finds the objects that a search names. A task keeps the name that its client sent, so objects are
 * compared by their keys: an auto order has a code and an oid, and ids may be in any case.
 */
async function namedObjects(
  context: Context,
  parts: WorkflowParts,
  { object_type: type, object_id: id }: TaskSearch,
): Promise<NamedObject[]> {
  const named: NamedObject[] = [];
  const name = id?.trim();
  if (!name) return named;
  for (const each of type ? [type] : taskObjectTypes) {
    const key = (await factsOf(context, parts, each, name))?.key;
    if (key !== undefined) named.push({ type: each, key });
  }
  return named;
}

/** Returns the tasks about an object, newest first, and a description of the object in words. */
export async function getTasksOfObject(
  context: Context,
  parts: WorkflowParts,
  type: string,
  id: string,
): Promise<{ page: JsonPage; taskContext?: string }> {
  const objectType = objectTypeOf(type);
  const page = await searchTasks(context, parts, {
    search: { object_type: objectType, object_id: id },
    exactStatus: true,
    sort: [],
    page: { limit: 500, offset: 0 },
  });
  const facts = await factsOf(context, parts, objectType, id);
  return { page, ...(facts && { taskContext: facts.context }) };
}

/** Describes an object; undefined if it does not exist or cannot be read. */
async function factsOf(
  context: Context,
  { readObjects }: WorkflowParts,
  type: TaskObjectType,
  id: string,
): Promise<ObjectFacts | undefined> {
  try {
    return (await readObjects(context, type, 'name', [id])).get(id);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    context.log.error({ err: error, type, id }, 'the object of tasks cannot be read');
    return undefined;
  }
}

/** Adds a task (workflow reference, insertWorkflowTask). */
export async function insertTask(
  context: Context,
  parts: WorkflowParts,
  body: WorkflowTask,
): Promise<TaskText> {
  const change = await resolveAssignment(context, changeFrom(body, context.merchant.timeZone), {
    user: body.assigned_to_user,
    group: body.assigned_to_group,
  });
  if (!change.name) refuse('missing_field', { field: 'task_name' });
  const described = await describedObject(context, parts, change);
  const blank: Task = {
    taskUuid: context.ids.uuid(),
    globalNumber: 0,
    name: '',
    ...described,
    priority: '2 - medium',
    status: 'open',
    createdAt: context.now,
    updatedAt: context.now,
    createdBy: await taskCallerOf(context),
    tags: [],
    properties: [],
    attachments: [],
    notes: [],
    version: 1,
  };
  const uploads = await uploadsOf(context, parts.files, change);
  await inTransaction(context, async (context) => {
    const editor = await editorOf(context, blank, change, uploads);
    const task = taskOrRefuse(edited(blank, change, editor));
    await createTasks(context, [task]);
    await updateFiles(context, parts.files, blank, task);
  });
  return getTask(context, parts, blank.taskUuid);
}

/**
 * Changes a task (workflow reference, updateWorkflowTask): an absent field does not change, an
 * explicit null clears it.
 */
export async function updateTask(
  context: Context,
  parts: WorkflowParts,
  taskUuid: string,
  body: WorkflowTask,
  ifMatch?: number,
): Promise<TaskText> {
  const change = await resolveAssignment(context, changeFrom(body, context.merchant.timeZone), {
    user: body.assigned_to_user,
    group: body.assigned_to_group,
  });
  const uploads = await uploadsOf(context, parts.files, change);
  await inTransaction(context, async (context) => {
    const [task] = await lockTasks(context.db, context.merchant.merchantId, [taskUuid]);
    if (task === undefined) return refuseUnknownTask(taskUuid);
    refuseOtherVersion(task.version, ifMatch, taskUuid);
    await refuseOtherObject(context, parts, task, change);
    const after = taskOrRefuse(
      edited(task, change, await editorOf(context, task, change, uploads)),
      taskUuid,
    );
    await refuseOpenTwin(context, task, after);
    await updateFiles(context, parts.files, task, after);
    await saveChangedTasks(context, [{ before: task, after }], await taskCallerOf(context));
  });
  return getTask(context, parts, taskUuid);
}

/**
 * Applies one change to many tasks and returns a result for each; a refused one does not stop the
 * others.
 */
export async function batchUpdate(
  context: Context,
  { files }: WorkflowParts,
  body: WorkflowTasksBatchRequest,
): Promise<WorkflowTaskBatchResult[]> {
  const taskUuids = [...new Set(body.task_uuids ?? [])];
  if (taskUuids.length === 0) refuse('missing_field', { field: 'task_uuids' });
  if (taskUuids.length > batchMax)
    refuse('too_many_elements', { field: 'task_uuids', max: batchMax });
  const change = await resolveAssignment(context, batchChange(body, context.merchant.timeZone), {});
  const refused = new Map<string, string>();
  const texts = await inTransaction(context, async (context) => {
    refused.clear();
    const changed: { before: Task; after: Task }[] = [];
    const tasks = await lockTasks(context.db, context.merchant.merchantId, taskUuids);
    const caller = await callerAsEditor(context, tasks, change, new Map());
    for (const task of tasks) {
      const outcome = edited(task, change, {
        ...caller,
        dependency: await dependencyOf(context, task, change),
      });
      const fault = outcome.ok ? await findOpenTwin(context, task, outcome.value) : outcome.reason;
      if (fault) refused.set(task.taskUuid, refusalOf(fault).message);
      else if (outcome.ok) changed.push({ before: task, after: outcome.value });
    }
    await saveChangedTasks(context, changed, caller.person);
    return readTaskTexts(
      context.db,
      context.merchant.merchantId,
      context.merchant.timeZone,
      taskUuids,
      { withHistory: true },
    );
  });
  return Promise.all(
    taskUuids.map(async (taskUuid) => {
      const text = texts.get(taskUuid);
      const reason =
        refused.get(taskUuid) ??
        (text === undefined
          ? refusal('not_found', { what: 'task', id: taskUuid }).message
          : undefined);
      return {
        workflow_task_uuid: taskUuid,
        success: reason === undefined,
        ...(reason === undefined ? {} : { failure_reason: reason }),
        ...(text === undefined
          ? {}
          : { task: JSON.parse(await withLinks(context, files, text)) as WorkflowTask }),
      };
    }),
  );
}

const batchMax = 500;

/** Deletes a task for good; its event contains the task as it was before. */
export function removeTask(context: Context, taskUuid: string): Promise<void> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const [task] = await lockTasks(context.db, merchantId, [taskUuid]);
    if (task === undefined) return refuseUnknownTask(taskUuid);
    await emitTaskEvents(context, 'workflow_task_delete', [{ taskUuid, at: context.now }]);
    await releaseFiles(context.db, merchantId, filesOf(task));
    await deleteTask(context.db, merchantId, taskUuid);
  });
}

function batchChange(body: WorkflowTasksBatchRequest, zone: string): TaskChange {
  return {
    assignedUserId: idOf(body.assigned_to_user_id),
    assignedGroupId: idOf(body.assigned_to_group_id),
    priority: body.priority,
    status: body.status,
    dueAt: momentFrom(body.due_dts, 'due_dts', zone),
    delayUntil: momentFrom(body.delay_until_dts, 'delay_until_dts', zone),
    expiresAt: momentFrom(body.expiration_dts, 'expiration_dts', zone),
    addTags: tidyTags(body.add_tags ?? []),
    removeTags: tidyTags(body.remove_tags ?? []),
  };
}

/**
 * Reads the object that a change names. The task keeps the name that the client sent; an unknown
 * object is stored under that name.
 */
async function describedObject(
  context: Context,
  parts: WorkflowParts,
  { objectType, objectId }: TaskChange,
): Promise<Pick<Task, 'context' | 'object' | 'objectEmail'>> {
  if (!objectType && !objectId) return {};
  if (!objectType) return refuse('missing_field', { field: 'object_type' });
  if (!objectId) return refuse('missing_field', { field: 'object_id' });
  const facts = await factsOf(context, parts, objectType, objectId);
  const about = aboutObject(objectType, facts ?? { key: objectId, id: objectId });
  const { object } = about;
  return {
    ...about,
    ...(object && { object: { ...object, id: objectId, linkId: object.id } }),
    context: facts?.context,
  };
}

async function refuseOtherObject(
  context: Context,
  parts: WorkflowParts,
  { object }: Task,
  { objectType, objectId }: TaskChange,
): Promise<void> {
  if (objectType && objectType !== object?.type) refuseMove('object_type', object?.type);
  if (!objectId || objectId === object?.id || objectId === object?.key) return;
  const named = object && (await factsOf(context, parts, object.type, objectId));
  if (named === undefined || named.key !== object?.key) refuseMove('object_id', object?.id);
}

const refuseMove = (field: string, from: string | undefined): never =>
  refuse('invalid_field', {
    field,
    reason: `cannot change from ${from ?? 'none'}`,
    fix: 'Insert a new task for the other object',
  });

async function editorOf(
  context: Context,
  task: Task,
  change: TaskChange,
  uploads: Editor['uploads'],
): Promise<Editor> {
  if (
    change.relatedUuid &&
    change.relatedUuid !== task.relatedUuid &&
    !(await findTask(context.db, context.merchant.merchantId, change.relatedUuid))
  ) {
    refuse('invalid_field', {
      field: 'related_workflow_task_uuid',
      reason: 'names a task that does not exist',
      fix: 'Check the id',
    });
  }
  return {
    ...(await callerAsEditor(context, [task], change, uploads)),
    dependency: await dependencyOf(context, task, change),
  };
}

async function callerAsEditor(
  context: Context,
  tasks: readonly Task[],
  change: TaskChange,
  uploads: Editor['uploads'],
): Promise<Omit<Editor, 'dependency'>> {
  const names = await loadNames(context, tasks, change);
  return {
    person: await taskCallerOf(context),
    groupIds: await groupsOfCaller(context),
    now: context.now,
    uploads,
    nameOf: names.userName,
  };
}

/**
 * Finds the task that this one waits for after the change; refuses a task that cannot be waited
 * for.
 */
async function dependencyOf(
  context: Context,
  task: Task,
  change: TaskChange,
): Promise<Task | undefined> {
  const waitsForUuid =
    change.dependantUuid === undefined ? task.dependantUuid : (change.dependantUuid ?? undefined);
  const dependency =
    waitsForUuid === undefined
      ? undefined
      : await findTask(context.db, context.merchant.merchantId, waitsForUuid);
  if (change.dependantUuid && change.dependantUuid !== task.dependantUuid)
    await refuseDependency(context, task, change.dependantUuid, dependency);
  return dependency;
}

async function refuseDependency(
  context: Context,
  task: Task,
  dependantUuid: string,
  dependency: Task | undefined,
): Promise<void> {
  const field = 'dependant_workflow_task_uuid';
  if (dependantUuid === task.taskUuid) return;
  if (dependency === undefined)
    refuse('invalid_field', {
      field,
      reason: 'names a task that does not exist',
      fix: 'Check the id',
    });
  if (await waitsFor(context.db, context.merchant.merchantId, dependantUuid, task.taskUuid)) {
    refuse('invalid_field', {
      field,
      reason: `names "${dependency.name}", which itself waits for "${task.name}"`,
      fix: 'Remove one of the two dependencies',
    });
  }
}

/** Returns the edited task; refuses with the fault otherwise. */
function taskOrRefuse(outcome: ReturnType<typeof edited>, objectId?: string): Task {
  if (outcome.ok) return outcome.value;
  throw refusalOf(outcome.reason, objectId);
}

function refusalOf(fault: EditFault, objectId?: string) {
  const details = objectId === undefined ? {} : { objectId };
  return fault.kind === 'field'
    ? refusal('invalid_field', fault, details)
    : refusal('state_conflict', fault, details);
}

async function refuseOpenTwin(context: Context, before: Task, after: Task): Promise<void> {
  const fault = await findOpenTwin(context, before, after);
  if (fault) throw refusalOf(fault, before.taskUuid);
}

/**
 * Returns a refusal if a closed system task would open again while another one of its type about
 * the same object is open.
 */
async function findOpenTwin(
  context: Context,
  before: Task,
  after: Task,
): Promise<EditFault | undefined> {
  const { object, systemType } = before;
  if (
    isOpenStatus(before.status) ||
    !isOpenStatus(after.status) ||
    object === undefined ||
    systemType === undefined
  )
    return undefined;
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockNumbers(db, merchantId);
  const [other] = await findSystemTasks(db, merchantId, object.type, [object.key], [systemType], {
    lock: false,
  });
  return (
    other && {
      kind: 'conflict',
      reason: `Another task about this is already open, number ${other.globalNumber}`,
      fix: `Work on that one (${other.taskUuid})`,
    }
  );
}

/**
 * Attaches the files that a change added to the task, and detaches those that it removed. These are
 * kept for a day, in which a change may attach one again by its uuid as the key of an upload.
 */
async function updateFiles(
  context: Context,
  { clock }: FileParts,
  before: Task,
  after: Task,
): Promise<void> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  const [had, has] = [new Set(filesOf(before)), new Set(filesOf(after))];
  const removed = [...had].filter((fileUuid) => !has.has(fileUuid));
  if (removed.length > 0) await releaseFiles(db, merchantId, removed, clock.now());
  const added = [...has].filter((fileUuid) => !had.has(fileUuid));
  if (added.length === 0) return;
  const taken = await attachFiles(db, merchantId, added, after.taskUuid);
  if (taken < added.length)
    refuse('state_conflict', {
      reason: 'Another task has used one of the upload_keys meanwhile',
      fix: 'Upload the file again',
    });
}

const filesOf = ({ attachments, notes }: Task): string[] =>
  [...attachments, ...notes.flatMap((note) => note.attachments)].map(({ fileUuid }) => fileUuid);

/** Parses the type of an object in a path, in which a plus may replace the space. */
function objectTypeOf(text: string): TaskObjectType {
  const name = text.replaceAll('+', ' ');
  return (
    taskObjectTypes.find((type) => type === name) ??
    refuse('unknown_enum', { field: 'object_type', allowed: taskObjectTypes })
  );
}

function refuseUnknownTask(taskUuid: string): never {
  return refuse('not_found', { what: 'task', id: taskUuid });
}
