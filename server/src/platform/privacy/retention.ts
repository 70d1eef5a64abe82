/*
 * How long records of a merchant are kept. Periods are whole days of 24 hours, measured by the
 * machine's clock for events and the delivery log, and by the merchant's for mails and orders.
 */
import type { RetentionSettings } from '@perennial/contract/privacy.ts';
import type { Temporal } from 'temporal-polyfill';
import { type Period, periods } from '../../kernel/retentionPeriods.ts';
import type { Merchant } from '../tenancy/merchant.ts';

/** Returns the number of days that a merchant keeps records; undefined: for ever. */
export function keptDays(
  { settings }: Pick<Merchant, 'settings'>,
  period: Period,
): number | undefined {
  const section = settings['retention'] as RetentionSettings | undefined;
  return section?.[period] ?? periods[period].usual;
}

/** Returns the moment before which records are deleted; undefined: no records are deleted. */
export function removedBefore(
  merchant: Pick<Merchant, 'settings'>,
  period: Period,
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  const days = keptDays(merchant, period);
  return days === undefined ? undefined : now.subtract({ hours: 24 * days });
}

/** Deletes batch after batch until one is not full. Returns the number of deleted rows. */
export async function inBatches(size: number, deleteBatch: () => Promise<number>): Promise<number> {
  for (let deleted = 0; ; ) {
    const count = await deleteBatch();
    deleted += count;
    if (count < size) return deleted;
  }
}

/** The most rows that one statement of a retention deletes. */
export const removalBatch = 5000;
