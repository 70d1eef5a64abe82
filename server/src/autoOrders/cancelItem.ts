import type { AutoOrderItemCancelRequest } from '@perennial/contract/autoOrder.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type EditRules, editItems } from './editItem.ts';
import { FieldReader } from './fieldReader.ts';

/**
 * Cancels one item (current API, cancelAutoOrderItemByReferenceOrderId). Mode `end`, the default,
 * keeps the item but does not ship it after now or after `no_orders_after_dts`. Mode `remove`
 * removes the item. `append_items` are added at the end of the list.
 */
export function cancelItem(
  autoOrder: AutoOrder,
  originalItemId: string,
  request: AutoOrderItemCancelRequest,
  rules: EditRules,
  newOids: readonly number[],
): Outcome<AutoOrder, FieldFault> {
  const target = itemMeant(autoOrder, originalItemId, request.auto_order_item_oid ?? undefined);
  if (!target.ok) return target;
  const appended = appendedItems(autoOrder, request.append_items ?? [], rules, newOids);
  if (!appended.ok) return appended;
  const read = new FieldReader(request, '', rules);
  const until = read.moment('no_orders_after_dts', undefined);
  const removes = request.mode === 'remove';
  if (removes && until !== undefined)
    read.fault(
      'no_orders_after_dts',
      'has no effect with mode remove',
      'Leave it out, or send mode end',
    );
  if (!removes && appended.value.length > 0 && endsAlready(target.value, until, rules))
    read.fault(
      'append_items',
      `is refused: item ${originalItemId} was canceled before, and its replacements were added then`,
      'Leave it out, or add items by an update of the auto order',
    );
  const [fault] = read.faults;
  if (fault) return failure(fault);
  const kept = removes
    ? autoOrder.items.filter((item) => item !== target.value)
    : autoOrder.items.map((item) =>
        item === target.value ? { ...item, noOrderAfterAt: until ?? rules.now } : item,
      );
  return success({ ...autoOrder, items: [...kept, ...appended.value] });
}

/**
 * Whether the item already ends as requested. A repeated request must not add its items again,
 * because each of them is billed.
 */
const endsAlready = (
  { noOrderAfterAt }: AutoOrderItem,
  until: Temporal.Instant | undefined,
  { now }: EditRules,
): boolean => {
  if (noOrderAfterAt === undefined) return false;
  const requested = (until ?? now).epochMilliseconds;
  return noOrderAfterAt.epochMilliseconds === requested || noOrderAfterAt.since(now).sign <= 0;
};

/** The items that replace a canceled one. */
function appendedItems(
  autoOrder: AutoOrder,
  list: NonNullable<AutoOrderItemCancelRequest['append_items']>,
  rules: EditRules,
  newOids: readonly number[],
): Outcome<readonly AutoOrderItem[], FieldFault> {
  const addedTo = { autoOrder, siblings: autoOrder.items };
  const added = editItems({ ...autoOrder, items: [] }, list, rules, newOids, addedTo);
  return added.ok
    ? added
    : failure({
        ...added.reason,
        field: added.reason.field.replace(/^items/, 'append_items'),
      });
}

/** Whether the item has this id, ignoring case. */
export const isItem = (item: AutoOrderItem, originalItemId: string): boolean =>
  fold(item.originalItemId) === foldTrimmed(originalItemId);

/** Returns the item with that id. If several items have it, the oid selects one. */
function itemMeant(
  autoOrder: AutoOrder,
  originalItemId: string,
  itemOid: number | undefined,
): Outcome<AutoOrderItem, FieldFault> {
  const named = autoOrder.items.filter((item) => isItem(item, originalItemId));
  const [item, ...others] =
    itemOid === undefined ? named : named.filter((each) => each.itemOid === itemOid);
  if (item === undefined)
    return failure({
      field: 'auto_order_item_oid',
      reason: `is not the oid of an item ${originalItemId}`,
      fix: 'Send the oid of an item with the id in the path',
    });
  if (others.length > 0)
    return failure({
      field: 'auto_order_item_oid',
      reason: `is missing, and several items have the id ${originalItemId}`,
      fix: 'Send the oid of the item to cancel',
    });
  return success(item);
}
