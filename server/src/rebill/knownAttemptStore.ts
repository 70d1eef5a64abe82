import type { Database } from '../platform/storage/database.ts';

/** An attempt, identified by the values in the key of its charge. */
export interface NamedAttempt {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly attempt: number;
}

/**
 * Returns the attempt that a charge's key identifies; undefined if the key does not belong to a
 * rebill.
 */
export function attemptOfKey(key: string): NamedAttempt | undefined {
  const match = /^rebill:[^:]+:(\d+):(\d+):(\d+)(?::\d+)?$/.exec(key);
  if (match === null) return undefined;
  const [autoOrderOid = 0, rebillNumber = 0, attempt = 0] = match.slice(1).map(Number);
  return { autoOrderOid, rebillNumber, attempt };
}

/** Returns the positions in the list of those attempts that began according to this database. */
export async function knownAttempts(
  db: Database,
  merchantId: string,
  attempts: readonly NamedAttempt[],
): Promise<ReadonlySet<number>> {
  const rows = await db.rows<{ place: number }>(
    `select k.place
     from unnest($2::int[], $3::int[], $4::int[]) with ordinality as k (oid, number, attempt, place)
     join rebill r on r.merchant_id = $1 and r.auto_order_oid = k.oid
       and r.rebill_number = k.number and r.attempt >= k.attempt`,
    [
      merchantId,
      attempts.map((each) => each.autoOrderOid),
      attempts.map((each) => each.rebillNumber),
      attempts.map((each) => each.attempt),
    ],
  );
  return new Set(rows.map((row) => Number(row.place) - 1));
}
