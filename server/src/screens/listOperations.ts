import type { CouponItemSearchResult, CouponQuery } from '@perennial/contract/coupon.ts';
import {
  type CustomerSearch,
  type ItemRow,
  type OrderSearch,
  orderKinds,
} from '@perennial/contract/screens.ts';
import { couponCriteria } from '../coupons/operations.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type Bind, countedMax } from '../platform/storage/page.ts';
import type { FacetCounts, PageRequest, RowPage } from './autoOrderOperations.ts';
import { couponMatches, couponRow, couponSource } from './couponMatches.ts';
import { customerMatches, customerSource } from './customerMatches.ts';
import { type ItemSearch, itemMatches, itemSource } from './itemMatches.ts';
import type { ListSource, Matches } from './keyset.ts';
import { countMatches, findPage, readListRows } from './listReader.ts';
import { orderMatches, orderSource } from './orderMatches.ts';
import { customerRow, itemRow, orderRow } from './rows.ts';

/** A list: its table, the request, and the columns of a row. */
interface List {
  readonly source: ListSource;
  readonly filters: unknown;
  matches(bind: Bind): Matches;
  readonly row: Parameters<typeof readListRows>[2];
}

/** Returns a page of the orders that match, as rows. */
export async function searchOrders(
  context: Context,
  search: OrderSearch,
  page: PageRequest,
): Promise<RowPage> {
  const { facets: facetNames, ...filters } = search;
  const { merchantId, timeZone } = context.merchant;
  const created = [
    filterDate(search.creation_dts_begin, 'creation_dts_begin', timeZone),
    filterDate(search.creation_dts_end, 'creation_dts_end', timeZone),
  ] as const;
  const matchesOf = (wanted: OrderSearch) => (bind: Bind) =>
    orderMatches(merchantId, wanted, created, bind);
  const found = await pageOf(context, page, {
    source: orderSource,
    filters,
    matches: matchesOf(filters),
    row: orderRow,
  });
  if (!facetNames?.length) return found;
  const kind: FacetCounts[string][number][] = [];
  for (const value of orderKinds) {
    const matches = matchesOf({ ...filters, kinds: [value] });
    const count = await countMatches(context.db, merchantId, { source: orderSource, matches });
    kind.push({ value, count: Math.min(count, countedMax) });
  }
  return { ...found, facets: { kind } };
}

/** Counts the orders in one of these stages, of all customers. */
export const countOrdersInStages = (context: Context, stages: string[]): Promise<number> => {
  const { merchantId } = context.merchant;
  return countMatches(context.db, merchantId, {
    source: orderSource,
    matches: (bind) => orderMatches(merchantId, { stages }, [undefined, undefined], bind),
  });
};

/** Returns a page of the customer profiles that match, as rows. */
export function searchCustomers(
  context: Context,
  search: CustomerSearch,
  page: PageRequest,
): Promise<RowPage> {
  const moment = (name: keyof CustomerSearch) =>
    filterDate(search[name] as string | null | undefined, name, context.merchant.timeZone);
  const ranges = {
    signedUp: [moment('signup_dts_begin'), moment('signup_dts_end')],
    modified: [moment('last_modified_dts_begin'), moment('last_modified_dts_end')],
  } as const;
  return pageOf(context, page, {
    source: customerSource,
    filters: search,
    matches: (bind) => customerMatches(context.merchant.merchantId, search, ranges, bind),
    row: customerRow,
  });
}

/** Returns a page of the catalogue items that match, as rows. */
export function searchItems(
  context: Context,
  search: ItemSearch,
  page: PageRequest,
): Promise<RowPage> {
  return pageOf(context, page, {
    source: itemSource,
    filters: search,
    matches: (bind) => itemMatches(search, bind),
    row: itemRow,
  });
}

/** Returns a page of the coupons that match. */
export function searchCoupons(
  context: Context,
  query: CouponQuery,
  page: PageRequest,
): Promise<RowPage> {
  const criteria = couponCriteria(context, query);
  return pageOf(context, page, {
    source: couponSource,
    filters: query,
    matches: (bind) => couponMatches(criteria, bind),
    row: couponRow,
  });
}

const couponItems = { usual: 25, max: 100 };

/** Returns items for a coupon form (current API, CouponApi.searchItems). */
export async function searchCouponItems(
  context: Context,
  { s = '', m = couponItems.usual }: { readonly s?: string; readonly m?: number },
): Promise<CouponItemSearchResult[]> {
  if (m < 1 || m > couponItems.max)
    refuse('invalid_field', {
      field: 'm',
      reason: `is ${m}, not a number from 1 to ${couponItems.max}`,
      fix: `Send 1 to ${couponItems.max}`,
    });
  const search = { text: s, inactive: undefined, autoOrderable: undefined };
  const { json } = await searchItems(context, search, { sort: [], limit: m, after: undefined });
  return (JSON.parse(json) as ItemRow[]).map((row) =>
    fromLoose<CouponItemSearchResult>({
      merchant_item_id: row.merchant_item_id,
      merchant_item_oid: row.merchant_item_oid,
      description: row.description,
      cost: row.cost === undefined ? undefined : String(row.cost),
    }),
  );
}

async function pageOf(context: Context, page: PageRequest, list: List): Promise<RowPage> {
  const found = await findPage<string | number>(context, { ...page, ...list });
  const { rows, leftOut } = await readListRows(context, found.keys, list.row);
  return {
    ...found,
    leftOut,
    json: `[${rows.map(({ json }) => json).join(',')}]`,
  };
}
