import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { SystemClock } from '../clock/systemClock.ts';

/*
 * The minimum speed of a body. A limit for the whole request would cut off a large file on a slow
 * line, and a limit on silence alone would let a client hold a connection with a byte a minute.
 */

/** The time in which at least {@link bytesMin} must arrive. */
export const roundMs = 30_000;
/** 16 kB a second, so that the largest attachment may take 26 minutes. */
export const bytesMin = 480_000;

const lookMs = 5_000;
/** The most that Node reads from a connection at once. */
const readMax = 65_536;

interface Body {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The number of bytes and the time at which the current round began. */
  bytes: number;
  sinceMs: number;
}

/**
 * Cuts connections whose bodies arrive too slowly. `answer` returns the response that they get, as
 * raw HTTP. One check of all connections every few seconds adds no work to requests.
 */
export function watchPace(server: FastifyInstance, clock: SystemClock, answer: () => string): void {
  // One entry for each connection: the request that began last.
  const bodies = new Map<Socket, Body>();
  server.server.on('connection', (socket: Socket) =>
    socket.once('close', () => bodies.delete(socket)),
  );
  server.addHook('onRequest', ({ raw }, reply, done) => {
    if (isSentWithBody(raw) && raw.socket.remotePort !== undefined)
      bodies.set(raw.socket, {
        request: raw,
        response: reply.raw,
        // Bytes that arrived in one read with the headers count for the first round.
        bytes: raw.socket.bytesRead - readMax,
        sinceMs: clock.monotonicMs(),
      });
    done();
  });

  let callOff = () => {};
  const cutSlow = () => {
    for (const [socket, body] of bodies)
      if (body.request.complete) bodies.delete(socket);
      else if (isTooSlow(socket, body, clock.monotonicMs())) cut(socket, body, answer());
    callOff = clock.after(lookMs, cutSlow);
  };
  server.addHook('onListen', (done) => {
    callOff = clock.after(lookMs, cutSlow);
    done();
  });
  server.addHook('onClose', (_server, done) => {
    callOff();
    done();
  });
}

const isSentWithBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Checks a finished round and begins the next one. */
function isTooSlow(socket: Socket, body: Body, nowMs: number): boolean {
  if (nowMs - body.sinceMs < roundMs) return false;
  // While this server does not read, the client is not to blame.
  const isSlow = body.request.readableFlowing === true && socket.bytesRead - body.bytes < bytesMin;
  body.bytes = socket.bytesRead;
  body.sinceMs = nowMs;
  return isSlow;
}

function cut(socket: Socket, { response }: Body, answer: string): void {
  if (socket.writable && !response.headersSent) socket.write(answer);
  socket.destroySoon();
}
