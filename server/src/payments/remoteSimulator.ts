import type { Pool } from 'undici';
import { Lazy } from '../kernel/lazy.ts';
import { systemClock, withTimeLimit } from '../platform/clock/systemClock.ts';
import type { ChargeRequest, Gateway } from './gateway.ts';
import { chargeAnswer, chargeOrder, heldAnswer, holdAnswer, releasedAnswer } from './simulator.ts';
import type {
  BookAnswer,
  BookedCharge,
  CustomerChoice,
  HoldBookAnswer,
  OutsideAction,
  OutsideAnswer,
  RefundBookAnswer,
} from './simulatorBooks.ts';
import { factsOfToken } from './simulatorCards.ts';

// As many requests as connections, so that no request waits in a queue while its time-out runs.
const connectionsMax = 64;
const defaultTimeoutMs = 10_000;

/** Connects to a simulator in another process (`npm run gateway`) over HTTP. Close it when done. */
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
  const way: Way = { pool, answerMsMax: 3 * timeoutMs };
  return {
    gateway: (code) => remoteSimulatorGateway(code, way),
    async captures() {
      const answer = await ask<Captures>(way, 'GET', '/captures');
      return 'captures' in answer ? answer.captures : undefined;
    },
    async confirm(choice) {
      await ask<BookAnswer>(way, 'POST', '/confirmations', choice);
    },
    async act(action) {
      const answer = await ask<OutsideAnswer>(way, 'POST', '/actions', action);
      return answer.kind === 'unknown' ? { kind: 'refused', message: answer.message } : answer;
    },
    close: async () => (await pool.peek())?.close(),
  };
}

/** A simulator in another process. */
export interface RemoteSimulator {
  gateway(code: string): Gateway;
  /** Returns every capture in its books, or undefined when it does not respond. */
  captures(): Promise<readonly BookedCharge[] | undefined>;
  /** A customer confirms a payment at the simulator's bank. */
  confirm(choice: CustomerChoice): Promise<void>;
  /** Refunds or disputes a charge at the simulator itself. */
  act(action: OutsideAction): Promise<OutsideAnswer>;
  close(): Promise<void>;
}

/** The connections to a simulator, and how long an answer may take. */
interface Way {
  readonly pool: Lazy<Pool>;
  readonly answerMsMax: number;
}

function remoteSimulatorGateway(code: string, way: Way): Gateway {
  return {
    code,
    isReal: false,
    concurrency: connectionsMax,
    answerMsMax: way.answerMsMax,
    async charge(request) {
      const answer = await ask<BookAnswer>(way, 'POST', '/charges', chargeOrder(code, request));
      return answer.kind === 'unknown' ? answer : chargeAnswer(answer);
    },
    async find(request) {
      const answer = await ask<BookAnswer>(
        way,
        'GET',
        `/charges/${encodeURIComponent(code)}/${encodeURIComponent(request.key)}`,
      );
      return answer.kind === 'unknown' || answer.kind === 'absent' ? answer : chargeAnswer(answer);
    },
    async cancel(_request, reference) {
      const answer = await ask<BookAnswer>(way, 'POST', '/cancellations', { reference });
      return answer.kind === 'unknown' ? answer : chargeAnswer(answer);
    },
    describe: async (cardToken) => factsOfToken(cardToken),
    async refund({ key, reference, amount }) {
      const answer = await ask<Exclude<RefundBookAnswer, { kind: 'lost' }>>(
        way,
        'POST',
        '/refunds',
        { account: code, key, reference, amount },
      );
      return answer;
    },
    holds: {
      async hold(request) {
        const answer = await ask<HoldBookAnswer>(way, 'POST', '/holds', chargeOrder(code, request));
        return answer.kind === 'unknown' ? answer : heldAnswer(answer);
      },
      async find(request) {
        const answer = await ask<HoldBookAnswer>(way, 'GET', holdPath(code, request));
        return answer.kind === 'unknown' || answer.kind === 'absent' ? answer : holdAnswer(answer);
      },
      async release(request) {
        const answer = await ask<HoldBookAnswer>(way, 'DELETE', holdPath(code, request));
        return answer.kind === 'unknown' ? answer : releasedAnswer(answer);
      },
    },
  };
}

const holdPath = (code: string, { key }: ChargeRequest): string =>
  `/holds/${encodeURIComponent(code)}/${encodeURIComponent(key)}`;

interface Captures {
  readonly kind: 'captures';
  readonly captures: readonly BookedCharge[];
}

type NoAnswer = { readonly kind: 'unknown'; readonly message: string };

/**
 * Sends a request. A missing or incomplete response is unknown; only a complete response of the
 * simulator counts.
 */
async function ask<Answer extends { kind: string }>(
  { pool, answerMsMax }: Way,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  sent?: unknown,
): Promise<Answer | NoAnswer> {
  try {
    const json =
      sent === undefined
        ? {}
        : { body: JSON.stringify(sent), headers: { 'content-type': 'application/json' } };
    const connections = await pool.get();
    const late = new Error(`nothing within ${answerMsMax / 1000} seconds`);
    const { status, text } = await withTimeLimit(systemClock, answerMsMax, late, async (signal) => {
      const { statusCode, body } = await connections.request({ method, path, ...json, signal });
      return { status: statusCode, text: await body.text() };
    });
    if (![200, 404, 409].includes(status))
      return { kind: 'unknown', message: `the simulator returned status ${status}` };
    return JSON.parse(text) as Answer;
  } catch (error) {
    return {
      kind: 'unknown',
      message: `the simulator did not respond: ${messageOf(error)}`,
    };
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
