/** Collects elements that arrive one by one and processes them in batches. */
export interface Batches<Element> {
  add(element: Element): void;
}

/**
 * Processes the elements that were added while earlier batches ran: at most `sizeMax` in a batch
 * and `parallel` batches at once. So batches grow with the load, and a single element never waits.
 * `work` handles its own failures.
 */
export function batches<Element>(
  work: (batch: readonly Element[]) => Promise<void>,
  { sizeMax, parallel }: { sizeMax: number; parallel: number },
): Batches<Element> {
  const queue: Element[] = [];
  let running = 0;
  const start = () => {
    while (running < parallel && queue.length > 0) {
      running++;
      void work(queue.splice(0, sizeMax)).finally(() => {
        running--;
        start();
      });
    }
  };
  return {
    add(element) {
      queue.push(element);
      // Elements that arrive in the same turn of the event loop share a batch.
      if (queue.length === 1) void Promise.resolve().then(start);
    },
  };
}

/** Counts running work, and lets callers wait until less is running. */
export interface Gauge {
  readonly count: number;
  up(): void;
  down(by: number): void;
  /** Resolves once at most `most` are running. */
  until(most: number): Promise<void>;
}

/** Creates a counter that callers can wait on until it has fallen. */
export function gauge(): Gauge {
  const waiting = new Set<{ readonly most: number; readonly resolve: () => void }>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    up() {
      count++;
    },
    down(by) {
      count -= by;
      for (const each of waiting) {
        if (count > each.most) continue;
        waiting.delete(each);
        each.resolve();
      }
    },
    until: (most) =>
      count <= most ? Promise.resolve() : new Promise((resolve) => waiting.add({ most, resolve })),
  };
}

/** Runs at most `concurrency` functions at once; the others wait for their turn. */
export function concurrencyLimit(
  concurrency: number,
): <Value>(work: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The turn is passed on directly, so that no other function takes it.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
