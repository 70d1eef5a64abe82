import type { StatisticDay } from '@perennial/contract/statistics.ts';
import { localDate } from '../kernel/calendar.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { countFeed, feedStretch } from '../platform/events/feedCounts.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  addStatistics,
  countActive,
  moveStatisticPlace,
  readStatisticPlace,
  readStatistics,
} from './statisticStore.ts';
import { countedEvents, dayCounts, noCounts, statisticDays } from './statistics.ts';

/** The most events that one transaction counts. */
const stretchMax = 10_000;
const usualDays = 30;
const daysMax = 400;

/**
 * Adds the next events of a merchant to the counts of their days. Returns whether there were any;
 * one call counts at most 10,000. Two processes that call it at once count each event once.
 */
export async function countStatistics(context: Context): Promise<boolean> {
  const { merchantId, timeZone: zone, currency } = context.merchant;
  const after = await readStatisticPlace(context.db, merchantId);
  const until = await feedStretch(context.db, merchantId, after, stretchMax);
  if (until === undefined) return false;
  return inTransaction(context, async ({ db, now }) => {
    if (!(await moveStatisticPlace(db, merchantId, after, until))) return true;
    const events = await countFeed(
      db,
      merchantId,
      { after, until },
      { names: countedEvents, zone },
    );
    const today = localDate(now, zone).toString();
    const active = await countActive(db, merchantId);
    await addStatistics(db, merchantId, dayCounts(events, currency));
    await addStatistics(db, merchantId, [{ ...noCounts(today, currency), active }]);
    return true;
  });
}

/** Returns the figures of the last days in the merchant's calendar, including today. */
export async function readDailyStatistics(
  context: Context,
  days: number = usualDays,
): Promise<StatisticDay[]> {
  if (days < 1 || days > daysMax) refuse('out_of_range', { field: 'days', min: 1, max: daysMax });
  // Counts the newest events now instead of at the worker's next round.
  await countStatistics(context);
  const { merchantId, timeZone: zone, currency } = context.merchant;
  const today = localDate(context.now, zone);
  const first = today.subtract({ days: days - 1 }).toString();
  const last = today.toString();
  return statisticDays(await readStatistics(context.db, merchantId, first, last), {
    last,
    days,
    currency,
  });
}
