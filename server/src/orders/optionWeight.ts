import type { Weight } from '@perennial/contract/common.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { fold } from '../kernel/caseFolding.ts';
import { gramsOf } from '../kernel/weightUnits.ts';

/*
 * Options that change what a unit weighs (order reference, OrderItemOption.weight_change). A change
 * belongs to the value that was chosen, so another value of the same option has none.
 */

/** An option as it was chosen. */
export interface ChosenOption {
  readonly label?: string | null | undefined;
  readonly value?: string | null | undefined;
}

/** The weight that options of an order's lines add to a unit, by {@link optionKey}. */
export type OptionWeights = ReadonlyMap<string, Weight>;

/** Returns the key of an option of an item. */
export const optionKey = (itemId: string, { label, value }: ChosenOption): string =>
  [fold(itemId), label ?? '', value ?? ''].join('\n');

/** Returns the options of these lines that change the weight of a unit. */
export const optionWeightsOf = (items: readonly OrderItem[]): OptionWeights =>
  new Map(
    items.flatMap(({ merchant_item_id: itemId = '', options }) =>
      (options ?? []).flatMap((option): [string, Weight][] =>
        option.weight_change?.value ? [[optionKey(itemId, option), option.weight_change]] : [],
      ),
    ),
  );

/** Returns what a unit weighs in grams with its options. None weighs less than nothing. */
export const gramsWith = (grams: number, changes: readonly (Weight | undefined)[]): number =>
  Math.max(
    0,
    changes.reduce((sum, change) => sum + gramsIn(change), grams),
  );

const gramsIn = (weight: Weight | undefined): number =>
  (weight?.value ?? 0) * gramsOf[weight?.uom ?? 'LB'];
