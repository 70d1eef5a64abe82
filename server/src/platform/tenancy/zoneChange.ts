import type { Context } from '../context.ts';
import { findZone } from './merchantStore.ts';

/** A change of a merchant's time zone. */
export interface ZoneChange {
  readonly from: string;
  readonly to: string;
}

/** Moves a feature's local times after a change of the zone, in the transaction of the change. */
export type KeepWalls = (context: Context, change: ZoneChange) => Promise<void>;

/**
 * Returns the context with the merchant's current zone. A context has the zone of the moment when
 * it was created, and a change of the zone moves the dates of all schedules. Code that calculates
 * dates must read the zone after locking the dates.
 */
export async function inCurrentZone(context: Context): Promise<Context> {
  const { merchant } = context;
  const timeZone = await findZone(context.db, merchant.merchantId);
  return timeZone === undefined || timeZone === merchant.timeZone
    ? context
    : { ...context, merchant: { ...merchant, timeZone } };
}
