import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { getSettings, updateSettings } from './operations.ts';

export const merchantRoutes = (merchants: Merchants) =>
  ({
    getMerchantSettings: async (context) => payload(await getSettings(context)),
    updateMerchantSettings: async (context, { body }) =>
      payload(await updateSettings(context, merchants, body)),
  }) satisfies Routes;
