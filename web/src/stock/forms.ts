import type { Item } from '@perennial/contract/item.ts';
import type { StockAdjustment } from '@perennial/contract/stock.ts';
import type { Draft } from '../kit/draft.ts';
import { type DraftField, draftText, labelIn, wireValue } from '../kit/draftSpecs.ts';
import type { Tone } from '../kit/tone.ts';

/** The stock of an item at one distribution center. */
export interface StockRow {
  readonly oid: number;
  readonly itemId: string;
  readonly description: string;
  readonly center: string;
  /** The quantity in stock. */
  readonly level: number;
  /** The quantity in stock that is not reserved. */
  readonly free: number;
  /** At this quantity or below, the stock is low; absent: never. */
  readonly lowAt?: number | undefined;
  /** True if the item is sold even when none is left. */
  readonly backOrder: boolean;
}

type Center = NonNullable<NonNullable<Item['shipping']>['distribution_centers']>[number];

const freeOf = (center: Center): number =>
  center.available_to_allocate ?? center.inventory_level ?? 0;

/** The stock of counted items, sorted: sold out first, then low, then by item. */
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

/** Describes the state of a stock in a word. */
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
  { key: 'reason', label: 'Reason', max: 200, hint: 'Colleagues see it in the history' },
  { key: 'low_at', label: 'Low at or below', kind: 'amount', hint: 'Then a task is raised' },
];

export const stockLabel = labelIn(stockFields);

/** The form of the stock at a center: no adjustment, and the level at which it is low. */
export const draftOfStock = (item: Item, center: string): Draft => ({
  change: '',
  reason: '',
  low_at: draftText(centerOf(item, center)?.reorder_inventory_level),
});

const centerOf = (item: Item, code: string): Center | undefined =>
  item.shipping?.distribution_centers?.find((each) => each.distribution_center_code === code);

/** The adjustment that a form describes; undefined: none. */
export function adjustmentOf(center: string, draft: Draft): StockAdjustment | undefined {
  const change = wireValue(stockFields[0]!, draft['change'] ?? '');
  if (change === null) return undefined;
  return {
    distribution_center_code: center,
    // Text that is not a number is sent unchanged, so that the server names the fault.
    change: change as number,
    reason: draft['reason']?.trim() ?? '',
  };
}

/** The body of an update that sets the level at which a center is low; the others stay. */
export const lowBody = (item: Item, center: string, low: string): Item => ({
  shipping: {
    distribution_centers: (item.shipping?.distribution_centers ?? []).map((each) =>
      each.distribution_center_code === center ? withLow(each, low) : each,
    ),
  },
});

function withLow({ reorder_inventory_level: _, ...center }: Center, low: string): Center {
  const level = wireValue(stockFields[2]!, low);
  return level === null ? center : { ...center, reorder_inventory_level: level as number };
}

/** Describes the stock before and after the change. */
export function afterWords(item: Item, center: string, draft: Draft): string {
  const before = centerOf(item, center)?.inventory_level ?? 0;
  const change = Number(draft['change'] ?? '');
  if (Number.isNaN(change)) return 'What is added must be a number.';
  const after = Number((before + change).toFixed(4));
  return `There are ${before} now, and ${after} afterwards.`;
}
