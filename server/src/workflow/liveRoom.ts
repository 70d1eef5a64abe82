import type { LiveFrame } from '@perennial/contract/live.ts';
import { type FeedEvent, type FeedPlace, feedEnd, readFeed } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { comparePlaces, cursorOf, frameOf, placeOf } from './liveFeed.ts';
import { countOpen } from './taskStore.ts';

/** A client as the room sees it. Frames are JSON, and one frame goes to many. */
export interface LiveSocket {
  readonly userId?: number | undefined;
  /** Several frames at once cost little more than one. */
  send(frames: readonly Buffer[]): void;
}

/**
 * The sockets of one merchant. All that concerns the order of frames happens one thing after
 * another.
 */
export interface LiveRoom {
  /** Sends a socket what it missed since its cursor, then all that follows. */
  enter(socket: LiveSocket, after: string | undefined): Promise<void>;
  leave(socket: LiveSocket): void;
  /** Reads the feed on and tells every socket. */
  tell(): Promise<void>;
  /** Whether everybody was told of what lies at this place. */
  hasTold(place: FeedPlace): boolean;
}

const pageSize = 1000;
/** A client that missed more events than this is sooner done by reading its lists again. */
const missedMax = 20_000;

export function liveRoom(db: Database, merchantId: string): LiveRoom {
  const sockets = new Set<LiveSocket>();
  const gone = new WeakSet<LiveSocket>();
  const openCounts = new Map<number, number>();
  /** Every socket has been told of everything up to here. */
  let place: FeedPlace | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  /** A reading that has not begun yet serves everybody who asks for one meanwhile. */
  let waiting: Promise<void> | undefined;

  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  async function welcome(socket: LiveSocket, after: string | undefined): Promise<void> {
    place ??= await feedEnd(db);
    await tellAll();
    const from = after === undefined ? place : placeOf(after);
    if (from === undefined || !(await catchUp(socket, from)))
      socket.send([frame({ type: 'resync', cursor: cursorOf(place) })]);
    if (gone.has(socket)) return;
    sockets.add(socket);
    await tellCounts([socket], { always: true });
  }

  /** False when the cursor is too old, or too much was missed. */
  async function catchUp(socket: LiveSocket, from: FeedPlace): Promise<boolean> {
    if (!(await isKept(db, merchantId, from))) return false;
    const missed = [frame({ type: 'ready', cursor: cursorOf(from) })];
    let reached = from;
    for (let read = 0; comparePlaces(reached, place!) < 0; ) {
      const events = (await readFeed(db, merchantId, reached, pageSize)).filter(
        (event) => comparePlaces(event.place, place!) <= 0,
      );
      if (events.length === 0) break;
      read += events.length;
      if (read > missedMax) return false;
      reached = events.at(-1)!.place;
      missed.push(...framesOf(events));
    }
    socket.send(missed);
    return true;
  }

  async function tellAll(): Promise<void> {
    if (place === undefined) return;
    let toldAny = false;
    for (;;) {
      const events = await readFeed(db, merchantId, place, pageSize);
      if (events.length === 0) break;
      place = events.at(-1)!.place;
      const frames = framesOf(events);
      if (frames.length > 0) {
        toldAny = true;
        for (const socket of sockets) socket.send(frames);
      }
      if (events.length < pageSize) break;
    }
    if (toldAny) await tellCounts([...sockets], { always: false });
  }

  /** Everybody's number of open tasks, where it has changed. */
  async function tellCounts(
    to: readonly LiveSocket[],
    { always }: { readonly always: boolean },
  ): Promise<void> {
    const userIds = [
      ...new Set(to.map(({ userId }) => userId).filter((userId) => userId !== undefined)),
    ];
    if (userIds.length === 0) return;
    const counts = await countOpen(db, merchantId, userIds);
    const changed = new Set(
      userIds.filter((userId) => always || openCounts.get(userId) !== counts.get(userId)),
    );
    for (const userId of changed) openCounts.set(userId, counts.get(userId) ?? 0);
    for (const socket of to) {
      if (socket.userId === undefined || !changed.has(socket.userId)) continue;
      socket.send([
        frame({
          type: 'event',
          event_type: 'open count',
          event_open_count: openCounts.get(socket.userId) ?? 0,
          cursor: cursorOf(place!),
        }),
      ]);
    }
  }

  return {
    enter: (socket, after) => inTurn(() => welcome(socket, after)),
    leave(socket) {
      gone.add(socket);
      sockets.delete(socket);
    },
    tell() {
      waiting ??= inTurn(() => {
        waiting = undefined;
        return tellAll();
      });
      return waiting;
    },
    hasTold: (wanted) => place === undefined || comparePlaces(place, wanted) >= 0,
  };
}

const framesOf = (events: readonly FeedEvent[]): Buffer[] =>
  events.flatMap((event) => frameOf(event) ?? []).map(frame);

const frame = (content: LiveFrame): Buffer => Buffer.from(JSON.stringify(content));

/**
 * Whether nothing after this place was forgotten yet: its own event is still there. A place between
 * events came from a recent start.
 */
async function isKept(db: Database, merchantId: string, place: FeedPlace): Promise<boolean> {
  if (place.eventId === 0) return true;
  return (
    (await db.row(
      'select event_id from event where merchant_id = $1 and event_id = $2 and stamp = $3::xid8',
      [merchantId, place.eventId, place.stamp],
    )) !== undefined
  );
}
