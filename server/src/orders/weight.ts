import type { Weight } from '@perennial/contract/common.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { gramsOf } from '../kernel/weightUnits.ts';

/**
 * Returns the weight of an order's lines in the unit of the first one, rounded to four decimals
 * (order reference, OrderShipping.weight). Undefined if no line has a weight. A line without a
 * weight adds none.
 */
export function totalWeight(lines: readonly OrderItem[]): Weight | undefined {
  const weighed = lines.flatMap(({ weight, quantity = 1 }) =>
    weight?.value === undefined
      ? []
      : [{ uom: weight.uom ?? 'LB', value: weight.value * quantity }],
  );
  const [first] = weighed;
  if (first === undefined) return undefined;
  const grams = weighed.reduce((sum, { uom, value }) => sum + value * gramsOf[uom], 0);
  return { uom: first.uom, value: Number((grams / gramsOf[first.uom]).toFixed(4)) };
}
