import { payloadText, versioned } from '../platform/http/answer.ts';
import { ignoredWarning } from '../platform/http/ignoredFields.ts';
import type { Routes } from '../platform/http/routes.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import { getItem, getItems, insertItem, updateItem, type WrittenItem } from './operations.ts';

/** The item operations of the contract. */
export const itemRoutes = {
  getItem: async (context, { params, expand }) =>
    versioned(await getItem(context, { oid: params.merchant_item_oid }, expand)),
  getItemByMerchantItemId: async (context, { params, expand }) =>
    versioned(await getItem(context, { itemId: params.merchant_item_id }, expand)),
  getItems: async (context, { query, page, sort, expand }) => {
    const items = await getItems(context, { since: query._since, page, sort, expand });
    return pageAnswer(context, 'item', items);
  },
  insertItem: async (context, { body, expand }) => written(await insertItem(context, body, expand)),
  updateItem: async (context, { params, body, ...options }) =>
    written(await updateItem(context, params.merchant_item_oid, body, options)),
} satisfies Routes;

const written = ({ json, version, ignored }: WrittenItem) =>
  payloadText(json, { version, ...ignoredWarning(ignored) });
