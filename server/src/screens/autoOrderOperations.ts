import type { AutoOrderSearch } from '@perennial/contract/screens.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { readNextRebills } from '../books/previewOperations.ts';
import { fromMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import { countedMax } from '../platform/storage/page.ts';
import type { LeftOut } from '../platform/storage/unreadable.ts';
import { rebillPolicy } from '../rebill/policy.ts';
import {
  type AutoOrderRanges,
  autoOrderMatches,
  autoOrderSource,
  facetValues,
} from './autoOrderMatches.ts';
import { autoOrderRowFrom, autoOrderRowJson } from './autoOrderRow.ts';
import { countMatches, findPage, type KeyPage, readListRows } from './listReader.ts';

/** The part of a list that a request asks for. */
export interface PageRequest {
  readonly sort: readonly SortField[];
  readonly limit: number;
  readonly after: string | undefined;
  readonly from?: string | undefined;
}

/** A page of rows as JSON, with counts where they were requested. */
export interface RowPage extends Omit<KeyPage<unknown>, 'keys'> {
  readonly json: string;
  readonly facets?: FacetCounts;
  /** The records of the page that cannot be read. */
  readonly leftOut: readonly LeftOut[];
}

/** Counts by field and value. */
export type FacetCounts = Readonly<Record<string, readonly { value: string; count: number }[]>>;

/** Returns a page of the auto orders that match, as rows. */
export async function searchAutoOrders(
  context: Context,
  search: AutoOrderSearch,
  page: PageRequest,
): Promise<RowPage> {
  const { facets: facetNames, ...filters } = search;
  const found = await findPage<number>(context, {
    ...page,
    source: autoOrderSource,
    filters,
    matches: matchesOf(context, filters),
  });
  const { rows, leftOut } = await readListRows(context, found.keys, {
    from: autoOrderRowFrom,
    key: 'a.auto_order_oid',
    json: autoOrderRowJson(rebillPolicy(context.merchant).dunning.retryDays.length),
  });
  const facets = facetNames?.length
    ? { facets: await countFacets(context, filters, facetNames) }
    : {};
  return { ...found, leftOut, json: await withNextTotals(context, rows), ...facets };
}

/** Counts the auto orders that match, up to one more than 10,000. */
export const countAutoOrders = (context: Context, search: AutoOrderSearch): Promise<number> =>
  countMatches(context.db, context.merchant.merchantId, {
    source: autoOrderSource,
    matches: matchesOf(context, search),
  });

/** Returns the oids of the auto orders that match, up to `limit`. */
export async function findAutoOrders(
  context: Context,
  search: AutoOrderSearch,
  limit: number,
): Promise<readonly number[]> {
  const page = { sort: [], limit, after: undefined };
  const matches = matchesOf(context, search);
  const found = await findPage<number>(context, {
    ...page,
    source: autoOrderSource,
    filters: search,
    matches,
  });
  return found.keys;
}

function matchesOf({ merchant, now }: Context, search: AutoOrderSearch) {
  const { merchantId, timeZone } = merchant;
  const ranges = rangesOf(search, timeZone, now);
  return (bind: Parameters<typeof autoOrderMatches>[3]) =>
    autoOrderMatches(merchantId, search, ranges, bind);
}

function rangesOf(search: AutoOrderSearch, zone: string, now: Temporal.Instant): AutoOrderRanges {
  const moment = (name: keyof AutoOrderSearch) =>
    filterDate(search[name] as string | null | undefined, name, zone);
  const expires = moment('card_expires_before');
  return {
    next: [moment('next_shipment_dts_begin'), moment('next_shipment_dts_end')],
    signedUp: [moment('signed_up_dts_begin'), moment('signed_up_dts_end')],
    modified: [moment('last_modified_dts_begin'), moment('last_modified_dts_end')],
    cardExpiresBefore: expires?.toZonedDateTimeISO(zone).toPlainDate(),
    declinedSince: sinceOf(search.declined_within_hours, 'declined_within_hours', now),
    bouncedSince: sinceOf(search.mail_bounced_within_hours, 'mail_bounced_within_hours', now),
  };
}

/** One year: older declines and bounces are not worth a search. */
const withinHoursMax = 8784;

/** Returns the moment some hours ago. Refuses values outside one hour to a year. */
function sinceOf(
  hours: number | null | undefined,
  field: string,
  now: Temporal.Instant,
): Temporal.Instant | undefined {
  if (hours === undefined || hours === null) return undefined;
  if (hours < 1 || hours > withinHoursMax)
    refuse('out_of_range', { field, min: 1, max: withinHoursMax });
  return now.subtract({ hours });
}

/** Counts each value of a field, with every other filter applied. */
async function countFacets(
  context: Context,
  search: AutoOrderSearch,
  names: NonNullable<AutoOrderSearch['facets']>,
): Promise<FacetCounts> {
  const facets: Record<string, { value: string; count: number }[]> = {};
  for (const name of new Set(names)) {
    facets[name] = [];
    for (const value of facetValues(name)) {
      const count = await countAutoOrders(context, { ...search, [name]: [value] });
      facets[name].push({ value, count: Math.min(count, countedMax) });
    }
  }
  return facets;
}

/**
 * Adds the amount of the next rebill to each row. The preview's rules calculate it for the rows of
 * the page, because a stored amount would be wrong after each change of the catalogue.
 */
async function withNextTotals(
  context: Context,
  rows: readonly { key: number; json: string }[],
): Promise<string> {
  const next = await readNextRebills(
    context,
    rows.map(({ key }) => key),
  );
  const totals = new Map(
    next.map(({ autoOrderOid, total, currency }) => [autoOrderOid, fromMinor(total, currency)]),
  );
  const texts = rows.map(({ key, json }) => {
    const total = totals.get(key);
    return total === undefined ? json : `${json.slice(0, -1)},"next_total":${total}}`;
  });
  return `[${texts.join(',')}]`;
}
