import type { Temporal } from 'temporal-polyfill';

/**
 * How long an application may act for a user without new consent, in hours: a year. Refreshed
 * tokens do not extend it.
 */
const grantHours = 365 * 24;

/** Returns when a grant that was given at `createdAt` ends. */
export const grantEnd = (createdAt: Temporal.Instant): Temporal.Instant =>
  createdAt.add({ hours: grantHours });

/** Returns the moment before which a grant must have been given to have ended by `now`. */
export const oldestLiveGrant = (now: Temporal.Instant): Temporal.Instant =>
  now.subtract({ hours: grantHours });
