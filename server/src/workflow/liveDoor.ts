import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WorkflowAgentAuth } from '@perennial/contract/workflow.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { required } from '../kernel/assert.ts';
import { Lazy } from '../kernel/lazy.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import type { Tokens } from '../platform/tokens.ts';
import { type LiveClaims, LiveClient } from './liveClient.ts';

/** What the door of the live sockets needs. */
export interface LiveDoorParts {
  readonly clock: SystemClock;
  readonly log: Logger;
  readonly tokens: Tokens;
  /**
   * Where clients reach us. Pages of this origin may open sockets from a browser, and so may pages
   * of the host that the request names.
   */
  publicUrl(): Promise<string>;
  /** Asked when a socket opens, and twice a second while it is open. */
  readonly mayListen: MayListen;
}

/** Whether the key or client, its user and their permission to read tasks are still there. */
export type MayListen = (claims: LiveClaims) => Promise<boolean>;

/** What is behind the door. */
export interface LiveInside {
  /** How many sockets are open. */
  count(): number;
  /** Receives a client that may listen, with the cursor that it stored. */
  enter(client: LiveClient, after: string | undefined): void;
}

const path = '/perennial/v1/workflow/live';
const audience = 'workflow live';
/** Long enough to connect; a client that comes back requests another. */
const tokenSeconds = 300;
const frameBytesMax = 4096;
const socketsMax = 20_000;

/** Makes the tokens of live sockets, and lets in the clients that present one. */
export class LiveDoor {
  readonly #parts: LiveDoorParts;
  readonly #inside: LiveInside;
  // Loaded with the first socket, because a start does not need it.
  readonly #opener = new Lazy(async () => {
    const { WebSocketServer } = await import('ws');
    return new WebSocketServer({
      noServer: true,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      clientTracking: false,
    });
  });

  constructor(parts: LiveDoorParts, inside: LiveInside) {
    this.#parts = parts;
    this.#inside = inside;
  }

  /** Returns the address and the token with which the caller opens a socket. */
  async authorize(context: Context): Promise<WorkflowAgentAuth> {
    const { merchant, actor } = context;
    const claims: LiveClaims = {
      merchantId: merchant.merchantId,
      applicationId: required(actor.applicationId, 'calling application'),
      ...(actor.userId === undefined ? {} : { userId: actor.userId }),
      ...(actor.session ? { sessionId: actor.session.sessionId } : {}),
    };
    const jwt = await this.#parts.tokens.sign(audience, { ...claims }, tokenSeconds);
    return {
      jwt,
      merchant_id: merchant.merchantId,
      websocket_url: `${(await this.#parts.publicUrl()).replace(/^http/, 'ws')}${path}`,
    };
  }

  /** Takes connections at the path of the sockets. */
  addTo(http: FastifyInstance): void {
    http.server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if ((request.url ?? '').split('?')[0] !== path) return refuseUpgrade(socket, '404 Not Found');
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#parts.log.error({ err: error }, 'a live socket could not be opened');
        refuseUpgrade(socket, '500 Internal Server Error');
      });
    });
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const { clock, tokens, mayListen } = this.#parts;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const token = url.searchParams.get('token') ?? '';
    const claims = (await tokens.read(audience, token)) as LiveClaims | undefined;
    if (claims === undefined || !(await mayListen(claims)))
      return refuseUpgrade(stream, '401 Unauthorized');
    if (!(await this.#isOriginAllowed(request))) return refuseUpgrade(stream, '403 Forbidden');
    const server = await this.#opener.get();
    if (this.#inside.count() >= socketsMax) return refuseUpgrade(stream, '503 Service Unavailable');
    server.handleUpgrade(request, stream, head, (socket) =>
      this.#inside.enter(
        new LiveClient(claims, socket, stream, clock),
        url.searchParams.get('after') ?? undefined,
      ),
    );
  }

  /** Browsers name the page that opens a socket. Other clients name none, and have the token. */
  async #isOriginAllowed({ headers: { origin, host } }: IncomingMessage): Promise<boolean> {
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    return page.host === host || page.origin === new URL(await this.#parts.publicUrl()).origin;
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
