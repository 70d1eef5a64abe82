import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { aboutObject, type ObjectFacts, type ReadObjectFacts } from './objectFacts.ts';
import { createTasks, saveChangedTasks, server } from './saveOperations.ts';
import { type NewTask, raisedBy } from './task.ts';
import { closedBySystem } from './taskStatus.ts';
import { findOpenByName } from './taskStore.ts';

const taskName = 'Repair an auto order that cannot be billed';

/**
 * Raises a task for each parked auto order, whatever the merchant's rules are, and closes it when
 * the auto order is no longer parked. Other events need no query.
 */
export function parkedTaskListener(readObjects: ReadObjectFacts): EventListener {
  return async (context, events) => {
    const relevant = events.filter(({ data }) => data?.['reason'] === 'parked' || isUnparked(data));
    if (relevant.length === 0) return;
    const keys = [...new Set(relevant.map(({ objectId }) => objectId))];
    const { merchantId } = context.merchant;
    const open = await findOpenByName(context.db, merchantId, 'auto order', keys, taskName);
    const unparked = new Set(
      relevant.filter(({ data }) => isUnparked(data)).map(({ objectId }) => objectId),
    );
    await saveChangedTasks(
      context,
      open
        .filter((task) => unparked.has(task.object!.key))
        .map((before) => ({
          before,
          after: closedBySystem(before, 'closed - system', context.now),
          at: context.now,
        })),
      server,
    );
    const known = new Set(open.map((task) => task.object!.key));
    const parked = relevant.filter(
      ({ objectId, data }) => data?.['reason'] === 'parked' && !known.has(objectId),
    );
    if (parked.length > 0) {
      const facts = await factsOf(context, parked, readObjects);
      await createTasks(
        context,
        parked.map((event) => taskFor(context, event, facts.get(event.objectId))),
      );
    }
  };
}

const isUnparked = (data: RecordedEvent['data']): boolean => data?.['reason'] === 'unparked';

/** An auto order that cannot be read is described only by its oid. */
function taskFor(
  context: Context,
  { objectId, data, at = context.now }: RecordedEvent,
  facts: TaskFacts = { key: objectId, id: objectId, context: `Auto order ${objectId}` },
): NewTask {
  return {
    taskUuid: context.ids.uuid(),
    name: taskName,
    details:
      `It is not charged, because ${String(data?.['fault'])}. It is checked again every day ` +
      'and after each change.',
    context: facts.context,
    ...aboutObject('auto order', facts),
    ...raisedBy(server, at),
  };
}

type TaskFacts = Pick<ObjectFacts, 'key' | 'id' | 'email' | 'context'>;

/** Reads the facts about auto orders; when one of them cannot be read, one at a time. */
async function factsOf(
  context: Context,
  events: readonly RecordedEvent[],
  readObjects: ReadObjectFacts,
): Promise<ReadonlyMap<string, TaskFacts>> {
  const keys = [...new Set(events.map(({ objectId }) => objectId))];
  try {
    return await readObjects(context, 'auto order', 'key', keys);
  } catch (error) {
    if (keys.length === 1) {
      context.log.error(
        { err: error, objectId: keys[0] },
        'the auto order of a task cannot be read; the task names it by its oid',
      );
      return new Map();
    }
    const facts = new Map<string, TaskFacts>();
    for (const event of events)
      for (const [key, fact] of await factsOf(context, [event], readObjects)) facts.set(key, fact);
    return facts;
  }
}
