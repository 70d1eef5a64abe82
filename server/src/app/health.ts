import type { Logger } from 'pino';
import { readClock } from '../platform/clock/merchantClock.ts';
import { endsWithin, type SystemClock } from '../platform/clock/systemClock.ts';
import type { FigureName, Figures } from '../platform/metricsRegistry.ts';
import type { Database } from '../platform/storage/database.ts';
import { reachableMerchants } from '../platform/tenancy/merchantStore.ts';
import { type MerchantHealth, readHealth } from '../screens/healthReader.ts';

/** How the figures of all merchants are combined into one figure of the installation. */
type Fold = 'sum' | 'most';

/**
 * Each figure, how it is combined, and its meaning. `/metrics` shows them as `perennial_<name>`.
 */
export const healthFigures: Readonly<
  Record<keyof MerchantHealth, readonly [fold: Fold, help: string]>
> = {
  charges_stopped: ['sum', 'Merchants whose charges a person stopped; their due ones wait.'],
  overdue_auto_orders: ['sum', 'Auto orders that are due and not billed yet.'],
  overdue_seconds: ['most', 'Seconds since the oldest overdue auto order fell due.'],
  parked_auto_orders: ['sum', 'Auto orders that cannot be billed as they are.'],
  declined_rebills: ['sum', 'Rebills whose charge was declined in the last 24 hours.'],
  unknown_charges: ['sum', 'Charges whose outcome is not known; gateways are asked about them.'],
  unknown_charge_seconds: ['most', 'Seconds since the oldest charge with an unknown outcome.'],
  open_charges: ['sum', 'Charges that have not ended, including those with an unknown outcome.'],
  open_refunds: ['sum', 'Refunds that have not ended.'],
  webhooks_disabled: ['sum', 'Webhooks that receive nothing.'],
  webhooks_failing: ['sum', 'Webhooks whose last delivery failed.'],
  webhook_events_waiting: ['sum', 'Events that wait for their delivery.'],
  webhook_waiting_seconds: ['most', 'Seconds since the oldest waiting delivery was created.'],
  mails_waiting: ['sum', 'Mails that wait to be sent.'],
  mails_failing: ['sum', 'Mails that wait because an attempt failed.'],
  mail_waiting_seconds: ['most', 'Seconds since the oldest mail should have been sent.'],
  jobs_waiting: ['sum', 'Updates of auto orders that wait in the background.'],
};

const names = Object.keys(healthFigures) as (keyof MerchantHealth)[];

/**
 * Figures that are also shown for each merchant where they are not 0, so that an alert names it.
 */
const ofMerchants: readonly (keyof MerchantHealth)[] = [
  'charges_stopped',
  'overdue_seconds',
  'parked_auto_orders',
  'unknown_charges',
  'webhooks_disabled',
  'webhook_waiting_seconds',
  'mails_failing',
];
const merchantSeriesMax = 500;

const freshMs = 15_000;
/**
 * The longest wait for the first measurement. A scrape waits longer than this (10 s by default).
 */
const firstMsMax = 5000;
/** The largest share of a connection's time that measuring may take. */
const shareMax = 1 / 20;

/**
 * Measures the work that waits, failed or is in doubt at all merchants when the metrics are read.
 * It measures at most every 15 seconds; with many merchants more rarely, so that it uses one
 * connection for at most a twentieth of the time. Readers get the figures of the last measurement
 * at once. Until there is one, the age of the figures is the age of the process. There are no
 * figures while PostgreSQL does not respond.
 */
export function healthOf(db: Database, clock: SystemClock, log: Logger): () => Promise<Figures> {
  let last:
    | { readonly figures: Figures; readonly endedMs: number; readonly tookMs: number }
    | undefined;
  let measuring: Promise<void> | undefined;
  const openedMs = clock.monotonicMs();

  async function measure(): Promise<void> {
    const startedMs = clock.monotonicMs();
    const figures = await readFigures(db, clock);
    const endedMs = clock.monotonicMs();
    last = { figures, endedMs, tookMs: endedMs - startedMs };
  }

  return async () => {
    const ageMs = () => clock.monotonicMs() - (last?.endedMs ?? openedMs);
    if (last === undefined || ageMs() > Math.max(freshMs, last.tookMs / shareMax))
      measuring ??= measure()
        .catch((error: unknown) => log.error({ err: error }, 'the figures could not be measured'))
        .finally(() => (measuring = undefined));
    if (last === undefined && measuring) await endsWithin(clock, firstMsMax, measuring);
    const figures = last?.figures ?? { totals: new Map(), merchants: [] };
    return { ...figures, ageSeconds: ageMs() / 1000 };
  };
}

async function readFigures(db: Database, clock: SystemClock): Promise<Figures> {
  const totals = new Map<FigureName, number>(names.map((name) => [name, 0]));
  const merchants: Figures['merchants'][number][] = [];
  for (const merchant of await reachableMerchants(db)) {
    const { merchantId } = merchant;
    const health = await readHealth(db, merchantId, readClock(merchant.clock, clock.now()));
    for (const name of names) {
      const known = totals.get(name)!;
      const [fold] = healthFigures[name];
      totals.set(name, fold === 'sum' ? known + health[name] : Math.max(known, health[name]));
    }
    for (const name of ofMerchants)
      if (health[name] > 0 && merchants.length < merchantSeriesMax)
        merchants.push({ merchantId, name, value: health[name] });
  }
  return { totals, merchants, ageSeconds: 0 };
}
