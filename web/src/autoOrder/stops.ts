import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import type { Shown } from './shown.ts';

/** The scheduled ends, one sentence each. */
export function plannedStops({ cancel_after_next_x_orders, items = [] }: AutoOrder, shown: Shown) {
  const whole =
    cancel_after_next_x_orders === undefined
      ? []
      : [`Canceled after ${count(cancel_after_next_x_orders, 'more rebill')}.`];
  return [...whole, ...items.flatMap((item) => itemStops(item, shown))];
}

function itemStops(item: AutoOrderItem, shown: Shown): string[] {
  const { original_item_id: id = '', remaining_repeat_count: left } = item;
  const { no_order_after_dts: last, arbitrary_unit_cost_remaining_orders: priced } = item;
  return [
    item.paused && `${id} is paused.`,
    left !== undefined && `${id} ends after ${count(left, 'more rebill')}.`,
    last !== undefined && `${id} does not ship after ${shown.day(last)}.`,
    item.arbitrary_unit_cost !== undefined &&
      priced !== undefined &&
      `The price of ${id} is kept for ${count(priced, 'more rebill')}.`,
  ].filter((words) => typeof words === 'string');
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;
