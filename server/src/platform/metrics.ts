import type { Temporal } from 'temporal-polyfill';
import { Lazy } from '../kernel/lazy.ts';
import type { SystemClock } from './clock/systemClock.ts';
import type { Worker } from './jobs/loop.ts';
import type { FigureHelp, Gauged, MetricsRegistry } from './metricsRegistry.ts';

/** The metrics of one process, served at `/metrics`. */
export interface Metrics {
  observeRequest(operation: string, status: number, seconds: number): void;
  /** Records how a kind of gateway answered a call, and the duration. */
  observeGateway(kind: string, call: string, answer: string, seconds: number): void;
  /** Wraps a worker so that its batches are counted and timed. */
  measured(worker: Worker): Worker;
  /** The workers of this process with a failed batch, the latest failure first. */
  workFailures(): WorkFailure[];
  readonly contentType: string;
  text(): Promise<string>;
}

/** The failures of a worker since the process started. */
export interface WorkFailure {
  readonly worker: string;
  readonly count: number;
  /** The time on the machine's clock. */
  readonly lastAt: Temporal.Instant;
  /** The name of the error and its code. Its message may contain data of any merchant. */
  readonly lastError: string;
}

/** Creates the metrics of this process, and the figures of the installation that `help` names. */
export function openMetrics(clock: SystemClock, gauged: Gauged, help: FigureHelp = {}): Metrics {
  const observations = new Observations(async () => {
    const { openRegistry } = await import('./metricsRegistry.ts');
    return openRegistry(gauged, help);
  });
  return {
    observeGateway: (kind, call, answer, seconds) =>
      observations.add(({ gateways }) => gateways.observe({ kind, call, answer }, seconds)),
    observeRequest: (operation, status, seconds) =>
      observations.add(({ requests }) =>
        requests.observe({ operation, status: String(status) }, seconds),
      ),
    ...workMeter(clock, observations),
    // The format of prom-client's text.
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    text: async () => (await observations.registry()).text(),
  };
}

type Observe = (registry: MetricsRegistry) => void;

/**
 * Passes observations to the registry. Its library is large, and loading it takes a thirtieth of the
 * start. So it is loaded when the metrics are first read, or when many observations wait for it.
 */
class Observations {
  readonly #open: Lazy<MetricsRegistry>;
  #opened: MetricsRegistry | undefined;
  #waiting: Observe[] = [];

  constructor(open: () => Promise<MetricsRegistry>) {
    this.#open = new Lazy(open);
  }

  add(observe: Observe): void {
    if (this.#opened) return observe(this.#opened);
    this.#waiting.push(observe);
    // A failed attempt is repeated by the next reader.
    if (this.#waiting.length === waitingMax) this.registry().catch(() => {});
  }

  async registry(): Promise<MetricsRegistry> {
    this.#opened = await this.#open.get();
    for (const observe of this.#waiting.splice(0)) observe(this.#opened);
    return this.#opened;
  }
}

const waitingMax = 1_000;

/**
 * Creates the figures of background work, and returns the function that counts and times a worker.
 */
function workMeter(
  clock: SystemClock,
  observations: Observations,
): Pick<Metrics, 'measured' | 'workFailures'> {
  const failed = new Map<string, WorkFailure>();
  const measured: Metrics['measured'] = (worker) => ({
    name: worker.name,
    onLoop: (wake) => worker.onLoop?.(wake),
    async runOnce() {
      const startedMs = clock.monotonicMs();
      try {
        const done = await worker.runOnce();
        const seconds = (clock.monotonicMs() - startedMs) / 1000;
        observations.add(({ work, batches }) => {
          work.inc({ worker: worker.name }, done);
          if (done > 0) batches.observe({ worker: worker.name }, seconds);
        });
        return done;
      } catch (error) {
        observations.add(({ failures }) => failures.inc({ worker: worker.name }));
        const count = (failed.get(worker.name)?.count ?? 0) + 1;
        const failure = { count, lastAt: clock.now(), lastError: kindOf(error) };
        failed.set(worker.name, { worker: worker.name, ...failure });
        throw error;
      }
    },
  });
  const workFailures = () =>
    [...failed.values()].sort((a, b) => b.lastAt.epochMilliseconds - a.lastAt.epochMilliseconds);
  return { measured, workFailures };
}

/** Returns the name of an error and, if it has one, its code: `DatabaseError 57P01`. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  const words =
    typeof code === 'string' ? [error.constructor.name, code] : [error.constructor.name];
  return words.join(' ');
}
