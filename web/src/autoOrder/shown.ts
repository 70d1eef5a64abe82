import { formatMoment, type MomentStyle } from '../kit/moment.ts';
import { formatMoney } from '../kit/money.ts';

/** How values are shown inside sentences. A missing value is a dash. */
export interface Shown {
  day(iso: string | undefined): string;
  minute(iso: string | undefined): string;
  money(amount: number | undefined, currency?: string): string;
}

/** Shows values in a merchant's zone and currency; the year of `now` is left out. */
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
