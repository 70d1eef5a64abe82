import { refuse } from '../http/refusal.ts';

/** How much of what costs every request or the disk a merchant may have (setting QUOTA_…). */
export interface Quotas {
  readonly webhooks: number;
  /** Valid simple keys. */
  readonly keys: number;
  readonly savedSearches: number;
  /** Attachments, and uploads that were requested within a day. */
  readonly files: number;
  /** All attachments together, in millions of bytes. */
  readonly fileMegabytes: number;
  /** Devices of one OAuth application that wait for their users. */
  readonly devices: number;
}

/** The quotas of an installation that sets none. */
export const defaultQuotas: Quotas = {
  webhooks: 200,
  keys: 200,
  savedSearches: 2000,
  files: 20_000,
  fileMegabytes: 20_000,
  devices: 1000,
};

/** What counts against each quota, in words, and the setting that raises it. */
export const quotaWords: Readonly<Record<keyof Quotas, { what: string; setting: string }>> = {
  webhooks: { what: 'webhooks', setting: 'QUOTA_WEBHOOKS' },
  keys: { what: 'valid keys', setting: 'QUOTA_KEYS' },
  savedSearches: { what: 'saved searches', setting: 'QUOTA_SAVED_SEARCHES' },
  files: { what: 'attachments', setting: 'QUOTA_FILES' },
  fileMegabytes: { what: 'million bytes of attachments', setting: 'QUOTA_FILE_MEGABYTES' },
  devices: { what: 'devices that wait for their users', setting: 'QUOTA_DEVICES' },
};

/**
 * Refuses one more when there are `count` already. Requests at the same moment may pass together and
 * exceed a quota by a few; a quota keeps a merchant from using up the machine and is not exact.
 */
export function refuseOverQuota(quotas: Quotas, kind: keyof Quotas, count: number): void {
  if (count >= quotas[kind]) refuse('quota_reached', { max: quotas[kind], ...quotaWords[kind] });
}
