import { noContent, payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  getApiKeys,
  insertApiKey,
  type KeyParts,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from './merchantKeyOperations.ts';

/** The routes of the operations on simple keys. */
export const keyRoutes = (parts: KeyParts) =>
  ({
    getApiKeys: async (context, { page }) => {
      const { keys, more } = await getApiKeys(context, parts, page);
      return payload(keys, { resultSet: { ...page, count: keys.length, more } });
    },
    insertApiKey: async (context, { body }) => payload(await insertApiKey(context, parts, body)),
    updateApiKey: async (context, { params, body }) =>
      payload(await updateApiKey(context, parts, params.key_id, body)),
    rotateApiKey: async (context, { params, body }) =>
      payload(await rotateApiKey(context, parts, params.key_id, body ?? {})),
    revokeApiKey: async (context, { params }) => {
      await revokeApiKey(context, parts, params.key_id);
      return noContent();
    },
  }) satisfies Routes;
