import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type LiveAuth,
  type LiveTopic,
  liveTopicPermissions,
  liveTopics,
} from '@perennial/contract/live.ts';
import type { WorkflowAgentAuth } from '@perennial/contract/workflow.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { required } from '../kernel/assert.ts';
import { Lazy } from '../kernel/lazy.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { isEncrypted } from '../platform/http/encryptedOnly.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Tokens } from '../platform/tokens.ts';
import { type LiveClaims, LiveClient } from './liveClient.ts';
import { permissionsFor } from './liveFeed.ts';

/** The dependencies of the admission to live sockets. */
export interface LiveDoorParts {
  readonly clock: SystemClock;
  readonly log: Logger;
  readonly tokens: Tokens;
  /**
   * The address at which clients reach this server. Pages of this origin may open sockets from a
   * browser, and so may pages of the host that the request names.
   */
  publicUrl(): Promise<string>;
  /** Refuses sockets without encryption. */
  readonly mustEncrypt?: boolean | undefined;
  /** Called when a socket opens, and twice a second while it is open. */
  readonly mayListen: MayListen;
}

/**
 * Returns whether the key or client, its user and their permission to read the topics still exist.
 */
export type MayListen = (claims: LiveClaims) => Promise<boolean>;

/** Receives admitted clients. */
export interface LiveInside {
  /** The number of open sockets. */
  count(): number;
  /** Accepts a client that may listen, with its stored cursor. */
  enter(client: LiveClient, after: string | undefined): void;
}

/** The path and the audience of the tokens: a token opens only sockets of that kind. */
const workflow = { path: '/perennial/v1/workflow/live', audience: 'workflow live' };
const topical = { path: '/perennial/v1/live', audience: 'live' };
const kinds = [workflow, topical];
type Kind = (typeof kinds)[number];

/** Long enough to connect; a client that comes back requests another. */
const tokenSeconds = 300;
const frameBytesMax = 4096;
const socketsMax = 20_000;

/** Creates the tokens of live sockets, and admits clients that present one. */
export class LiveDoor {
  readonly #parts: LiveDoorParts;
  readonly #inside: LiveInside;
  // Loaded with the first socket, because the start does not need it.
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

  /** Returns the address and the token with which the caller opens a socket of the workflow. */
  authorize(context: Context): Promise<Required<WorkflowAgentAuth>> {
    return this.#authorize(workflow, claimsOf(context));
  }

  /**
   * Returns the same for a socket with these topics; with none given, for all that the caller may
   * read. Refuses the first topic that the caller may not read.
   */
  async authorizeTopics(
    context: Context,
    wanted: readonly LiveTopic[] | undefined,
  ): Promise<LiveAuth> {
    const { permissions } = context.actor;
    const mayRead = (topic: LiveTopic) => permissions.has(liveTopicPermissions[topic]);
    const refused = wanted?.find((topic) => !mayRead(topic));
    if (refused !== undefined)
      return refuse('missing_permission', {
        needed: [liveTopicPermissions[refused]],
        what: `the topic ${refused}`,
      });
    const topics = [...new Set(wanted ?? liveTopics.filter(mayRead))];
    if (topics.length === 0)
      return refuse('invalid_field', {
        field: 'topics',
        reason: 'it names no topic',
        fix: `Name at least one of ${liveTopics.join(', ')}, or leave it out for all`,
      });
    return { ...(await this.#authorize(topical, { ...claimsOf(context), topics })), topics };
  }

  async #authorize({ path, audience }: Kind, claims: LiveClaims) {
    return {
      jwt: await this.#parts.tokens.sign(audience, { ...claims }, tokenSeconds),
      merchant_id: claims.merchantId,
      websocket_url: `${(await this.#parts.publicUrl()).replace(/^http/, 'ws')}${path}`,
    };
  }

  /** Accepts connections at the paths of the sockets. */
  addTo(http: FastifyInstance): void {
    http.server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const path = (request.url ?? '').split('?')[0];
      const kind = kinds.find((each) => each.path === path);
      if (kind === undefined) return refuseUpgrade(socket, '404 Not Found');
      if (this.#parts.mustEncrypt === true && !isEncrypted(request))
        return refuseUpgrade(socket, '403 Forbidden', 'Open the socket with wss.');
      this.#upgrade(kind, request, socket, head).catch((error: unknown) => {
        this.#parts.log.error({ err: error }, 'a live socket could not be opened');
        refuseUpgrade(socket, '500 Internal Server Error');
      });
    });
  }

  async #upgrade(
    { audience }: Kind,
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { clock, tokens, mayListen } = this.#parts;
    const { searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const whole = (await tokens.read(audience, query.get('token') ?? '')) as LiveClaims | undefined;
    if (whole === undefined) return refuseUpgrade(stream, '401 Unauthorized');
    const wanted = whole.topics && query.get('topics')?.split(',');
    const refused = wanted && refusedTopic(wanted, whole);
    if (refused) return refuseUpgrade(stream, refused.status, refused.message);
    const claims = wanted ? { ...whole, topics: wanted as LiveTopic[] } : whole;
    if (!(await mayListen(claims))) return refuseUpgrade(stream, '401 Unauthorized');
    if (!(await this.#isOriginAllowed(request))) return refuseUpgrade(stream, '403 Forbidden');
    const server = await this.#opener.get();
    if (this.#inside.count() >= socketsMax) return refuseUpgrade(stream, '503 Service Unavailable');
    server.handleUpgrade(request, stream, head, (socket) =>
      this.#inside.enter(
        new LiveClient(claims, socket, stream, clock),
        query.get('after') ?? undefined,
      ),
    );
  }

  /** Browsers name the page that opens a socket. Other clients name none, but have the token. */
  async #isOriginAllowed({ headers: { origin, host } }: IncomingMessage): Promise<boolean> {
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    return page.host === host || page.origin === new URL(await this.#parts.publicUrl()).origin;
  }
}

const claimsOf = ({ merchant, actor }: Context): LiveClaims => ({
  merchantId: merchant.merchantId,
  applicationId: required(actor.applicationId, 'calling application'),
  ...(actor.userId === undefined ? {} : { userId: actor.userId }),
  ...(actor.session ? { sessionId: actor.session.sessionId } : {}),
});

/** Returns why a topic of the address is refused; undefined when the token has all of them. */
function refusedTopic(
  wanted: readonly string[],
  { topics = [] }: LiveClaims,
): { readonly status: string; readonly message: string } | undefined {
  const unknown = wanted.find((topic) => !liveTopics.some((known) => known === topic));
  if (unknown !== undefined)
    return {
      status: '400 Bad Request',
      message: `topics contains ${JSON.stringify(unknown)}; each topic must be one of ${liveTopics.join(', ')}.`,
    };
  const known = wanted as readonly LiveTopic[];
  const refused = known.find((topic) => !topics.includes(topic));
  return (
    refused && {
      status: '403 Forbidden',
      message:
        `The token is not for the topic ${refused}. Request one with that topic; ` +
        `it needs the permission ${permissionsFor([refused]).join()}.`,
    }
  );
}

function refuseUpgrade(socket: Duplex, status: string, message = ''): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
