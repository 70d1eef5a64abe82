import type { Pool } from 'undici';
import { Lazy } from '../kernel/lazy.ts';
import type { Gateway } from './gateway.ts';
import { chargeAnswer, chargeOrder } from './simulator.ts';
import type { BookAnswer, BookedCharge, RefundBookAnswer } from './simulatorBooks.ts';

// As many requests at once as connections: none waits in a queue where its time-out runs.
const connectionsMax = 64;
const defaultTimeoutMs = 10_000;

/** The simulator in a process of its own (`npm run gateway`), asked over HTTP. Close it when done. */
export function remoteSimulatorGateways(
  url: string,
  timeoutMs = defaultTimeoutMs,
): RemoteSimulator {
  const pool = new Lazy(async () => {
    const { Pool } = await import('undici');
    return new Pool(url, {
      connections: connectionsMax,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
    });
  });
  return {
    gateway: (code) => remoteSimulatorGateway(code, pool, timeoutMs),
    async captures() {
      const answer = await ask<Captures>(pool, 'GET', '/captures');
      return 'captures' in answer ? answer.captures : undefined;
    },
    close: async () => (await pool.peek())?.close(),
  };
}

export interface RemoteSimulator {
  gateway(code: string): Gateway;
  /** Every capture in its books; undefined when it does not answer. */
  captures(): Promise<readonly BookedCharge[] | undefined>;
  close(): Promise<void>;
}

function remoteSimulatorGateway(code: string, pool: Lazy<Pool>, timeoutMs: number): Gateway {
  return {
    code,
    isReal: false,
    concurrency: connectionsMax,
    // The connection, the headers and the body have the time-out each.
    answerMsMax: 3 * timeoutMs,
    async charge(request) {
      const answer = await ask<BookAnswer>(pool, 'POST', '/charges', chargeOrder(code, request));
      return answer.kind === 'unknown' ? answer : chargeAnswer(answer);
    },
    async find(request) {
      const answer = await ask<BookAnswer>(
        pool,
        'GET',
        `/charges/${encodeURIComponent(code)}/${encodeURIComponent(request.key)}`,
      );
      return answer.kind === 'unknown' || answer.kind === 'absent' ? answer : chargeAnswer(answer);
    },
    async refund({ key, reference, amount }) {
      const answer = await ask<Exclude<RefundBookAnswer, { kind: 'lost' }>>(
        pool,
        'POST',
        '/refunds',
        { account: code, key, reference, amount },
      );
      return answer;
    },
  };
}

interface Captures {
  readonly kind: 'captures';
  readonly captures: readonly BookedCharge[];
}

type NoAnswer = { readonly kind: 'unknown'; readonly message: string };

/** An answer that is not whole, or none at all, is unknown; only the simulator's own words count. */
async function ask<Answer extends { kind: string }>(
  pool: Lazy<Pool>,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer | NoAnswer> {
  try {
    const json =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await (await pool.get()).request({ method, path, ...json });
    const text = await response.body.text();
    if (![200, 404, 409].includes(response.statusCode))
      return { kind: 'unknown', message: `the simulator answered ${response.statusCode}` };
    return JSON.parse(text) as Answer;
  } catch (error) {
    return {
      kind: 'unknown',
      message: `the simulator did not answer: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
