import { wireDate } from '../kernel/calendar.ts';
import { fromMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import type { JsonList } from '../platform/storage/page.ts';
import { readEach } from '../platform/storage/unreadable.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { Rules } from './calculated.ts';
import { loadCatalog } from './catalogReader.ts';
import { futureSchedules } from './futureSchedules.ts';
import { isParked } from './parking.ts';
import { scheduleRules } from './rules.ts';
import { awaitingSchedules, fillFutureSchedules } from './scheduleGaps.ts';
import { type AutoOrderPage, readAutoOrderPage, type Search } from './searchStore.ts';
import { afterParking, type Catalog } from './steps.ts';
import { findOidByCode, findOidByOriginalOrder, loadAutoOrders } from './store.ts';
import { type AutoOrderText, readAutoOrderList, readAutoOrderTexts } from './textStore.ts';

/** The ways in which a path can name an auto order. */
export type AutoOrderKey =
  | { readonly oid: number }
  | { readonly code: string }
  | { readonly originalOrderId: string };

/** Returns the JSON of one auto order. Refuses when it does not exist. */
export async function getAutoOrder(
  context: Context,
  key: AutoOrderKey,
  expand: ReadonlySet<string>,
): Promise<AutoOrderText> {
  const oid = await oidOf(context, key);
  const read = (expand: ReadonlySet<string>) => readTexts(context, [oid], expand);
  const [text] = await readOne(context, { what: 'auto order', id: oid, expand, read });
  return text ?? noAutoOrder(key);
}

/**
 * Returns the JSON list of those auto orders that exist and can be read, in the requested order,
 * each once.
 */
export async function getAutoOrdersBatch(
  context: Context,
  oids: readonly number[],
  expand: ReadonlySet<string>,
): Promise<JsonList> {
  const { merchantId, timeZone } = context.merchant;
  const { json, leftOut } = await readAutoOrderList(
    context.db,
    merchantId,
    timeZone,
    [...new Set(oids)],
    permitted(context, expand),
  );
  return { json: await withSchedules(context, json, expand), leftOut };
}

/** Returns a page of the auto orders that match. */
export async function getAutoOrders(
  context: Context,
  search: Search,
  expand: ReadonlySet<string>,
): Promise<AutoOrderPage> {
  const { merchantId, timeZone } = context.merchant;
  const page = await readAutoOrderPage(
    context.db,
    merchantId,
    timeZone,
    search,
    permitted(context, expand),
  );
  return { ...page, json: await withSchedules(context, page.json, expand) };
}

/**
 * Returns the oid of the auto order that a path names. Refuses when no auto order has that code or
 * original order.
 */
export async function oidOf(
  { db, merchant: { merchantId } }: Context,
  key: AutoOrderKey,
): Promise<number> {
  if ('oid' in key) return key.oid;
  const oid =
    'code' in key
      ? await findOidByCode(db, merchantId, key.code)
      : await findOidByOriginalOrder(db, merchantId, key.originalOrderId);
  return oid ?? noAutoOrder(key);
}

/** Refuses a request for an auto order that does not exist. */
export function noAutoOrder(key: AutoOrderKey): never {
  if ('oid' in key) return refuse('not_found', { what: 'auto order', id: key.oid });
  if ('code' in key)
    return refuse('not_found', { what: 'auto order with the code', id: key.code, by: 'code' });
  return refuse('not_found', { what: 'auto order of the order', id: key.originalOrderId });
}

/**
 * Returns the JSON of these auto orders, in the order of their oids. Webhooks and exports use it
 * too.
 */
export async function readTexts(
  context: Context,
  oids: readonly number[],
  expand: ReadonlySet<string>,
): Promise<AutoOrderText[]> {
  const { merchantId, timeZone } = context.merchant;
  const texts = await readAutoOrderTexts(
    context.db,
    merchantId,
    timeZone,
    oids,
    permitted(context, expand),
  );
  if (!expand.has('items.future_schedules')) return texts;
  const schedules = await schedulesOf(
    context,
    texts.map((text) => text.autoOrderOid),
  );
  return texts.map((text) => ({ ...text, json: fillFutureSchedules(text.json, schedules) }));
}

async function withSchedules(
  context: Context,
  json: string,
  expand: ReadonlySet<string>,
): Promise<string> {
  return expand.has('items.future_schedules')
    ? fillFutureSchedules(json, await schedulesOf(context, awaitingSchedules(json)))
    : json;
}

/**
 * Returns the expansion without `management` for callers that may only read, and for webhooks. It
 * contains the link to the card page, and anyone with that link may change the card.
 */
function permitted({ actor }: Context, expand: ReadonlySet<string>): ReadonlySet<string> {
  if (!expand.has('management') || actor.permissions.has('auto_order_write')) return expand;
  return new Set([...expand].filter((name) => name !== 'management'));
}

/** Returns a parked auto order as it continues if it can be billed again now. */
const asBilledAgain = (autoOrder: AutoOrder, catalog: Catalog, rules: Rules): AutoOrder =>
  isParked(autoOrder.failureReason)
    ? { ...autoOrder, items: afterParking(autoOrder.items, catalog, rules) }
    : autoOrder;

/**
 * Plans the next ten rebills of each item (auto_order reference, AutoOrderItem.future_schedules),
 * by the same rules as the rebills.
 */
async function schedulesOf(context: Context, oids: readonly number[]) {
  const { merchantId, timeZone, currency } = context.merchant;
  const { rows: autoOrders } = await readEach(oids, (some) =>
    loadAutoOrders(context.db, merchantId, some),
  );
  const catalog = await loadCatalog(context.db, merchantId, autoOrders);
  const rules = scheduleRules(context);
  const byOid = new Map(autoOrders.map((each) => [each.autoOrderOid, each]));
  return (autoOrderOid: number, itemOid: number): string => {
    const stored = byOid.get(autoOrderOid);
    if (stored === undefined) return '[]';
    try {
      const autoOrder = asBilledAgain(stored, catalog, rules);
      const item = autoOrder.items.find((each) => each.itemOid === itemOid);
      if (item === undefined) return '[]';
      return JSON.stringify(
        futureSchedules(item, catalog, { ...rules, autoOrder }).map((schedule) => ({
          item_id: schedule.itemId,
          rebill_count: schedule.rebillCount,
          shipment_dts: wireDate(schedule.at, timeZone),
          unit_cost: fromMinor(schedule.unitCost, currency),
        })),
      );
    } catch (error) {
      context.log.error(
        { err: error, autoOrderOid },
        'the future schedules of an auto order cannot be planned',
      );
      return '[]';
    }
  };
}
