import type { StatisticDay } from '@perennial/contract/statistics.ts';
import { Temporal } from 'temporal-polyfill';
import { fromMinor, minor } from '../kernel/money.ts';
import type { EventCount } from '../platform/events/feedCounts.ts';

/** The figures of one day, in one currency. */
export interface DayCounts {
  /** YYYY-MM-DD in the merchant's calendar. */
  readonly day: string;
  readonly currency: string;
  readonly paid: number;
  /** The amount that was paid, in minor units. */
  readonly paidMinor: number;
  readonly declined: number;
  readonly canceled: number;
  readonly created: number;
  /** The number of active auto orders at the last count of the day; null: it was not counted. */
  readonly active: number | null;
}

/** The counted events, each with the figure that it adds to. */
const counters = {
  auto_order_rebill: 'paid',
  auto_order_decline: 'declined',
  auto_order_cancel: 'canceled',
  auto_order_create: 'created',
} as const satisfies Record<string, keyof DayCounts>;

/** The names of the events that are counted. */
export const countedEvents: readonly string[] = Object.keys(counters);

/** Adds up the counts of events by day and currency, in that order. */
export function dayCounts(events: readonly EventCount[], merchantCurrency: string): DayCounts[] {
  const days = new Map<string, DayCounts>();
  for (const { name, day, currency, count, totalMinor } of events) {
    const counter = counters[name as keyof typeof counters];
    const key = `${day} ${currency ?? merchantCurrency}`;
    const before = days.get(key) ?? noCounts(day, currency ?? merchantCurrency);
    days.set(key, {
      ...before,
      [counter]: before[counter] + count,
      paidMinor: before.paidMinor + Number(totalMinor),
    });
  }
  return [...days.keys()].sort().map((key) => days.get(key)!);
}

/** A day without events. */
export const noCounts = (day: string, currency: string): DayCounts => ({
  day,
  currency,
  paid: 0,
  paidMinor: 0,
  declined: 0,
  canceled: 0,
  created: 0,
  active: null,
});

/**
 * Returns every day up to `last`, oldest first, including days without events. A day without a
 * count of active auto orders gets the latest earlier count, which may be from before the first
 * returned day.
 */
export function statisticDays(
  counts: readonly DayCounts[],
  {
    last,
    days,
    currency,
  }: { readonly last: string; readonly days: number; readonly currency: string },
): StatisticDay[] {
  const first = Temporal.PlainDate.from(last).subtract({ days: days - 1 });
  const byDay = Map.groupBy(counts, ({ day }) => day);
  const isEarlier = ({ day }: DayCounts) => day < first.toString();
  let active = counts.findLast((row) => isEarlier(row) && row.active !== null)?.active ?? undefined;
  return Array.from({ length: days }, (_, index) => {
    const day = first.add({ days: index }).toString();
    const rows = byDay.get(day) ?? [];
    active = rows.find((row) => row.active !== null)?.active ?? active;
    return { ...wireDay(day, rows, currency), ...(active !== undefined && { active }) };
  });
}

function wireDay(day: string, rows: readonly DayCounts[], currency: string): StatisticDay {
  const sum = (part: 'paid' | 'declined' | 'canceled' | 'created') =>
    rows.reduce((all, row) => all + row[part], 0);
  const own = rows.find((row) => row.currency === currency);
  return {
    day,
    paid: sum('paid'),
    paid_total: fromMinor(minor(own?.paidMinor ?? 0), currency),
    paid_totals: rows
      .filter(({ paid }) => paid > 0)
      .map((row) => ({
        currency_code: row.currency,
        total: fromMinor(minor(row.paidMinor), row.currency),
      })),
    declined: sum('declined'),
    canceled: sum('canceled'),
    created: sum('created'),
  };
}
