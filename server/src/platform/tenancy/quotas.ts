import type { Context } from '../context.ts';
import { refuse } from '../http/refusal.ts';
import { lockCounter } from '../storage/counters.ts';

/** Limits on records of a merchant that slow every request or fill the disk (QUOTA_…). */
export interface Quotas {
  readonly webhooks: number;
  /** Valid simple keys. */
  readonly keys: number;
  readonly savedSearches: number;
  /** Attachments, and uploads that were requested within a day. */
  readonly files: number;
  /**
   * All attachments together, in millions of bytes. An upload that has not arrived yet counts with
   * its largest possible size.
   */
  readonly fileMegabytes: number;
  /** Devices of one OAuth application that wait for their users. */
  readonly devices: number;
}

/** The quotas of an installation without settings for them. */
export const defaultQuotas: Quotas = {
  webhooks: 200,
  keys: 200,
  savedSearches: 2000,
  files: 20_000,
  fileMegabytes: 20_000,
  devices: 1000,
};

/** The units of each quota, in words, and the setting that raises it. */
export const quotaWords: Readonly<Record<keyof Quotas, { what: string; setting: string }>> = {
  webhooks: { what: 'webhooks', setting: 'QUOTA_WEBHOOKS' },
  keys: { what: 'valid keys', setting: 'QUOTA_KEYS' },
  savedSearches: { what: 'saved searches', setting: 'QUOTA_SAVED_SEARCHES' },
  files: { what: 'attachments', setting: 'QUOTA_FILES' },
  fileMegabytes: { what: 'million bytes of attachments', setting: 'QUOTA_FILE_MEGABYTES' },
  devices: { what: 'devices that wait for their users', setting: 'QUOTA_DEVICES' },
};

/**
 * Locks a quota of the merchant until the transaction ends. Simultaneous requests pass one by one,
 * so the following count is valid until the insert.
 */
export async function lockQuota(
  { db, merchant: { merchantId } }: Context,
  kind: keyof typeof lockedCounters,
): Promise<void> {
  await lockCounter(db, merchantId, lockedCounters[kind]);
}

const lockedCounters = {
  webhooks: 'webhook',
  keys: 'api_key',
  savedSearches: 'saved_search',
  files: 'file',
} as const;

/** Refuses another record when there are already `count`. Count after {@link lockQuota}. */
export function refuseOverQuota(quotas: Quotas, kind: keyof Quotas, count: number): void {
  if (count >= quotas[kind]) refuse('quota_reached', { max: quotas[kind], ...quotaWords[kind] });
}
