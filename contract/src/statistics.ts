/**
 * Models of the figures of each day, for charts. No published client uses them, so they may grow.
 */
import type { Static } from 'typebox';
import { ClockAmount } from './clock.ts';
import { answer } from './common.ts';
import { decimal, int32, many, model, text } from './fields.ts';

export const StatisticDay = model('StatisticDay', 'The figures of one day.', {
  day: text('YYYY-MM-DD, in the time zone that the merchant had on that day.'),
  paid: int32('Rebills that made an order.'),
  paid_total: decimal('The amount that they charged in the merchant’s currency.'),
  paid_totals: many(ClockAmount, 'The amounts that they charged, by currency.'),
  declined: int32('Charges that were declined.'),
  canceled: int32('Auto orders that were canceled.'),
  created: int32('Auto orders that began.'),
  active: int32(
    'Active auto orders when the day was last counted, or a day before it. Absent before the first.',
  ),
});
export type StatisticDay = Static<typeof StatisticDay>;

export const StatisticDaysResponse = answer('StatisticDaysResponse', {
  days: many(StatisticDay, 'Every day, oldest first; the last one is today.'),
});
export type StatisticDaysResponse = Static<typeof StatisticDaysResponse>;
