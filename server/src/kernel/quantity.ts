/*
 * Calculates with quantities. They have at most four decimals, so sums and products are exact once
 * the error of JavaScript's binary fractions is rounded away: three lines of 0.1 are 0.3, not
 * slightly more.
 */

/** Returns a calculated quantity without the error of binary fractions. */
export const exactQuantity = (calculated: number): number => Number(calculated.toFixed(4));

/** Returns the exact sum of quantities. */
export function sumQuantities(quantities: Iterable<number>): number {
  let total = 0;
  for (const quantity of quantities) total += quantity;
  return exactQuantity(total);
}
