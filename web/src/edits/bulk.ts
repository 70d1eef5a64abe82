import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { BulkId } from '../autoOrders/bulkActions.ts';
import type { BulkLine } from '../kit/bulk.ts';
import { movedDay } from '../kit/days.ts';
import type { Draft } from '../kit/draft.ts';
import { formatDay, formatMoment } from '../kit/moment.ts';
import { type BulkPart, editParts } from './bulkEdits.ts';
import { deedWords } from './deedWords.ts';
import type { Deed, FormContext, Values } from './form.ts';
import { datePart, itemsOf } from './itemParts.ts';
import { previewMoney, readBase, sendDeed } from './queries.ts';
import { cancelPart, pausePart, resumePart, skipPart } from './stopParts.ts';

const bulkParts: Readonly<Record<BulkId, BulkPart>> = {
  ...editParts,
  pause: {
    part: pausePart,
    valuesOf: (_order, _draft, start) => start,
    words: (order, _values, context) => [shipsWords(order, context), 'Paused'],
  },
  resume: {
    part: resumePart,
    valuesOf: () => ({ date: '' }),
    words: (order, _values, context) => ['Paused', shipsWords(order, context, true)],
  },
  skip: {
    part: skipPart,
    valuesOf: (_order, { count = '' }) => ({ count }),
    words: (order, { count }, context) => [
      shipsWords(order, context),
      count === '1' ? 'The shipment after it' : `${String(count)} shipments later`,
    ],
  },
  move: {
    part: datePart,
    valuesOf: (_order, { days = '' }, start) => movedBy(start, Number(days)),
    words: (order, values, context) => [
      shipsWords(order, context),
      itemsOf(order)
        .map(({ auto_order_item_oid: oid }) =>
          formatDay(String(values[`date.${oid}`] ?? ''), context.now),
        )
        .filter(Boolean)
        .join(', '),
    ],
  },
  cancel: {
    part: cancelPart,
    valuesOf: (_order, { reason = '' }, start) => ({ ...start, reason: reason.trim() }),
    words: (order, _values, context) => [shipsWords(order, context), 'Canceled'],
  },
};

/** The days of a form, moved. A number that is not whole moves none. */
const movedBy = (start: Values, days: number): Values =>
  Object.fromEntries(
    Object.entries(start).map(([name, value]) => [
      name,
      typeof value === 'string' && value !== '' && Number.isInteger(days)
        ? movedDay(value, { days })
        : value,
    ]),
  );

/** The next shipment of each item, as days in the merchant's zone. */
function shipsWords(order: AutoOrder, { zone, now }: FormContext, withPaused = false): string {
  const days = itemsOf(order)
    .filter(({ paused }) => withPaused || !paused)
    .flatMap(({ next_shipment_dts: at }) =>
      at === undefined ? [] : [formatMoment(at, zone, 'day', now)],
    );
  if (days.length > 0) return [...new Set(days)].join(', ');
  return itemsOf(order).every(({ paused }) => paused) ? 'Paused' : 'No next shipment';
}

/** Reads an auto order for a bulk change. The result applies the typed answers to it. */
export async function readForBulk(
  id: BulkId,
  code: string,
  context: FormContext,
): Promise<(draft: Draft) => BulkLine> {
  const base = await readBase(code);
  const { part, valuesOf, words } = bulkParts[id];
  return (draft) => {
    const hindrance = part.hindrance?.(base.order);
    if (hindrance !== undefined) return { name: code, unchanged: hindrance };
    const start = part.start(base.order, context);
    const values = valuesOf(base.order, draft, start, context.zone);
    const deed: Deed | undefined = part.deed(base.order, values, context);
    if (deed === undefined)
      return { name: code, unchanged: 'The values above change nothing here.' };
    const [before, after] =
      words?.(base.order, values, context) ?? deedWords(base.order, deed, context);
    const write = async (key: string) =>
      (await sendDeed(base, deed, { key, mailsCancelation: id === 'cancel' })).undo;
    const preview = () => previewMoney(base, deed, context.now);
    return { name: code, before, after, write, preview };
  };
}
