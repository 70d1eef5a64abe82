/*
 * How long records of a merchant are kept. Periods are whole days of 24 hours; events and the log
 * of deliveries are counted by the machine's clock, mails and orders by the merchant's.
 */
import type { RetentionSettings } from '@perennial/contract/privacy.ts';
import type { Temporal } from 'temporal-polyfill';
import { type Period, periods } from '../../kernel/retentionPeriods.ts';
import type { Merchant } from '../tenancy/merchant.ts';

/** Returns the days that a merchant keeps records; undefined: for ever. */
export function keptDays(
  { settings }: Pick<Merchant, 'settings'>,
  period: Period,
): number | undefined {
  const section = settings['retention'] as RetentionSettings | undefined;
  return section?.[period] ?? periods[period].usual;
}

/** Returns the moment before which records of a period are removed; undefined: none are. */
export function removedBefore(
  merchant: Pick<Merchant, 'settings'>,
  period: Period,
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  const days = keptDays(merchant, period);
  return days === undefined ? undefined : now.subtract({ hours: 24 * days });
}

/** Deletes batch after batch until one is not full. Returns how many rows were deleted. */
export async function inBatches(size: number, deleteBatch: () => Promise<number>): Promise<number> {
  for (let deleted = 0; ; ) {
    const count = await deleteBatch();
    deleted += count;
    if (count < size) return deleted;
  }
}

/** How many rows one statement of a retention deletes at most. */
export const removalBatch = 5000;
