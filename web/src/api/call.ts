import type {
  BodyOf,
  OperationId,
  ParamsOf,
  QueryOf,
  ResponseOf,
  VersionedId,
} from '@perennial/contract/operations.ts';
import { createStore } from '../kit/store.ts';
import { calls } from './calls.ts';
import { logInReason, Refused, refusalOf, retryDelayMs } from './refused.ts';

/** The input of an operation. */
export interface CallInput<Id extends OperationId> {
  readonly params?: ParamsOf<Id>;
  readonly query?: QueryOf<Id>;
  readonly body?: BodyOf<Id>;
  /**
   * The version on which the change is based; the server refuses the write (412) if it is outdated.
   */
  readonly ifMatch?: Id extends VersionedId ? number : never;
  /**
   * The idempotency key of a write, so that a repetition has no second effect. Absent: each call
   * gets a new one. Pass the same one when a person repeats the write.
   */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** False: a missing session is returned as a refusal, and the log-in dialog stays closed. */
  readonly asksForLogIn?: boolean;
}

/** Whether the last call reached the server, and the time of the last one that did. */
export const reachable = createStore<{ readonly isReached: boolean }>({ isReached: true });

/** Asks the person to log in; resolves after the log-in. Set by the session's dialog. */
export const logInPrompt: { ask: (reason: 'ended' | 'recent') => Promise<void> } = {
  ask: () => Promise.reject(new Error('no log-in dialog is mounted')),
};

/**
 * Calls an operation with the session's cookie and returns its response, or throws `Refused`.
 * Retries temporary failures. When the session has ended, the call waits for the log-in and is then
 * repeated, so that no typed text is lost.
 */
export async function call<Id extends OperationId>(
  id: Id,
  input: CallInput<Id> = {},
): Promise<ResponseOf<Id>> {
  return (await callVersioned(id, input)).body;
}

/** A response with the version of its record, for `ifMatch`. Not every record has one. */
export interface Versioned<Body> {
  readonly body: Body;
  readonly version: number | undefined;
}

/** Like `call`, with the version from the header `ETag`. */
export async function callVersioned<Id extends OperationId>(
  id: Id,
  input: CallInput<Id> = {},
): Promise<Versioned<ResponseOf<Id>>> {
  const request = requestOf(id, input);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await send(request, input.signal)) as Versioned<ResponseOf<Id>>;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const reason = input.asksForLogIn === false ? undefined : logInReason(error);
      const delayMs = retryDelayMs(error, attempt);
      if (reason !== undefined) await logInPrompt.ask(reason);
      else if (delayMs === undefined || id === 'logIn') throw error;
      else await pause(delayMs, input.signal);
    }
  }
}

/** Returns a key for a write that a person may repeat, for example by pressing Save again. */
export const newIdempotencyKey = (): string => crypto.randomUUID();

function requestOf<Id extends OperationId>(id: Id, input: CallInput<Id>) {
  const [method, path] = calls[id];
  const url = fill(path, input.params ?? {});
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'X-UltraCart-Api-Version': '2017-03-01',
    // Every request has one, because some published operations write with GET (refund_block).
    'X-Perennial-Console': '1',
  };
  if (method !== 'GET') headers['Idempotency-Key'] = input.idempotencyKey ?? newIdempotencyKey();
  if (input.ifMatch !== undefined) headers['If-Match'] = `"${input.ifMatch}"`;
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (input.body !== undefined) {
    headers['Content-Type'] = 'application/json; charset=UTF-8';
    init.body = JSON.stringify(input.body);
  }
  return { url: query.size > 0 ? `${url}?${query}` : url, init };
}

const fill = (path: string, params: Record<string, unknown>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(paramText(params[name])));

/** An address with a word instead of the number of an object does not exist. */
function paramText(value: unknown): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new Refused('Nothing has this number. Check the address.', {
      code: 'not_found',
      status: 404,
    });
  return String(value);
}

async function send(
  { url, init }: { url: string; init: RequestInit },
  signal: AbortSignal | undefined,
): Promise<Versioned<unknown>> {
  const response = await fetch(url, { ...init, ...(signal && { signal }) }).catch((error) => {
    if (signal?.aborted) throw error;
    reachable.set({ isReached: false });
    const then = init.method === 'GET' ? 'this is tried again' : 'then try again';
    throw new Refused(`The server cannot be reached. Check the connection; ${then}.`, {
      code: 'offline',
      status: 0,
    });
  });
  if (!reachable.get().isReached) reachable.set({ isReached: true });
  const body = parse(await response.text());
  if (response.ok) return { body, version: versionOf(response.headers) };
  throw refusalOf(response.status, response.headers, body);
}

const versionOf = (headers: Headers): number | undefined => {
  const match = /^(?:W\/)?"(\d+)"$/.exec(headers.get('ETag') ?? '');
  return match ? Number(match[1]) : undefined;
};

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
