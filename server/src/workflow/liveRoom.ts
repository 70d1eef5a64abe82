import type { LiveFrame, LiveTopic } from '@perennial/contract/live.ts';
import { required } from '../kernel/assert.ts';
import { feedEnd } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import {
  comparePlaces,
  cursorOf,
  frameOf,
  includes,
  type LiveChange,
  type LivePlace,
  livePlaceOf,
  type Topics,
} from './liveFeed.ts';
import { isPlaceKept, type LiveSources, readChanges } from './liveReader.ts';
import { countOpen } from './taskStore.ts';

/** A client in the form that the room uses. Frames are JSON, and one frame goes to many clients. */
export interface LiveSocket {
  readonly userId?: number | undefined;
  readonly topics?: Topics;
  /** Sends several frames at once, which costs little more than one. */
  send(frames: readonly Buffer[]): void;
}

/** A client that missed more changes than this must read its lists again, which is faster. */
const missedMax = 20_000;

/** The sockets of one merchant. All steps that affect the order of frames run one after another. */
export class LiveRoom {
  readonly #db: Database;
  readonly #merchantId: string;
  readonly #sources: LiveSources | undefined;
  readonly #sockets = new Set<LiveSocket>();
  readonly #gone = new WeakSet<LiveSocket>();
  readonly #openCounts = new Map<number, number>();
  /** The last sent state of each topic, as JSON. */
  readonly #states = new Map<LiveTopic, string>();
  /** Every socket has received all changes up to here. */
  #place: LivePlace | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** A read that has not begun yet serves all callers that request one until it begins. */
  #waiting: Promise<void> | undefined;

  /** Without sources, the room serves only workflow sockets. */
  constructor(db: Database, merchantId: string, sources?: LiveSources) {
    this.#db = db;
    this.#merchantId = merchantId;
    this.#sources = sources;
  }

  /** Sends a socket the changes since its cursor, then all later ones. */
  enter(socket: LiveSocket, after: string | undefined): Promise<void> {
    return this.#inTurn(() => this.#welcome(socket, after));
  }

  leave(socket: LiveSocket): void {
    this.#gone.add(socket);
    this.#sockets.delete(socket);
  }

  /** Reads the next events of the feed and sends them to every socket. */
  tell(): Promise<void> {
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = undefined;
      return this.#tellAll();
    });
    return this.#waiting;
  }

  /** Returns whether every socket has received the change at this place of the feed. */
  hasTold(wanted: LivePlace): boolean {
    return this.#place === undefined || comparePlaces(this.#place, wanted) >= 0;
  }

  /** Returns whether any socket has a topic. */
  hears(topic: LiveTopic): boolean {
    return [...this.#sockets].some(({ topics }) => includes(topics, topic));
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #welcome(socket: LiveSocket, after: string | undefined): Promise<void> {
    const place = await this.#presentPlace(includes(socket.topics, 'deliveries'));
    const from = after === undefined ? place : livePlaceOf(after);
    if (from === undefined || !(await this.#catchUp(socket, from, place)))
      socket.send([frame({ type: 'resync', cursor: cursorOf(place) })]);
    if (this.#gone.has(socket)) return;
    this.#sockets.add(socket);
    await this.#tellCounts(place, socket);
    await this.#tellStates(place, socket);
  }

  /**
   * Returns the place up to which every socket has received all changes. While no socket has the
   * topic of deliveries, the place stays at the last event, and the first socket with that topic
   * does not get the attempts since then.
   */
  async #presentPlace(hearsDeliveries: boolean): Promise<LivePlace> {
    const end =
      this.#place === undefined || hearsDeliveries
        ? await feedEnd(this.#db, this.#merchantId)
        : undefined;
    this.#place ??= end!;
    await this.#tellAll();
    if (end !== undefined && comparePlaces(this.#place, end) < 0) this.#place = end;
    return this.#place;
  }

  /** Returns false when the cursor is too old, or too many changes were missed. */
  async #catchUp(socket: LiveSocket, from: LivePlace, until: LivePlace): Promise<boolean> {
    if (!(await isPlaceKept(this.#db, this.#merchantId, from, this.#sources))) return false;
    const missed = [frame({ type: 'ready', cursor: cursorOf(from) })];
    let reached = from;
    for (let read = 0; comparePlaces(reached, until) < 0; ) {
      const changes = (await this.#read(reached, [socket])).changes.filter(
        ({ place }) => comparePlaces(place, until) <= 0,
      );
      if (changes.length === 0) break;
      read += changes.length;
      if (read > missedMax) return false;
      reached = changes.at(-1)!.place;
      missed.push(...(await this.#framesFor(changes, socket.topics)));
    }
    socket.send(missed);
    return true;
  }

  async #tellAll(): Promise<void> {
    if (this.#place === undefined) return;
    let hasTasks = false;
    for (let isFull = true; isFull; ) {
      const page = await this.#read(this.#place, this.#sockets);
      isFull = page.isFull;
      if (page.changes.length === 0) break;
      this.#place = page.changes.at(-1)!.place;
      await this.#sendChanges(page.changes);
      hasTasks ||= page.changes.some((change) => 'name' in change && isOfTask(change));
    }
    if (hasTasks) await this.#tellCounts(this.#place);
    await this.#tellStates(this.#place);
  }

  #read(after: LivePlace, sockets: Iterable<LiveSocket>) {
    const hearsDeliveries = [...sockets].some(({ topics }) => includes(topics, 'deliveries'));
    return readChanges(
      this.#db,
      this.#merchantId,
      after,
      hearsDeliveries ? this.#sources?.listDeliveries : undefined,
    );
  }

  /** Creates the frames once for all sockets with the same topics. */
  async #sendChanges(changes: readonly LiveChange[]): Promise<void> {
    for (const sockets of Map.groupBy(this.#sockets, keyOf).values()) {
      const frames = await this.#framesFor(changes, sockets[0]!.topics);
      if (frames.length > 0) for (const socket of sockets) socket.send(frames);
    }
  }

  async #framesFor(changes: readonly LiveChange[], topics: Topics): Promise<Buffer[]> {
    // Dates in the merchant's zone occur only in frames for the console (those with topics).
    const zone = topics === undefined ? '' : await this.#givenSources().zoneOf(this.#merchantId);
    return changes.flatMap((change) => frameOf(change, topics, zone) ?? []).map(frame);
  }

  #givenSources(): LiveSources {
    return required(this.#sources, 'sources of a room with topics');
  }

  /**
   * Sends users their numbers of open tasks, if they have changed. A new socket always gets the
   * number, and then only its user's number is read.
   */
  async #tellCounts(place: LivePlace, newcomer?: LiveSocket): Promise<void> {
    const to = [...this.#sockets].filter(
      ({ topics, userId }) =>
        includes(topics, 'tasks') && (newcomer === undefined || userId === newcomer.userId),
    );
    const userIds = [
      ...new Set(to.map(({ userId }) => userId).filter((userId) => userId !== undefined)),
    ];
    if (userIds.length === 0) return;
    const counts = await countOpen(this.#db, this.#merchantId, userIds);
    const changed = new Set(
      userIds.filter((userId) => this.#openCounts.get(userId) !== counts.get(userId)),
    );
    for (const userId of changed) this.#openCounts.set(userId, counts.get(userId) ?? 0);
    for (const socket of to) {
      if (socket.userId === undefined) continue;
      if (socket !== newcomer && !changed.has(socket.userId)) continue;
      socket.send([
        frame({
          type: 'event',
          event_type: 'open count',
          ...(socket.topics && { event_topic: 'tasks' }),
          event_open_count: this.#openCounts.get(socket.userId) ?? 0,
          cursor: cursorOf(place),
        }),
      ]);
    }
  }

  async #tellStates(place: LivePlace, newcomer?: LiveSocket): Promise<void> {
    await this.#tellState('clock', () => this.#advanceFrame(), place, newcomer);
    await this.#tellState('charging', () => this.#chargingFrame(), place, newcomer);
  }

  /**
   * Sends the current state of a topic that has one, if it has changed; a new socket always gets
   * it.
   */
  async #tellState(
    topic: LiveTopic,
    read: () => Promise<LiveFrame | undefined>,
    place: LivePlace,
    newcomer: LiveSocket | undefined,
  ): Promise<void> {
    const listening = [...this.#sockets].filter(({ topics }) => includes(topics, topic));
    if (listening.length === 0) return;
    const state = await read();
    if (state === undefined) return;
    const shown = JSON.stringify(state);
    const isKnown = shown === this.#states.get(topic);
    const to = isKnown ? listening.filter((each) => each === newcomer) : listening;
    this.#states.set(topic, shown);
    const told = frame({ type: 'event', event_topic: topic, ...state, cursor: cursorOf(place) });
    for (const socket of to) socket.send([told]);
  }

  /** Returns the progress of the latest advance of the clock. */
  async #advanceFrame(): Promise<LiveFrame | undefined> {
    const advance = await this.#givenSources().findAdvance(this.#merchantId);
    if (advance?.advance_id === undefined) return undefined;
    return {
      event_type: 'clock advanced',
      event_object_type: 'clock',
      event_object_id: advance.advance_id,
      event_advance: advance,
    };
  }

  /** Returns whether the merchant's charges are running. */
  async #chargingFrame(): Promise<LiveFrame> {
    return {
      event_type: 'charging changed',
      event_object_type: 'merchant',
      event_object_id: this.#merchantId,
      event_charging: await this.#givenSources().readCharging(this.#merchantId),
    };
  }
}

const keyOf = ({ topics }: LiveSocket): string => (topics ? [...topics].sort().join() : 'workflow');

const isOfTask = ({ objectType }: Extract<LiveChange, { name: string }>): boolean =>
  objectType === 'workflow task';

const frame = (content: LiveFrame): Buffer => Buffer.from(JSON.stringify(content));
