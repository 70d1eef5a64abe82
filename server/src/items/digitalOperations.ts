import { ItemDigitalItem } from '@perennial/contract/itemContent.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { merged, writable } from '../platform/http/document.ts';
import { fieldsWithoutEffect } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { JsonPage } from '../platform/storage/page.ts';
import {
  type DigitalItemList,
  deleteDigital,
  listDigitalByExternalId,
  lockDigital,
  putDigital,
  readDigital,
  readDigitalPage,
} from './digitalStore.ts';

/** Returns a page of the digital library. */
export function getDigitalItems(
  context: Context,
  list: Omit<DigitalItemList, 'since' | 'timeZone'> & { since?: string | undefined },
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  return readDigitalPage(context.db, merchantId, {
    ...list,
    timeZone,
    since: filterDate(list.since, '_since', timeZone),
  });
}

/** Returns the digital items with an external id. Refuses an id that no digital item has. */
export async function getDigitalItemsByExternalId(
  { db, merchant: { merchantId, timeZone } }: Context,
  externalId: string,
): Promise<ItemDigitalItem[]> {
  const items = await listDigitalByExternalId(db, merchantId, externalId, timeZone);
  if (items.length === 0) refuse('not_found', { what: 'digital item', id: externalId });
  return items;
}

/** Returns a digital item, or refuses the request if there is none. */
export async function getDigitalItem(context: Context, oid: number): Promise<ItemDigitalItem> {
  const { merchantId, timeZone } = context.merchant;
  return (await readDigital(context.db, merchantId, oid, timeZone)) ?? noDigital(oid);
}

/** A saved digital item, and the fields of the request that had no effect. */
export interface WrittenDigitalItem {
  readonly item: ItemDigitalItem;
  readonly ignored: readonly string[];
}

/** Inserts a digital item and returns it. */
export async function insertDigitalItem(
  context: Context,
  body: ItemDigitalItem,
): Promise<WrittenDigitalItem> {
  const { merchantId } = context.merchant;
  const item = merged<ItemDigitalItem>({}, written(context, body));
  if (Object.keys(item).length === 0) refuse('missing_field', { field: 'original_filename' });
  const oid = await takeNumbers(context.db, merchantId, 'digital_item', 1);
  await putDigital(context.db, merchantId, oid, item, context.now);
  return writtenItem(context, oid, body);
}

/** Changes a digital item and returns it. Absent fields stay, an explicit null clears. */
export function updateDigitalItem(
  context: Context,
  oid: number,
  body: ItemDigitalItem,
): Promise<WrittenDigitalItem> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const before = (await lockDigital(context.db, merchantId, oid)) ?? noDigital(oid);
    const item = merged(before, written(context, body));
    await putDigital(context.db, merchantId, oid, item, context.now);
    return writtenItem(context, oid, body);
  });
}

/** Deletes a digital item. Items that deliver it keep their data about it. */
export async function removeDigitalItem(context: Context, oid: number): Promise<void> {
  if (!(await deleteDigital(context.db, context.merchant.merchantId, oid))) noDigital(oid);
}

async function writtenItem(
  context: Context,
  oid: number,
  body: ItemDigitalItem,
): Promise<WrittenDigitalItem> {
  const item = await getDigitalItem(context, oid);
  const zone = context.merchant.timeZone;
  const ignored = fieldsWithoutEffect(ItemDigitalItem, body, { after: item, zone }, serverFields);
  return { item, ignored };
}

const serverFields = new Set(['digital_item_oid', 'creation_dts']);

// This server stores no files, so it does not download any.
function written({ merchant }: Context, body: ItemDigitalItem): ItemDigitalItem {
  const taken = writable(ItemDigitalItem, body, merchant.timeZone);
  const { digital_item_oid: _, creation_dts: __, import_from_url: ___, ...change } = taken;
  return change;
}

const noDigital = (oid: number): never => refuse('not_found', { what: 'digital item', id: oid });
