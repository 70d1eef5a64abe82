import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** The preferences of a user in the console's own form. */
export type StoredPreferences = Readonly<Record<string, unknown>>;

/** Returns the user's preferences; undefined when none were stored. */
export async function findPreferences(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<StoredPreferences | undefined> {
  const row = await db.row<{ preferences: StoredPreferences }>(
    'select preferences from user_preferences where merchant_id = $1 and user_id = $2',
    [merchantId, userId],
  );
  return row?.preferences;
}

/** Replaces the user's preferences. */
export async function savePreferences(
  db: Database,
  merchantId: string,
  userId: number,
  preferences: StoredPreferences,
  at: Temporal.Instant,
): Promise<void> {
  await db.run(
    `insert into user_preferences (merchant_id, user_id, preferences, updated_at)
     values ($1, $2, $3::jsonb, $4)
     on conflict (merchant_id, user_id) do update
       set preferences = excluded.preferences, updated_at = excluded.updated_at`,
    [merchantId, userId, JSON.stringify(preferences), at],
  );
}
