import type { AutoOrderAddonItem as WireAddOn } from '@perennial/contract/autoOrderItem.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { AddOn, AutoOrderItem } from './autoOrder.ts';
import { type Billed, type CountedAddOn, itemsBilled } from './billed.ts';
import type { FormRules, Sieve, Sifted } from './staleSieve.ts';

/**
 * Returns the add-ons of a list without those that the engine used up, and with counts that do not
 * rise again. `counted` holds their counts before each rebill, latest first.
 */
export function siftAddOns(
  current: readonly AddOn[],
  list: readonly WireAddOn[],
  counted: readonly (readonly CountedAddOn[])[],
  field: string,
  sieve: Sieve,
): WireAddOn[] {
  if (sieve.rules.isProven || sieve.age.counts === 'current') return [...list];
  return list.flatMap((form, index): WireAddOn[] => {
    const given = form.next_x_orders ?? undefined;
    const known = current.find(({ itemId }) => isSameItem(itemId, form.item_id));
    const now = known === undefined ? 0 : known.nextXOrders;
    if (given === undefined || now === undefined || given <= now) return [form];
    const isNew = known === undefined;
    if (!isCountedDown(form.item_id, { given, now, isNew, counted }, sieve)) return [form];
    sieve.left.push(`${sieve.path}${field}[${index}]${isNew ? '' : '.next_x_orders'}`);
    return isNew ? [] : [{ ...form, next_x_orders: now }];
  });
}

/**
 * Whether the count of an add-on is older than the last rebills. A client may add a used-up add-on
 * again with the same values. In a form that was read earlier, the same values are only old ones.
 */
function isCountedDown(
  itemId: string | null | undefined,
  {
    given,
    now,
    isNew,
    counted,
  }: {
    readonly given: number;
    readonly now: number;
    readonly isNew: boolean;
    readonly counted: readonly (readonly CountedAddOn[])[];
  },
  { age, isForm }: Sieve,
): boolean {
  const wasThen = (then: readonly CountedAddOn[] | undefined): boolean =>
    then?.some((each) => isSameItem(each.itemId, itemId) && each.nextXOrders === given) ?? false;
  if (age.counts === 'older') return !isNew || counted.some(wasThen);
  return (!isNew || isForm) && wasThen(counted[given - now - 1]);
}

const isSameItem = (one: string, other: string | null | undefined): boolean =>
  typeof other === 'string' && fold(one) === fold(other);

/**
 * Returns the add-ons of one item, without those that a list which was read before a rebill would
 * restore.
 */
export function withoutStaleAddOns(
  item: AutoOrderItem,
  list: readonly WireAddOn[],
  billed: Billed,
  rules: FormRules,
): Sifted<readonly WireAddOn[]> {
  const left: string[] = [];
  const counted = itemsBilled(billed, item.itemOid).map(({ addOns }) => addOns);
  const age = { counts: 'unknown', schedule: 'unknown' } as const;
  const sieve = { path: '', age, isForm: false, billed, rules, left };
  return { body: siftAddOns(item.addOns, list, counted, 'add_on_items', sieve), left };
}
