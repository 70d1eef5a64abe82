import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { checkDestination, type DestinationPolicy, mayConnect } from './destination.ts';
import { parseRetryAfter } from './retry.ts';
import type { Header } from './webhook.ts';

/** A request in the form in which it is sent. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly policy: DestinationPolicy;
  readonly signal: AbortSignal;
}

/** The result of a request: the response, or why there was none. */
export interface Sent {
  readonly statusCode?: number;
  readonly retryAfterSeconds?: number;
  readonly responseHeaders: readonly Header[];
  /**
   * At most {@link responseMax} characters of the response; without a response, what went wrong.
   */
  readonly response: string;
  readonly durationMs: number;
}

/** Sends one request to a receiver and reports what happened. Never throws. */
export type Send = (outgoing: Outgoing) => Promise<Sent>;

/** A sender with its connections. */
export interface Sender {
  readonly send: Send;
  close(): Promise<void>;
}

/** Resolves host names. Tests pass in a function whose results change. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The clock and the limits of a sender; tests replace the lookup of names. */
export interface SenderOptions {
  readonly clock: SystemClock;
  readonly timeoutMs?: number;
  readonly lookup?: Lookup;
  /** The hosts that the installation allows. Absent or empty: any. */
  readonly hosts?: readonly string[] | undefined;
}

/** A receiver must have responded within this time (webhook reference: 30 seconds). */
const answerTimeoutMs = 30_000;
/** The most characters of a response that are read. */
export const responseMax = 100_000;

/**
 * Creates the sender that posts to receivers. It checks the address when it connects, after the
 * name was resolved, because the address of a name may change after an earlier check. It follows no
 * redirects and reads only the beginning of a response.
 */
export function httpSender(options: SenderOptions): Sender {
  // A connection that was opened under one policy must not be used under another.
  const doors = {
    strict: doorFor({ allowLoopback: false, hosts: options.hosts }, options),
    loopback: doorFor({ allowLoopback: true, hosts: options.hosts }, options),
  };
  const timeoutMs = options.timeoutMs ?? answerTimeoutMs;
  return {
    send: (outgoing) =>
      post(
        outgoing,
        outgoing.policy.allowLoopback ? doors.loopback : doors.strict,
        options.clock,
        timeoutMs,
      ),
    async close() {
      await Promise.all(Object.values(doors).map((door) => door.agent.destroy()));
    },
  };
}

/** The connections under one policy. */
interface Door {
  readonly agent: Agent;
  /**
   * Checks a URL once and remembers the result; the address behind it is checked at each
   * connection.
   */
  readonly judge: (url: string) => ReturnType<typeof checkDestination>;
}

function doorFor(policy: DestinationPolicy, options: SenderOptions): Door {
  const judged = new Map<string, ReturnType<typeof checkDestination>>();
  return {
    agent: agentFor(policy, options),
    judge(url) {
      const known = judged.get(url);
      if (known) return known;
      if (judged.size >= judgedMax) judged.clear();
      const fresh = checkDestination(url, policy);
      judged.set(url, fresh);
      return fresh;
    },
  };
}

const judgedMax = 10_000;

/**
 * The functions to call when a signal is aborted. All requests of a process share one signal, which
 * gets one listener instead of one per request.
 */
const stopsOf = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `stop` when the signal is aborted, unless the returned function was called before that. */
function whenAborted(signal: AbortSignal, stop: () => void): () => void {
  const known = stopsOf.get(signal);
  const stops = known ?? new Set();
  if (!known) {
    stopsOf.set(signal, stops);
    signal.addEventListener('abort', () => stops.forEach((each) => each()), { once: true });
  }
  stops.add(stop);
  return () => void stops.delete(stop);
}

async function post(
  outgoing: Outgoing,
  { agent, judge }: Door,
  clock: SystemClock,
  timeoutMs: number,
): Promise<Sent> {
  const startedMs = clock.monotonicMs();
  const elapsed = () => clock.monotonicMs() - startedMs;
  const destination = judge(outgoing.url);
  if (!destination.ok)
    return {
      response: `not sent: the URL ${destination.reason}`,
      responseHeaders: [],
      durationMs: elapsed(),
    };
  try {
    const { statusCode, headers, body } = await exchange(
      agent,
      destination.value,
      outgoing,
      clock,
      timeoutMs,
    );
    const asked = firstOf(headers['retry-after']);
    const retryAfter = asked === undefined ? undefined : parseRetryAfter(asked, clock.now());
    return {
      statusCode,
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
      responseHeaders: headersOf(headers),
      response: storableText(body),
      durationMs: elapsed(),
    };
  } catch (error) {
    return {
      response: `no response: ${reasonOf(error)}`,
      responseHeaders: [],
      durationMs: elapsed(),
    };
  }
}

/**
 * A response with the beginning of its body: of a longer one, at least {@link responseMax} bytes.
 */
interface Received {
  readonly statusCode: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Sends one request and receives its response within the time limit. Uses the plain handlers of
 * undici, because a stream for each response would take more time than everything else here.
 */
function exchange(
  agent: Agent,
  { origin, pathname, search }: URL,
  { headers, body, signal }: Outgoing,
  clock: SystemClock,
  timeoutMs: number,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let answered: Omit<Received, 'body'> | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    let isOver = false;

    function finish(error?: Error): void {
      if (isOver) return;
      isOver = true;
      keepTime();
      forgetStop();
      if (error || !answered) reject(error ?? new Error('the connection was closed'));
      else resolve({ ...answered, body: Buffer.concat(chunks) });
    }
    function giveUp(error: Error): void {
      finish(error);
      controller?.abort(error);
    }
    const stop = () => giveUp(new Error('the server is stopping'));
    const keepTime = clock.after(timeoutMs, () =>
      giveUp(new Error(`none within ${timeoutMs / 1000} seconds`)),
    );
    const forgetStop = whenAborted(signal, stop);
    if (signal.aborted) return stop();
    agent.dispatch(
      { origin, path: pathname + search, method: 'POST', headers, body },
      {
        onRequestStart(given) {
          controller = given;
          if (isOver) given.abort(new Error('canceled before the connection was open'));
        },
        onResponseStart(_controller, statusCode, given) {
          // A 1xx status precedes the real response.
          if (statusCode >= 200) answered = { statusCode, headers: given };
        },
        onResponseData(given, chunk) {
          chunks.push(chunk);
          size += chunk.length;
          if (size < responseMax) return;
          // Closes the connection, so that a receiver cannot keep the server reading.
          finish();
          given.abort(new Error('the rest of the response is not read'));
        },
        onResponseEnd: () => finish(),
        onResponseError: (_controller, error) => finish(error),
      },
    );
  });
}

/**
 * Decodes a body as UTF-8. PostgreSQL accepts neither NUL nor half of a surrogate pair, which may
 * remain where the body was cut.
 */
const storableText = (body: Buffer): string =>
  body.toString('utf8').slice(0, responseMax).toWellFormed().replaceAll('\0', '\uFFFD');

function agentFor(
  policy: DestinationPolicy,
  { lookup = systemLookup, timeoutMs = answerTimeoutMs }: SenderOptions,
): Agent {
  const connect = buildConnector({
    lookup: guardedLookup(policy, lookup),
    timeout: Math.min(10_000, timeoutMs),
    autoSelectFamily: true,
  });
  return new Agent({
    // Each webhook has its own limit of connections, because webhooks to one host must not wait for
    // each other.
    connections: null,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect(target, callback) {
      // A host that is an address is never looked up, so its address is checked here.
      if (isIP(target.hostname) !== 0 && !mayConnect(target.hostname, policy))
        return callback(new ForbiddenAddress(target.hostname), null);
      connect(target, callback);
    },
  });
}

class ForbiddenAddress extends Error {
  constructor(host: string) {
    super(`${host} leads to an internal address`);
  }
}

/** Passes only allowed addresses to the connection, whatever the name currently resolves to. */
function guardedLookup(policy: DestinationPolicy, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname).then(
      (addresses) => {
        const allowed = addresses.filter(({ address }) => mayConnect(address, policy));
        const first = allowed[0];
        if (!first) callback(new ForbiddenAddress(hostname), '', 0);
        else if (options.all) callback(null, [...allowed]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

const systemLookup: Lookup = (hostname) =>
  new Promise((resolve, reject) =>
    dnsLookup(hostname, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    ),
  );

function headersOf(headers: Headers): Header[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => ({ name, value: each })),
  );
}

const firstOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? cause.message || (cause as NodeJS.ErrnoException).code || cause.name
    : String(cause);
}
