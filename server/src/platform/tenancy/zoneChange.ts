import type { Context } from '../context.ts';
import { findZone } from './merchantStore.ts';

/** A change of a merchant's time zone. */
export interface ZoneChange {
  readonly from: string;
  readonly to: string;
}

/** Moves a feature's local times along with a change of the zone, in the transaction of the change. */
export type KeepWalls = (context: Context, change: ZoneChange) => Promise<void>;

/**
 * The context with the merchant's zone of this very moment. A context knows the zone of when it was made, and a change of the zone moves the dates of all
 * schedules: whoever counts dates asks for the zone after locking them.
 */
export async function inCurrentZone(context: Context): Promise<Context> {
  const { merchant } = context;
  const timeZone = await findZone(context.db, merchant.merchantId);
  return timeZone === undefined || timeZone === merchant.timeZone
    ? context
    : { ...context, merchant: { ...merchant, timeZone } };
}
