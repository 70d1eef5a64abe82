import type { AutoOrderItemCancelRequest } from '@perennial/contract/autoOrder.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { failure, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { EditRules } from './editItem.ts';
import { editItems } from './editItem.ts';
import { FieldReader } from './fieldReader.ts';

/**
 * The record after one item was canceled (current API, cancelAutoOrderItemByReferenceOrderId): mode `end`, the default, lets nothing of it ship after now or
 * after `no_orders_after_dts`, and keeps it; `remove` takes it away. `append_items` come after the rest.
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
  const appended = editItems(
    { ...autoOrder, items: [] },
    request.append_items ?? [],
    rules,
    newOids,
  );
  if (!appended.ok)
    return failure({
      ...appended.reason,
      field: appended.reason.field.replace(/^items/, 'append_items'),
    });
  const read = new FieldReader(request, '', rules);
  const until = read.moment('no_orders_after_dts', undefined);
  const removes = request.mode === 'remove';
  if (removes && until !== undefined)
    read.fault(
      'no_orders_after_dts',
      'has no meaning beside mode remove',
      'Leave it out, or send mode end',
    );
  if (!removes && appended.value.length > 0 && endsAlready(target.value, until, rules))
    read.fault(
      'append_items',
      `is refused because item ${originalItemId} was canceled before, and its replacements were added then`,
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

/** Whether the item has the end that is asked for: a request sent twice must not add its items twice, for each is billed. */
const endsAlready = (
  { noOrderAfterAt }: AutoOrderItem,
  until: Temporal.Instant | undefined,
  { now }: EditRules,
): boolean => {
  if (noOrderAfterAt === undefined) return false;
  const asked = (until ?? now).epochMilliseconds;
  return noOrderAfterAt.epochMilliseconds === asked || noOrderAfterAt.since(now).sign <= 0;
};

/** Whether the item goes by this id. */
export const isItem = (item: AutoOrderItem, originalItemId: string): boolean =>
  fold(item.originalItemId) === foldTrimmed(originalItemId);

/** The one item of that id, or the one that the oid picks out among several. */
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
      reason: `is not an item ${originalItemId}`,
      fix: 'Send the oid of an item with the id in the path',
    });
  if (others.length > 0)
    return failure({
      field: 'auto_order_item_oid',
      reason: `is missing, and several items are ${originalItemId}`,
      fix: 'Send the oid of the one that is meant',
    });
  return success(item);
}
