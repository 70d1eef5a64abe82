import { Temporal } from 'temporal-polyfill';

/**
 * The machine's time and timers: the only place in the server that reads them. Everything that
 * happens to a merchant's records uses the merchant's clock instead (`merchantClock.ts`).
 */
export interface SystemClock {
  now(): Temporal.Instant;
  /** Milliseconds that only increase: for durations, never for dates. */
  monotonicMs(): number;
  /** Resolves after `ms`, or earlier once `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after `ms`, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Waits for work, at most `ms`. Returns whether it ended in time. The timer is then cleared,
 * because it would delay the end of the process.
 */
export async function endsWithin(
  clock: Pick<SystemClock, 'sleep'>,
  ms: number,
  work: Promise<unknown>,
): Promise<boolean> {
  const waiting = new AbortController();
  try {
    return await Promise.race([
      work.then(() => true),
      clock.sleep(ms, waiting.signal).then(() => false),
    ]);
  } finally {
    waiting.abort();
  }
}

/**
 * Runs work with a time limit: after `ms`, aborts its signal and throws `late`. A limit on silence
 * is not enough, because a peer that sends a byte a second is never silent.
 */
export async function withTimeLimit<Value>(
  clock: Pick<SystemClock, 'after'>,
  ms: number,
  late: Error,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const ending = new AbortController();
  const expired = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    ending.abort(late);
    expired.reject(late);
  });
  try {
    return await Promise.race([work(ending.signal), expired.promise]);
  } finally {
    cancel();
  }
}

/** The machine's own clock. */
export const systemClock: SystemClock = {
  now: () => Temporal.Instant.fromEpochMilliseconds(Date.now()),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
