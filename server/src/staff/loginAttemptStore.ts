import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** The number of failed attempts in a row before the first wait, and the longest wait. */
export interface Patience {
  readonly free: number;
  readonly waitSecondsMax: number;
}

/**
 * Counts an attempt before its outcome is known, so that simultaneous attempts count too. Returns
 * undefined when the attempt may continue, otherwise the time from which the next attempt is
 * allowed. The wait doubles with each attempt; an hour without any resets the count.
 */
export async function countLoginAttempt(
  db: Database,
  subject: string,
  { free, waitSecondsMax }: Patience,
  at: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const admitted = await db.row(
    `insert into login_attempt as a (subject, count, last_at, blocked_until) values ($1, 1, $2, $2)
     on conflict (subject) do update set
       count = case when a.last_at < $2 - interval '1 hour' then 1 else a.count + 1 end,
       last_at = $2,
       blocked_until = case when a.last_at < $2 - interval '1 hour' or a.count + 1 < $3::int then $2
         else $2 + make_interval(secs => least($4::float8, power(2, least(a.count + 2 - $3::int,
           30)))) end
     where a.blocked_until <= $2
     returning 1`,
    [subject, at, free, waitSecondsMax],
  );
  if (admitted) return undefined;
  const row = await db.row<{ blocked_until: Temporal.Instant }>(
    'select blocked_until from login_attempt where subject = $1',
    [subject],
  );
  return row?.blocked_until;
}

/** Deletes the counted attempts of an account after a success. */
export async function forgetAttempts(db: Database, subject: string): Promise<void> {
  await db.run('delete from login_attempt where subject = $1', [subject]);
}

/** Uncounts one attempt after a success. Earlier failures of the same address stay counted. */
export async function takeBackAttempt(db: Database, subject: string): Promise<void> {
  await db.run('update login_attempt set count = greatest(count - 1, 0) where subject = $1', [
    subject,
  ]);
}

/** Deletes attempts before this moment. Returns their number. */
export async function deleteOldAttempts(db: Database, before: Temporal.Instant): Promise<number> {
  return db.run('delete from login_attempt where last_at < $1', [before]);
}
