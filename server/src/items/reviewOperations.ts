import { ItemReview } from '@perennial/contract/itemContent.ts';
import type { Temporal } from 'temporal-polyfill';
import { readWireDate } from '../kernel/wireDates.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { getItem, noItem } from './operations.ts';
import { reviewFault } from './review.ts';
import {
  deleteReview,
  listReviews,
  lockReview,
  putReview,
  type ReviewKey,
  readReview,
} from './reviewStore.ts';
import { lockItem } from './store.ts';

/** Returns the reviews of an item, newest first. */
export async function getReviews(context: Context, itemOid: number): Promise<ItemReview[]> {
  const { merchantId, timeZone } = context.merchant;
  const reviews = await listReviews(context.db, merchantId, itemOid, timeZone);
  // An item without reviews is not the same as an item that does not exist.
  if (reviews.length === 0) await getItem(context, { oid: itemOid }, new Set());
  return reviews;
}

/** Returns a review, or refuses the request if there is none. */
export async function getReview(context: Context, key: ReviewKey): Promise<ItemReview> {
  const { merchantId, timeZone } = context.merchant;
  return (await readReview(context.db, merchantId, key, timeZone)) ?? noReview(key);
}

/** Inserts a review of an item and returns it. Without a status it is not approved. */
export async function insertReview(
  context: Context,
  itemOid: number,
  body: ItemReview,
): Promise<ItemReview> {
  const { merchantId } = context.merchant;
  const review = merged<ItemReview>({ status: 'unapproved' }, written(context, body));
  refuseFault(review);
  return inTransaction(context, async (context) => {
    if (!(await lockItem(context.db, merchantId, itemOid))) noItem({ oid: itemOid });
    const reviewOid = await takeNumbers(context.db, merchantId, 'review', 1);
    return saved(context, { itemOid, reviewOid }, review);
  });
}

/**
 * Changes a review and returns it. Absent fields stay, an explicit null or an empty text clears.
 */
export function updateReview(
  context: Context,
  key: ReviewKey,
  body: ItemReview,
): Promise<ItemReview> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const before = (await lockReview(context.db, merchantId, key)) ?? noReview(key);
    const review = merged(before, written(context, body));
    refuseFault(review);
    return saved(context, key, review);
  });
}

/** Deletes a review. */
export async function removeReview(context: Context, key: ReviewKey): Promise<void> {
  if (!(await deleteReview(context.db, context.merchant.merchantId, key))) noReview(key);
}

async function saved(context: Context, key: ReviewKey, review: ItemReview): Promise<ItemReview> {
  const at = submittedAt(review) ?? context.now;
  const stored = { ...review, submitted_dts: at.toString() };
  await putReview(context.db, context.merchant.merchantId, key, stored, at);
  return getReview(context, key);
}

// The date is stored with its offset, so the zone does not matter.
function submittedAt({ submitted_dts: text }: ItemReview): Temporal.Instant | undefined {
  if (text === undefined) return undefined;
  const parsed = readWireDate(text, 'UTC');
  return parsed.ok ? parsed.value : undefined;
}

function written({ merchant }: Context, body: ItemReview): ItemReview {
  const { review_oid: _, ...change } = writable(ItemReview, body, merchant.timeZone);
  return change;
}

function refuseFault(review: ItemReview): void {
  const fault = reviewFault(review);
  if (fault) refuse('invalid_field', fault);
}

const noReview = ({ reviewOid }: ReviewKey): never =>
  refuse('not_found', { what: 'review', id: reviewOid });
