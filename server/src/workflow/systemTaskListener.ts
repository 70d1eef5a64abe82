import type { Temporal } from 'temporal-polyfill';
import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { isStatementFault } from '../platform/storage/failures.ts';
import { readEach } from '../platform/storage/unreadable.ts';
import { aboutObject, type ObjectFacts, type ReadObjectFacts } from './objectFacts.ts';
import { createTasks, saveChangedTasks, server } from './saveOperations.ts';
import {
  byRule,
  closingOf,
  isRelevant,
  mayRaise,
  taskTypeWords,
  typesOf,
  wantedBy,
} from './systemTasks.ts';
import {
  isOpenStatus,
  type NewTask,
  raisedBy,
  type SystemTaskType,
  type Task,
  type TaskObjectType,
} from './task.ts';
import { closedBySystem } from './taskStatus.ts';
import { findSystemTasks, lockNumbers } from './taskStore.ts';
import { rulesOf, type StoredRules } from './workflowRules.ts';

/**
 * Raises system tasks and closes them when their cause is gone. It runs in the transaction of the
 * event itself, so a task always describes what was committed. It processes all objects of a call
 * together. A call without relevant events needs no query; a call about objects without tasks needs
 * one.
 */
export function systemTaskListener(readObjects: ReadObjectFacts): EventListener {
  return async (context, events) => {
    for (const type of ['auto order', 'order', 'item'] as const) {
      const relevant = events.filter((event) => event.objectType === type && isRelevant(event));
      if (relevant.length > 0) await updateTasks(context, type, relevant, readObjects);
    }
  };
}

async function updateTasks(
  context: Context,
  objectType: TaskObjectType,
  events: readonly RecordedEvent[],
  readObjects: ReadObjectFacts,
): Promise<void> {
  const { db, merchant } = context;
  const rules = rulesOf(merchant.settings);
  const types = typesOf[objectType] ?? [];
  const keys = [...new Set(events.map((event) => event.objectId))];
  const open = await findSystemTasks(db, merchant.merchantId, objectType, keys, types, {
    lock: true,
  });
  const raising = types.some((type) => rules[type]?.enabled === true)
    ? events.filter(mayRaise).map((event) => event.objectId)
    : [];
  const checked = new Set([...raising, ...open.map((task) => task.object!.key)]);
  if (checked.size === 0) return;
  const facts = await readableObjects(context, objectType, [...checked], readObjects);
  const states = new Map(
    open.map((task) => [
      stateKey(task.object!.key, task.systemType!),
      { before: task, after: task, at: context.now },
    ]),
  );
  const raised = new Map<string, NewTask>();
  for (const event of events) {
    const fact = facts.get(event.objectId);
    if (fact !== undefined) applyEvent(context, { objectType, event, fact, rules, states, raised });
  }
  await saveChangedTasks(context, [...states.values()], server);
  await createMissing(context, objectType, [...raised.values()]);
}

/**
 * Reads objects by their keys. An object that cannot be read is logged, and its tasks do not
 * change.
 */
async function readableObjects(
  context: Context,
  type: TaskObjectType,
  keys: readonly string[],
  readObjects: ReadObjectFacts,
): Promise<ReadonlyMap<string, ObjectFacts>> {
  const read = (some: readonly string[]) => readObjects(context, type, 'key', some);
  try {
    return await read(keys);
  } catch (error) {
    // No statement can follow a failed one in this transaction.
    if (isStatementFault(error)) throw error;
  }
  const { rows, leftOut } = await readEach(keys, async (some) => [...(await read(some))]);
  for (const { id, error } of leftOut)
    context.log.error({ err: error, type, id }, 'the object of tasks cannot be read');
  return new Map(rows);
}

interface Update {
  readonly objectType: TaskObjectType;
  readonly event: RecordedEvent;
  readonly fact: ObjectFacts;
  readonly rules: StoredRules;
  readonly states: Map<string, { before: Task; after: Task; at: Temporal.Instant }>;
  readonly raised: Map<string, NewTask>;
}

function applyEvent(
  context: Context,
  { objectType, event, fact, rules, states, raised }: Update,
): void {
  const at = event.at ?? context.now;
  const wanted = wantedBy(event, fact);
  for (const type of wanted.close) {
    const key = stateKey(event.objectId, type);
    const state = states.get(key);
    if (state && isOpenStatus(state.after.status))
      states.set(key, {
        before: state.before,
        after: closedBySystem(state.after, closingOf(state.after, fact), at),
        at,
      });
    const created = raised.get(key);
    if (created) raised.set(key, { ...created, status: 'closed - system' });
  }
  if (wanted.raise === undefined) return;
  const key = stateKey(event.objectId, wanted.raise);
  const state = states.get(key);
  if ((state && isOpenStatus(state.after.status)) || raised.has(key)) return;
  const ruled = byRule(rules, wanted.raise, at, context.merchant.timeZone);
  if (ruled) raised.set(key, newTask(context, objectType, wanted.raise, fact, at, ruled));
}

const stateKey = (objectKey: string, type: SystemTaskType): string => `${objectKey}\n${type}`;

function newTask(
  context: Context,
  objectType: TaskObjectType,
  type: SystemTaskType,
  fact: ObjectFacts,
  at: Temporal.Instant,
  ruled: NonNullable<ReturnType<typeof byRule>>,
): NewTask {
  return {
    taskUuid: context.ids.uuid(),
    ...taskTypeWords[type],
    context: fact.context,
    ...aboutObject(objectType, fact),
    ...raisedBy(server, at),
    ...ruled,
    systemType: type,
    cardMark: fact.cardMark,
  };
}

/**
 * Creates the tasks that do not exist yet. If two transactions find the same cause, the second sees
 * the task of the first, because it locks the numbers before it checks.
 */
async function createMissing(
  context: Context,
  objectType: TaskObjectType,
  tasks: readonly NewTask[],
): Promise<void> {
  if (tasks.length === 0) return;
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockNumbers(db, merchantId);
  const open = await findSystemTasks(
    db,
    merchantId,
    objectType,
    tasks.map((task) => task.object!.key),
    typesOf[objectType] ?? [],
    { lock: false },
  );
  const known = new Set(open.map((task) => stateKey(task.object!.key, task.systemType!)));
  const missing = tasks.filter((task) => !known.has(stateKey(task.object!.key, task.systemType!)));
  if (missing.length > 0) await createTasks(context, missing);
}
