import { versioned } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import { getCustomer, getCustomers, insertCustomer, updateCustomer } from './operations.ts';

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
    versioned(await insertCustomer(context, body, expand)),
  updateCustomer: async (context, { params, body, ...options }) =>
    versioned(await updateCustomer(context, params.customer_profile_oid, body, options)),
} satisfies Routes;
