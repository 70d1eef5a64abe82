import { wireDate } from '../kernel/calendar.ts';
import { isReached } from '../kernel/moments.ts';
import { amountText, timesQuantity } from '../kernel/money.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { EditRules } from './editItem.ts';
import { type FutureSchedule, futureSchedules } from './futureSchedules.ts';

/**
 * Describes each item whose shipments an edit turned into missed ones, in one sentence: the charge
 * for them, and the date of the next one.
 */
export function missedWords(before: AutoOrder, after: AutoOrder, rules: EditRules): string[] {
  return after.items.flatMap((item, index) => {
    const old = before.items.find(({ itemOid }) => itemOid === item.itemOid);
    const isNew = item.missedUntil === rules.now && old?.missedUntil !== item.missedUntil;
    return isNew ? [wordsOf(after, item, `items[${index}].next_shipment_dts`, rules)] : [];
  });
}

/**
 * Describes each item of a new auto order that another system billed last, if its next shipment is
 * in the past.
 */
export function missedAtStartWords(autoOrder: AutoOrder, rules: EditRules): string[] {
  return autoOrder.items.flatMap((item, index) =>
    item.missedUntil === undefined
      ? []
      : [
          wordsOf(
            autoOrder,
            item,
            `The shipment after items[${index}].auto_order_last_rebill_dts`,
            rules,
          ),
        ],
  );
}

const shipmentsCountedMax = 100;

function wordsOf(
  autoOrder: AutoOrder,
  item: AutoOrderItem,
  field: string,
  rules: EditRules,
): string {
  const context = {
    ...rules,
    autoOrder: { ...autoOrder, status: 'active', enabled: true } as const,
  };
  const coming = futureSchedules(
    { ...item, paused: false },
    rules.catalog,
    context,
    shipmentsCountedMax,
  );
  const isPast = ({ at }: FutureSchedule) => isReached(at, rules.now);
  const missed = coming.filter(isPast);
  const next = coming.find((each) => !isPast(each));
  const when = autoOrder.enabled && !item.paused ? '' : ' once the auto order continues';
  const preview = missed.length === 0 ? '' : `: ${listed(missed, item, rules)}`;
  const then =
    next === undefined
      ? ''
      : ` The next one ships at ${wireDate(next.at, rules.zone)}: ${goods(next, item, rules)}.`;
  return (
    `${field} is in the past: ${charged(missed.length)}${when} ` +
    `(setting missed_shipments)${preview}.${then}`
  );
}

function charged(count: number): string {
  if (count === 0) return 'nothing is charged for it';
  if (count === 1) return 'one shipment is charged for it';
  const atLeast = count === shipmentsCountedMax ? 'at least ' : '';
  return `${atLeast}${count} shipments are charged for it, one a day`;
}

const shipmentsShownMax = 5;

/** Lists the first missed shipments with the price of each. */
function listed(missed: readonly FutureSchedule[], item: AutoOrderItem, rules: EditRules): string {
  const shown = missed
    .slice(0, shipmentsShownMax)
    .map((each) => `${goods(each, item, rules)}, due ${wireDate(each.at, rules.zone)}`);
  const more = missed.length > shown.length ? [`and ${missed.length - shown.length} more`] : [];
  return `${[...shown, ...more].join('; ')} (without add-ons, shipping and tax)`;
}

/** Describes the items of a shipment, and their price. */
function goods(
  { itemId, unitCost }: FutureSchedule,
  item: AutoOrderItem,
  { currency }: EditRules,
): string {
  const quantity = item.arbitraryQuantity ?? item.originalQuantity;
  const amount = timesQuantity(unitCost, quantity, 'half up');
  return `${quantity} × ${itemId} for ${amountText(amount, currency)}`;
}
