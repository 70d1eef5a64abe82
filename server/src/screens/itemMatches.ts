import type { Bind } from '../platform/storage/page.ts';
import type { Condition, ListSource, Matches } from './keyset.ts';
import { beginsWith, searchWords, sortedDescription } from './matches.ts';

const description = sortedDescription('t');

/** The catalogue items of a merchant: `t` is item. */
export const itemSource: ListSource = {
  from: 'item t',
  merchant: 't.merchant_id = $1',
  key: { sql: 't.merchant_item_oid', type: 'int' },
  joins: {},
  sorts: {
    merchant_item_id: { sql: 't.merchant_item_id_lc', type: 'text' },
    description: { sql: `(${description})`, type: 'text', isNullable: true },
    last_modified_dts: { sql: 't.modified_at', type: 'timestamptz' },
  },
};

/** The filter of a list of items. */
export interface ItemSearch {
  /** The beginning of an item's id or description. */
  readonly text: string;
  readonly inactive: boolean | undefined;
  readonly autoOrderable: boolean | undefined;
}

/** Selects the items that match all conditions of a search. */
export function itemMatches({ text, inactive, autoOrderable }: ItemSearch, bind: Bind): Matches {
  const beginning = searchWords(text).join(' ');
  const conditions: Condition[] = [];
  if (beginning !== '')
    conditions.push({
      sql: `(${beginsWith('t.merchant_item_id_lc', beginning, bind)}
        or ${beginsWith(description, beginning, bind)})`,
    });
  if (inactive !== undefined) conditions.push({ sql: `t.inactive = ${bind(inactive)}` });
  if (autoOrderable !== undefined)
    conditions.push({ sql: `${recurs} = ${bind(autoOrderable ? 'true' : 'false')}` });
  return { conditions, branches: [] };
}

/** Whether an item can be sold on auto order, as text: not if the field is absent. */
const recurs = `coalesce(t.document->'auto_order'->>'auto_orderable', 'false')`;
