import { Temporal } from 'temporal-polyfill';
import { fromMinor, type Minor } from '../kernel/money.ts';

/** Formats an amount for people: $5.00. */
export const moneyText = (amount: number, currency: string): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(
    fromMinor(amount as Minor, currency),
  );

/** Returns a text of an event or a setting; undefined if it is absent, empty or not a text. */
export const textOrNone = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Formats a day for people, in the merchant's zone. */
export function dayOf(moment: string, timeZone: string): string {
  return Temporal.Instant.from(moment)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toLocaleString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
}

/** Formats a month for people: May 2026. */
export const monthOf = (month = ''): string =>
  month === ''
    ? 'this month'
    : Temporal.PlainYearMonth.from(month)
        .toPlainDate({ day: 1 })
        .toLocaleString('en-US', { year: 'numeric', month: 'long' });

/** Formats a minute for people: Friday, January 16, 2026 at 12:00 EST. */
export const minuteOf = (at: Temporal.Instant, timeZone: string): string =>
  at.toZonedDateTimeISO(timeZone).toLocaleString('en-US', minute);

const minute = {
  weekday: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const;
