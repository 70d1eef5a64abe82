/** Gathers what arrives one by one and works on it in batches. */
export interface Batches<Element> {
  add(element: Element): void;
}

/**
 * Works on what was added while earlier batches were under way, at most `sizeMax` together and
 * `parallel` batches at once, so batches grow with the load and a single element never waits.
 * `work` deals with its own failures.
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
      // Elements that arrive in the same turn go together.
      if (queue.length === 1) void Promise.resolve().then(start);
    },
  };
}

/** Counts what is under way, and lets others wait until it is less. */
export interface Gauge {
  readonly count: number;
  up(): void;
  down(by: number): void;
  /** Resolves once at most `most` are under way. */
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

/** Runs at most `concurrency` of the works it is given at once; the others wait for their turn. */
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
      // The turn is passed on directly, so that no other work gets in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
