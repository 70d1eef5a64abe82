import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { merged } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { findPreferences, type StoredPreferences, savePreferences } from './preferenceStore.ts';

const bytesMax = 16_384;

/** Returns the preferences of the calling user. */
export async function getPreferences(context: Context): Promise<StoredPreferences> {
  const { db, merchant } = context;
  return (await findPreferences(db, merchant.merchantId, userOf(context))) ?? {};
}

/** Replaces the preferences of the calling user. Leaves out null fields. */
export async function updatePreferences(
  context: Context,
  body: object,
  clock: SystemClock,
): Promise<StoredPreferences> {
  const userId = userOf(context);
  const preferences: StoredPreferences = merged({}, body);
  if (Buffer.byteLength(JSON.stringify(preferences)) > bytesMax)
    refuse('invalid_field', {
      field: 'The body',
      reason: `is larger than ${bytesMax} bytes as JSON`,
      fix: 'Store fewer preferences',
    });
  await savePreferences(context.db, context.merchant.merchantId, userId, preferences, clock.now());
  return preferences;
}

const userOf = ({ actor }: Context): number =>
  actor.userId ??
  refuse('state_conflict', {
    reason: 'The key is not bound to a user, and preferences belong to a user',
    fix: 'Log in, or use a key that is bound to a user',
  });
