import type { Context } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { aboutObject, type ObjectFacts, type ReadObjectFacts } from './objectFacts.ts';
import { createTasks, saveChangedTasks, server } from './saveOperations.ts';
import { type NewTask, raisedBy, type TaskObjectType } from './task.ts';
import { closedBySystem } from './taskStatus.ts';
import { findOpenByName } from './taskStore.ts';

/** A task of the server, known by its object and its name. */
export interface NamedTask {
  readonly type: TaskObjectType;
  /** The id of the object, as events use it. */
  readonly objectId: string;
  readonly name: string;
}

/** Raises a task about an object unless one of this name is open. */
export async function raiseNamedTask(
  context: Context,
  { type, objectId, name }: NamedTask,
  details: string,
  { at = context.now }: RecordedEvent,
  readObjects: ReadObjectFacts,
): Promise<void> {
  const { merchantId } = context.merchant;
  const open = await findOpenByName(context.db, merchantId, type, [objectId], name);
  if (open.length > 0) return;
  const unknown: ObjectFacts = {
    key: objectId,
    id: objectId,
    context: `${type === 'order' ? 'Order' : 'Auto order'} ${objectId}`,
  };
  const facts = (await readObjects(context, type, 'key', [objectId])).get(objectId) ?? unknown;
  const task: NewTask = {
    taskUuid: context.ids.uuid(),
    name,
    details,
    context: facts.context,
    ...aboutObject(type, facts),
    ...raisedBy(server, at),
  };
  await createTasks(context, [task]);
}

/** Closes the open tasks of this name about an object: their cause is gone. */
export async function closeNamedTasks(
  context: Context,
  { type, objectId, name }: NamedTask,
): Promise<void> {
  const { merchantId } = context.merchant;
  const open = await findOpenByName(context.db, merchantId, type, [objectId], name);
  const changes = open.map((before) => ({
    before,
    after: closedBySystem(before, 'closed - system', context.now),
    at: context.now,
  }));
  await saveChangedTasks(context, changes, server);
}
