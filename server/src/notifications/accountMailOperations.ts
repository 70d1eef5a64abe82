import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { type AccountChange, aboutNoAutoOrder } from './notice.ts';
import { insertNotices } from './store.ts';

/** A change of a user's account, as its mail reports it. */
export interface AccountNews {
  readonly change: AccountChange;
  /** The object of the change: the name of a key or of an application. Never a secret. */
  readonly detail?: string | undefined;
  /** The author of the change. */
  readonly by: string;
  /** The address from which the request came. */
  readonly address?: string | undefined;
  readonly at: Temporal.Instant;
}

/**
 * Stores mails about a change of an account, one for each address, in the caller's transaction. If
 * the change is rolled back, its mails are never sent.
 */
export async function insertAccountMails(
  tx: Database,
  merchantId: string,
  login: string,
  emails: readonly string[],
  { at, ...news }: AccountNews,
): Promise<void> {
  if (emails.length === 0) return;
  await insertNotices(
    tx,
    merchantId,
    emails.map((email) => ({
      kind: 'account_changed',
      autoOrderOid: aboutNoAutoOrder,
      madeAt: at,
      facts: { email, login, ...news },
    })),
  );
}
