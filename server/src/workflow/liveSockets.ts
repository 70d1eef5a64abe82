import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveFrame } from '@perennial/contract/live.ts';
import type { WorkflowAgentAuth } from '@perennial/contract/workflow.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { required } from '../kernel/assert.ts';
import { Lazy } from '../kernel/lazy.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Tokens } from '../platform/tokens.ts';
import { comparePlaces } from './liveFeed.ts';
import { type LiveRoom, type LiveSocket, liveRoom } from './liveRoom.ts';

/** What the live sockets need. */
export interface LiveParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly log: Logger;
  readonly tokens: Tokens;
  /**
   * Where clients reach us; its origin may open sockets from a browser, and so may the host that
   * was asked itself.
   */
  publicUrl(): Promise<string>;
  /** Asked when a socket opens, and twice a second while it is open. */
  readonly mayListen: MayListen;
}

/** The live sockets of this process. */
export interface LiveSockets {
  /**
   * What a client opens its socket with (workflow reference,
   * getWorkflowAgentWebsocketAuthorization).
   */
  authorize(context: Context): Promise<WorkflowAgentAuth>;
  /** Tells of changes as soon as they are committed in this process. */
  readonly listener: EventListener;
  /**
   * Looks for what other processes committed, and whether clients are still there; runs in every
   * process that has sockets.
   */
  readonly worker: Worker;
  /** Takes connections at the path of the socket. */
  addTo(server: FastifyInstance): void;
  /** How many sockets are open. */
  count(): number;
}

const path = '/perennial/v1/workflow/live';
const audience = 'workflow live';
/** Long enough to connect; a client that comes back asks for another. */
const tokenSeconds = 300;
const frameBytesMax = 4096;
/**
 * A client that has so much unread is too slow, or gone. What it missed before it came is not
 * counted.
 */
const unreadBytesMax = 4_000_000;
const pingEveryMs = 25_000;
const silentMsMax = 60_000;
const socketsMax = 20_000;

/** Why we close a socket, in the codes of RFC 6455 and its registry. */
const closing = { goingAway: 1001, policy: 1008, tooSlow: 1013 } as const;

/** Whom a token speaks for, and the key or OAuth client that asked for it. */
interface Claims {
  readonly merchantId: string;
  readonly applicationId: string;
  readonly userId?: number;
}

/** Whether the key or client, its user and their permission to read tasks are still there. */
export type MayListen = (claims: Claims) => Promise<boolean>;

interface Client extends LiveSocket {
  readonly claims: Claims;
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly stream: Duplex;
  heardAtMs: number;
  pingedAtMs: number;
  /** More than this unread closes the socket. */
  unreadBytesMax: number;
}

interface Occupied {
  readonly room: LiveRoom;
  readonly clients: Set<Client>;
  /** The last that this process committed, while somebody sees to it that it is told. */
  committed?: FeedPlace | undefined;
}

/** Sockets by merchant, each merchant's in a room of its own that follows the feed of events. */
export function liveSockets(parts: LiveParts): LiveSockets {
  const { db, clock, log, tokens, publicUrl } = parts;
  const opener = new Lazy(async () => {
    const { WebSocketServer } = await import('ws');
    return new WebSocketServer({
      noServer: true,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      clientTracking: false,
    });
  });
  const rooms = new Map<string, Occupied>();

  function enter(
    claims: Claims,
    after: string | undefined,
    socket: WebSocket,
    stream: Duplex,
  ): void {
    const { merchantId, userId } = claims;
    const entry: Occupied = rooms.get(merchantId) ?? {
      room: liveRoom(db, merchantId),
      clients: new Set(),
    };
    rooms.set(merchantId, entry);
    const client: Client = {
      claims,
      socket,
      stream,
      userId,
      heardAtMs: clock.monotonicMs(),
      pingedAtMs: clock.monotonicMs(),
      unreadBytesMax: Infinity,
      send: (frames) => send(client, frames),
    };
    entry.clients.add(client);
    socket.on('message', () => void (client.heardAtMs = clock.monotonicMs()));
    socket.on('pong', () => void (client.heardAtMs = clock.monotonicMs()));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      entry.room.leave(client);
      entry.clients.delete(client);
      if (entry.clients.size === 0) rooms.delete(merchantId);
    });
    entry.room.enter(client, after).then(
      () => allowMissed(client),
      (error: unknown) => {
        log.error({ err: error, merchantId }, 'a live socket could not be caught up');
        socket.terminate();
      },
    );
  }

  /** What it missed came all at once; reading that may take its time. */
  function allowMissed(client: Client): void {
    client.unreadBytesMax = unreadBytesMax + client.socket.bufferedAmount;
    client.stream.once('drain', () => void (client.unreadBytesMax = unreadBytesMax));
  }

  function send(
    { socket, stream, unreadBytesMax: unreadMax }: Client,
    frames: readonly Buffer[],
  ): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > unreadMax) return drop(socket, closing.tooSlow, 'too slow');
    // One write for all of them: the system call is most of what a frame costs.
    stream.cork();
    for (const frame of frames) socket.send(frame, { binary: false });
    stream.uncork();
  }

  /** Closes the sockets whose key, user or permission is gone. */
  async function closeUnpermitted(clients: Iterable<Client>): Promise<void> {
    for (const { claims, socket } of clients)
      if (!(await parts.mayListen(claims)))
        drop(socket, closing.policy, 'the key, the user or the permission behind it is gone');
  }

  function heartbeat(client: Client): void {
    const nowMs = clock.monotonicMs();
    if (nowMs - client.heardAtMs > silentMsMax)
      return drop(client.socket, closing.policy, 'silent');
    if (nowMs - client.pingedAtMs < pingEveryMs) return;
    client.pingedAtMs = nowMs;
    send(client, [pingFrame]);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const token = url.searchParams.get('token') ?? '';
    const claims = (await tokens.read(audience, token)) as Claims | undefined;
    if (claims === undefined || !(await parts.mayListen(claims)))
      return refuseUpgrade(socket, '401 Unauthorized');
    if (!(await isOriginAllowed(request))) return refuseUpgrade(socket, '403 Forbidden');
    const server = await opener.get();
    if (openCount() >= socketsMax) return refuseUpgrade(socket, '503 Service Unavailable');
    server.handleUpgrade(request, socket, head, (opened) =>
      enter(claims, url.searchParams.get('after') ?? undefined, opened, socket),
    );
  }

  /** Browsers name the page that asks; what is no browser names none, and has the token. */
  async function isOriginAllowed({ headers: { origin, host } }: IncomingMessage): Promise<boolean> {
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    return (
      new URL(origin).host === host || new URL(origin).origin === new URL(await publicUrl()).origin
    );
  }

  const openCount = () => [...rooms.values()].reduce((all, { clients }) => all + clients.size, 0);

  return {
    async authorize({ merchant: { merchantId }, actor: { userId, applicationId } }) {
      const claims: Claims = {
        merchantId,
        applicationId: required(applicationId, 'calling application'),
        ...(userId === undefined ? {} : { userId }),
      };
      const jwt = await tokens.sign(audience, { ...claims }, tokenSeconds);
      return {
        jwt,
        merchant_id: merchantId,
        websocket_url: `${(await publicUrl()).replace(/^http/, 'ws')}${path}`,
      };
    },
    async listener(context, events) {
      const entry = rooms.get(context.merchant.merchantId);
      const last = events.findLast((event) => event.objectType === 'workflow task');
      if (entry && last) context.db.afterCommit(() => void tellSoon(entry, last));
    },
    worker: {
      name: 'live sockets',
      async runOnce() {
        for (const { room, clients } of rooms.values()) {
          await closeUnpermitted(clients);
          for (const client of clients) heartbeat(client);
          await room.tell();
        }
        // Never at once again: what this process commits wakes its rooms by itself.
        return 0;
      },
    },
    addTo(http) {
      http.server.on('upgrade', (request, socket, head) => {
        socket.on('error', () => socket.destroy());
        if ((request.url ?? '').split('?')[0] !== path)
          return refuseUpgrade(socket, '404 Not Found');
        upgrade(request, socket, head).catch((error: unknown) => {
          log.error({ err: error }, 'a live socket could not be opened');
          refuseUpgrade(socket, '500 Internal Server Error');
        });
      });
      http.addHook('preClose', async () => {
        for (const { clients } of rooms.values())
          for (const { socket } of clients) drop(socket, closing.goingAway, 'stopping');
      });
    },
    count: openCount,
  };

  /**
   * The feed shows nothing while an older transaction is open, anybody's: what was committed may
   * take a few looks. The worker looks on after that.
   */
  async function tellSoon(entry: Occupied, place: FeedPlace): Promise<void> {
    const isSeenTo = entry.committed !== undefined;
    if (!isSeenTo || comparePlaces(place, entry.committed!) > 0) entry.committed = place;
    if (isSeenTo) return;
    try {
      for (let waitMs = 2; waitMs < 500; waitMs *= 2) {
        await entry.room.tell();
        if (entry.room.hasTold(entry.committed!)) break;
        await clock.sleep(waitMs);
      }
    } catch (error) {
      log.error({ err: error }, 'live sockets could not be told');
    } finally {
      entry.committed = undefined;
    }
  }
}

const pingFrame = Buffer.from(JSON.stringify({ type: 'ping' } satisfies LiveFrame));

/** Says why, and does not wait for an answer that may never come. */
function drop(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  socket.terminate();
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
