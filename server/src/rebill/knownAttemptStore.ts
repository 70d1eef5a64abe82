import type { Database } from '../platform/storage/database.ts';

/** An attempt as its key names it. */
export interface NamedAttempt {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly attempt: number;
}

/** The attempt that a charge's key names; undefined for the key of anything else. */
export function attemptOfKey(key: string): NamedAttempt | undefined {
  const match = /^rebill:[^:]+:(\d+):(\d+):(\d+)(?::\d+)?$/.exec(key);
  if (match === null) return undefined;
  const [autoOrderOid = 0, rebillNumber = 0, attempt = 0] = match.slice(1).map(Number);
  return { autoOrderOid, rebillNumber, attempt };
}

/** Which of these attempts this database knows to have begun, by their place in the list. */
export async function knownAttempts(
  db: Database,
  merchantId: string,
  attempts: readonly NamedAttempt[],
): Promise<ReadonlySet<number>> {
  const rows = await db.rows<{ place: number }>(
    `select k.place from unnest($2::int[], $3::int[], $4::int[]) with ordinality as k (oid, number, attempt, place)
     join rebill r on r.merchant_id = $1 and r.auto_order_oid = k.oid and r.rebill_number = k.number and r.attempt >= k.attempt`,
    [
      merchantId,
      attempts.map((each) => each.autoOrderOid),
      attempts.map((each) => each.rebillNumber),
      attempts.map((each) => each.attempt),
    ],
  );
  return new Set(rows.map((row) => Number(row.place) - 1));
}
