import type { AutoOrderSearch, ItemUse } from '@perennial/contract/screens.ts';
import { autoApplyOf } from '../coupons/autoApply.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { countedMax } from '../platform/storage/page.ts';
import { countAutoOrders } from './autoOrderOperations.ts';
import { findItemId, findItemUses } from './itemUseReader.ts';

/** The effect of deleting the item on the records of each kind, the most serious effect first. */
const consequences: Readonly<Record<NonNullable<ItemUse['kind']>, string>> = {
  next_item: 'They are parked at their next rebill, which raises a task, and nothing is charged.',
  original_item: 'They take their schedule from it, and are parked at their next rebill.',
  step: 'Auto orders of these items are parked when they reach the step that ships it.',
  kit: 'They are sold without it: it is neither counted nor weighed.',
  coupon: 'They give no discount on it, and a requirement for it is never met.',
  auto_apply: 'They are no longer applied by it without a code.',
  cancel_item: 'A cancelation of their auto orders charges no fee.',
};

/** The most records of a kind whose names are listed. */
const namesMax = 20;

/** Returns the records that name an item, and the effect of deleting the item on them. */
export async function getItemUses(context: Context, oid: number): Promise<ItemUse[]> {
  const { db, merchant } = context;
  const itemId =
    (await findItemId(db, merchant.merchantId, oid)) ??
    refuse('not_found', { what: 'item', id: oid });
  const names = new Map<string, string[]>();
  const add = (kind: NonNullable<ItemUse['kind']>, name: string) =>
    names.set(kind, [...(names.get(kind) ?? []), name]);
  for (const { kind, name } of await findItemUses(db, merchant.merchantId, itemId)) add(kind, name);
  for (const { required_item_id: id = '', coupon_code: code = '' } of autoApplyOf(merchant.settings)
    .required_items)
    if (fold(id) === fold(itemId)) add('auto_apply', code);
  const counts = new Map(await autoOrderCounts(context, itemId));
  return (Object.keys(consequences) as NonNullable<ItemUse['kind']>[]).flatMap((kind) => {
    const named = names.get(kind) ?? [];
    const count = counts.get(kind) ?? named.length;
    if (count === 0) return [];
    const consequence = consequences[kind];
    return [{ kind, count, names: named.slice(0, namesMax), consequence }];
  });
}

/** Counts the active auto orders that need an item, for callers who may read auto orders. */
async function autoOrderCounts(context: Context, itemId: string): Promise<[string, number][]> {
  if (!context.actor.permissions.has('auto_order_read')) return [];
  const count = async (search: AutoOrderSearch) =>
    Math.min(await countAutoOrders(context, { status: ['active'], ...search }), countedMax);
  return [
    ['next_item', await count({ next_item_ids: [itemId] })],
    ['original_item', await count({ item_ids: [itemId] })],
  ];
}
