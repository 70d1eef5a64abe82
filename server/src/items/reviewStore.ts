import type { ItemReview } from '@perennial/contract/itemContent.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { inZone } from '../platform/storage/zone.ts';
import { reviewJson } from './present.ts';

/** The ways to name a review of a merchant. */
export interface ReviewKey {
  readonly itemOid: number;
  readonly reviewOid: number;
}

/** Returns the wire's reviews of an item, newest first. */
export async function listReviews(
  db: Database,
  merchantId: string,
  itemOid: number,
  timeZone: string,
): Promise<ItemReview[]> {
  const rows = await db.rows<{ review: ItemReview }>(
    `select ${reviewJson('r')} as review from item_review r
     where r.merchant_id = $1 and r.merchant_item_oid = $2 and ${inZone('$3')}
     order by r.submitted_at desc, r.review_oid desc`,
    [merchantId, itemOid, timeZone],
  );
  return rows.map((row) => row.review);
}

/** Returns the wire's review, or undefined. */
export async function readReview(
  db: Database,
  merchantId: string,
  { itemOid, reviewOid }: ReviewKey,
  timeZone: string,
): Promise<ItemReview | undefined> {
  const row = await db.row<{ review: ItemReview }>(
    `select ${reviewJson('r')} as review from item_review r
     where r.merchant_id = $1 and r.merchant_item_oid = $2 and r.review_oid = $3
       and ${inZone('$4')}`,
    [merchantId, itemOid, reviewOid, timeZone],
  );
  return row?.review;
}

/** Returns the stored review and locks it until the transaction ends, or undefined. */
export async function lockReview(
  tx: Database,
  merchantId: string,
  { itemOid, reviewOid }: ReviewKey,
): Promise<ItemReview | undefined> {
  const row = await tx.row<{ document: ItemReview }>(
    `select document from item_review
     where merchant_id = $1 and merchant_item_oid = $2 and review_oid = $3 for update`,
    [merchantId, itemOid, reviewOid],
  );
  return row?.document;
}

/** Inserts a review, or saves it in its current form. */
export async function putReview(
  tx: Database,
  merchantId: string,
  { itemOid, reviewOid }: ReviewKey,
  review: ItemReview,
  submittedAt: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into item_review (merchant_id, merchant_item_oid, review_oid, document, submitted_at)
     values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, merchant_item_oid, review_oid)
     do update set document = excluded.document, submitted_at = excluded.submitted_at`,
    [merchantId, itemOid, reviewOid, JSON.stringify(review), submittedAt],
  );
}

/** Deletes a review. Returns whether there was one. */
export async function deleteReview(
  tx: Database,
  merchantId: string,
  { itemOid, reviewOid }: ReviewKey,
): Promise<boolean> {
  const count = await tx.run(
    `delete from item_review
     where merchant_id = $1 and merchant_item_oid = $2 and review_oid = $3`,
    [merchantId, itemOid, reviewOid],
  );
  return count > 0;
}
