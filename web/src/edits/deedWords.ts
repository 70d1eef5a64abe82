import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { formatMoment } from '../kit/moment.ts';
import { valueIn } from './change.ts';
import { fieldWords, valueWords } from './fieldWords.ts';
import type { Deed, FormContext } from './form.ts';

/** The field that applies if the named field is empty. */
const usualOf: Readonly<Record<string, string>> = {
  arbitrary_quantity: 'original_quantity',
  arbitrary_item_id: 'original_item_id',
};

/** The fields that an update changes, each with its value before and after. */
export function deedWords(
  order: AutoOrder,
  deed: Deed,
  { zone, now }: Pick<FormContext, 'zone' | 'now'>,
): readonly [before: string, after: string] {
  const changes = deed.kind === 'update' ? deed.changes : [];
  const minute = (iso: string | undefined) =>
    iso === undefined ? '–' : formatMoment(iso, zone, 'minute', now);
  const words = (valueOf: (change: (typeof changes)[number]) => unknown) =>
    changes
      .map((change) => `${fieldWords(order, change)}: ${valueWords(valueOf(change), { minute })}`)
      .join('; ');
  const usual = ({ item, field }: (typeof changes)[number]) =>
    valueIn(order, { item, field: usualOf[field] ?? field });
  return [
    words((change) => valueIn(order, change) ?? usual(change)),
    words((change) => change.value ?? (usualOf[change.field] && usual(change))),
  ];
}
