import { formatMoment, type MomentStyle } from '../kit/moment.ts';
import { formatMoney } from '../kit/money.ts';

/** Formats values inside sentences. A missing value is a dash. */
export interface Shown {
  day(iso: string | undefined): string;
  minute(iso: string | undefined): string;
  money(amount: number | undefined, currency?: string): string;
}

/** Formats values in a merchant's zone and currency; leaves out the year of `now`. */
export function shownIn(zone: string, merchantCurrency: string, now: string): Shown {
  const moment = (style: MomentStyle) => (iso: string | undefined) =>
    iso === undefined ? '–' : formatMoment(iso, zone, style, now);
  return {
    day: moment('day'),
    minute: moment('minute'),
    money: (amount, currency = merchantCurrency) =>
      amount === undefined ? '–' : formatMoney(amount, currency, merchantCurrency),
  };
}
