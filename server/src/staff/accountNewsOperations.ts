import { type AccountNews, insertAccountMails } from '../notifications/accountMailOperations.ts';
import type { Context } from '../platform/context.ts';
import type { Database } from '../platform/storage/database.ts';
import { findMailbox } from './staffStore.ts';

/**
 * Stores a mail to a user about a change of the account, in the caller's transaction. A user
 * without an email address gets none. `earlierEmail`, the address before a change, gets one too.
 */
export async function mailUser(
  tx: Database,
  merchantId: string,
  userId: number,
  news: AccountNews,
  earlierEmail?: string,
): Promise<void> {
  const user = await findMailbox(tx, merchantId, userId);
  if (!user) return;
  const emails = [user.email, earlierEmail].flatMap((email) => email?.trim() || []);
  await insertAccountMails(tx, merchantId, user.login, [...new Set(emails)], news);
}

/** Describes the change that the caller of an operation has just made. */
export const newsOf = (
  { actor, now }: Context,
  change: AccountNews['change'],
  detail?: string,
): AccountNews => ({ change, detail, by: actor.name, address: actor.address, at: now });

/**
 * Stores mails about a key to the user it acts for, and to the user who changed it: a stolen
 * session must not create keys without its user being notified.
 */
export async function mailAboutKey(
  context: Context,
  change: 'key' | 'key_secret',
  { name, keyId, userId }: { name: string; keyId: number; userId?: number | undefined },
): Promise<void> {
  const { db, merchant, actor } = context;
  const users = new Set([userId, actor.userId].flatMap((each) => each ?? []));
  const news = newsOf(context, change, `Key ${keyId}, "${name}"`);
  for (const each of users) await mailUser(db, merchant.merchantId, each, news);
}
