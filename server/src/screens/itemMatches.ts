import type { Bind } from '../platform/storage/page.ts';
import type { ListSource, Matches } from './keyset.ts';
import { beginsWith, wordsOf } from './matches.ts';

const description = `left(fold(t.document->>'description'), 100) collate "C"`;

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

/** Items whose id or description begins with a text. */
export function itemMatches(text: string, bind: Bind): Matches {
  const beginning = wordsOf(text).join(' ');
  if (beginning === '') return { conditions: [], branches: [] };
  return {
    conditions: [
      {
        sql: `(${beginsWith('t.merchant_item_id_lc', beginning, bind)}
          or ${beginsWith(description, beginning, bind)})`,
      },
    ],
    branches: [],
  };
}
