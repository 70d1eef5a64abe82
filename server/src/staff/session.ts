import { Temporal } from 'temporal-polyfill';

/** A session in its stored form. Its times are on the machine's clock. */
export interface Session {
  readonly merchantId: string;
  /** Identifies the session on the wire. The credential is only stored as a hash. */
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

/** The application name of every session in webhooks and histories. */
export const consoleApplicationId = 'console';

const idle = { hours: 12 };
const longest = { hours: 7 * 24 };
/** How long after a log-in sensitive actions need no further password. */
export const recentMinutes = 15;
// The time of the last use is stored only once in this period, because a write for each request
// would be too expensive.
const seenEvery = { minutes: 1 };

/** Returns the times of a session that begins now. */
export const begun = (now: Temporal.Instant) => ({
  createdAt: now,
  seenAt: now,
  idleUntil: now.add(idle),
  endsAt: now.add(longest),
});

/** Returns when the session ends if it gets no further request. */
export const expiryOf = ({ idleUntil, endsAt }: Session): Temporal.Instant =>
  Temporal.Instant.compare(idleUntil, endsAt) < 0 ? idleUntil : endsAt;

/** Returns whether a session has not expired. */
export const isLive = (session: Session, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(now, expiryOf(session)) < 0;

/** Returns whether the user entered the password a short time ago. */
export const isRecent = ({ createdAt }: Session, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(now, createdAt.add({ minutes: recentMinutes })) <= 0;

/**
 * Returns the times to store after a request; undefined while the stored ones are recent enough.
 */
export function seen(
  { seenAt }: Session,
  now: Temporal.Instant,
): Pick<Session, 'seenAt' | 'idleUntil'> | undefined {
  return Temporal.Instant.compare(now, seenAt.add(seenEvery)) < 0
    ? undefined
    : { seenAt: now, idleUntil: now.add(idle) };
}
