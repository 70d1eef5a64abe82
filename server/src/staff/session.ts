import { Temporal } from 'temporal-polyfill';

/** A session as it is stored. Moments are of the machine's clock. */
export interface Session {
  readonly merchantId: string;
  /** Names the session on the wire. The credential is stored as a hash only. */
  readonly sessionId: string;
  readonly userId: number;
  /** When the user logged in. */
  readonly createdAt: Temporal.Instant;
  readonly seenAt: Temporal.Instant;
  readonly idleUntil: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly address: string;
  readonly userAgent: string;
}

/** The application that webhooks and histories name for every session. */
export const consoleApplicationId = 'console';

const idle = { hours: 12 };
const longest = { hours: 7 * 24 };
/** How long after a log-in what endangers others needs no further password. */
export const recentMinutes = 15;
// A write for each request would cost more than the moment is worth.
const seenEvery = { minutes: 1 };

/** Returns the moments of a session that begins now. */
export const begun = (now: Temporal.Instant) => ({
  createdAt: now,
  seenAt: now,
  idleUntil: now.add(idle),
  endsAt: now.add(longest),
});

/** Returns when the session ends if no request comes before. */
export const expiryOf = ({ idleUntil, endsAt }: Session): Temporal.Instant =>
  Temporal.Instant.compare(idleUntil, endsAt) < 0 ? idleUntil : endsAt;

/** Whether a session has not expired. */
export const isLive = (session: Session, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(now, expiryOf(session)) < 0;

/** Whether the user entered the password a short time ago. */
export const isRecent = ({ createdAt }: Session, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(now, createdAt.add({ minutes: recentMinutes })) <= 0;

/** Returns the moments to store after a request; undefined while the stored ones are near enough. */
export function seen(
  { seenAt }: Session,
  now: Temporal.Instant,
): Pick<Session, 'seenAt' | 'idleUntil'> | undefined {
  return Temporal.Instant.compare(now, seenAt.add(seenEvery)) < 0
    ? undefined
    : { seenAt: now, idleUntil: now.add(idle) };
}
