import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Minor, minor, toMinor } from '../kernel/money.ts';
import type { AgreedOption, AutoOrderItem } from './autoOrder.ts';

/** The part of an item that the price of its options depends on. */
export type OptionedItem = Pick<
  AutoOrderItem,
  'originalItemId' | 'arbitraryItemId' | 'options' | 'agreedOptions'
>;

/**
 * Returns the options that the item's next rebill ships with. A replacement (`arbitrary_item_id`)
 * has no options, because they belong to the item that the customer chose.
 */
export const shippedOptions = (item: OptionedItem): OptionedItem['options'] =>
  isReplaced(item) ? [] : item.options;

/**
 * Returns the options that change the price of every rebill: those that the customer agreed to and
 * that the item still has. An option that was changed to another value since the purchase costs
 * nothing, because its price is not known.
 */
export const pricedOptions = (item: OptionedItem): readonly AgreedOption[] =>
  item.agreedOptions === undefined || isReplaced(item)
    ? []
    : item.agreedOptions.filter((agreed) => item.options.some((option) => isSame(option, agreed)));

/**
 * Returns the unit cost after each of these options. Options may make an item cheaper, but not
 * below 0. The limit applies to their sum, as in the purchase.
 */
export function withOptions(unitCost: Minor, options: readonly AgreedOption[]): Minor[] {
  let sum: number = unitCost;
  return options.map(({ costChange }) => {
    sum += costChange;
    return minor(Math.max(0, sum));
  });
}

/**
 * Returns the options of an order's line that cost something on every rebill; undefined if there
 * are none. A one-time fee was paid at the purchase.
 */
export function agreedOptions(
  { options = [] }: Pick<OrderItem, 'options'>,
  currency: string,
): AgreedOption[] | undefined {
  const agreed = options.flatMap(({ label, value, cost_change, one_time_fee }): AgreedOption[] => {
    const change = toMinor(cost_change?.value ?? 0, currency);
    if (one_time_fee === true || !change.ok || change.value === 0) return [];
    return [{ label: label ?? '', value: value ?? '', costChange: change.value }];
  });
  return agreed.length === 0 ? undefined : agreed;
}

/** Whether two options have the same label and value. */
export const isSame = (
  one: Pick<AgreedOption, 'label' | 'value'>,
  other: Pick<AgreedOption, 'label' | 'value'>,
): boolean => one.label === other.label && one.value === other.value;

const isReplaced = ({ arbitraryItemId, originalItemId }: OptionedItem): boolean =>
  arbitraryItemId !== undefined && fold(arbitraryItemId) !== fold(originalItemId);
