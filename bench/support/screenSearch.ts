import type { AutoOrderSearch } from '../../contract/src/screens.ts';
import type { SortField } from '../../contract/src/sorting.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import { type Bind, bindings } from '../../server/src/platform/storage/page.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { autoOrderMatches, autoOrderSource } from '../../server/src/screens/autoOrderMatches.ts';
import { autoOrderRowFrom, autoOrderRowJson } from '../../server/src/screens/autoOrderRow.ts';
import { listOrderOf, pageSql } from '../../server/src/screens/keyset.ts';
import { countMatches, readListRows } from '../../server/src/screens/listReader.ts';

const limit = 100;
const anyTime = [undefined, undefined] as const;
const ranges = {
  next: anyTime,
  signedUp: anyTime,
  modified: anyTime,
  cardExpiresBefore: undefined,
  declinedSince: undefined,
  bouncedSince: undefined,
};

/**
 * Reads the first page of the list of auto orders for screens, as rows without their next total.
 */
export async function readScreenPage(
  db: DatabasePool,
  merchant: Merchant,
  search: AutoOrderSearch,
  sort: readonly SortField[],
): Promise<void> {
  const { values, bind } = bindings(merchant.merchantId);
  const place = { order: listOrderOf(autoOrderSource, sort), after: undefined, limit: limit + 1 };
  const text = pageSql(autoOrderSource, matchesOf(merchant, search)(bind), place, bind);
  const found = await db.rows<{ key: number }>(text, values);
  const keys = found.slice(0, limit).map(({ key }) => key);
  const row = { from: autoOrderRowFrom, key: 'a.auto_order_oid', json: autoOrderRowJson(2) };
  await readListRows({ db, merchant }, keys, row);
}

/** Counts the rows of the list, and stops at 10,001. */
export function countScreenRows(
  db: DatabasePool,
  merchant: Merchant,
  search: AutoOrderSearch,
): Promise<number> {
  const matches = matchesOf(merchant, search);
  return countMatches(db, merchant.merchantId, { source: autoOrderSource, matches });
}

const matchesOf =
  ({ merchantId }: Merchant, search: AutoOrderSearch) =>
  (bind: Bind) =>
    autoOrderMatches(merchantId, search, ranges, bind);
