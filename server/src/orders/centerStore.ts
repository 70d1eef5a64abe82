import type { DistributionCenter } from '@perennial/contract/fulfillment.ts';
import type { Database } from '../platform/storage/database.ts';

/** Returns the distribution centers that a merchant has inserted, by code. */
export async function listCenters(db: Database, merchantId: string): Promise<DistributionCenter[]> {
  const rows = await db.rows<{ document: DistributionCenter }>(
    'select document from distribution_center where merchant_id = $1 order by code',
    [merchantId],
  );
  return rows.map((row) => row.document);
}

/** Returns one of the centers, or undefined. With `lock`, locks it until the transaction ends. */
export async function findCenter(
  db: Database,
  merchantId: string,
  code: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<DistributionCenter | undefined> {
  const row = await db.row<{ document: DistributionCenter }>(
    `select document from distribution_center where merchant_id = $1 and code = $2
     ${lock ? 'for update' : ''}`,
    [merchantId, code],
  );
  return row?.document;
}

/** Inserts a center. Returns false when its code is taken. */
export async function addCenter(
  tx: Database,
  merchantId: string,
  code: string,
  center: DistributionCenter,
): Promise<boolean> {
  const count = await tx.run(
    `insert into distribution_center (merchant_id, code, distribution_center_oid, document)
     values ($1, $2, $3, $4) on conflict (merchant_id, code) do nothing`,
    [merchantId, code, center.distribution_center_oid, JSON.stringify(center)],
  );
  return count > 0;
}

/** Saves a center. The default center has no row before its first change. */
export async function saveCenter(
  tx: Database,
  merchantId: string,
  code: string,
  center: DistributionCenter,
): Promise<void> {
  await tx.run(
    `insert into distribution_center (merchant_id, code, distribution_center_oid, document)
     values ($1, $2, $3, $4)
     on conflict (merchant_id, code) do update set document = excluded.document`,
    [merchantId, code, center.distribution_center_oid, JSON.stringify(center)],
  );
}

/** Deletes a center. */
export async function deleteCenter(tx: Database, merchantId: string, code: string): Promise<void> {
  await tx.run('delete from distribution_center where merchant_id = $1 and code = $2', [
    merchantId,
    code,
  ]);
}
