import { fold } from '../kernel/caseFolding.ts';
import { type Minor, minor } from '../kernel/money.ts';
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

/** Returns a unit cost after an option. An option may make an item cheaper, but not below 0. */
export const withOption = (unitCost: Minor, { costChange }: AgreedOption): Minor =>
  minor(Math.max(0, unitCost + costChange));

/** Whether two options have the same label and value. */
export const isSame = (
  one: Pick<AgreedOption, 'label' | 'value'>,
  other: Pick<AgreedOption, 'label' | 'value'>,
): boolean => one.label === other.label && one.value === other.value;

const isReplaced = ({ arbitraryItemId, originalItemId }: OptionedItem): boolean =>
  arbitraryItemId !== undefined && fold(arbitraryItemId) !== fold(originalItemId);
