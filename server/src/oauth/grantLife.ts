import type { Temporal } from 'temporal-polyfill';

/**
 * How long an application may act for a user without asking again, in hours: a year. Refreshed
 * tokens do not prolong it.
 */
const grantHours = 365 * 24;

/** Returns when a grant ends that was given at `createdAt`. */
export const grantEnd = (createdAt: Temporal.Instant): Temporal.Instant =>
  createdAt.add({ hours: grantHours });

/** Returns the moment before which grants were given that have ended by `now`. */
export const oldestLiveGrant = (now: Temporal.Instant): Temporal.Instant =>
  now.subtract({ hours: grantHours });
