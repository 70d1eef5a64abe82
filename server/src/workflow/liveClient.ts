import type { Duplex } from 'node:stream';
import type { LiveFrame, LiveTopic } from '@perennial/contract/live.ts';
import type { WebSocket } from 'ws';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Topics } from './liveFeed.ts';
import type { LiveSocket } from './liveRoom.ts';

/** The user and the key or OAuth client for which a token was made. */
export interface LiveClaims {
  readonly merchantId: string;
  readonly applicationId: string;
  readonly userId?: number;
  /** Present for sessions: the socket ends with its session. */
  readonly sessionId?: string;
  /** The topics that the client may receive; absent: a workflow socket. */
  readonly topics?: readonly LiveTopic[];
}

/** The reasons for closing a socket, as codes of RFC 6455 and its registry. */
export const closing = { goingAway: 1001, policy: 1008, tooSlow: 1013 } as const;

/** A client with this many unread bytes is too slow, or gone. */
const unreadBytesMax = 4_000_000;
const pingEveryMs = 25_000;
const silentMsMax = 60_000;

/** One open socket: its topics, and whether its client still reads. */
export class LiveClient implements LiveSocket {
  readonly claims: LiveClaims;
  readonly topics: Topics;
  readonly #socket: WebSocket;
  /** The stream to which the socket writes. */
  readonly #stream: Duplex;
  readonly #clock: SystemClock;
  #heardAtMs: number;
  #pingedAtMs: number;
  /**
   * More unread bytes than this close the socket. The changes that it missed before are not
   * counted.
   */
  #unreadBytesMax = Infinity;

  constructor(claims: LiveClaims, socket: WebSocket, stream: Duplex, clock: SystemClock) {
    this.claims = claims;
    this.topics = claims.topics && new Set(claims.topics);
    this.#socket = socket;
    this.#stream = stream;
    this.#clock = clock;
    this.#heardAtMs = clock.monotonicMs();
    this.#pingedAtMs = this.#heardAtMs;
    const noteLife = () => void (this.#heardAtMs = clock.monotonicMs());
    socket.on('message', noteLife);
    socket.on('pong', noteLife);
    socket.on('error', () => socket.terminate());
  }

  get userId(): number | undefined {
    return this.claims.userId;
  }

  onClose(listener: () => void): void {
    this.#socket.on('close', listener);
  }

  /** Sends these frames, unless the client is too slow to read them. */
  send(frames: readonly Buffer[]): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > this.#unreadBytesMax) return this.drop(closing.tooSlow, 'too slow');
    // One write for all frames, because the system call is most of the cost of a frame.
    this.#stream.cork();
    for (const frame of frames) socket.send(frame, { binary: false });
    this.#stream.uncork();
  }

  /**
   * Counts unread bytes from now on. The missed changes were sent all at once and may take their
   * time.
   */
  limitUnread(): void {
    this.#unreadBytesMax = unreadBytesMax + this.#socket.bufferedAmount;
    this.#stream.once('drain', () => void (this.#unreadBytesMax = unreadBytesMax));
  }

  /** Pings the client at intervals, and closes its socket after a long silence. */
  heartbeat(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#heardAtMs > silentMsMax) return this.drop(closing.policy, 'silent');
    if (nowMs - this.#pingedAtMs < pingEveryMs) return;
    this.#pingedAtMs = nowMs;
    this.send([pingFrame]);
  }

  /** Sends the reason, and does not wait for an answer that may never come. */
  drop(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.terminate();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

const pingFrame = Buffer.from(JSON.stringify({ type: 'ping' } satisfies LiveFrame));
