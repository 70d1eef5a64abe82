import type { LiveAuth, LiveTopic } from '@perennial/contract/live.ts';
import type { WorkflowAgentAuth } from '@perennial/contract/workflow.ts';
import type { FastifyInstance } from 'fastify';
import type { Context, EventListener } from '../platform/context.ts';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { closing, type LiveClient } from './liveClient.ts';
import { LiveDoor, type LiveDoorParts } from './liveDoor.ts';
import { comparePlaces, topicOf } from './liveFeed.ts';
import type { LiveSources } from './liveReader.ts';
import { LiveRoom } from './liveRoom.ts';

/** The dependencies of the live sockets. */
export interface LiveParts extends LiveDoorParts {
  readonly db: Database;
  readonly sources: LiveSources;
}

interface Occupied {
  readonly room: LiveRoom;
  readonly clients: Set<LiveClient>;
  /** The last place that this process committed, until {@link LiveSockets} has sent it. */
  committed?: FeedPlace | undefined;
}

/**
 * The live sockets of this process. Each merchant's sockets are in a separate room that follows
 * the feed of events.
 */
export class LiveSockets {
  readonly #parts: LiveParts;
  readonly #rooms = new Map<string, Occupied>();
  readonly #door: LiveDoor;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#door = new LiveDoor(parts, {
      count: () => this.count(),
      enter: (client, after) => this.#enter(client, after),
    });
  }

  /** Returns the number of open sockets. */
  count(): number {
    return [...this.#rooms.values()].reduce((all, { clients }) => all + clients.size, 0);
  }

  /**
   * Returns the address and token for a client's socket (workflow reference,
   * getWorkflowAgentWebsocketAuthorization).
   */
  authorize(context: Context): Promise<WorkflowAgentAuth> {
    return this.#door.authorize(context);
  }

  /**
   * Returns the address and token for a socket with topics. Refuses topics that the caller may not
   * read.
   */
  authorizeTopics(context: Context, topics: readonly LiveTopic[] | undefined): Promise<LiveAuth> {
    return this.#door.authorizeTopics(context, topics);
  }

  /** Accepts connections at the path of the sockets, and closes them when the server stops. */
  addTo(http: FastifyInstance): void {
    this.#door.addTo(http);
    http.addHook('preClose', async () => {
      for (const { clients } of this.#rooms.values())
        for (const client of clients) client.drop(closing.goingAway, 'stopping');
    });
  }

  /** Sends changes as soon as they are committed in this process. */
  readonly listener: EventListener = async (context, events) => {
    const entry = this.#rooms.get(context.merchant.merchantId);
    if (!entry) return;
    const last = events.findLast(({ objectType }) => {
      const topic = topicOf(objectType);
      return topic !== undefined && entry.room.hears(topic);
    });
    if (last) context.db.afterCommit(() => void this.#tellSoon(entry, last));
  };

  /**
   * Looks for commits of other processes, and checks whether clients are still there. Runs in every
   * process with sockets.
   */
  readonly worker: Worker = {
    name: 'live sockets',
    runOnce: async () => {
      for (const { room, clients } of this.#rooms.values()) {
        await this.#closeUnpermitted(clients);
        for (const client of clients) client.heartbeat();
        await room.tell();
      }
      // Always pauses before the next round, because this process's own commits wake its rooms.
      return 0;
    },
  };

  #enter(client: LiveClient, after: string | undefined): void {
    const { merchantId } = client.claims;
    const entry = this.#roomOf(merchantId);
    entry.clients.add(client);
    client.onClose(() => {
      entry.room.leave(client);
      entry.clients.delete(client);
      if (entry.clients.size === 0) this.#rooms.delete(merchantId);
    });
    entry.room.enter(client, after).then(
      () => client.limitUnread(),
      (error: unknown) => {
        this.#parts.log.error(
          { err: error, merchantId },
          'the missed changes could not be sent to a live socket',
        );
        client.terminate();
      },
    );
  }

  #roomOf(merchantId: string): Occupied {
    const entry: Occupied = this.#rooms.get(merchantId) ?? {
      room: new LiveRoom(this.#parts.db, merchantId, this.#parts.sources),
      clients: new Set(),
    };
    this.#rooms.set(merchantId, entry);
    return entry;
  }

  /** Closes the sockets whose key, user or permission is gone. */
  async #closeUnpermitted(clients: Iterable<LiveClient>): Promise<void> {
    for (const client of clients)
      if (!(await this.#parts.mayListen(client.claims)))
        client.drop(closing.policy, 'the key, the user or the permission behind it is gone');
  }

  /**
   * The feed shows nothing new while an older transaction of any merchant is open, so a committed
   * event may take a few reads. After that, the worker continues.
   */
  async #tellSoon(entry: Occupied, place: FeedPlace): Promise<void> {
    const isSeenTo = entry.committed !== undefined;
    if (!isSeenTo || comparePlaces(place, entry.committed!) > 0) entry.committed = place;
    if (isSeenTo) return;
    try {
      for (let waitMs = 2; waitMs < 500; waitMs *= 2) {
        await entry.room.tell();
        if (entry.room.hasTold(entry.committed!)) break;
        await this.#parts.clock.sleep(waitMs);
      }
    } catch (error) {
      this.#parts.log.error({ err: error }, 'changes could not be sent to live sockets');
    } finally {
      entry.committed = undefined;
    }
  }
}
