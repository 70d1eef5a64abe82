import { payloadText, versioned } from '../platform/http/answer.ts';
import { ignoredWarning } from '../platform/http/ignoredFields.ts';
import type { Routes } from '../platform/http/routes.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import {
  getCustomer,
  getCustomers,
  insertCustomer,
  updateCustomer,
  type WrittenCustomer,
} from './operations.ts';

/** The customer operations of the contract. */
export const customerRoutes = {
  getCustomer: async (context, { params, expand }) =>
    versioned(await getCustomer(context, { oid: params.customer_profile_oid }, expand)),
  getCustomerByEmail: async (context, { params, expand }) =>
    versioned(await getCustomer(context, { email: params.email }, expand)),
  getCustomers: async (context, { query, page, sort, expand }) => {
    const customers = await getCustomers(context, query, { page, sort, expand });
    return pageAnswer(context, 'customer', customers);
  },
  insertCustomer: async (context, { body, expand }) =>
    written(await insertCustomer(context, body, expand)),
  updateCustomer: async (context, { params, body, ...options }) =>
    written(await updateCustomer(context, params.customer_profile_oid, body, options)),
} satisfies Routes;

const written = ({ json, version, ignored }: WrittenCustomer) =>
  payloadText(json, { version, ...ignoredWarning(ignored) });
