import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolUsage } from './storage/database.ts';

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

/** The metrics of a process in the library that counts and prints them. */
export interface MetricsRegistry {
  readonly requests: Histogram;
  readonly gateways: Histogram;
  /** Pieces of background work, by worker. */
  readonly work: Counter;
  readonly failures: Counter;
  readonly batches: Histogram;
  /** Returns all metrics in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Opens the metrics of this process, and the figures of the installation that `help` names. */
export function openRegistry(gauged: Gauged, help: FigureHelp): MetricsRegistry {
  const registers: Registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0] });
  addGauges(gauged, registers);
  const refresh = figureGauges(gauged, help, registers);
  return {
    requests: requestSeconds(registers),
    gateways: gatewaySeconds(registers),
    ...workMeters(registers),
    async text() {
      await refresh();
      return registers[0].metrics();
    },
  };
}

type Registers = [Registry];

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

const workMeters = (registers: Registers) => ({
  work: new Counter({
    name: 'perennial_work_done_total',
    help: 'Pieces of background work done, by worker.',
    labelNames: ['worker'],
    registers,
  }),
  failures: new Counter({
    name: 'perennial_work_failures_total',
    help: 'Batches of background work that failed.',
    labelNames: ['worker'],
    registers,
  }),
  batches: new Histogram({
    name: 'perennial_work_batch_seconds',
    help: 'How long batches that found work took, by worker.',
    labelNames: ['worker'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  }),
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
