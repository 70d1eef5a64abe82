import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Temporal } from 'temporal-polyfill';
import type { SystemClock } from './clock/systemClock.ts';
import type { Worker } from './jobs/loop.ts';
import type { PoolUsage } from './storage/database.ts';

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

/** The functions that gauges call at each collection. */
export interface Gauged {
  poolUsage(): PoolUsage;
  /** Returns the reason why nothing is charged; undefined when charges are made. */
  stops(): readonly { readonly name: string }[];
  /** Returns the difference between this machine's clock and PostgreSQL's. */
  clockDifferenceSeconds(): number;
  /** Returns the number of live sockets of this process. */
  liveSockets(): number;
  /** Counts the waiting, failed and doubtful work of the whole installation. */
  figures(): Promise<Figures>;
}

/** The name of a figure, without `perennial_`. */
export type FigureName = string;

/** The figures of the installation, each with its description. */
export type FigureHelp = Readonly<Record<FigureName, readonly [fold: string, help: string]>>;

/** The figures of all merchants together, and those of single merchants that are not 0. */
export interface Figures {
  readonly totals: ReadonlyMap<FigureName, number>;
  readonly merchants: readonly {
    readonly merchantId: string;
    readonly name: FigureName;
    readonly value: number;
  }[];
  /** The age of the figures: they are read from the database every few seconds at most. */
  readonly ageSeconds: number;
}

type Registers = [Registry];

/** Creates the metrics of this process, and the figures of the installation that `help` names. */
export function openMetrics(clock: SystemClock, gauged: Gauged, help: FigureHelp = {}): Metrics {
  const registers: Registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0] });
  addGauges(gauged, registers);
  const refresh = figureGauges(gauged, help, registers);
  const requests = requestSeconds(registers);
  const gateways = gatewaySeconds(registers);
  return {
    observeGateway: (kind, call, answer, seconds) =>
      gateways.observe({ kind, call, answer }, seconds),
    observeRequest: (operation, status, seconds) =>
      requests.observe({ operation, status: String(status) }, seconds),
    ...workMeter(clock, registers),
    contentType: registers[0].contentType,
    async text() {
      await refresh();
      return registers[0].metrics();
    },
  };
}

const requestSeconds = (registers: Registers) =>
  new Histogram({
    name: 'perennial_http_request_seconds',
    help: 'Requests and their duration, by operation and status.',
    labelNames: ['operation', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });

const gatewaySeconds = (registers: Registers) =>
  new Histogram({
    name: 'perennial_gateway_seconds',
    help: 'Calls to gateways and their duration, by kind of gateway, call and answer.',
    labelNames: ['kind', 'call', 'answer'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });

/** Registers the figures of the installation, and returns the function that updates them. */
function figureGauges(gauged: Gauged, help: FigureHelp, registers: Registers): () => Promise<void> {
  const gauges = Object.entries(help).map(
    ([figure, [, meaning]]) =>
      [figure, new Gauge({ name: `perennial_${figure}`, help: meaning, registers })] as const,
  );
  const ofMerchants = new Gauge({
    name: 'perennial_merchant_figure',
    help: 'The same figures of single merchants, where they are not 0.',
    labelNames: ['merchant', 'figure'],
    registers,
  });
  const age = new Gauge({
    name: 'perennial_figures_age_seconds',
    help: 'How old the figures are that are read from the database.',
    registers,
  });
  return async () => {
    const { totals, merchants, ageSeconds } = await gauged.figures();
    for (const [figure, gauge] of gauges) gauge.set(totals.get(figure) ?? 0);
    ofMerchants.reset();
    for (const { merchantId, name, value } of merchants)
      ofMerchants.set({ merchant: merchantId, figure: name }, value);
    age.set(ageSeconds);
  };
}

/**
 * Creates the figures of background work, and returns the function that counts and times a worker.
 */
function workMeter(
  clock: SystemClock,
  registers: Registers,
): Pick<Metrics, 'measured' | 'workFailures'> {
  const failed = new Map<string, WorkFailure>();
  const work = new Counter({
    name: 'perennial_work_done_total',
    help: 'Pieces of background work done, by worker.',
    labelNames: ['worker'],
    registers,
  });
  const failures = new Counter({
    name: 'perennial_work_failures_total',
    help: 'Batches of background work that failed.',
    labelNames: ['worker'],
    registers,
  });
  const batches = new Histogram({
    name: 'perennial_work_batch_seconds',
    help: 'The duration of batches that found work, by worker.',
    labelNames: ['worker'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  });
  const measured: Metrics['measured'] = (worker) => ({
    name: worker.name,
    onLoop: (wake) => worker.onLoop?.(wake),
    async runOnce() {
      const startedMs = clock.monotonicMs();
      try {
        const done = await worker.runOnce();
        work.inc({ worker: worker.name }, done);
        if (done > 0)
          batches.observe({ worker: worker.name }, (clock.monotonicMs() - startedMs) / 1000);
        return done;
      } catch (error) {
        failures.inc({ worker: worker.name });
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

/** Registers the gauges, which are read at each collection. */
function addGauges(gauged: Gauged, registers: Registers): void {
  new Gauge({
    name: 'perennial_database_connections',
    help: 'Connections of this process to PostgreSQL; waiting: requests for one.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(gauged.poolUsage())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'perennial_charging_stopped',
    help: 'Reasons for which this process charges nothing now, 1 each; 0 for none while charges continue.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      const stops = gauged.stops();
      if (stops.length === 0) this.set({ reason: 'none' }, 0);
      for (const { name } of stops) this.set({ reason: name }, 1);
    },
  });
  new Gauge({
    name: 'perennial_live_sockets',
    help: 'Live sockets that this process has open.',
    registers,
    collect() {
      this.set(gauged.liveSockets());
    },
  });
  new Gauge({
    name: 'perennial_clock_difference_seconds',
    help: "Seconds by which this machine's clock is surely ahead of PostgreSQL's, or behind it.",
    registers,
    collect() {
      this.set(gauged.clockDifferenceSeconds());
    },
  });
}
