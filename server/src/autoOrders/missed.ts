import { wireDate } from '../kernel/calendar.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { EditRules } from './editItem.ts';
import { futureSchedules } from './steps.ts';

/**
 * Describes each item whose shipments an edit turned into missed ones, in one sentence: what is
 * charged for them, and when the next one ships.
 */
export function missedWords(before: AutoOrder, after: AutoOrder, rules: EditRules): string[] {
  return after.items.flatMap((item, index) => {
    const old = before.items.find(({ itemOid }) => itemOid === item.itemOid);
    const isNew = item.missedUntil === rules.now && old?.missedUntil !== item.missedUntil;
    return isNew ? [wordsOf(after, item, `items[${index}].next_shipment_dts`, rules)] : [];
  });
}

/**
 * Describes each item of a new auto order that was last billed elsewhere so long ago that a
 * shipment is in the past.
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
  const isPast = ({ at }: (typeof coming)[number]) =>
    at.epochMilliseconds <= rules.now.epochMilliseconds;
  const count = coming.filter(isPast).length;
  const next = coming.find((each) => !isPast(each));
  const charged =
    count === 0
      ? 'nothing is charged for it'
      : count === 1
        ? 'one shipment is charged for it'
        : `${count === shipmentsCountedMax ? 'at least ' : ''}${count} shipments are charged for it, one a day`;
  const when = autoOrder.enabled && !item.paused ? '' : ' once the auto order continues';
  const then = next === undefined ? '' : ` The next one ships at ${wireDate(next.at, rules.zone)}.`;
  return `${field} is in the past: ${charged}${when} (setting missed_shipments).${then}`;
}
