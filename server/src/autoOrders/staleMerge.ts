import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Temporal } from 'temporal-polyfill';
import { isBefore } from '../kernel/moments.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { itemAge } from './formAge.ts';

/*
 * Handles forms of a merge target that were read before the merge (docs/adr/0044-stale-forms.md,
 * "Merging"). An update removes the items that it does not name, but such a form cannot name items
 * that were added later.
 */

/**
 * The update with the items that were added by a merge after it was read, and a list of these
 * items.
 */
export interface WithMerged {
  readonly body: WireAutoOrder;
  readonly kept: readonly AutoOrderItem[];
}

/**
 * Adds the items that came from a merge and that the update does not name, unless its other items
 * show that it was read after that merge. An update with `If-Match` is known to be current, so this
 * function is not called for it.
 */
export function withMergedItems(current: AutoOrder, body: WireAutoOrder, zone: string): WithMerged {
  if (!body.items) return { body, kept: [] };
  const named = new Set(body.items.map((form) => form.auto_order_item_oid));
  const kept = current.items.filter(
    ({ itemOid, mergedAt }) =>
      mergedAt !== undefined && !named.has(itemOid) && !knowsMerge(current, body, mergedAt, zone),
  );
  if (kept.length === 0) return { body, kept };
  const items = [...body.items, ...kept.map(({ itemOid }) => ({ auto_order_item_oid: itemOid }))];
  return { body: { ...body, items }, kept };
}

/**
 * Whether a form shows that it was read after a merge: it names an item of this or a later merge,
 * or its counts include a later rebill.
 */
const knowsMerge = (
  current: AutoOrder,
  body: WireAutoOrder,
  merge: Temporal.Instant,
  zone: string,
): boolean =>
  (body.items ?? []).some((form) => {
    const item = current.items.find(({ itemOid }) => itemOid === form.auto_order_item_oid);
    if (item === undefined) return false;
    if (item.mergedAt !== undefined && !isBefore(item.mergedAt, merge)) return true;
    const isBilledSince = item.lastOrderAt !== undefined && isBefore(merge, item.lastOrderAt);
    return isBilledSince && itemAge(form, item, zone).counts === 'current';
  });

/** Returns the name of a kept item for the warning. */
export const keptWords = ({ itemOid, originalItemId }: AutoOrderItem): string =>
  `the item ${itemOid} (${originalItemId}), which a merge added`;
