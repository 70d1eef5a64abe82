import type { Item } from '@perennial/contract/item.ts';
import type { Draft } from '../kit/draft.ts';
import { type DraftField, draftText, labelIn, wireValue } from '../kit/draftSpecs.ts';
import type { Tone } from '../kit/tone.ts';

/** The stock of an item at one distribution center. */
export interface StockRow {
  readonly oid: number;
  readonly itemId: string;
  readonly description: string;
  readonly center: string;
  /** What is there. */
  readonly level: number;
  /** What is there and not promised. */
  readonly free: number;
  /** At or below this the stock is low; absent: never. */
  readonly lowAt?: number | undefined;
  /** Sold also when there is none. */
  readonly backOrder: boolean;
}

type Center = NonNullable<NonNullable<Item['shipping']>['distribution_centers']>[number];

const freeOf = (center: Center): number =>
  center.available_to_allocate ?? center.inventory_level ?? 0;

/** The stock of the items that are counted: sold out first, then low, then by item. */
export const stockRows = (items: readonly Item[]): StockRow[] =>
  items
    .filter(({ shipping }) => shipping?.track_inventory)
    .flatMap((item) =>
      (item.shipping?.distribution_centers ?? []).map((center) => ({
        oid: item.merchant_item_oid ?? 0,
        itemId: item.merchant_item_id ?? '',
        description: item.description ?? '',
        center: center.distribution_center_code ?? '',
        level: center.inventory_level ?? 0,
        free: freeOf(center),
        lowAt: center.reorder_inventory_level,
        backOrder: item.shipping?.allow_back_order ?? false,
      })),
    )
    .sort((a, b) => rankOf(a) - rankOf(b) || a.itemId.localeCompare(b.itemId));

/** How a stock is, by a word. */
export function stateOfStock({ free, lowAt, backOrder }: StockRow): {
  readonly tone: Tone;
  readonly word: string;
} {
  if (free <= 0)
    return backOrder ? { tone: 'warn', word: 'Back order' } : { tone: 'bad', word: 'Sold out' };
  return free <= (lowAt ?? 0) ? { tone: 'warn', word: 'Low' } : { tone: 'good', word: 'Enough' };
}

const rankOf = (row: StockRow): number =>
  ['Sold out', 'Back order', 'Low', 'Enough'].indexOf(stateOfStock(row).word);

/** The fields of an adjustment. */
export const stockFields: readonly DraftField[] = [
  {
    key: 'change',
    label: 'Add or take away',
    kind: 'amount',
    hint: 'For example 24, or -3 for broken ones',
  },
  { key: 'low_at', label: 'Low at or below', kind: 'amount', hint: 'Then a task is raised' },
];

export const stockLabel = labelIn(stockFields);

/** The form of the stock at a center: nothing to add, and the level at which it is low. */
export const draftOfStock = (item: Item, center: string): Draft => ({
  change: '',
  low_at: draftText(centerOf(item, center)?.reorder_inventory_level),
});

const centerOf = (item: Item, code: string): Center | undefined =>
  item.shipping?.distribution_centers?.find((each) => each.distribution_center_code === code);

/** The body of the update of an item: its centers with the adjusted one in its place. */
export const stockBody = (item: Item, center: string, draft: Draft): Item => ({
  shipping: {
    distribution_centers: (item.shipping?.distribution_centers ?? []).map((each) =>
      each.distribution_center_code === center ? adjusted(each, draft) : each,
    ),
  },
});

function adjusted(center: Center, draft: Draft): Center {
  const [change, lowAt] = stockFields.map((field) => wireValue(field, draft[field.key] ?? ''));
  const { available_to_allocate: free, inventory_level: level = 0, ...others } = center;
  const { reorder_inventory_level: _, ...rest } = others;
  return {
    ...rest,
    inventory_level: sum(level, change),
    ...(free !== undefined && { available_to_allocate: sum(free, change) }),
    ...(lowAt !== null && { reorder_inventory_level: lowAt as number }),
  };
}

/** What is not a number is sent as it is, so that the server names the fault. */
function sum(level: number, change: unknown): number {
  if (change === null) return level;
  return typeof change === 'number' ? Number((level + change).toFixed(4)) : (change as number);
}

/** What the stock will be, in words. */
export function afterWords(item: Item, center: string, draft: Draft): string {
  const before = centerOf(item, center)?.inventory_level ?? 0;
  const change = Number(draft['change'] ?? '');
  if (Number.isNaN(change)) return 'What is added must be a number.';
  return `There are ${before} now, and ${sum(before, change)} afterwards.`;
}
