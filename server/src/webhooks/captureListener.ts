import { parseExpand } from '@perennial/contract/expansions.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { ObjectType, RecordedEvent } from '../platform/events/event.ts';
import { isStatementFault } from '../platform/storage/failures.ts';
import { describe, expansionsFor } from './owner.ts';
import {
  type CapturedEvent,
  findSubscribers,
  insertCaptured,
  type Subscriber,
} from './payloadStore.ts';
import { wanting } from './wanting.ts';

/**
 * Reads objects in the wire format: the JSON text of each object that exists, by its id. The app
 * passes in one reader for each type of object, because the objects belong to other features.
 */
export type ReadObjects = (
  context: Context,
  objectIds: readonly string[],
  expand: ReadonlySet<string>,
) => Promise<ReadonlyMap<string, string>>;
/**
 * The readers of the payloads, by type of object. Undefined: events of this type contain the
 * object.
 */
export type ObjectReaders = Readonly<Record<ObjectType, ReadObjects | undefined>>;

/**
 * Stores the payloads for webhooks in the transaction of the events themselves: each object once
 * for each expansion that a subscription requests, in its state at this commit. Calls `wake` after
 * the transaction has committed.
 */
export function webhookListener(readers: Partial<ObjectReaders>, wake: () => void): EventListener {
  return async (context, events) => {
    const names = [...new Set(events.map((event) => event.name))];
    const subscribers = [
      ...(await findSubscribers(context.db, context.merchant.merchantId, names)),
      ...feedSubscribers(context, names),
    ];
    if (subscribers.length === 0) return;
    const captured: CapturedEvent[] = [];
    for (const wanted of groupsOf(events, subscribers))
      captured.push(...(await capture(context, wanted, readers)));
    await insertCaptured(context.db, context.merchant.merchantId, captured);
    if (captured.length > 0) context.db.afterCommit(wake);
  };
}

/** The number under which payloads are stored for the pull feed; no webhook has it. */
export const feedWebhookOid = 0;

/** Subscribes the pull feed to every event, unexpanded, once the merchant has begun to read it. */
function feedSubscribers(context: Context, names: readonly string[]): Subscriber[] {
  if (context.merchant.settings['feed'] === undefined) return [];
  return names.map((name) => ({
    webhookOid: feedWebhookOid,
    eventName: name,
    expansion: '',
    eventRuler: null,
  }));
}

/** Events about one type of object whose payloads are needed at one expansion. */
interface Group {
  readonly objectType: ObjectType;
  readonly expansion: string;
  readonly events: readonly {
    readonly event: RecordedEvent;
    readonly subscribers: readonly Subscriber[];
  }[];
}

function groupsOf(events: readonly RecordedEvent[], subscribers: readonly Subscriber[]): Group[] {
  const groups = new Map<
    string,
    {
      objectType: ObjectType;
      expansion: string;
      events: { event: RecordedEvent; subscribers: Subscriber[] }[];
    }
  >();
  for (const event of events) {
    for (const subscriber of subscribers) {
      if (subscriber.eventName !== event.name) continue;
      const key = `${event.objectType}\n${subscriber.expansion}`;
      const group = groups.get(key) ?? {
        objectType: event.objectType,
        expansion: subscriber.expansion,
        events: [],
      };
      groups.set(key, group);
      const last = group.events.at(-1);
      if (last?.event === event) last.subscribers.push(subscriber);
      else group.events.push({ event, subscribers: [subscriber] });
    }
  }
  return [...groups.values()];
}

async function capture(
  context: Context,
  group: Group,
  readers: Partial<ObjectReaders>,
): Promise<CapturedEvent[]> {
  const ids = [...new Set(group.events.map(({ event }) => event.objectId))];
  const texts = await readEach(context, readers[group.objectType], ids, expandOf(group));
  return group.events.flatMap(({ event, subscribers }) => {
    const payload = texts.get(event.objectId) ?? lastPayload(event);
    if (payload === undefined) return [];
    const isWanted = wanting(payload, context.log);
    const webhookOids = subscribers
      .filter(({ eventRuler: pattern }) => pattern === null || isWanted(pattern))
      .map(({ webhookOid }) => webhookOid);
    if (webhookOids.length === 0) return [];
    const { name, stamp, eventId } = event;
    return [
      {
        place: { stamp, eventId },
        expansion: group.expansion,
        webhookOids,
        name,
        object: `${event.objectType} ${event.objectId}`,
        payload,
      },
    ];
  });
}

/**
 * Reads the objects together. If that fails, reads them one by one and skips those that cannot be
 * read, so that the events themselves are kept. A failed SQL statement still aborts the
 * transaction, as PostgreSQL requires.
 */
async function readEach(
  context: Context,
  read: ReadObjects | undefined,
  ids: readonly string[],
  expand: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  if (read === undefined) return new Map();
  try {
    return await read(context, ids, expand);
  } catch (error) {
    if (isStatementFault(error)) throw error;
    const texts = new Map<string, string>();
    for (const id of ids) {
      try {
        for (const [key, text] of await read(context, [id], expand)) texts.set(key, text);
      } catch (each) {
        context.log.error(
          { err: each, objectId: id },
          'the object of an event cannot be read; the event is not delivered',
        );
      }
    }
    return texts;
  }
}

/** Returns the payload of an object that was deleted: the object recorded in its event. */
function lastPayload(event: RecordedEvent): string | undefined {
  const object = event.data?.['object'];
  return object === undefined ? undefined : JSON.stringify(object);
}

function expandOf({ events, expansion }: Group): ReadonlySet<string> {
  const description = describe(events[0]!.event.name);
  return description ? parseExpand(expansion, expansionsFor(description)) : new Set();
}
