import type { SystemClock } from '../clock/systemClock.ts';
import type { Worker } from '../jobs/loop.ts';
import type { Database } from '../storage/database.ts';
import { type Bucket, deleteIdleBuckets, returnLease, takeLease } from './rateBucketStore.ts';

/** A number of requests in a number of seconds, leaking evenly. */
export interface RateLimit {
  readonly limit: number;
  readonly seconds: number;
}

/** The limit that a request exceeded, and when to try again. */
export interface RateExcess extends RateLimit {
  readonly retryAfterSeconds: number;
}

/**
 * Leaky buckets that all processes on one database share, without a write per request: a process
 * leases a block of a bucket, spends it in memory, and leases smaller blocks the fuller the bucket
 * is. A lease leaks in memory as fast as its bucket leaks in the database, so the requests of all
 * processes together never exceed a limit, however late a lease is spent.
 */
export interface RateLimiter {
  /**
   * Counts one request for all `subjects` (`app:…`, `ip:…`). If one of them exceeds its limit,
   * counts it for none and returns that limit.
   */
  admit(subjects: readonly string[]): Promise<RateExcess | undefined>;
  /**
   * Returns the limit that the subject exceeds now as far as this process knows. Counts nothing.
   */
  excessOf(subject: string): RateExcess | undefined;
  /** Returns unused leases. Runs in every process that admits requests. */
  readonly worker: Worker;
  /** Returns all leases when the process ends. */
  close(): Promise<void>;
}

/**
 * Opens the limiter. `sessionLimits` apply to sessions. Each session has its own bucket and does
 * not count for its address, because an office would otherwise share the limit of one program.
 * `cardLimits` apply to the card form of each auto order, even if programs have no limit.
 */
export function rateLimiter(
  db: Database,
  clock: SystemClock,
  limits: readonly RateLimit[],
  sessionLimits: readonly RateLimit[] = [],
  cardLimits: readonly RateLimit[] = [{ limit: 20, seconds: 3600 }],
): RateLimiter {
  const inForce = (given: readonly RateLimit[]) => given.filter(({ limit }) => limit > 0);
  const [others, sessions] = [inForce(limits), inForce(sessionLimits)];
  const limitsOf = (subject: string) => {
    if (subject.startsWith(sessionSubjectPrefix)) return sessions;
    return subject.startsWith(cardSubjectPrefix) ? cardLimits : others;
  };
  const all = [...others, ...sessions, ...cardLimits];
  const longestSeconds = Math.max(0, ...all.map(({ seconds }) => seconds));
  return new SharedBuckets(db, clock, limitsOf, longestSeconds);
}

/** The prefix of the subjects that count against the limits of sessions. */
export const sessionSubjectPrefix = 'session:';

/** The prefix of the subjects that count against the limits of card forms. */
export const cardSubjectPrefix = 'card:';

/** The part of one bucket that this process holds. */
interface Held extends Bucket {
  units: number;
  /** When `units` was calculated, on the monotonic clock. */
  atMs: number;
  usedAtMs: number;
  fullUntilMs: number;
  asking: Promise<void> | undefined;
}

/** A lease that was not used for this long is returned. */
const idleMs = 5_000;
/** The largest block as a part of the limit: a killed process loses at most this much. */
const blockShare = 20;
const cleaningMs = 3_600_000;

class SharedBuckets implements RateLimiter {
  readonly worker: Worker = { name: 'rate limits', runOnce: () => this.#sweep() };
  readonly #db: Database;
  readonly #clock: SystemClock;
  readonly #limitsOf: (subject: string) => readonly RateLimit[];
  readonly #longestSeconds: number;
  readonly #held = new Map<string, Held>();
  #cleanedAtMs = -Infinity;

  constructor(
    db: Database,
    clock: SystemClock,
    limitsOf: (subject: string) => readonly RateLimit[],
    longestSeconds: number,
  ) {
    this.#db = db;
    this.#clock = clock;
    this.#limitsOf = limitsOf;
    this.#longestSeconds = longestSeconds;
  }

  async admit(subjects: readonly string[]): Promise<RateExcess | undefined> {
    // A request counts at the time of its arrival, however long it then waits for a lease.
    const arrivalMs = this.#clock.monotonicMs();
    for (;;) {
      const buckets = subjects.flatMap((subject) =>
        this.#limitsOf(subject).map((limit) => this.#bucket(subject, limit, arrivalMs)),
      );
      const full = buckets.find((bucket) => isFull(bucket, arrivalMs));
      if (full) return excess(full, arrivalMs);
      const lacking = buckets.filter((bucket) => available(bucket, arrivalMs) < 1);
      if (lacking.length === 0) {
        for (const bucket of buckets) spend(bucket, arrivalMs);
        return undefined;
      }
      await Promise.all(lacking.map((bucket) => (bucket.asking ??= this.#ask(bucket, arrivalMs))));
    }
  }

  excessOf(subject: string): RateExcess | undefined {
    const nowMs = this.#clock.monotonicMs();
    const full = this.#limitsOf(subject)
      .map((limit) => this.#held.get(nameOf(subject, limit)))
      .find((bucket) => bucket && isFull(bucket, nowMs));
    return full && excess(full, nowMs);
  }

  async close(): Promise<void> {
    await this.#giveBack([...this.#held.values()]);
  }

  #bucket(subject: string, limit: RateLimit, arrivalMs: number): Held {
    const name = nameOf(subject, limit);
    let held = this.#held.get(name);
    if (!held) {
      held = {
        ...limit,
        name,
        units: 0,
        atMs: arrivalMs,
        usedAtMs: arrivalMs,
        fullUntilMs: -Infinity,
        asking: undefined,
      };
      this.#held.set(name, held);
    }
    return held;
  }

  async #ask(bucket: Held, arrivalMs: number): Promise<void> {
    const at = this.#clock
      .now()
      .subtract({ milliseconds: Math.round(this.#clock.monotonicMs() - arrivalMs) });
    try {
      const { granted, level } = await takeLease(
        this.#db,
        bucket,
        Math.max(1, Math.ceil(bucket.limit / blockShare)),
        at,
      );
      // A later process may have taken requests since then, so the block has leaked until that
      // time.
      const atMs = Math.max(bucket.atMs, arrivalMs);
      bucket.units =
        available(bucket, atMs) + Math.max(0, granted - (atMs - arrivalMs) * leakPerMs(bucket));
      bucket.atMs = atMs;
      if (granted === 0)
        bucket.fullUntilMs = arrivalMs + (level + 1 - bucket.limit) / leakPerMs(bucket);
    } finally {
      bucket.asking = undefined;
    }
  }

  async #sweep(): Promise<number> {
    const nowMs = this.#clock.monotonicMs();
    const idle = [...this.#held.values()].filter(
      (bucket) => !bucket.asking && !isFull(bucket, nowMs) && nowMs - bucket.usedAtMs >= idleMs,
    );
    await this.#giveBack(idle);
    if (nowMs - this.#cleanedAtMs >= cleaningMs) {
      this.#cleanedAtMs = nowMs;
      const seconds = this.#longestSeconds;
      await deleteIdleBuckets(this.#db, this.#clock.now().subtract({ seconds }));
    }
    return 0;
  }

  async #giveBack(buckets: readonly Held[]): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const at = this.#clock.now();
    // Removed before the database is called, so that a request that arrives during the call takes a
    // separate lease.
    for (const bucket of buckets) this.#held.delete(bucket.name);
    for (const bucket of buckets) {
      const unspent = Math.floor(available(bucket, nowMs));
      if (unspent > 0) await returnLease(this.#db, bucket, unspent, at);
    }
  }
}

const nameOf = (subject: string, { seconds }: RateLimit): string => `${subject} ${seconds}`;
const leakPerMs = ({ limit, seconds }: RateLimit): number => limit / (seconds * 1000);
const isFull = (bucket: Held, nowMs: number): boolean => bucket.fullUntilMs > nowMs;

function available(bucket: Held, nowMs: number): number {
  return Math.max(0, bucket.units - Math.max(0, nowMs - bucket.atMs) * leakPerMs(bucket));
}

function spend(bucket: Held, nowMs: number): void {
  bucket.units = available(bucket, nowMs) - 1;
  bucket.atMs = Math.max(bucket.atMs, nowMs);
  bucket.usedAtMs = Math.max(bucket.usedAtMs, nowMs);
}

function excess({ limit, seconds, fullUntilMs }: Held, nowMs: number): RateExcess {
  return {
    limit,
    seconds,
    retryAfterSeconds: Math.max(1, Math.ceil((fullUntilMs - nowMs) / 1000)),
  };
}
