import { operations } from '@perennial/contract/operations.ts';
import type { Context } from '../platform/context.ts';
import {
  type Answer,
  noContent,
  payload,
  payloadText,
  versioned,
} from '../platform/http/answer.ts';
import { ignoredWarning, warningOf } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Input, Routes } from '../platform/http/routes.ts';
import {
  type FindUnknown,
  type NamedRecord,
  unknownNameWords,
} from '../platform/http/unknownNames.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import { adjustStock, getAdjustments } from './adjustmentOperations.ts';
import { updateItems } from './batchOperations.ts';
import { getCenterOfItem, updateCenterOfItem } from './centerOperations.ts';
import {
  getDigitalItem,
  getDigitalItems,
  getDigitalItemsByExternalId,
  insertDigitalItem,
  removeDigitalItem,
  updateDigitalItem,
  type WrittenDigitalItem,
} from './digitalOperations.ts';
import { getInventory } from './inventoryOperations.ts';
import { namedByItem } from './namedRecords.ts';
import {
  getItem,
  getItems,
  insertItem,
  removeItem,
  setContentAttribute,
  updateItem,
  type WrittenItem,
} from './operations.ts';
import {
  getReview,
  getReviews,
  insertReview,
  removeReview,
  updateReview,
} from './reviewOperations.ts';
import { getTiers, insertTier, removeTier, updateTier } from './tierOperations.ts';

const centerKey = (params: { merchant_item_oid: number; distribution_center_code: string }) => ({
  itemOid: params.merchant_item_oid,
  code: params.distribution_center_code.trim(),
});

/** The item operations of the contract. */
export const itemRoutes = (findUnknown: FindUnknown) =>
  ({ ...writtenItemRoutes(findUnknown), ...otherRoutes }) satisfies Routes;

const writtenItemRoutes = (findUnknown: FindUnknown) =>
  ({
    insertItem: async (context, { body, expand }) => {
      const item = await insertItem(context, body, expand);
      return written(item, await findUnknown(context, namedByItem(body)));
    },
    updateItem: async (context, { params, body, ...options }) => {
      const item = await updateItem(context, params.merchant_item_oid, body, options);
      return written(item, await findUnknown(context, namedByItem(body)));
    },
    updateItems: (context, input) => updateBatch(context, input, findUnknown),
  }) satisfies Routes;

const otherRoutes = {
  getItem: async (context, { params, expand }) =>
    versioned(await getItem(context, { oid: params.merchant_item_oid }, expand)),
  getItemByMerchantItemId: async (context, { params, expand }) =>
    versioned(await getItem(context, { itemId: params.merchant_item_id }, expand)),
  getItems: async (context, { query, page, sort, expand }) => {
    const items = await getItems(context, { since: query._since, page, sort, expand });
    return pageAnswer(context, 'item', items);
  },
  deleteItem: async (context, { params, ifMatch }) => {
    await removeItem(context, params.merchant_item_oid, ifMatch);
    return noContent();
  },
  insertUpdateItemContentAttribute: async (context, { params, body }) => {
    await setContentAttribute(context, params.merchant_item_oid, body);
    return noContent();
  },
  getInventorySnapshot: async (context) => payloadText(await getInventory(context)),
  getStockAdjustments: async (context, { params, page }) => {
    const { limit, offset } = page;
    const found = await getAdjustments(context, params.merchant_item_oid, page);
    const count = found.adjustments.length;
    return payload(found.adjustments, {
      resultSet: { limit, offset, count, more: found.hasMore },
    });
  },
  insertStockAdjustment: async (context, { params, body }) =>
    payload(await adjustStock(context, params.merchant_item_oid, body)),
  getItemShippingDistributionCenterByCode: async (context, { params }) =>
    payload(await getCenterOfItem(context, centerKey(params))),
  updateItemShippingDistributionCenterByCode: async (context, { params, body }) => {
    await updateCenterOfItem(context, centerKey(params), body);
    return noContent();
  },
  getReviews: async (context, { params }) =>
    payload(await getReviews(context, params.merchant_item_oid)),
  getReview: async (context, { params }) => payload(await getReview(context, reviewKey(params))),
  insertReview: async (context, { params, body }) =>
    payload(await insertReview(context, params.merchant_item_oid, body)),
  updateReview: async (context, { params, body }) =>
    payload(await updateReview(context, reviewKey(params), body)),
  deleteReview: async (context, { params }) => {
    await removeReview(context, reviewKey(params));
    return noContent();
  },
  getDigitalItems: (context, input) => digitalPage(context, input, false),
  getUnassociatedDigitalItems: (context, input) => digitalPage(context, input, true),
  getDigitalItemsByExternalId: async (context, { params }) =>
    payload(await getDigitalItemsByExternalId(context, params.external_id)),
  getDigitalItem: async (context, { params }) =>
    payload(await getDigitalItem(context, params.digital_item_oid)),
  insertDigitalItem: async (context, { body }) =>
    writtenDigital(await insertDigitalItem(context, body)),
  updateDigitalItem: async (context, { params, body }) =>
    writtenDigital(await updateDigitalItem(context, params.digital_item_oid, body)),
  deleteDigitalItem: async (context, { params }) => {
    await removeDigitalItem(context, params.digital_item_oid);
    return noContent();
  },
  getPricingTiers: async (context) => payload(await getTiers(context)),
  insertPricingTier: async (context, { body }) => payload(await insertTier(context, body)),
  updatePricingTier: async (context, { params, body }) =>
    payload(await updateTier(context, params.pricing_tier_oid, body)),
  deletePricingTier: async (context, { params }) => {
    await removeTier(context, params.pricing_tier_oid);
    return noContent();
  },
} satisfies Routes;

const written = (
  { json, version, ignored, warnings }: WrittenItem,
  unknown: readonly NamedRecord[],
) =>
  payloadText(json, {
    version,
    ...warningOf(ignored, [...warnings, ...unknownNameWords(unknown)]),
  });

async function updateBatch(
  context: Context,
  { query, body, expand }: Input<'updateItems'>,
  findUnknown: FindUnknown,
): Promise<Answer> {
  const items = body.items ?? refuse('missing_field', { field: 'items' });
  const { maxElements, maxElementsAsync } = operations.updateItems;
  const max = query._async ? maxElementsAsync : maxElements;
  if (items.length > max) refuse('too_many_elements', { field: 'items', max });
  const { json, failed, ignored, warnings } = await updateItems(context, items, expand);
  if (query._async && failed.length === 0) return noContent();
  const named = items.flatMap((item, i) => namedByItem(item, `items[${i}].`));
  const developerMessage = failed.map(({ id, message }) => `${id}: ${message}`).join(' ');
  const objectIds = failed.map(({ id }) => id);
  return payloadText(`[${json.join(',')}]`, {
    ...warningOf(ignored, [...warnings, ...unknownNameWords(await findUnknown(context, named))]),
    ...(failed.length > 0 && { partialFailure: { developerMessage, objectIds } }),
  });
}

async function digitalPage(
  context: Context,
  { query, page, sort }: Pick<Input<'getDigitalItems'>, 'query' | 'page' | 'sort'>,
  unassociated: boolean,
): Promise<Answer> {
  const items = await getDigitalItems(context, { since: query._since, page, sort, unassociated });
  return pageAnswer(context, 'digital item', items);
}

const writtenDigital = ({ item, ignored }: WrittenDigitalItem): Answer =>
  payload(item, ignoredWarning(ignored));

const reviewKey = (params: { merchant_item_oid: number; review_oid: number }) => ({
  itemOid: params.merchant_item_oid,
  reviewOid: params.review_oid,
});
