import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { getSettings, type SettingsParts, updateSettings } from './operations.ts';

/** The routes of the settings operations. */
export const merchantRoutes = (parts: SettingsParts) =>
  ({
    getMerchantSettings: async (context) => payload(await getSettings(context)),
    updateMerchantSettings: async (context, { body }) =>
      payload(await updateSettings(context, parts, body)),
  }) satisfies Routes;
