import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  getSettings,
  type SettingsParts,
  updateSettings,
  type VersionedSettings,
} from './operations.ts';

const versioned = ({ settings, version }: VersionedSettings) => payload(settings, { version });

/** The routes of the settings operations. */
export const merchantRoutes = (parts: SettingsParts) =>
  ({
    getMerchantSettings: async (context) => versioned(await getSettings(context)),
    updateMerchantSettings: async (context, { body, ifMatch }) =>
      versioned(await updateSettings(context, parts, body, ifMatch)),
  }) satisfies Routes;
