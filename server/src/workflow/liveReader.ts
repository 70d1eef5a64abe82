import type { Charging } from '@perennial/contract/charging.ts';
import type { ClockAdvance } from '@perennial/contract/clock.ts';
import { feedHorizon, isInFeed, readFeed } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { type LiveChange, type LiveDelivery, type LivePlace, mergedByPlace } from './liveFeed.ts';

/** The functions of other features that rooms need. */
export interface LiveSources {
  /** Returns the time zone of a merchant. */
  zoneOf(merchantId: string): Promise<string>;
  /**
   * Lists the delivery attempts of webhooks after a place, up to a stamp that no open transaction
   * is below, in the order of their places.
   */
  listDeliveries(
    merchantId: string,
    after: LivePlace,
    horizon: string,
    limit: number,
  ): Promise<LiveDelivery[]>;
  /** Returns whether the delivery attempt of a cursor is still stored. */
  isDeliveryKept(merchantId: string, place: LivePlace): Promise<boolean>;
  /** Returns whether the merchant's charges are running, from memory. */
  readCharging(merchantId: string): Promise<Charging>;
  /** Returns the latest advance of the merchant's clock. */
  findAdvance(merchantId: string): Promise<ClockAdvance | undefined>;
}

/** A page of changes. */
export interface ChangePage {
  readonly changes: readonly LiveChange[];
  /** True if there may be more changes already. */
  readonly isFull: boolean;
}

const pageSize = 1000;

/** Reads the next changes after a place; delivery attempts only if `deliveries` reads them. */
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

/** Returns whether nothing after the place of a cursor has been deleted yet. */
export function isPlaceKept(
  db: Database,
  merchantId: string,
  place: LivePlace,
  sources: LiveSources | undefined,
): Promise<boolean> {
  if (place.logId === undefined) return isInFeed(db, merchantId, place);
  return sources?.isDeliveryKept(merchantId, place) ?? Promise.resolve(false);
}
