import { Item } from '@perennial/contract/item.ts';
import type { ItemContentAttribute } from '@perennial/contract/itemContent.ts';
import { assert, required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { parseWireDay } from '../kernel/wireDates.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { dateOf, filterDate } from '../platform/http/dates.ts';
import { merged, writable } from '../platform/http/document.ts';
import { type Compared, fieldsWithoutEffect } from '../platform/http/ignoredFields.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { JsonPage, VersionedJson } from '../platform/storage/page.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { componentWords } from './kit.ts';
import {
  catalogKey,
  deleteItem,
  findCatalogItems,
  findItemOids,
  type ItemKey,
  type ItemList,
  insertItem as insert,
  lockItem,
  readItemJson,
  readItemPage,
  saveItem,
} from './store.ts';
import { itemFault, referencedItems } from './validation.ts';

/** Returns the JSON of one item with its version. */
export async function getItem(
  context: Context,
  key: ItemKey,
  expand: ReadonlySet<string>,
): Promise<VersionedJson> {
  const { merchantId, timeZone } = context.merchant;
  const read = await readOne(context, {
    what: 'item',
    id: 'oid' in key ? key.oid : key.itemId,
    expand,
    read: (expand) => readItemJson(context.db, merchantId, key, expand, timeZone),
  });
  return read ?? noItem(key);
}

/** Returns a page of items. With `since`, only those changed since that moment. */
export function getItems(
  context: Context,
  list: Omit<ItemList, 'since' | 'timeZone'> & { since?: string | undefined },
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  return readItemPage(context.db, merchantId, {
    ...list,
    timeZone,
    since: filterDate(list.since, '_since', timeZone),
  });
}

/** The JSON of a written item, and the fields of the request that had no effect. */
export interface WrittenItem extends VersionedJson {
  readonly ignored: readonly string[];
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

/** Adds an item to the catalogue and returns its JSON. */
export async function insertItem(
  context: Context,
  body: Item,
  expand: ReadonlySet<string>,
): Promise<WrittenItem> {
  const { merchantId } = context.merchant;
  const change = merged<Item>({}, written(context, body));
  const oid = await takeNumbers(context.db, merchantId, 'item', 1);
  const item = await validateItem(context, {
    ...change,
    merchant_id: merchantId,
    merchant_item_oid: oid,
  });
  return inTransaction(context, async (context) => {
    if (!(await insert(context.db, merchantId, item, context.now))) {
      refuse('state_conflict', {
        reason: `merchant_item_id ${item.merchant_item_id} is taken by another item`,
        fix: 'Send an unused id, or update that item',
      });
    }
    await context.events.emit(context, [
      {
        name: 'item_create',
        objectType: 'item',
        objectId: String(oid),
        data: { itemId: item.merchant_item_id },
      },
    ]);
    return {
      ...(await getItem(context, { oid }, expand)),
      ignored: ignoredOf(context, body, { after: item }),
      warnings: await kitWarnings(context, body, item),
    };
  });
}

/**
 * Changes an item and returns its JSON. Absent fields stay, an explicit null clears, and lists are
 * replaced.
 */
export async function updateItem(
  context: Context,
  oid: number,
  body: Item,
  { expand, ifMatch }: { readonly expand: ReadonlySet<string>; readonly ifMatch?: number },
): Promise<WrittenItem> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const { item: stored, version } =
      (await lockItem(context.db, merchantId, oid)) ?? noItem({ oid });
    refuseOtherVersion(version, ifMatch, String(oid));
    const change = written(context, body);
    refuseRenaming(stored, change);
    const item = await validateItem(
      context,
      merged(stored, { ...change, merchant_item_id: undefined }),
      stored,
    );
    await saveItem(context.db, merchantId, item, context.now);
    const data = { itemId: item.merchant_item_id, changed: Object.keys(change) };
    await context.events.emit(context, [
      { name: 'item_update', objectType: 'item', objectId: String(oid), data },
    ]);
    return {
      ...(await getItem(context, { oid }, expand)),
      ignored: ignoredOf(context, body, { before: stored, after: item }),
      warnings: await kitWarnings(context, body, item),
    };
  });
}

/**
 * Deletes an item with its reviews. Orders keep their lines. An auto order that needs the item is
 * parked at its next rebill and not charged, because its agreed price can no longer be checked
 * against the catalogue (design: when in doubt, do not charge).
 */
export function removeItem(context: Context, oid: number, ifMatch?: number): Promise<void> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const { item, version } = (await lockItem(context.db, merchantId, oid)) ?? noItem({ oid });
    refuseOtherVersion(version, ifMatch, String(oid));
    // It is emitted before the row is deleted, because the payload is the item's last state.
    const data = { itemId: item.merchant_item_id };
    await context.events.emit(context, [
      { name: 'item_delete', objectType: 'item', objectId: String(oid), data },
    ]);
    await deleteItem(context.db, merchantId, oid);
  });
}

/**
 * Sets an attribute of an item's content: replaces the attribute with this name, or adds it. Names
 * must match exactly.
 */
export function setContentAttribute(
  context: Context,
  oid: number,
  attribute: ItemContentAttribute,
): Promise<void> {
  const { name } = attribute;
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const { item } = (await lockItem(context.db, merchantId, oid)) ?? noItem({ oid });
    if (!name) refuse('missing_field', { field: 'name' });
    const before = item.content?.attributes ?? [];
    const attributes = before.some((each) => each.name === name)
      ? before.map((each) => (each.name === name ? merged(each, attribute) : each))
      : [...before, attribute];
    await updateItem(context, oid, { content: { attributes } }, { expand: new Set() });
  });
}

const ignoredOf = (
  { merchant: { timeZone: zone } }: Context,
  body: Item,
  held: Omit<Compared, 'zone'>,
): string[] => fieldsWithoutEffect(Item, body, { ...held, zone }, serverStamps);

/** Returns sentences about components that a kit cannot ship; none if the body has no kit. */
async function kitWarnings(
  { db, merchant: { merchantId } }: Context,
  body: Item,
  item: Item,
): Promise<string[]> {
  if (!body.kit_definition && body.kit == null) return [];
  const ids = (item.kit_definition?.components ?? []).flatMap(
    ({ component_merchant_item_id: itemId }) => itemId || [],
  );
  const found = ids.length === 0 ? undefined : await findCatalogItems(db, merchantId, ids);
  return componentWords(item, (itemId) => found?.get(catalogKey(itemId)));
}

/** Times of the row and figures of reviews. Clients send them back as they read them. */
const serverStamps = new Set([
  'creation_dts',
  'last_modified_dts',
  'has_review',
  'has_approved_review',
  'individual_reviews',
  'review_count',
  'review_overall',
]);

const reviewFigures = {
  has_review: undefined,
  has_approved_review: undefined,
  individual_reviews: undefined,
  review_count: undefined,
  review_overall: undefined,
};

const serverFields = {
  merchant_id: undefined,
  merchant_item_oid: undefined,
  creation_dts: undefined,
  last_modified_dts: undefined,
};

function written(context: Context, body: Item): Item {
  const { reviews, ...change } = writable(Item, body, context.merchant.timeZone);
  return fromLoose<Item>({
    ...change,
    ...serverFields,
    reviews: reviews && fromLoose<typeof reviews>({ ...reviews, ...reviewFigures }),
  });
}

// Auto orders name items by id, as the wire does.
function refuseRenaming(stored: Item, change: Item): void {
  const [before, after] = [stored.merchant_item_id, change.merchant_item_id];
  if (after === undefined || catalogKey(String(after)) === catalogKey(String(before))) return;
  refuse('invalid_field', {
    field: 'merchant_item_id',
    reason: `cannot change from ${before}`,
    fix: 'Insert another item instead; auto orders refer to this one by its id',
  });
}

/**
 * Returns the item as it is stored: checked, with amounts in the merchant's currency, and with both
 * id and oid of every item that it names. `before` is the item that it replaces.
 */
async function validateItem(context: Context, item: Item, before: Item = {}): Promise<Item> {
  const { currency, timeZone } = context.merchant;
  const fault = itemFault(item, currency);
  if (fault) refuse('invalid_field', fault);
  const priced = { ...item, pricing: pricingOf(item, before, context.merchant) };
  const oids = await referredOids(context, priced);
  return {
    ...priced,
    ...(item.auto_order && { auto_order: withOids(item.auto_order, oids, timeZone) }),
  };
}

function pricingOf(
  { pricing = {} }: Item,
  { pricing: before = {} }: Item,
  { currency, timeZone }: Merchant,
): NonNullable<Item['pricing']> {
  const { auto_order_cost, sale_start, sale_end, ...rest } = pricing;
  // A date that is sent back as it was read keeps its local time, even after a change of the zone.
  const normalDate = (name: 'sale_start' | 'sale_end', date: string) =>
    date === before[name]
      ? normalDay(date, timeZone)
      : wireDate(dateOf(date, `pricing.${name}`, timeZone), timeZone);
  return {
    ...rest,
    currency_code: currency,
    // Zero deletes the price (field description in the item reference).
    ...(auto_order_cost ? { auto_order_cost } : {}),
    ...(sale_start === undefined ? {} : { sale_start: normalDate('sale_start', sale_start) }),
    ...(sale_end === undefined ? {} : { sale_end: normalDate('sale_end', sale_end) }),
  };
}

async function referredOids(context: Context, item: Item): Promise<ReadonlyMap<string, number>> {
  const named = referencedItems(item);
  const oids = new Map(
    await findItemOids(
      context.db,
      context.merchant.merchantId,
      named.map(({ itemId }) => itemId),
    ),
  );
  oids.set(
    catalogKey(required(item.merchant_item_id, 'merchant_item_id')),
    required(item.merchant_item_oid, 'merchant_item_oid'),
  );
  for (const { field, itemId } of named) {
    if (!oids.has(catalogKey(itemId)))
      refuse('invalid_field', {
        field,
        reason: `names the item ${itemId}, which does not exist`,
        fix: 'Insert that item first',
      });
  }
  return oids;
}

function withOids(
  autoOrder: NonNullable<Item['auto_order']>,
  oids: ReadonlyMap<string, number>,
  timeZone: string,
): NonNullable<Item['auto_order']> {
  const oidOf = (itemId: string | undefined) =>
    itemId === undefined ? undefined : oids.get(catalogKey(itemId));
  return fromLoose<NonNullable<Item['auto_order']>>({
    ...autoOrder,
    auto_order_cancel_item_oid: oidOf(autoOrder.auto_order_cancel_item_id),
    ...(autoOrder.steps && {
      steps: autoOrder.steps.map((step) =>
        fromLoose<typeof step>({
          ...step,
          recurring_merchant_item_oid: oidOf(step.recurring_merchant_item_id),
          ...(step.pause_until_date === undefined
            ? {}
            : { pause_until_date: normalDay(step.pause_until_date, timeZone) }),
          ...(step.grandfather_pricing && {
            grandfather_pricing: step.grandfather_pricing.map((each) => ({
              ...each,
              on_or_before_date: normalDay(each.on_or_before_date ?? '', timeZone),
            })),
          }),
        }),
      ),
    }),
  });
}

// On the wire these are days and plain texts, so they are not normalized yet.
function normalDay(date: string, timeZone: string): string {
  const parsed = parseWireDay(date, timeZone);
  assert(parsed.ok, `the item's date ${date} was checked`);
  return wireDate(parsed.value, timeZone);
}

/** Refuses a request for an item that does not exist. */
export function noItem(key: ItemKey): never {
  return refuse('not_found', { what: 'item', id: 'oid' in key ? key.oid : key.itemId });
}
