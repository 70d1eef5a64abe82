import type { ItemRow } from '@perennial/contract/screens.ts';
import type { BulkAction } from '../kit/bulk.ts';
import { readItem, writeItem } from './queries.ts';

const stateWords = (isSold: boolean): string => (isSold ? 'For sale' : 'Not for sale');

const setSold = (isSold: boolean): BulkAction<ItemRow>['read'] => {
  const inactive = isSold ? 'no' : 'yes';
  return async (row) => {
    const { item, base } = await readItem(String(row.merchant_item_oid));
    const name = item.merchant_item_id ?? String(row.merchant_item_oid);
    if (base.draft['inactive'] === inactive)
      return () => ({ name, unchanged: `It is ${isSold ? '' : 'not '}sold already.` });
    const write = async (key: string) => {
      const save = writeItem(String(row.merchant_item_oid), item);
      const result = await save(base, { ...base.draft, inactive }, key);
      if (result.kind === 'conflict') throw new Error('A colleague changed it at the same time.');
      return result.undo;
    };
    return () => ({ name, before: stateWords(!isSold), after: stateWords(isSold), write });
  };
};

/** The actions on selected items. */
export const itemActions: readonly BulkAction<ItemRow>[] = [
  {
    id: 'stop',
    button: 'Stop selling …',
    title: 'Stop selling items',
    consequence: 'New orders cannot have them. Existing auto orders do not change.',
    verb: 'Stop selling',
    done: 'are no longer sold',
    read: setSold(false),
  },
  {
    id: 'sell',
    button: 'Sell again …',
    title: 'Sell items again',
    consequence: 'New orders can have them again.',
    verb: 'Sell',
    done: 'are sold again',
    read: setSold(true),
  },
];
