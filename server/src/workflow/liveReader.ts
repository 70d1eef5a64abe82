import type { Charging } from '@perennial/contract/charging.ts';
import type { ClockAdvance } from '@perennial/contract/clock.ts';
import { feedHorizon, isInFeed, readFeed } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { type LiveChange, type LiveDelivery, type LivePlace, mergedByPlace } from './liveFeed.ts';

/** The functions of other features that rooms need for their reports. */
export interface LiveSources {
  /** Returns the time zone of a merchant. */
  zoneOf(merchantId: string): Promise<string>;
  /**
   * Lists the tries of webhooks after a place, up to a stamp that every open transaction is at or
   * above, in the order of their places.
   */
  listDeliveries(
    merchantId: string,
    after: LivePlace,
    horizon: string,
    limit: number,
  ): Promise<LiveDelivery[]>;
  /** Whether the try of a cursor is still stored. */
  isDeliveryKept(merchantId: string, place: LivePlace): Promise<boolean>;
  /** Returns whether the merchant is charged, from memory. */
  readCharging(merchantId: string): Promise<Charging>;
  /** Returns the latest advance of the merchant's clock. */
  findAdvance(merchantId: string): Promise<ClockAdvance | undefined>;
}

/** A page of changes. */
export interface ChangePage {
  readonly changes: readonly LiveChange[];
  /** More may be there already. */
  readonly isFull: boolean;
}

const pageSize = 1000;

/** Reads the next changes after a place; the tries of webhooks only where `deliveries` reads them. */
export async function readChanges(
  db: Database,
  merchantId: string,
  after: LivePlace,
  deliveries: LiveSources['listDeliveries'] | undefined,
): Promise<ChangePage> {
  const horizon = deliveries && (await feedHorizon(db, merchantId));
  const events = await readFeed(db, merchantId, after, pageSize, horizon);
  if (deliveries === undefined || horizon === undefined)
    return { changes: events, isFull: events.length === pageSize };
  const tries = await deliveries(merchantId, after, horizon, pageSize);
  return {
    changes: mergedByPlace(events, tries, pageSize),
    isFull: Math.max(events.length, tries.length) === pageSize,
  };
}

/** Whether nothing after the place of a cursor was deleted yet. */
export function isPlaceKept(
  db: Database,
  merchantId: string,
  place: LivePlace,
  sources: LiveSources | undefined,
): Promise<boolean> {
  if (place.logId === undefined) return isInFeed(db, merchantId, place);
  return sources?.isDeliveryKept(merchantId, place) ?? Promise.resolve(false);
}
