/* The possible retention periods, and the periods of a merchant that sets none. */
import type { FieldFault } from './fieldFault.ts';

/** A period of a merchant's settings. */
export type Period = 'event_days' | 'delivery_log_days' | 'mail_days' | 'order_days';

/** The bounds of each period in days, and its default. */
export const periods: Readonly<
  Record<Period, { readonly min: number; readonly max: number; readonly usual?: number }>
> = {
  // Deliveries are retried for three days, and readers of the feed may be away for some days.
  event_days: { min: 7, max: 365, usual: 30 },
  delivery_log_days: { min: 1, max: 365, usual: 30 },
  mail_days: { min: 30, max: 3650 },
  // Refunds and disputes occur up to four months after a charge.
  order_days: { min: 180, max: 3650 },
};

/** Returns the first period that is out of its bounds, or undefined. */
export function retentionFault(
  given: Readonly<Partial<Record<Period, number | null | undefined>>> | null | undefined,
): FieldFault | undefined {
  for (const [period, { min, max, usual }] of Object.entries(periods)) {
    const days = given?.[period as Period];
    if (days == null || (days >= min && days <= max)) continue;
    return {
      field: `retention.${period}`,
      reason: `is not a number of days from ${min} to ${max}`,
      fix: `Send such a number, or leave it out for ${usual === undefined ? 'no end' : `${usual} days`}`,
    };
  }
  return undefined;
}
