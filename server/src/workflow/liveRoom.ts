import type { LiveFrame } from '@perennial/contract/live.ts';
import {
  type FeedEvent,
  type FeedPlace,
  feedEnd,
  isInFeed,
  readFeed,
} from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { comparePlaces, cursorOf, frameOf, placeOf } from './liveFeed.ts';
import { countOpen } from './taskStore.ts';

/** A client as the room sees it. Frames are JSON, and one frame goes to many. */
export interface LiveSocket {
  readonly userId?: number | undefined;
  /** Several frames at once cost little more than one. */
  send(frames: readonly Buffer[]): void;
}

const pageSize = 1000;
/** A client that missed more events than this reads its lists again, which is faster. */
const missedMax = 20_000;

/**
 * The sockets of one merchant. All that concerns the order of frames happens one thing after
 * another.
 */
export class LiveRoom {
  readonly #db: Database;
  readonly #merchantId: string;
  readonly #sockets = new Set<LiveSocket>();
  readonly #gone = new WeakSet<LiveSocket>();
  readonly #openCounts = new Map<number, number>();
  /** Every socket has been sent everything up to here. */
  #place: FeedPlace | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** A read that has not begun yet serves every caller that requests one meanwhile. */
  #waiting: Promise<void> | undefined;

  constructor(db: Database, merchantId: string) {
    this.#db = db;
    this.#merchantId = merchantId;
  }

  /** Sends a socket what it missed since its cursor, then all that follows. */
  enter(socket: LiveSocket, after: string | undefined): Promise<void> {
    return this.#inTurn(() => this.#welcome(socket, after));
  }

  leave(socket: LiveSocket): void {
    this.#gone.add(socket);
    this.#sockets.delete(socket);
  }

  /** Reads the feed on and sends its events to every socket. */
  tell(): Promise<void> {
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = undefined;
      return this.#tellAll();
    });
    return this.#waiting;
  }

  /** Whether every socket was sent what is at this place of the feed. */
  hasTold(wanted: FeedPlace): boolean {
    return this.#place === undefined || comparePlaces(this.#place, wanted) >= 0;
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #welcome(socket: LiveSocket, after: string | undefined): Promise<void> {
    this.#place ??= await feedEnd(this.#db);
    await this.#tellAll();
    const from = after === undefined ? this.#place : placeOf(after);
    if (from === undefined || !(await this.#catchUp(socket, from, this.#place)))
      socket.send([frame({ type: 'resync', cursor: cursorOf(this.#place) })]);
    if (this.#gone.has(socket)) return;
    this.#sockets.add(socket);
    await this.#tellCounts([socket], this.#place, { always: true });
  }

  /** Returns false when the cursor is too old, or too much was missed. */
  async #catchUp(socket: LiveSocket, from: FeedPlace, until: FeedPlace): Promise<boolean> {
    if (!(await isInFeed(this.#db, this.#merchantId, from))) return false;
    const missed = [frame({ type: 'ready', cursor: cursorOf(from) })];
    let reached = from;
    for (let read = 0; comparePlaces(reached, until) < 0; ) {
      const events = (await readFeed(this.#db, this.#merchantId, reached, pageSize)).filter(
        (event) => comparePlaces(event.place, until) <= 0,
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

  async #tellAll(): Promise<void> {
    if (this.#place === undefined) return;
    let toldAny = false;
    for (;;) {
      const events = await readFeed(this.#db, this.#merchantId, this.#place, pageSize);
      if (events.length === 0) break;
      this.#place = events.at(-1)!.place;
      const frames = framesOf(events);
      if (frames.length > 0) {
        toldAny = true;
        for (const socket of this.#sockets) socket.send(frames);
      }
      if (events.length < pageSize) break;
    }
    if (toldAny) await this.#tellCounts([...this.#sockets], this.#place, { always: false });
  }

  /** Sends the users of these sockets their numbers of open tasks, where they have changed. */
  async #tellCounts(
    to: readonly LiveSocket[],
    place: FeedPlace,
    { always }: { readonly always: boolean },
  ): Promise<void> {
    const userIds = [
      ...new Set(to.map(({ userId }) => userId).filter((userId) => userId !== undefined)),
    ];
    if (userIds.length === 0) return;
    const counts = await countOpen(this.#db, this.#merchantId, userIds);
    const changed = new Set(
      userIds.filter((userId) => always || this.#openCounts.get(userId) !== counts.get(userId)),
    );
    for (const userId of changed) this.#openCounts.set(userId, counts.get(userId) ?? 0);
    for (const socket of to) {
      if (socket.userId === undefined || !changed.has(socket.userId)) continue;
      socket.send([
        frame({
          type: 'event',
          event_type: 'open count',
          event_open_count: this.#openCounts.get(socket.userId) ?? 0,
          cursor: cursorOf(place),
        }),
      ]);
    }
  }
}

const framesOf = (events: readonly FeedEvent[]): Buffer[] =>
  events.flatMap((event) => frameOf(event) ?? []).map(frame);

const frame = (content: LiveFrame): Buffer => Buffer.from(JSON.stringify(content));
