import type { Weight } from '@perennial/contract/common.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { gramsOf } from '../kernel/weightUnits.ts';
import { gramsWith } from './optionWeight.ts';

/**
 * Returns the weight of an order's lines in the unit of the first one, rounded to four decimals
 * (order reference, OrderShipping.weight). Undefined if no line has a weight. A line without a
 * weight adds none; options change the weight of the others.
 */
export function totalWeight(lines: readonly OrderItem[]): Weight | undefined {
  const weighed = lines.filter(({ weight }) => weight?.value !== undefined);
  const [first] = weighed;
  if (first === undefined) return undefined;
  const grams = weighed.reduce(
    (sum, { weight, options, quantity = 1 }) =>
      sum + gramsWith(0, [weight, ...(options ?? []).map((each) => each.weight_change)]) * quantity,
    0,
  );
  const uom = first.weight?.uom ?? 'LB';
  return { uom, value: Number((grams / gramsOf[uom]).toFixed(4)) };
}
