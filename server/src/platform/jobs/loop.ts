import type { SystemClock } from '../clock/systemClock.ts';

/**
 * A kind of background work that claims, does and settles one batch at a time. Safe to run in any
 * number of processes.
 */
export interface Worker {
  readonly name: string;
  /**
   * Processes one batch and returns its size; 0 when there was no work. Tests call it instead of
   * waiting.
   */
  runOnce(): Promise<number>;
  /** Receives a callback that ends the loop's pause early, for work that arises in this process. */
  onLoop?(wake: () => void): void;
}

/** A worker that is kept running. */
export interface Loop {
  /** Looks for work now instead of after the pause. */
  wake(): void;
  /** Waits for the current batch, then stops. */
  stop(): Promise<void>;
}

/** How a loop of background work pauses and reports. */
export interface LoopOptions {
  readonly clock: SystemClock;
  /** The pause after a batch without work; between batches with work there is no pause. */
  readonly idleMs: number;
  /** The pause before the first batch. Default: none. */
  readonly firstPauseMs?: number;
  readonly onError: (worker: string, error: unknown) => void;
}

/**
 * Runs `worker` until stopped: batch after batch while there is work, else a pause that {@link
 * Loop.wake} ends early.
 */
export function runLoop(worker: Worker, options: LoopOptions): Loop {
  const stopping = new AbortController();
  let pause = new AbortController();
  let woken = false;

  const rest = (ms: number) => {
    pause = new AbortController();
    return options.clock.sleep(ms, AbortSignal.any([pause.signal, stopping.signal]));
  };
  const finished = (async () => {
    if (options.firstPauseMs !== undefined) await rest(options.firstPauseMs);
    while (!stopping.signal.aborted) {
      woken = false;
      const done = await runSafely(worker, options);
      if (done > 0 || woken || stopping.signal.aborted) continue;
      await rest(options.idleMs);
    }
  })();

  function wake(): void {
    woken = true;
    pause.abort();
  }
  worker.onLoop?.(wake);
  return {
    wake,
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function runSafely(worker: Worker, options: LoopOptions): Promise<number> {
  try {
    return await worker.runOnce();
  } catch (error) {
    options.onError(worker.name, error);
    return 0;
  }
}
