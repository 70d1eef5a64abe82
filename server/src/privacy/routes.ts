import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { eraseCustomer, exportCustomer, type PrivacyParts } from './privacyOperations.ts';

/** The export and the erasure of customers. */
export const privacyRoutes = (parts: PrivacyParts) =>
  ({
    exportCustomer: async (context, { params }) =>
      payload(await exportCustomer(context, parts, params.customer_profile_oid)),
    eraseCustomer: async (context, { params }) =>
      payload(await eraseCustomer(context, parts, params.customer_profile_oid)),
  }) satisfies Routes;
