import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  eraseCustomer,
  exportCustomer,
  type PrivacyParts,
  readSearch,
} from './privacyOperations.ts';
import { type PreviewParts, previewRetention } from './retentionOperations.ts';

/** The routes of the export and the erasure of customers, and of the preview of retention. */
export const privacyRoutes = (parts: PrivacyParts & PreviewParts) =>
  ({
    exportCustomer: async (context, { params }) =>
      payload(await exportCustomer(context, parts, params.customer_profile_oid)),
    eraseCustomer: async (context, { params }) =>
      payload(await eraseCustomer(context, parts, params.customer_profile_oid)),
    getCustomerErasure: async (context, { params }) =>
      payload(await readSearch(context, params.customer_profile_oid)),
    previewRetention: async (context, { body }) =>
      payload(await previewRetention(context, parts, body)),
  }) satisfies Routes;
