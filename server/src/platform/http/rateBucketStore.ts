import { Temporal } from 'temporal-polyfill';
import { required } from '../../kernel/assert.ts';
import type { Database } from '../storage/database.ts';

/** A leaky bucket: it holds `limit` requests and leaks that many in `seconds`, evenly. */
export interface Bucket {
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
}

/**
 * The part of a bucket that a process got: `granted` requests, 0 when the bucket is full. `level`
 * is the level of the bucket including them.
 */
export interface BucketGrant {
  readonly granted: number;
  readonly level: number;
}

/**
 * Takes a block from the free part of the bucket: at most `most` and at most a quarter of that
 * part, so that blocks shrink towards the limit and several processes can share the rest. If this
 * process's clock is behind another's, nothing leaks until it has caught up.
 */
export async function takeLease(
  db: Database,
  bucket: Bucket,
  most: number,
  at: Temporal.Instant,
): Promise<BucketGrant> {
  const first = Math.min(most, Math.max(1, Math.floor(bucket.limit / 4)));
  const row = await db.row<BucketGrant>(takeSql, [
    bucket.name,
    bucket.limit,
    bucket.limit / bucket.seconds,
    most,
    at,
    first,
  ]);
  return required(row, 'rate bucket');
}

const takeSql = `
  insert into rate_bucket as b (bucket, level, granted, at) values ($1, $6::float8, $6::float8, $5)
  on conflict (bucket) do update set (level, granted, at) = (
    select leaked + block, block, greatest(b.at, $5)
    from (select greatest(0, b.level - $3::float8 * greatest(0, extract(epoch
      from $5 - b.at)::float8)) as leaked) as now,
      lateral (select case when $2::float8 - leaked < 1 then 0 else least($4::float8, greatest(1,
        floor(($2::float8 - leaked) / 4))) end as block) as lease)
  returning granted, level`;

/** Returns unused requests to the bucket. */
export async function returnLease(
  db: Database,
  bucket: Bucket,
  unspent: number,
  at: Temporal.Instant,
): Promise<void> {
  await db.run(
    `update rate_bucket b set at = greatest(b.at, $4),
       level = greatest(0, b.level - $2::float8 * greatest(0, extract(epoch
         from $4 - b.at)::float8) - $3::float8)
     where bucket = $1`,
    [bucket.name, bucket.limit / bucket.seconds, unspent, at],
  );
}

/**
 * Deletes buckets that were not used since `before` and returns their number. An empty bucket needs
 * no row.
 */
export function deleteIdleBuckets(db: Database, before: Temporal.Instant): Promise<number> {
  return db.run('delete from rate_bucket where at < $1', [before]);
}
