import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { descriptionOf } from './history.ts';
import { objectLink } from './objectFacts.ts';
import { loadNames } from './people.ts';
import type { ChangeAuthor, NewTask, Task, TaskObject } from './task.ts';
import {
  appendHistory,
  insertTasks,
  lockNumbers,
  readConsoleUrl,
  readTaskTexts,
  saveTasks,
} from './taskStore.ts';

/** The server itself as the author of changes in histories. */
export const server: ChangeAuthor = { name: 'Perennial' };

/** A task before and after a change, and the time of the change. */
export interface ChangedTask {
  readonly before: Task;
  readonly after: Task;
  readonly at?: Temporal.Instant;
}

/**
 * Saves changed tasks that the caller has locked, with a line of history and an event each. A task
 * without differences gets no new version and no event. Joins the surrounding transaction.
 */
export async function saveChangedTasks(
  context: Context,
  changed: readonly ChangedTask[],
  person: ChangeAuthor,
): Promise<void> {
  const {
    db,
    merchant: { merchantId, timeZone: zone },
  } = context;
  const words = {
    zone,
    ...(await loadNames(
      context,
      changed.flatMap(({ before, after }) => [before, after]),
    )),
  };
  const written = changed.flatMap(({ before, after, at = context.now }) => {
    const description = descriptionOf(before, after, words);
    return description === undefined
      ? []
      : [{ after: { ...after, updatedAt: at, version: before.version + 1 }, description, at }];
  });
  if (written.length === 0) return;
  await saveTasks(
    db,
    merchantId,
    written.map(({ after }) => after),
  );
  await appendHistory(
    db,
    merchantId,
    written.map(({ after, description, at }) => ({
      taskUuid: after.taskUuid,
      at,
      description,
      by: person,
      address: context.actor.address,
    })),
  );
  await emitTaskEvents(
    context,
    'workflow_task_update',
    written.map(({ after, at }) => ({ taskUuid: after.taskUuid, at })),
  );
}

/**
 * Stores new tasks with their numbers, history and events; the numbers stay locked until the
 * transaction ends.
 */
export async function createTasks(context: Context, tasks: readonly NewTask[]): Promise<Task[]> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockNumbers(db, merchantId);
  const stored = await insertTasks(db, merchantId, await linked(context, tasks));
  await appendHistory(
    db,
    merchantId,
    stored.map((task) => ({
      taskUuid: task.taskUuid,
      at: task.createdAt,
      description: 'Created',
      by: task.createdBy,
      address: context.actor.address,
    })),
  );
  await emitTaskEvents(
    context,
    'workflow_task_create',
    stored.map(({ taskUuid, createdAt }) => ({ taskUuid, at: createdAt })),
  );
  return stored;
}

/** Adds the console's link to tasks whose client sent none. */
async function linked({ db }: Context, tasks: readonly NewTask[]): Promise<readonly NewTask[]> {
  const isLacking = ({ object, objectUrl }: NewTask) => object && objectUrl === undefined;
  if (!tasks.some(isLacking)) return tasks;
  const consoleUrl = await readConsoleUrl(db);
  return tasks.map((task) =>
    isLacking(task) ? { ...task, objectUrl: linkOf(consoleUrl, task.object!) } : task,
  );
}

const linkOf = (consoleUrl: string, { id, linkId }: TaskObject): string =>
  objectLink(consoleUrl, linkId ?? id);

/**
 * Emits an event for each task, with the task in its current state. Omits the history, because it
 * would grow with every change, and the events are a history themselves.
 */
export async function emitTaskEvents(
  context: Context,
  name: 'workflow_task_create' | 'workflow_task_update' | 'workflow_task_delete',
  tasks: readonly { readonly taskUuid: string; readonly at: Temporal.Instant }[],
): Promise<void> {
  const { merchantId, timeZone } = context.merchant;
  const texts = await readTaskTexts(
    context.db,
    merchantId,
    timeZone,
    tasks.map(({ taskUuid }) => taskUuid),
    { withHistory: false },
  );
  await context.events.emit(
    context,
    tasks.map(
      ({ taskUuid, at }): DomainEvent => ({
        name,
        objectType: 'workflow task',
        objectId: taskUuid,
        at,
        data: { object: JSON.parse(texts.get(taskUuid) ?? '{}') as unknown },
      }),
    ),
  );
}
