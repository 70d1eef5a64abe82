import type { StatisticDay } from '@perennial/contract/statistics.ts';
import { formatCount, formatMoney } from '../kit/money.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import { paths } from '../paths.ts';

/** The number of days in the lines of the page. */
export const trendDays = 30;

/** A line of the page: a value for each day, and the list behind it. */
export interface Trend {
  readonly label: string;
  /** The number next to the line: the sum of the days, or the last value. */
  readonly shown: string;
  /** A description of the line in words, for people who do not see it. */
  readonly words: string;
  /** One value for each counted day, oldest first. */
  readonly values: readonly number[];
  readonly to: string;
  readonly search: UrlState;
}

/**
 * The lines of the last days: paid revenue in the merchant's currency, auto orders that have not
 * ended (including paused and retried ones), declines and cancelations.
 */
export function trendsOf(days: readonly StatisticDay[], currency: string): Trend[] {
  const money = (amount: number): string => formatMoney(amount, currency);
  const range = `${days[0]?.day ?? ''}..${days.at(-1)?.day ?? ''}`;
  const of = (key: 'paid_total' | 'declined' | 'canceled'): number[] =>
    days.map((day) => day[key] ?? 0);
  const active = days.flatMap((day) => day.active ?? []);
  return [
    {
      ...summed('Paid revenue', of('paid_total'), money),
      to: paths.orders,
      search: { kind: 'rebill', created: range },
    },
    {
      label: 'Running',
      shown: active.length > 0 ? formatCount(active.at(-1) ?? 0) : 'not counted yet',
      words: wordsOf(active, formatCount),
      values: active,
      to: paths.autoOrders,
      search: { state: ['active', 'retrying', 'paused', 'parked', 'in_doubt'] },
    },
    {
      ...summed('Declines', of('declined'), formatCount),
      to: paths.autoOrders,
      search: { declined: '720' },
    },
    {
      ...summed('Cancelations', of('canceled'), formatCount),
      to: paths.autoOrders,
      search: { state: 'canceled', changed: range },
    },
  ];
}

type Format = (value: number) => string;

function summed(label: string, values: readonly number[], format: Format) {
  const sum = values.reduce((total, value) => total + value, 0);
  return { label, shown: format(rounded(sum)), words: wordsOf(values, format), values };
}

/** Rounded to four places, to remove errors of binary fractions. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

function wordsOf(values: readonly number[], format: Format): string {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return 'No day was counted yet';
  const most = Math.max(...values);
  return `${values.length} days: first ${format(first)}, last ${format(last)}, most ${format(most)}`;
}

/** Returns whether all days are empty, as on a server that has just started to count. */
export const isQuiet = (days: readonly StatisticDay[]): boolean =>
  days.every(({ paid = 0, declined = 0, canceled = 0 }) => paid + declined + canceled === 0);

/**
 * Returns the `points` of an SVG polyline through the values, in a box of this width and height
 * with 0 at its bottom. A single value becomes a horizontal line.
 */
export function linePoints(values: readonly number[], width: number, height: number): string {
  if (values.length === 1) return linePoints([...values, ...values], width, height);
  const most = Math.max(0, ...values) || 1;
  const step = width / (values.length - 1);
  return values
    .map((value, i) => `${place(i * step)},${place(height - (height * value) / most)}`)
    .join(' ');
}

const place = (value: number): number => Math.round(value * 10) / 10;
