import type { ItemReview } from '@perennial/contract/itemContent.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';

/** The scores of a review: the overall one and those of up to ten named ratings. */
const scores = [
  'overall',
  ...Array.from({ length: 10 }, (_, i) => `rating_score${i + 1}` as const),
] as readonly (keyof ItemReview)[];

const scoreMax = 5;

/** Returns the first fault of a review, or undefined. Scores are from 0 to 5 stars. */
export function reviewFault(review: ItemReview): FieldFault | undefined {
  const field = scores.find((name) => {
    const score = review[name] as number | undefined;
    return score !== undefined && (score < 0 || score > scoreMax);
  });
  return field && { field, reason: 'is not a valid score', fix: `Send 0 to ${scoreMax}` };
}
