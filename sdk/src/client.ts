import {
  type BodyOf,
  errorHeader,
  type OperationId,
  operation,
  operationIds,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
  simpleKeyHeader,
  versionHeader,
} from '@perennial/contract/operations.ts';

/** The address of the server and the credentials of the caller. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** A simple key, or an OAuth access token. */
  readonly apiKey?: string;
  readonly accessToken?: string;
  /** The time limit for a response, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
  /** The most retries after a 429, each after the requested wait. Default: 3. */
  readonly retriesMax?: number;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** The input of an operation; omit parts that the operation does not have. */
export interface CallInput<Id extends OperationId> {
  readonly params?: ParamsOf<Id>;
  readonly query?: QueryOf<Id>;
  readonly body?: BodyOf<Id>;
  /** Makes a write safe to repeat: after the first success, the same key gets the same response. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** All operations of the contract as functions. */
export type Client = {
  readonly [Id in OperationId]: (input?: CallInput<Id>) => Promise<ResponseOf<Id>>;
};

/** An error: the server refused the request. `message` says what was wrong and how to fix it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  /** The body of the response, if it had one. */
  readonly body: unknown;

  constructor(status: number, message: string, body: unknown) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Creates a client with one typed function for each operation of the contract. */
export function createClient(options: ClientOptions): Client {
  const calls = operationIds.map((id) => [
    id,
    (input: CallInput<OperationId> = {}) => call(options, id, input),
  ]);
  return Object.fromEntries(calls) as Client;
}

async function call(
  options: ClientOptions,
  id: OperationId,
  input: CallInput<OperationId>,
): Promise<unknown> {
  const request = requestOf(options, id, input);
  for (let retriesLeft = options.retriesMax ?? 3; ; retriesLeft--) {
    const response = await (options.fetch ?? fetch)(request.url, {
      ...request.init,
      signal: signalOf(options, input),
    });
    const body = parse(await response.text());
    if (response.ok) return body;
    const waitSeconds = Number(response.headers.get('Retry-After') ?? NaN);
    if (response.status !== 429 || retriesLeft <= 0 || Number.isNaN(waitSeconds)) {
      throw new RefusedError(
        response.status,
        response.headers.get(errorHeader) ?? `status ${response.status}`,
        body,
      );
    }
    await pause(waitSeconds, input.signal);
  }
}

function requestOf(options: ClientOptions, id: OperationId, input: CallInput<OperationId>) {
  const { base, path, method } = operation(id);
  const url = new URL(options.baseUrl.replace(/\/$/, '') + base + fill(path, input.params));
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const headers: Record<string, string> = {
    [versionHeader.name]: versionHeader.value,
    Accept: 'application/json',
  };
  if (options.apiKey) headers[simpleKeyHeader] = options.apiKey;
  if (options.accessToken) headers['Authorization'] = `Bearer ${options.accessToken}`;
  if (input.idempotencyKey) headers['Idempotency-Key'] = input.idempotencyKey;
  if (input.body === undefined) return { url, init: { method, headers } };
  const form = operation(id).form === true;
  headers['Content-Type'] = form
    ? 'application/x-www-form-urlencoded'
    : 'application/json; charset=UTF-8';
  const body = form
    ? new URLSearchParams(input.body as Record<string, string>).toString()
    : JSON.stringify(input.body);
  return { url, init: { method, headers, body } };
}

function fill(path: string, params: Record<string, unknown> | undefined): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new TypeError(`the path ${path} needs params.${name}`);
    return encodeURIComponent(String(value));
  });
}

function signalOf(options: ClientOptions, input: CallInput<OperationId>): AbortSignal {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 60_000);
  return input.signal ? AbortSignal.any([timeout, input.signal]) : timeout;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
